import ArgumentParser
import Console
import Lightbox

struct CacheCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cache", abstract: "Show or clear the images that --cache disk has kept.",
    discussion: """
      The folder is LIGHTBOX_IMAGE_CACHE. Default: lightbox/images in XDG_CACHE_HOME or in ~/.cache. It holds decoded and \
      resized images, which are data of patients, and is readable by its owner only. Other files in it stay.
      """)

  @Flag(help: "Remove the images.")
  var clear = false

  func run() throws {
    let folder = ImageStore.standardFolder()
    guard let found = try ImageStore.entries(in: folder, removing: clear) else {
      return print("\(FileName.shown(folder)): no images; the folder does not exist".printable)
    }
    let images = "\(NumberFormat.grouped(found.count)) image\(found.count == 1 ? "" : "s")"
    print(
      "\(FileName.shown(folder)): \(images), \(NumberFormat.bytes(found.bytes))\(clear ? " removed" : "")"
        .printable)
  }
}
