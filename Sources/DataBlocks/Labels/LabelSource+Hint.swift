import Files
import Foundation

extension LabelSource {
  /// What may give the labels of a folder without `labels.csv`, as a clause: a table in it, or its folders.
  ///
  /// Folders are suggested but not taken: they may be patients, views or dates, and a model that was trained on them
  /// would look like any other.
  package static func hint(for folder: String) -> String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let tables = names.filter { $0.lowercased().hasSuffix(".csv") && !$0.hasPrefix(".") }.sorted()
    if tables.count == 1 {
      return "to use \(tables[0].visible), give --labels \(TableFault.argument(tables[0]))"
    }
    if !tables.isEmpty {
      return "give the table with --labels; the folder has \(listed(tables))"
    }
    let found = try? LabelTable(.folders, in: folder).read()
    let classes = Dictionary(grouping: found?.items.compactMap(\.label) ?? [], by: \.self)
    if classes.count > 1 {
      let shown = classes.keys.sorted().map { "\($0) (\(classes[$0]?.count ?? 0))" }
      return "to use the folders as classes, give --labels folders: \(listed(shown, limit: 6))"
    }
    return
      "give the path of the table with --labels, or where else the labels are: folders, name:REGEX, path:REGEX, dicom:ATTRIBUTE"
  }
}
