import Synchronization

/// A pipeline is stored as a list of `{"name": …, "settings": {…}}`.
extension Pipeline: Codable {
  private enum Key: String, CodingKey { case name, settings }

  private static let registered = Mutex<[String: any Transform.Type]>([:])

  private static let builtIn: [any Transform.Type] = [
    ReadImage.self, Resize.self, RandomResizedCropGPU.self, Flip.self, Dihedral.self, Rotate.self,
    Zoom.self, Warp.self, Brightness.self, Contrast.self, Saturation.self, Hue.self,
    Normalize.self, RandomErasing.self, RandomResizedCrop.self, RandomCrop.self, CropPad.self,
    FlipItem.self, DihedralItem.self, RatioResize.self,
  ]

  private static let maximumTransforms = 1000

  /// Makes transforms of a type loadable; built-in ones are.
  ///
  /// Call it before a run whose pipeline uses the type is loaded. A name is registered once; the last
  /// registration counts.
  public static func register(_ type: any Transform.Type) {
    precondition(
      !builtIn.contains { $0.name == type.name },
      "a built-in transform is named \(type.name); choose another name")
    registered.withLock { $0[type.name] = type }
  }

  private static func type(named name: String) -> (any Transform.Type)? {
    builtIn.first { $0.name == name } ?? registered.withLock { $0[name] }
  }

  /// Encodes the names and settings of all transforms.
  public func encode(to encoder: any Encoder) throws {
    var list = encoder.unkeyedContainer()
    for transform in transforms {
      var entry = list.nestedContainer(keyedBy: Key.self)
      try entry.encode(Swift.type(of: transform).name, forKey: .name)
      try transform.encode(to: entry.superEncoder(forKey: .settings))
    }
  }

  /// Decodes transforms by their registered names.
  ///
  /// - Throws: `DataError` naming a transform that is not registered, or whose settings are out of range.
  public init(from decoder: any Decoder) throws {
    var list = try decoder.unkeyedContainer()
    var transforms: [any Transform] = []
    while !list.isAtEnd {
      guard transforms.count < Self.maximumTransforms else {
        throw DecodingError.dataCorruptedError(
          in: list,
          debugDescription: "it has more than \(Self.maximumTransforms) transforms")
      }
      let entry = try list.nestedContainer(keyedBy: Key.self)
      let name = try entry.decode(String.self, forKey: .name)
      guard let type = Self.type(named: name) else { throw DataError(.unknownTransform(name)) }
      let transform = try type.init(from: entry.superDecoder(forKey: .settings))
      if let fault = (transform as? any CheckedTransform)?.fault {
        throw DataError(.invalidTransform(name: name, fault: fault))
      }
      transforms.append(transform)
    }
    try self.init(checking: transforms)
  }
}
