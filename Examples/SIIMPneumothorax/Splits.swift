import Lightbox

/// The patient of a DICOM file; nil if its header names none.
func patient(of file: String) -> String? {
  (try? DICOMFile.readHeader(of: file))?.string("PatientID")
}

/// The rows of the table with the patients of their headers.
func items(_ rows: [CSVTable.Row], in folder: String) -> [DataItem] {
  rows.map { row in
    DataItem(
      path: "\(folder)/\(row[0])", label: row[1], patient: patient(of: "\(folder)/\(row[0])"))
  }
}

/// Prints how many patients are in both parts by three splitters, so that one sees why the document's is not used.
func printSplits(_ items: [DataItem]) throws {
  let splitters: [(String, (UInt32) -> any Splitter)] = [
    ("RandomSplitter", { RandomSplitter(validFraction: 0.2, seed: $0) }),
    ("dicom_splitter", { DicomSplitter(validFraction: 0.2, seed: $0) }),
    ("PatientSplitter", { PatientSplitter(validFraction: 0.2, seed: $0) }),
  ]
  print("splitter         train  valid  patients in both  most of 50 seeds")
  for (name, splitter) in splitters {
    let (train, valid) = try splitter(7).split(items)
    let shared = try sharedPatients(items, splitter(7))
    let most = try (1...50).map { try sharedPatients(items, splitter($0)) }.max() ?? 0
    let columns = [pad("\(train.count)", 7), pad("\(valid.count)", 7), pad("\(shared)", 18)]
    print(
      name + pad("", 15 - name.count) + columns.joined() + pad("\(most)", 18))
  }
  print("")
}

/// The number of patients with images in both parts.
private func sharedPatients(_ items: [DataItem], _ splitter: any Splitter) throws -> Int {
  let (train, valid) = try splitter.split(items)
  return Set(train.compactMap { items[$0].patient })
    .intersection(valid.compactMap { items[$0].patient }).count
}

private func pad(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(width - text.count, 0)) + text
}

/// fmi's `dicom_splitter`, only to be looked at: it means to keep a patient on one side, and does not.
///
/// It draws images, not patients. Then it removes patients from validation that are in training too, and of each patient that
/// is left it keeps a single image in validation; the others go to training. So a patient with two images that were both
/// drawn for validation is on both sides afterwards, and where most patients have several images validation is nearly empty.
struct DicomSplitter: Splitter {
  let validFraction: Double
  let seed: UInt32

  func split(_ items: [DataItem]) throws -> (train: [Int], valid: [Int]) {
    let (train, valid) = RandomSplitter(validFraction: validFraction, seed: seed).split(items)
    let trained = Set(train.compactMap { items[$0].patient })
    // A dictionary from patient to image: a later image replaces an earlier one.
    var kept: [String: Int] = [:]
    for index in valid {
      guard let patient = items[index].patient, !trained.contains(patient) else { continue }
      kept[patient] = index
    }
    let held = Set(kept.values)
    return (items.indices.filter { !held.contains($0) }, held.sorted())
  }
}
