import Files

/// What needs attention in a scan, the most serious first.
struct ScanFindings {
  private(set) var all: [ScanSummary.Finding] = []
  private let images: [FileFacts]

  init(_ scan: DataScan, _ images: [FileFacts]) {
    self.images = images
    addUnreadable(scan)
    if let table = scan.table { addTable(table) }
    addDuplicates()
    addPixels()
    addIdentifiers(scan)
    addHeaders()
    addBeside(scan)
  }

  private mutating func add(
    _ kind: String, _ entries: [String], _ text: String, advice: String? = nil, count: Int? = nil
  ) {
    guard !entries.isEmpty else { return }
    all.append(
      ScanSummary.Finding(
        kind: kind, count: count ?? entries.count, text: text, advice: advice,
        entries: entries.map(FileName.shown)))
  }

  private mutating func addUnreadable(_ scan: DataScan) {
    let bad = scan.files.filter { $0.kind == .unreadable }
    // Damage of one kind has one cause, such as a transfer that broke off.
    let reasons = Dictionary(grouping: bad) { $0.fault ?? "" }
    let order = reasons.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
    add(
      "unreadable", order.flatMap { $0.value.map { "\($0.path): \($0.faultDetail ?? "")" } },
      "\(counted(bad.count, "image")) cannot be read ("
        + order.map { "\($0.key) \($0.value.count)" }.joined(separator: ", ") + ")",
      advice: "copy them again or leave them out; train --skip-unreadable does that")
    add(
      "unreadable-folders", scan.unreadableFolders.map(\.description),
      "\(counted(scan.unreadableFolders.count, "folder")) cannot be read")
  }

  private mutating func addTable(_ table: TableFacts) {
    let name = FileName.shown(table.path)
    func groups(_ lists: [[String]]) -> [String] { lists.map { $0.joined(separator: " = ") } }
    add(
      "patients-on-several-sides", groups(table.sharedPatients),
      "\(counted(table.sharedPatients.count, "patient has", "patients have")) images on several "
        + "sides of \(name)",
      advice: "split by patient; measures are too good otherwise")
    add(
      "images-on-several-sides", groups(table.sharedImages),
      "\(counted(table.sharedImages.count, "image is", "images are")) on several sides of \(name)")
    add(
      "conflicting-labels", groups(table.conflicts),
      "\(counted(table.conflicts.count, "image has", "images have")) several labels in \(name)")
    add(
      "rows-without-image", table.withoutImage,
      "\(counted(table.withoutImage.count, "row")) of \(table.rows) in \(name) "
        + "\(table.withoutImage.count == 1 ? "names" : "name") no image of the folder")
    add(
      "rows-with-unreadable-image", table.unreadable,
      "\(counted(table.unreadable.count, "row")) of \(name) "
        + "\(table.unreadable.count == 1 ? "names" : "name") an image that cannot be read")
    add(
      "images-without-row", table.withoutRow,
      "\(counted(table.withoutRow.count, "image is", "images are")) in no row of \(name)")
  }

  private mutating func addDuplicates() {
    let byContent = groups(\.content)
    add(
      "identical-files", byContent.map { $0.map(\.path).joined(separator: " = ") },
      "\(counted(byContent.count, "group")) of identical files ("
        + "\(byContent.reduce(0) { $0 + $1.count }) files)",
      advice: "keep one of each; a split would put copies on both sides")
    // Copies with another header, as anonymizing twice makes them.
    let byPixels = groups(\.pixels?.digest).filter { group in
      group.allSatisfy { $0.pixels?.spread != .constant }
        && (group.contains { $0.content == nil } || Set(group.map(\.content)).count > 1)
    }
    add(
      "identical-pixels", byPixels.map { $0.map(\.path).joined(separator: " = ") },
      "\(counted(byPixels.count, "group")) of images with equal pixels in different files",
      advice: "one image under several names or patients")
    let byInstance = groups(\.instance).filter { group in
      group.contains { $0.content == nil } || Set(group.map(\.content)).count > 1
    }
    add(
      "shared-instance-uid", byInstance.map { $0.map(\.path).joined(separator: " = ") },
      "\(counted(byInstance.count, "SOP instance UID occurs", "SOP instance UIDs occur")) in "
        + "different files")
  }

  private func groups(_ key: (FileFacts) -> String?) -> [[FileFacts]] {
    var groups: [String: [FileFacts]] = [:]
    for image in images {
      if let key = key(image) { groups[key, default: []].append(image) }
    }
    return groups.values.filter { $0.count > 1 }.sorted { $0[0].path < $1[0].path }
  }

