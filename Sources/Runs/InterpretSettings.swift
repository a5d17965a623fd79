public import Interpret
import Layers
import Training
import Vision

/// The classes that maps are wanted for.
public enum WantedClasses: Sendable, Equatable {
  /// All classes but those that name the absence of a finding ("No Pneumothorax", "Normal"); all if there are no
  /// others.
  case findings
  /// All classes.
  case all
  /// The most probable class of each image.
  case predicted
  /// One class by its name.
  case named(String)

  /// The classes without those that name the absence of a finding, by their indices.
  package static func findings(_ vocab: [String]) -> [Int] {
    let found = vocab.indices.filter { !namesAbsence(vocab[$0]) }
    return found.isEmpty ? Array(vocab.indices) : found
  }

  private static func namesAbsence(_ name: String) -> Bool {
    let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
    guard let first = words.first else { return false }
    if ["no", "not", "without"].contains(first), words.count > 1 { return true }
    return words.count == 1
      && ["normal", "negative", "none", "healthy", "nofinding"].contains(first)
  }
}

/// How the images of a run are explained.
public struct InterpretSettings: Sendable {
  /// The name of the method, such as "grad-cam"; nil: the one that was chosen for the run, else the default of
  /// `Explainer`.
  public var method: String?
  /// The paths of the layers, such as "layer4"; empty: those that were chosen for the run, else the method's default.
  public var layers: [String] = []
  /// The choices beside the method; nil: those that were chosen for the run, else `MapOptions.corrected`.
  public var options: MapOptions?
  /// The classes that maps are wanted for.
  public var classes = WantedClasses.findings
  /// How boxes are made; nil: by the threshold that was chosen for the run, else `BoxOptions()`.
  public var boxes: BoxOptions?
  /// Whether a figure is drawn of each image.
  public var drawsFigures = true
  /// How figures and the contact sheet are drawn.
  public var figureOptions = FigureOptions()
  /// The file format of figures.
  public var figureFormat = FigureFormat.png
  /// The file of a contact sheet with all images, `.png`, `.svg` or `.jpg`; nil: none.
  public var contactSheet: String?
  /// The title of the contact sheet.
  public var contactSheetTitle = ""

  /// Creates the default settings.
  public init() {}
}

extension SavedModel {
  /// What makes the maps of settings.
  ///
  /// The maps that were chosen for the run on validation masks (`chooseMaps`) are the default, unless a method, layers
  /// or options are given.
  ///
  /// - Parameter settings: Method, layers and options.
  /// - Returns: The explainer, and the choice if it is the run's.
  /// - Throws: `MapError` if the method or a layer does not exist; `FileError` or `RunError` if the choice of the run
  ///   cannot be read.
  public func explainer(
    _ settings: InterpretSettings = InterpretSettings()
  ) throws -> (explainer: Explainer, choice: ExplanationChoice?) {
    try requireClasses("maps")
    if settings.method == nil, settings.layers.isEmpty, settings.options == nil,
      let choice = try explanationChoice()
    {
      return (try explainer(choice.chosen), choice)
    }
    let method = try settings.method.map(MapMethods.named)
    let layers = try settings.layers.map { path in
      guard let module = visionModel.layer(path),
        predictor.model.modules.contains(where: { $0 === module })
      else {
        throw MapError(.unknownLayer(path, known: visionModel.layerPaths))
      }
      return TappedLayer(path, module)
    }
    return (
      Explainer(
        predictor, method, layers: layers.isEmpty ? nil : layers,
        options: settings.options ?? .corrected), nil
    )
  }

  /// The position of a class in the vocabulary.
  ///
  /// - Throws: `MapError` if there is no such class.
  func classIndex(_ name: String) throws(MapError) -> Int {
    guard let index = predictor.vocab.firstIndex(of: name) else {
      throw MapError(.unknownClass(name, known: predictor.vocab))
    }
    return index
  }
}
