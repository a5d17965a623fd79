import Foundation
import Lightbox

/// Draws films in the layout of SIIM_SMALL, unless the folder has them.
func drawnFilms(_ count: Int, in folder: String) throws -> String {
  if !FileManager.default.fileExists(atPath: "\(folder)/labels.csv") {
    print("drawing \(count) films: \(folder)")
    try SyntheticSIIM(count: count, size: 1024, seed: 7).write(to: folder)
  }
  return folder
}

/// Trains body and head from random weights and saves them: what stands in for pretrained weights.
///
/// ImageNet's come without a head, which then has six batches in an epoch of the document's fit; these have one that has seen
/// the same films. A start from random weights needs smaller batches than the document's.
func trainedWeights(
  _ arch: String, on items: [DataItem], _ splitter: any Splitter, size: Int, epochs: Int,
  in folder: String
) throws -> String {
  print("no --weights: training \(arch) from random weights for \(epochs) epochs")
  let block = DataBlock<DataItem>(
    splitter: splitter, itemTransforms: [Resize(size)],
    batchTransforms: [Normalize.imageNet])
  let dls = try block.dataLoaders(items, batchSize: 8)
  let learner = try visionLearner(dls, arch, metrics: [.accuracy])
  try learner.fitOneCycle(epochs, learningRate: 1e-3)
  let file = "\(folder)/\(arch).safetensors"
  try Checkpoint.write(learner.model.stateDictionary, to: file)
  print("")
  return file
}

/// The document's `test_files[0]`; of drawn films the first with a pneumothorax.
func testFilm(in folder: String, of table: CSVTable) throws -> String {
  let test = table.rows.filter { $0["split"] == "test" }
  if let row = test.first(where: { $0[1] == "Pneumothorax" }) ?? test.first {
    return "\(folder)/\(row[0])"
  }
  let folder = "\(folder)/test"
  guard FileManager.default.fileExists(atPath: folder) else {
    return "\(folder)/\(table.rows[0][0])"
  }
  return try getImageFiles(in: folder)[0]
}

func fixed(_ value: Double) -> String { String(format: "%.4f", value) }

func fixed(_ values: [Double]) -> String { "[\(values.map(fixed).joined(separator: ", "))]" }
