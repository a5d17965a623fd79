extension PixelBuffer {
  /// Converts to RGB by repeating the gray channel; an RGB image is returned unchanged.
  public func convertedToRGB() -> PixelBuffer {
    if channels == 3 { return self }
    let tripled = [UInt8](unsafeUninitializedCapacity: samples.count * 3) { out, count in
      for (index, value) in samples.enumerated() {
        out[3 * index] = value
        out[3 * index + 1] = value
        out[3 * index + 2] = value
      }
      count = samples.count * 3
    }
    return PixelBuffer(width: width, height: height, channels: 3, samples: tripled)
  }

  /// Converts to grayscale, as Pillow's `convert("L")`: 0.299 R + 0.587 G + 0.114 B in fixed point.
  public func convertedToGray() -> PixelBuffer {
    if channels == 1 { return self }
    let luminance = [UInt8](unsafeUninitializedCapacity: width * height) { out, count in
      for index in 0..<(width * height) {
        let red = Int(samples[3 * index]) * 19595
        let green = Int(samples[3 * index + 1]) * 38470
        let blue = Int(samples[3 * index + 2]) * 7471
        out[index] = UInt8((red + green + blue + 0x8000) >> 16)
      }
      count = width * height
    }
    return PixelBuffer(width: width, height: height, channels: 1, samples: luminance)
  }

  /// An 8-bit picture of planes of 0 to 1: gray of one plane, RGB of the first three, the third black if there are two.
  package init(planes: [ScalarImage]) {
    precondition(!planes.isEmpty, "an image has at least one plane")
    let (width, height) = (planes[0].width, planes[0].height)
    let shown = planes.prefix(3)
    let channels = shown.count == 1 ? 1 : 3
    let samples = [UInt8](unsafeUninitializedCapacity: width * height * channels) { out, count in
      for c in 0..<channels {
        for i in 0..<(width * height) {
          out[i * channels + c] = c < shown.count ? byte(Double(shown[c].values[i]) * 255) : 0
        }
      }
      count = width * height * channels
    }
    self.init(width: width, height: height, channels: channels, samples: samples)
  }
}
