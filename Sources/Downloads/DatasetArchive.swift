/// An archive of a data set at a URL, with what its publisher states about it.
public struct DatasetArchive: Sendable, Equatable {
  /// The name of the data set and of its folder.
  public let name: String
  /// The URL of the archive.
  public let url: String
  /// The size of the archive in bytes; nil: not stated.
  public let byteCount: Int?
  /// The MD5 of the first MiB of the archive, as fastai states it; nil: not stated.
  ///
  /// It tells a broken archive, not a forged one. No SHA-256 is published; `untarData` computes it at the first download
  /// and compares later ones.
  package let md5OfFirstMiB: String?
  /// The SHA-256 of the archive, if it is known.
  package let sha256: String?
  /// The content in a few words.
  package let summary: String
  /// Other names.
  package let aliases: [String]

  /// Describes an archive of your own.
  ///
  /// - Parameters:
  ///   - name: The name of the folder: letters, digits, `.`, `_` and `-`.
  ///   - url: The http or https URL of a tar archive, compressed by gzip or not, or of a zip archive.
  ///   - byteCount: The size of the archive in bytes; others are refused.
  ///   - sha256: The SHA-256 of the archive in hexadecimal digits; others are refused.
  /// - Precondition: The name is one of a file.
  public init(_ name: String, url: String, byteCount: Int? = nil, sha256: String? = nil) {
    self.init(
      name, url: url, byteCount: byteCount, md5OfFirstMiB: nil, sha256: sha256?.lowercased())
  }

  package init(
    _ name: String, url: String, byteCount: Int?, md5OfFirstMiB: String?, sha256: String? = nil,
    summary: String = "", aliases: [String] = []
  ) {
    precondition(
      !name.isEmpty && !name.hasPrefix(".")
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) },
      "the name of a data set has letters, digits, '.', '_' and '-', unlike \"\(name)\"")
    self.name = name
    self.url = url
    self.byteCount = byteCount
    self.md5OfFirstMiB = md5OfFirstMiB
    self.sha256 = sha256
    self.summary = summary
    self.aliases = aliases
  }

  /// An archive of fastai.
  ///
  /// URLs are those of `URLs` in fastai/data/external.py (commit 014d8c48); sizes and MD5 those of
  /// fastai/data/download_checks.py (63b624c6), equal to checks.txt, where `_check_file` says that the MD5 is of the first
  /// 2^20 bytes.
  init(
    _ name: String, _ path: String, _ byteCount: Int, _ md5: String, _ summary: String,
    aliases: [String] = []
  ) {
    self.init(
      name, url: "https://s3.amazonaws.com/fast-ai-\(path)", byteCount: byteCount,
      md5OfFirstMiB: md5, summary: summary, aliases: aliases)
  }
}
