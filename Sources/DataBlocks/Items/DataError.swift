public import Files
public import Imaging

/// A failure of data: a file, a table, a label, a stored pipeline.
public struct DataError: LightboxError, Equatable {
  /// The facts.
  package enum Reason: Sendable, Equatable {
    /// A DICOM file cannot be read.
    case dicom(DICOMError)
    /// A PNG or JPEG file cannot be read.
    case imageFile(ImageFileError)
    /// A transform threw another error.
    case transformFailed(name: String, problem: String)
    /// An image has other channels than the model's input.
    case channels(Int, expected: Int)
    /// A transform did not give the size that the pipeline states.
    case size(height: Int, width: Int, expected: ImageSize)
    /// No transform of a pipeline fixes the image size.
    case noFixedSize(transforms: [String])
    /// The numbers of `Normalize.measured` are not known yet.
    case notMeasured
    /// A stored pipeline uses a transform that is not registered.
    case unknownTransform(String)
    /// A setting of a stored transform is out of range.
    case invalidTransform(name: String, fault: String)

    /// A table cannot be opened.
    case tableUnreadable
    /// A table has no header.
    case noHeader
    /// A header names a column twice.
    case duplicateColumn(String)
    /// A row has another number of cells than the header.
    case cellCount(Int, expected: Int)
    /// A quotation mark is inside an unquoted cell.
    case quoteInsideCell
    /// A quoted cell does not end.
    case quoteNotClosed
    /// A row names no file.
    case emptyFileName
    /// The model's output for the file is NaN or infinite.
    case outputNotFinite
    /// A training item has no label.
    case missingLabel
    /// Two rows name the same file.
    case duplicateFile(String, firstLine: Int)
    /// A split is not train, valid or test; of a cell, with the column.
    case unknownSplit(String, column: String? = nil)
    /// A table has a header only.
    case noRows
    /// Another fault of a table.
    case table(TableFault)
    /// A mask or box that does not fit.
    case annotation(AnnotationFault)
    /// A fault of labels that are in folders, names, headers or known tables.
    case labels(LabelFault)

    /// All training items have one label.
    case oneClass(String?)
    /// No training item has a label.
    case noLabels
    /// A label is not as many numbers as a regression expects.
    case notNumbers(String, expected: Int?)
    /// The folder of `ImageCaching.disk` cannot be used.
    case cacheFolder(String)
    /// A part of the data has no items.
    case noItems(String)
    /// The training items do not fill one batch.
    case batchNotFilled(items: Int, batchSize: Int)
    /// A label is not in the vocabulary.
    case unknownLabel(String, known: [String])
    /// A DICOM file has several frames, and none was chosen.
    case severalFrames(Int)
    /// A DICOM file has more frames than are read from one file.
    case tooManyFrames(Int, limit: Int)
    /// Several files cannot be read; all of them if `checked` is `count`.
    case unreadableFiles([DataError], checked: Int, count: Int)
    /// Unreadable files were skipped, and nothing is left.
    case nothingReadable([DataError], count: Int, mode: PipelineMode)
  }

  /// The facts.
  package let reason: Reason
  /// The file or table; nil if the data as a whole is meant.
  package let path: String?
  /// The line of the table, from 1.
  package let line: Int?

  /// Creates an error.
  package init(_ reason: Reason, path: String? = nil, line: Int? = nil) {
    self.reason = reason
    self.path = path
    self.line = line
  }

  /// The error of a transform, with the facts of the errors that reading throws.
  init(transform name: String, failedWith error: any Error, source: Sample.Source) {
    let path: String? =
      switch source {
      case .file(let path): path
      case .bytes(_, let name): name
      case .pixels: nil
      }
    switch error {
    case let error as DataError:
      self.init(error.reason, path: error.path ?? path, line: error.line)
    case let error as DICOMError: self.init(.dicom(error), path: path)
    case let error as ImageFileError: self.init(.imageFile(error), path: path)
    case let error as any LightboxError:
      self.init(.transformFailed(name: name, problem: error.problem), path: path)
    default: self.init(.transformFailed(name: name, problem: "\(error)"), path: path)
    }
  }

  /// Whether the file could not be read or decoded, so that `UnreadablePolicy` applies.
  package var isOfFile: Bool {
    switch reason {
    case .dicom, .imageFile, .severalFrames, .tooManyFrames: true
    default: false
    }
  }

  /// The same facts with a path, if there is none yet.
  package func at(_ path: String) -> DataError {
    DataError(reason, path: self.path ?? path, line: line)
  }

  /// The file and the line.
  public var place: ErrorPlace { ErrorPlace(file: path, line: line) }
}
