public import Files

/// An error of downloading published weights or data.
public struct DownloadError: LightboxError, Equatable {
  /// The reason of an error, with its facts.
  package enum Reason: Sendable, Equatable {
    /// The file cannot be read or written.
    case file(FileError.Reason)
    /// The file is not in the cache and downloads are disabled.
    case offline(folder: String, url: String? = nil)
    /// libcurl is not installed.
    case noLibrary
    /// The server answered with an HTTP error.
    case httpStatus(Int)
    /// The connection failed, with libcurl's message and the number of bytes in the partial file.
    case interrupted(String, kept: Int)
    /// The downloaded file has another SHA-256.
    case wrongHash(expectedPrefix: String, found: String)
    /// The file in the cache has another SHA-256.
    case wrongHashInCache(expectedPrefix: String, found: String)
    /// The server sends more than this number of bytes.
    case tooLarge(limit: Int)
    /// The path in the cache is a folder, a pipe or a device.
    case notRegularFile
    /// Another process downloads the same file.
    case busy
    /// There are no published weights of this name.
    case unknownName(String, nearest: [String])
    /// There is no data set of this name.
    case unknownDataset(String, nearest: [String])
    /// The data set is not downloaded by a program, with what to do instead.
    case byHand(instructions: String)
    /// The downloaded archive has another size or MD5 than its publisher states.
    case wrongArchive(expected: String, found: String)
    /// The destination exists and was not made by a download.
    case occupied
    /// The archive cannot be extracted.
    case archive(ArchiveError)
  }

  /// Where the archive of a data set is from and where a copy of it is taken from, for a download by hand.
  package struct ByHand: Sendable, Equatable {
    let name: String
    let url: String
    let file: String

    /// What to do, as a clause.
    var words: String {
      "get \(url) in another way, save it as \(FileName.shown(file)) and repeat the command, which checks and extracts it"
    }
  }

  package let reason: Reason
  /// The URL or the path.
  public let place: ErrorPlace
  /// What to do instead for a data set; nil if it is none, or if that does not help.
  private(set) var byHand: ByHand?

  /// The error of an archive that cannot be extracted.
  init(_ error: ArchiveError) {
    reason = .archive(error)
    place = error.place
  }

  /// Creates an error; `place` is a URL or a path.
  package init(_ reason: Reason, _ place: String? = nil) {
    self.reason = reason
    self.place = ErrorPlace(file: place)
  }

  /// The error of a connection or a server with the name of the data set, and the way by hand.
  func with(_ help: ByHand) -> DownloadError {
    var error = self
    switch reason {
    case .noLibrary, .httpStatus, .interrupted, .offline: error.byHand = help
    default: break
    }
    return error
  }

  /// The problem.
  public var problem: String {
    if case .offline = reason, byHand != nil {
      return "the data set is not there, and LIGHTBOX_OFFLINE is set"
    }
    return (byHand.map { "the data set \($0.name) was not downloaded: " } ?? "") + plainProblem
  }

  private var plainProblem: String {
    switch reason {
    case .file(let reason): FileError(reason, path: "").problem
    case .offline(let folder, _):
      "it is not in the cache (\(folder)), and LIGHTBOX_OFFLINE or HF_HUB_OFFLINE is set"
    case .noLibrary: "libcurl is needed to download it"
    case .httpStatus(let status): "the server answered with the HTTP status \(status)"
    case .interrupted(let message, _): message
    case .wrongHash(let prefix, let found):
      "the SHA-256 of the downloaded file is \(found.prefix(16))…, which does not begin with "
        + "\(prefix); the file was removed"
    case .wrongHashInCache(let prefix, let found):
      "the SHA-256 of the file in the cache is \(found.prefix(16))…, which does not begin with "
        + prefix
    case .tooLarge(let limit):
      "the server sends more than \(limit) bytes, the limit; the file was removed"
    case .notRegularFile: "it is a folder, a pipe or a device, not a file"
    case .busy: "another process is downloading it"
    case .unknownName(let name, _): "there are no published weights named \"\(name)\""
    case .unknownDataset(let name, _): "there is no data set named \"\(name)\""
    case .byHand: "its publisher asks users to agree to terms, so it is not downloaded by a program"
    case .wrongArchive(let expected, let found):
      "the archive has \(found), not \(expected) as its publisher states; the file was removed"
    case .occupied: "it exists and is not an extracted data set"
    case .archive(let error): error.problem
    }
  }

  /// The remedy.
  public var remedy: String? {
    guard let byHand else { return plainRemedy }
    if case .offline = reason { return "unset the variable, or \(byHand.words)" }
    return [plainRemedy, byHand.words].compactMap(\.self).joined(separator: "; or ")
  }

  private var plainRemedy: String? {
    switch reason {
    case .file(let reason): FileError(reason, path: "").remedy
    case .offline(let folder, let url?):
      "unset the variable, or get \(url) in another way and save it as "
        + FileName.shown("\(folder)/\(url.split(separator: "/").last ?? "")")
    case .offline: "unset the variable, or copy the file to the cache"
    case .noLibrary: "install it: apt-get install libcurl4"
    case .httpStatus: nil
    case .interrupted(_, let kept):
      kept > 0 ? "\(kept) bytes are kept; repeat the command to resume" : nil
    case .wrongHash, .wrongArchive: "try again"
    case .byHand(let instructions): instructions
    case .occupied: "choose another folder, or remove it"
    case .archive(let error): error.remedy
    case .tooLarge: "check the URL"
    case .wrongHashInCache, .notRegularFile: "remove it to download it again"
    case .busy: "wait until it is finished"
    case .unknownName(_, let nearest), .unknownDataset(_, let nearest):
      nearest.isEmpty ? nil : "did you mean \(nearest.joined(separator: ", "))?"
    }
  }
}
