/// A network that can be asked for by name.
public struct Architecture: Sendable, Equatable {
  /// The name, such as "resnet18".
  public let name: String
  private let make: @Sendable (_ classes: Int, _ inputChannels: Int) -> any ImageClassifier

  /// All architectures, in order of their names.
  public static let all: [Architecture] = [
    Architecture("densenet121") { DenseNet.densenet121(classes: $0, inputChannels: $1) },
    Architecture("densenet161") { DenseNet.densenet161(classes: $0, inputChannels: $1) },
    Architecture("densenet169") { DenseNet.densenet169(classes: $0, inputChannels: $1) },
    Architecture("densenet201") { DenseNet.densenet201(classes: $0, inputChannels: $1) },
    Architecture("resnet101") { ResNet.resnet101(classes: $0, inputChannels: $1) },
    Architecture("resnet152") { ResNet.resnet152(classes: $0, inputChannels: $1) },
    Architecture("resnet18") { ResNet.resnet18(classes: $0, inputChannels: $1) },
    Architecture("resnet34") { ResNet.resnet34(classes: $0, inputChannels: $1) },
    Architecture("resnet50") { ResNet.resnet50(classes: $0, inputChannels: $1) },
    Architecture("resnetblur18") { ResNet.resnetblur18(classes: $0, inputChannels: $1) },
    Architecture("resnetblur50") { ResNet.resnetblur50(classes: $0, inputChannels: $1) },
    Architecture("resnext101_32x8d") { ResNet.resnext101(classes: $0, inputChannels: $1) },
    Architecture("resnext50_32x4d") { ResNet.resnext50(classes: $0, inputChannels: $1) },
    Architecture("wide_resnet101_2") { ResNet.wideResnet101(classes: $0, inputChannels: $1) },
    Architecture("wide_resnet50_2") { ResNet.wideResnet50(classes: $0, inputChannels: $1) },
  ]

  private init(_ name: String, make: @escaping @Sendable (Int, Int) -> any ImageClassifier) {
    self.name = name
    self.make = make
  }

  /// Looks a name up.
  ///
  /// - Throws: `UnknownArchitecture`, which names the nearest ones.
  public static func named(_ name: String) throws(UnknownArchitecture) -> Architecture {
    guard let found = all.first(where: { $0.name == name.lowercased() }) else {
      throw UnknownArchitecture(name: name)
    }
    return found
  }

  /// Makes the whole network.
  public func makeModel(classes: Int = 1000, inputChannels: Int = 3) -> any ImageClassifier {
    make(classes, inputChannels)
  }

  /// Names decide.
  public static func == (a: Architecture, b: Architecture) -> Bool { a.name == b.name }
}

/// Nobody made a network of this name.
public struct UnknownArchitecture: Error, Sendable, Equatable, CustomStringConvertible {
  /// The name asked for.
  public let name: String

  /// Makes the error.
  public init(name: String) { self.name = name }

  /// Known names, the most similar first.
  public var nearest: [String] {
    Architecture.all.map(\.name).sorted {
      (editDistance(name.lowercased(), $0), $0) < (editDistance(name.lowercased(), $1), $1)
    }
  }

  /// The name, and those that are near it.
  public var description: String {
    "there is no architecture \"\(name)\"; did you mean \(nearest.prefix(3).joined(separator: ", "))?"
  }
}

/// Insertions, deletions and replacements from one word to another.
func editDistance(_ a: String, _ b: String) -> Int {
  let (a, b) = (Array(a), Array(b))
  var row = Array(0...b.count)
  for (i, x) in a.enumerated() {
    var diagonal = row[0]
    row[0] = i + 1
    for (j, y) in b.enumerated() {
      let above = row[j + 1]
      row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
      diagonal = above
    }
  }
  return row[b.count]
}
