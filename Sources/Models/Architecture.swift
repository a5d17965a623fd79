/// A network that can be asked for by name.
public struct Architecture: Sendable, Equatable {
  /// The name, such as "resnet18".
  public let name: String
  /// Path of the last layer with a spatial extent, in the whole network.
  public let lastSpatialLayer: String
  /// Children of the body that form the first parameter group, as fastai splits it.
  public let firstGroupCount: Int
  private let make: @Sendable (_ classes: Int, _ inputChannels: Int) -> ResNet

  /// All architectures, in order of their names.
  public static let all: [Architecture] = [
    Architecture("resnet18") { ResNet.resnet18(classes: $0, inputChannels: $1) },
    Architecture("resnet34") { ResNet.resnet34(classes: $0, inputChannels: $1) },
    Architecture("resnet50") { ResNet.resnet50(classes: $0, inputChannels: $1) },
  ]

  private init(_ name: String, make: @escaping @Sendable (Int, Int) -> ResNet) {
    self.name = name
    self.make = make
    lastSpatialLayer = "layer4"
    firstGroupCount = 6
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
  public func makeModel(classes: Int = 1000, inputChannels: Int = 3) -> ResNet {
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
