/// A network that can be asked for by name.
public struct Architecture: Sendable, Equatable {
  /// The name, such as "resnet18".
  public let name: String
  /// Who defined its layers, names and numbers.
  public let origin: Origin
  /// Outputs that it has unless said otherwise.
  public let classes: Int
  /// Names of these outputs, where upstream's weights have a fixed meaning; else empty.
  public let labels: [String]
  /// Rows and columns of the images that it was made for.
  public let imageSize: Int
  private let make: @Sendable (_ classes: Int, _ inputChannels: Int) -> any ImageClassifier

  /// Where an architecture comes from.
  public enum Origin: String, Sendable, Hashable, Codable, CaseIterable {
    /// torchvision.models.
    case torchvision
    /// timm.
    case timm
    /// fastai.vision.models.xresnet.
    case fastai
    /// akamaster's pytorch_resnet_cifar10.
    case cifar
    /// The usual PyTorch version of CheXNet.
    case chexnet
    /// A user's program.
    case own
  }

  /// Describes a network, so that what takes an architecture takes one of one's own.
  ///
  /// - Parameters:
  ///   - name: In lower case; a run's description names it, and needs to be told of it to load it again.
  ///   - origin: Who defined it.
  ///   - classes: Outputs unless said otherwise.
  ///   - labels: Names of these outputs, or none.
  ///   - imageSize: Rows and columns of the images that it was made for.
  ///   - make: From a number of classes and a number of input channels to a network.
  public init(
    _ name: String, origin: Origin = .own, classes: Int = 1000, labels: [String] = [],
    imageSize: Int = 224,
    make: @escaping @Sendable (_ classes: Int, _ inputChannels: Int) -> any ImageClassifier
  ) {
    precondition(
      labels.isEmpty || labels.count == classes,
      "\(labels.count) labels for \(classes) classes of \(name)")
    self.name = name
    self.origin = origin
    self.classes = classes
    self.labels = labels
    self.imageSize = imageSize
    self.make = make
  }

  /// Looks a name up, in capitals or not.
  ///
  /// - Throws: `UnknownArchitecture`, which names the nearest ones.
  public static func named(_ name: String, among known: [Architecture] = all)
    throws(UnknownArchitecture) -> Architecture
  {
    guard let found = known.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw UnknownArchitecture(name: name)
    }
    return found
  }

  /// Makes the whole network; `classes` of its own if nil.
  public func makeModel(classes: Int? = nil, inputChannels: Int = 3) -> any ImageClassifier {
    let classes = classes ?? self.classes
    precondition(
      classes > 0 && inputChannels > 0,
      "\(name) with \(classes) classes and \(inputChannels) input channels: both are 1 or more")
    return make(classes, inputChannels)
  }

  /// Names decide.
  public static func == (a: Architecture, b: Architecture) -> Bool { a.name == b.name }
}
