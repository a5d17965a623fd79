import Files

/// Published weights that can be downloaded.
///
/// torchvision's and timm's file names end with the first eight digits of the file's SHA-256.
package struct KnownWeights: Sendable, Equatable {
  /// The name of the architecture, with ".v2" for torchvision's second weights.
  package let name: String
  /// The name of the architecture.
  package let architecture: String
  /// The URL of the file.
  package let url: String
  /// The publisher.
  package let origin: String

  /// The name of the file.
  package var fileName: String { String(url.split(separator: "/").last ?? "") }

  /// The first digits of the file's SHA-256.
  package var hashPrefix: String {
    String(fileName.dropLast(4).suffix(8))
  }

  private static let torchvision: [(String, String)] = [
    ("densenet121", "densenet121-a639ec97"), ("densenet161", "densenet161-8d451a50"),
    ("densenet169", "densenet169-b2777c0a"), ("densenet201", "densenet201-c1103571"),
    ("resnet18", "resnet18-f37072fd"), ("resnet34", "resnet34-b627a593"),
    ("resnet50", "resnet50-0676ba61"), ("resnet50.v2", "resnet50-11ad3fa6"),
    ("resnet101", "resnet101-63fe2227"), ("resnet101.v2", "resnet101-cd907fc2"),
    ("resnet152", "resnet152-394f9c45"), ("resnet152.v2", "resnet152-f82ba261"),
    ("resnext50_32x4d", "resnext50_32x4d-7cdf4587"),
    ("resnext50_32x4d.v2", "resnext50_32x4d-1a0047aa"),
    ("resnext101_32x8d", "resnext101_32x8d-8ba56ff5"),
    ("resnext101_32x8d.v2", "resnext101_32x8d-110c445d"),
    ("wide_resnet50_2", "wide_resnet50_2-95faca4d"),
    ("wide_resnet50_2.v2", "wide_resnet50_2-9ba9bcbe"),
    ("wide_resnet101_2", "wide_resnet101_2-32ee1156"),
    ("wide_resnet101_2.v2", "wide_resnet101_2-d733dc28"),
  ]

  private static let timm: [(String, String)] = [
    ("resnet18d", "v0.1-weights/resnet18d_ra2-48a79e06"),
    ("resnet26d", "v0.1-weights/resnet26d-69e92c46"),
    ("resnet34d", "v0.1-weights/resnet34d_ra2-f8dcfcaf"),
    ("resnet50d", "v0.1-weights/resnet50d_ra2-464e36ba"),
    ("resnet101d", "v0.1-weights/resnet101d_ra2-2803ffab"),
    ("resnetaa50", "v0.1-rsb-weights/resnetaa50_a1h-4cf422b3"),
    ("resnetblur50", "v0.1-weights/resnetblur50-84f4748f"),
    ("seresnet50", "v0.1-weights/seresnet50_ra_224-8efdb4bb"),
  ]

  /// All weights, ordered by name.
  package static let all: [KnownWeights] =
    (torchvision.map {
      make($0, "https://download.pytorch.org/models/\($1).pth", "torchvision")
    }
    + timm.map {
      let releases = "https://github.com/rwightman/pytorch-image-models/releases/download"
      return make($0, "\(releases)/\($1).pth", "timm")
    }).sorted { $0.name < $1.name }

  private static func make(_ name: String, _ url: String, _ origin: String) -> KnownWeights {
    let architecture = name.hasSuffix(".v2") ? String(name.dropLast(3)) : name
    return KnownWeights(name: name, architecture: architecture, url: url, origin: origin)
  }

  /// Looks up a name, case-insensitively.
  ///
  /// - Throws: `DownloadError` with similar names.
  package static func named(_ name: String) throws(DownloadError) -> KnownWeights {
    let wanted = name.lowercased()
    if let found = all.first(where: { $0.name == wanted }) { return found }
    let nearest = NearestName.ranked(wanted, among: all.map(\.name)).prefix(3)
    throw DownloadError(.unknownName(name, nearest: Array(nearest)))
  }
}
