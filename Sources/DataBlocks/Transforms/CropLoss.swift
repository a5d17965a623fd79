package import Imaging

extension Pipeline {
  /// The share of an image that the pipeline's `Resize` cuts off, 0 to 1; 0 if it pads or squishes.
  package func croppedShare(of size: ImageSize) -> Double {
    guard let resize = transforms.lazy.compactMap({ $0 as? Resize }).first, resize.method == .crop
    else { return 0 }
    let window = ResizeMethod.crop.window(
      from: (size.height, size.width), to: (resize.height, resize.width), at: (0.5, 0.5))
    return 1 - Double(window.height * window.width) / Double(size.height * size.width)
  }

  /// A warning if cropping cuts more than a tenth off some images.
  package func cropWarning(of sizes: [ImageSize]) -> DataWarning? {
    let count = sizes.count { croppedShare(of: $0) > 0.1 }
    guard count > 0, let resize = transforms.lazy.compactMap({ $0 as? Resize }).first else {
      return nil
    }
    return DataWarning(
      .cropped(
        count, of: sizes.count, size: ImageSize(height: resize.height, width: resize.width)))
  }
}
