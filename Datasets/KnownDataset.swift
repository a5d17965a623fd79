/// A public data set that Lightbox reads as it is, but does not ship and does not fetch.
///
/// These are facts for messages and documentation: where to get a set, how it is laid out.
public struct KnownDataset: Sendable, Equatable {
  /// Its usual name.
  public let name: String
  /// Where it is to be had.
  public let url: String
  /// What its folder holds.
  public let layout: String
  /// Under which terms.
  public let license: String
  /// The SHA-256 checksum of the download, or nil where nobody has published one.
  public let checksum: String?

  /// fastai's sample of 250 films of the SIIM-ACR challenge.
  public static let siimSmall = KnownDataset(
    name: "SIIM_SMALL",
    url: "https://s3.amazonaws.com/fast-ai-imagelocal/siim_small.tgz",
    layout: "train/ and test/ with DICOM files, and labels.csv with the header file,label; "
      + "the labels are \"No Pneumothorax\" and \"Pneumothorax\"",
    license: "the terms of the SIIM-ACR Pneumothorax Segmentation challenge", checksum: nil)

  /// The full set of the SIIM-ACR Pneumothorax Segmentation challenge.
  public static let siimACR = KnownDataset(
    name: "SIIM-ACR",
    url: "https://www.kaggle.com/c/siim-acr-pneumothorax-segmentation",
    layout:
      "folders of studies with DICOM files of 1024 x 1024 pixels named by SOPInstanceUID, and "
      + "train-rle.csv with the header ImageId, EncodedPixels (gaps count from the end of the run "
      + "before; -1 is no pneumothorax)",
    license: "the challenge's terms, to be accepted before the download", checksum: nil)

  /// Every known set.
  public static let all = [siimSmall, siimACR]

  /// One sentence on where to get the set.
  public var advice: String {
    let check = checksum.map { "its SHA-256 is \($0)" } ?? "no checksum is published"
    return "\(name) is at \(url) (\(license); \(check)); it holds \(layout)"
  }
}
