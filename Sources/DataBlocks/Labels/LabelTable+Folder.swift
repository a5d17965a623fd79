import Files
import Foundation
import Imaging
import Tensors

extension LabelTable {
  /// The items of a folder whose labels are in no table.
  ///
  /// - Throws: `DataError` naming the folder, or the first of the files that have no label.
  func readFolder() throws(DataError) -> LabeledItems {
    let isDICOM = if case .dicom = source { true } else { false }
    let images = try ImageFolder(folder, isDICOM: isDICOM)
    let parts = try FolderParts(images, isUnwanted: splitColumn == "", place: folder)
    var found: [(path: String, label: String?)] = (images.images + images.dangling).map {
      ($0, nil)
    }
    var warnings: [DataWarning] = []
    var faults: [DataError] = []
    switch source {
    case .table: preconditionFailure("a table is read as one")
    case .folders:
      found = try classFolders(found.map(\.path), images, parts, &warnings)
    case .name(let labeller):
      try label(&found, by: labeller) { images.parts(of: $0).last.map(String.init) ?? "" }
    case .path(let labeller):
      try label(&found, by: labeller) { images.relative($0) }
    case .dicom(let tag):
      faults = try label(&found, byAttribute: tag, of: images)
    }
    found.sort { $0.path < $1.path }
    if !images.repeatedFolders.isEmpty {
      warnings.append(DataWarning(.repeatedFolders(images.repeatedFolders.map(images.relative))))
    }
    let dangling = Set(images.dangling)
    let items = found.map { path, label in
      DataItem(path: path, label: label, split: parts.divide(images.parts(of: path)).split)
    }
    let columns = TableColumns(
      note: note(items, images, parts), split: parts.isSplit ? listed(parts.names) : nil)
    return LabeledItems(
      table: self, items: items, columns: columns,
      missing: items.indices.filter { dangling.contains(items[$0].path) },
      unreadableFolders: images.unreadable, faults: faults, warnings: warnings)
  }

  /// "labels of class folders: cat (12), dog (14); split by the folders train, valid; 1 other file: .txt (1)".
  private func note(
    _ items: [DataItem], _ images: ImageFolder, _ parts: FolderParts
  ) -> String {
    let what =
      switch source {
      case .table, .folders: "class folders"
      case .name(let labeller): "file names, by \(labeller.pattern.quoted)"
      case .path(let labeller): "paths, by \(labeller.pattern.quoted)"
      case .dicom(let tag): "DICOM headers, \(tag.text)"
      }
    var counts: [String: Int] = [:]
    for item in items { if let label = item.label { counts[label, default: 0] += 1 } }
    let classes = counts.keys.sorted()
    let shown = classes.prefix(12).map { "\($0.visible) (\(counts[$0] ?? 0))" }
    var text = "labels of \(what): " + shown.joined(separator: ", ")
    if classes.count > shown.count { text += " and \(classes.count - shown.count) more classes" }
    if parts.isSplit {
      text += "; split by the folders \(listed(parts.names))"
    } else if !parts.names.isEmpty {
      text +=
        splitColumn == ""
        ? "; the folders \(listed(parts.names)) are no split by choice"
        : "; no folder of validation images beside \(listed(parts.names))"
    }
    return text + images.othersNote
  }

  /// The class of each image: the first folder below the data, or below that of its part.
  private func classFolders(
    _ paths: [String], _ images: ImageFolder, _ parts: FolderParts,
    _ warnings: inout [DataWarning]
  ) throws(DataError) -> [(path: String, label: String?)] {
    var found: [(path: String, label: String?)] = []
    var stray: [String] = []
    var inner: Set<String> = []
    var isFlat = false
    for path in paths {
      let rest = parts.divide(images.parts(of: path)).rest
      guard rest.count > 1, let first = rest.first else {
        stray.append(images.relative(path))
        continue
      }
      if rest.count > 2 { inner.insert(String(rest[rest.startIndex + 1])) } else { isFlat = true }
      found.append((path, FileName.shown(String(first))))
    }
    guard !found.isEmpty else {
      throw DataError(.labels(.noClassFolders(images: stray.count)), path: folder)
    }
    if !stray.isEmpty {
      warnings.append(DataWarning(.outsideOfClasses(stray.count, example: stray[0])))
    }
    let empty = emptyFolders(images, parts, classes: Set(found.compactMap(\.label)))
    if !empty.isEmpty { warnings.append(DataWarning(.emptyFolders(empty))) }
    let classes = Set(found.compactMap(\.label))
    if classes.count == 1, !isFlat, inner.count > 1, let only = classes.first, parts.names.isEmpty {
      warnings.append(DataWarning(.oneFolder(only, inner: inner.sorted(), in: folder)))
    }
    return found
  }

  /// Folders in the place of a class that have no image, such as "train/dog".
  private func emptyFolders(
    _ images: ImageFolder, _ parts: FolderParts, classes: Set<String>
  ) -> [String] {
    let roots = parts.names.isEmpty ? [""] : parts.names.map { $0 + "/" }
    let used = Set(
      (images.images + images.dangling).compactMap { path -> String? in
        let all = images.parts(of: path)
        let count = parts.names.isEmpty ? 1 : 2
        return all.count > count ? all.prefix(count).joined(separator: "/") : nil
      })
    return roots.flatMap { root in
      folders(in: fullPath(root, folder: folder)).map { root + $0 }.filter { name in
        // Without images and without files of other kinds it is only a folder that lies there.
        !used.contains(name)
          && (classes.contains(PathParts(name).name)
            || folders(in: fullPath(name, folder: folder)).isEmpty)
      }
    }
    .filter { !FileName.exists("\(fullPath($0, folder: folder))/run.json") }
  }

  private func folders(in path: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { !$0.hasPrefix(".") && FileName.isFolder("\(path)/\($0)") }.sorted()
  }

  private func label(
    _ found: inout [(path: String, label: String?)], by labeller: RegexLabeller,
    _ text: (String) -> String
  ) throws(DataError) {
    let labels = try labeller.labels(all: found.map { text($0.path) }, path: folder)
    for index in found.indices { found[index].label = labels[index] }
  }

  private func label(
    _ found: inout [(path: String, label: String?)], byAttribute tag: DICOMTag,
    of images: ImageFolder
  ) throws(DataError) -> [DataError] {
    let labels = concurrentMap(found.map(\.path), threads: Compute.cores) {
      path -> Result<String?, DICOMError> in
      Result { () throws(DICOMError) in
        try DICOMFile.readHeader(of: path).string(tag)?.trimmed
      }
    }
    var without: [String] = []
    var faults: [DataError] = []
    var labeled: [(path: String, label: String?)] = []
    let dangling = Set(images.dangling)
    for (item, label) in zip(found, labels) {
      switch label {
      case .success(let label?) where !label.isEmpty: labeled.append((item.path, label))
      case .success: without.append(images.relative(item.path))
      case .failure where dangling.contains(item.path):
        faults.append(
          DataError(
            .table(.missingFiles([item.path], count: 1, of: found.count, hint: nil)), path: folder))
      // What cannot be read has no label either.
      case .failure(let error): faults.append(DataError(.dicom(error), path: item.path))
      }
    }
    guard without.isEmpty else {
      throw DataError(
        .labels(
          .withoutAttribute(
            Array(without.prefix(5)), count: without.count, of: found.count, attribute: tag.text)),
        path: folder)
    }
    found = labeled
    return faults
  }
}
