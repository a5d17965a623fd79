/// The panels of one file: each frame of a DICOM file with each of some intensities, or a PNG or JPEG image.
///
///     let panels = try FilePanels(of: "film.dcm", intensities: [.automatic, .windowed(.lungs)])
///
/// fastai's `show` for DICOM files, with windows, frames and colors.
package struct FilePanels {
  /// The panels, with the side of the patient and a scale bar where the file says so.
  package private(set) var panels: [Figure.Panel] = []
  /// The file in one line: size, photometric interpretation, bits, frames.
  package let facts: String

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - intensities: The intensities of a DICOM file; several are a panel each.
  ///   - colormap: Colors gray values. Default: gray.
  ///   - limit: The largest number of panels.
  /// - Throws: `DICOMError`, `ImageFileError` if the file cannot be read.
  package init(
    of path: String, intensities: [DICOMIntensity] = [.automatic], colormap: Colormap? = nil,
    limit: Int = 9
  ) throws {
    func film(_ image: PixelBuffer) -> Film { Film(colormap.map { image.colored($0) } ?? image) }
    if try FileFormat.ofFile(path)?.isPNGOrJPEG == true {
      let image = try PixelBuffer(contentsOfImage: path)
      panels = [.film(film(image))]
      facts = "\(image.height) x \(image.width), \(image.channels == 1 ? "gray" : "RGB")"
      return
    }
    let file = try DICOMFile(contentsOf: path)
    let frames = file.frameCount ?? 1
    for frame in 0..<frames {
      for intensity in intensities where panels.count < limit {
        var film = film(try file.display(frame: frame, intensity: intensity))
        film.marks = ImageMarks(ImageFacts(file))
        let title = [frames > 1 ? "frame \(frame + 1)" : "", intensity.text]
        panels.append(
          .film(film, title: title.filter { !$0.isEmpty }.joined(separator: ", ")))
      }
      if panels.count >= limit { break }
    }
    let bits = [file.bitsStored, file.bitsAllocated].map { $0.map(String.init) ?? "?" }
    let total = frames * intensities.count
    facts =
      [
        "\(file.rows ?? 0) x \(file.columns ?? 0)", file.modality,
        file.string(.photometricInterpretation),
        "\(bits[0]) of \(bits[1]) bits", frames > 1 ? "\(frames) frames" : nil,
        total > panels.count ? "\(panels.count) of \(total) panels" : nil,
      ].compactMap(\.self).joined(separator: ", ")
  }
}

extension PixelBuffer {
  /// The colors of gray values; a color image stays as it is.
  fileprivate func colored(_ colormap: Colormap) -> PixelBuffer {
    guard channels == 1 else { return self }
    return colormap.image(
      of: ScalarImage(width: width, height: height, values: samples.map(Float.init)), range: 0...255
    )
  }
}
