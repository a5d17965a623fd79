/// A network that can be created by name.
public struct Architecture: Sendable, Equatable {
  /// The name, such as "resnet18".
  public let name: String
  /// The library that defines the layers, names and numbers.
  package let origin: Origin
  /// The default number of outputs.
  package let classCount: Int
  /// Names of the outputs if published weights define them; otherwise empty.
  public let vocab: [String]
  /// Rows and columns of the images for which the network was designed.
  package let imageSize: Int
  private let make: @Sendable (_ classCount: Int, _ inputChannels: Int) -> any ImageClassifier

  /// The library from which an architecture comes.
  package enum Origin: String, Sendable, Codable {
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
    /// The authors' implementation of PYLON.
    case pylon
    /// A custom network.
    case own
  }

  /// Creates an architecture from a custom network.
  ///
  /// - Parameters:
  ///   - name: The name, which a run stores to create the network again.
  ///   - classCount: The default number of outputs.
  ///   - vocab: Names of the outputs, or none.
  ///   - imageSize: Rows and columns of the images for which the network was designed.
  ///   - make: Creates the network for a number of classes and a number of input channels.
  public init(
    _ name: String, classCount: Int = 1000, vocab: [String] = [], imageSize: Int = 224,
    make: @escaping @Sendable (_ classCount: Int, _ inputChannels: Int) -> any ImageClassifier
  ) {
    self.init(
      name, origin: .own, classCount: classCount, vocab: vocab, imageSize: imageSize, make: make)
  }

  package init(
    _ name: String, origin: Origin, classCount: Int = 1000, vocab: [String] = [],
    imageSize: Int = 224,
    make: @escaping @Sendable (_ classCount: Int, _ inputChannels: Int) -> any ImageClassifier
  ) {
    precondition(
      vocab.isEmpty || vocab.count == classCount,
      "\(name): a vocab of \(vocab.count) names for \(classCount) classes")
    self.name = name
    self.origin = origin
    self.classCount = classCount
    self.vocab = vocab
    self.imageSize = imageSize
    self.make = make
  }

  /// Looks up a name, case-insensitively.
  ///
  /// - Parameters:
  ///   - name: The name, such as "resnet50".
  ///   - known: The architectures to search.
  /// - Returns: The architecture.
  /// - Throws: `UnknownArchitecture` with the nearest names.
  public static func named(_ name: String, among known: [Architecture] = all)
    throws(UnknownArchitecture) -> Architecture
  {
    guard let found = known.first(where: { $0.name.lowercased() == name.lowercased() }) else {
      throw UnknownArchitecture(name: name, among: known)
    }
    return found
  }

  /// Creates the network with its classifier.
  ///
  /// - Parameters:
  ///   - classCount: The number of outputs (`num_classes`). Default: the architecture's.
  ///   - inputChannels: Channels of the images (`in_chans`).
  /// - Returns: A new network.
  public func makeModel(classCount: Int? = nil, inputChannels: Int = 3) -> any ImageClassifier {
    let classCount = classCount ?? self.classCount
    precondition(
      classCount > 0 && inputChannels > 0,
      "\(name) with \(classCount) classes and \(inputChannels) input channels: use 1 or more of both"
    )
    return make(classCount, inputChannels)
  }

  /// Architectures are equal if their names are.
  public static func == (a: Architecture, b: Architecture) -> Bool { a.name == b.name }
}