  private mutating func addPixels() {
    let constant = images.filter { $0.pixels?.spread == .constant }
    add(
      "constant", constant.map(\.path),
      "\(counted(constant.count, "image has", "images have")) one gray value only")
    let nearly = images.filter { $0.pixels?.spread == .nearlyConstant }
    add(
      "nearly-constant", nearly.map(\.path),
      "\(counted(nearly.count, "image is", "images are")) nearly constant",
      advice: "99 % of the pixels lie within 2 % of the gray values")
    let stated = images.filter { $0.burnedInAnnotation?.uppercased() == "YES" }
    add(
      "burned-in-stated", stated.map(\.path),
      "\(counted(stated.count, "header says", "headers say")) that text is burned in "
        + "(BurnedInAnnotation)",
      advice: "it may name the patient, and models learn it")
    let suspected = images.filter {
      ($0.pixels?.letters ?? 0) >= TextDetector.threshold
        && $0.burnedInAnnotation?.uppercased() != "YES"
    }.sorted { ($1.pixels?.letters ?? 0, $0.path) < ($0.pixels?.letters ?? 0, $1.path) }
    add(
      "burned-in-suspected", suspected.map { "\($0.path): \($0.pixels?.letters ?? 0) marks" },
      "\(counted(suspected.count, "image")) may have text burned in",
      advice:
        "look at \(suspected.count == 1 ? "it" : "them"); scales, rulers and rows of screws look alike"
    )
  }

  private mutating func addIdentifiers(_ scan: DataScan) {
    let named = scan.files.filter { $0.identifiers.contains("PatientName") }
    add(
      "patient-names", named.map(\.path),
      "\(counted(named.count, "file")) \(named.count == 1 ? "has" : "have") a PatientName; see "
        + "identifiers below", advice: "remove identifiers before the data leave the hospital")
    let without = images.filter { $0.kind == .dicom && $0.patient == nil }
    add(
      "without-patient", without.map(\.path),
      "\(counted(without.count, "DICOM image has", "DICOM images have")) no PatientID",
      advice: "a split by patient needs a column in the table then")
  }

  private mutating func addHeaders() {
    let gray = images.filter { $0.header.photometric?.hasPrefix("MONO") ?? false }
    let inverted = gray.filter(\.header.isInverted)
    if !inverted.isEmpty, inverted.count < gray.count {
      let few = inverted.count * 2 <= gray.count ? inverted : gray.filter { !$0.header.isInverted }
      add(
        "mixed-polarity", few.map(\.path),
        "polarity is mixed: low values are white in \(inverted.count) of \(gray.count) images",
        advice: "Lightbox inverts them; readers that ignore MONOCHROME1 do not", count: few.count)
    }
    let odd = images.filter { !$0.header.irregularities.isEmpty }
    add(
      "irregular",
      odd.map { "\($0.path): \($0.header.irregularities.joined(separator: ", "))" },
      "\(counted(odd.count, "file differs", "files differ")) from the standard's form and can be "
        + "read all the same")
    let lateral = images.filter(Self.isLateral)
    let frontal = images.filter(Self.isFrontal)
    if !lateral.isEmpty, lateral.count * 4 <= frontal.count {
      add(
        "lateral-among-frontal", lateral.map(\.path),
        "\(counted(lateral.count, "lateral view")) among \(frontal.count) frontal ones")
    }
    let several = images.filter { $0.header.frames > 1 }
    add(
      "several-frames", several.map { "\($0.path): \($0.header.frames) frames" },
      "\(counted(several.count, "file has", "files have")) several frames; pixels of the first "
        + "were read", advice: "choose with --frames")
  }

  private static func isLateral(_ file: FileFacts) -> Bool {
    ["LL", "RL", "LAT", "LATERAL", "LLD", "RLD"].contains(file.header.view?.uppercased() ?? "")
  }

  private static func isFrontal(_ file: FileFacts) -> Bool {
    ["PA", "AP"].contains(file.header.view?.uppercased() ?? "")
  }

  private mutating func addBeside(_ scan: DataScan) {
    let archives = scan.files.filter { $0.kind == .archive }
    add(
      "archives", archives.map(\.path),
      "\(counted(archives.count, "archive is", "archives are")) not read", advice: "unpack first")
    add(
      "dangling-links", scan.danglingLinks,
      "\(counted(scan.danglingLinks.count, "link has", "links have")) no target")
    add(
      "special-files", scan.specialFiles,
      "\(counted(scan.specialFiles.count, "pipe, socket or device is", "pipes, sockets and devices are")) "
        + "not read")
    let foreign = scan.files.filter { $0.kind == .foreign && FileName.hasImageEnding($0.path) }
    add(
      "not-images", foreign.map(\.path),
      "\(counted(foreign.count, "file has", "files have")) the name of an image but not its content"
    )
  }
}
