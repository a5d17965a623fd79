import DataBlocks
import Files
import Imaging
import Interpret

/// The files that explaining images writes beside `interpret.json`.
struct InterpretOutput {
  private var figures: FigureFiles
  private var sheet: ContactSheet?

  init(folder: String, inputs: [String], _ settings: InterpretSettings, title: String) {
    figures = FigureFiles(folder: folder, inputs: inputs, format: settings.figureFormat)
    sheet = settings.contactSheet.map {
      ContactSheet(
        to: $0, title: settings.contactSheetTitle,
        captions: ["\(title). A map shows what the model used, not where a disease is."])
    }
  }

  /// Writes the files of an image and returns its record.
  ///
  /// - Throws: `ImageFileError`, `FileError`.
  mutating func record(_ item: DataItem, _ result: InterpretJob.Result) throws -> ExplanationRecord
  {
    switch result {
    case .failed(let error): return ExplanationRecord(item, error: error)
    case .explained(let one):
      if let thumbnail = one.thumbnail { try sheet?.add(thumbnail) }
      return ExplanationRecord(
        item, figure: try one.figure.map { try figures.write($0, of: item) },
        predicted: one.predicted, one.explanation, boxes: one.boxes)
    }
  }

  /// Writes the last page of the contact sheet and returns the paths of all pages.
  mutating func finish() throws -> [String] { try sheet?.finish() ?? [] }
}
