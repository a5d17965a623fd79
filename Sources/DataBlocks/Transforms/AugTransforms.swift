public import Imaging

/// Random flips, rotation, zoom, warp and lighting for training: fastai's `aug_transforms`.
///
///     batchTransforms: [RandomResizedCropGPU(226)] + augTransforms(doFlip: false, maxWarp: 0.1)
///
/// Everything that moves pixels is one resampling, everything that changes light one pass.
///
/// - Parameters:
///   - mult: Multiplies rotation, lighting and warp (`mult`).
///   - doFlip: Mirror left and right (`do_flip`). Laterality matters in medical images: pass false.
///   - flipVert: With `doFlip`: any of the eight symmetries of the square (`flip_vert`).
///   - maxRotate: The largest rotation in degrees, either way (`max_rotate`).
///   - minZoom: The smallest zoom (`min_zoom`).
///   - maxZoom: The largest zoom (`max_zoom`).
///   - maxLighting: The largest change of brightness and contrast (`max_lighting`).
///   - maxWarp: The largest perspective displacement (`max_warp`).
///   - pAffine: The probability of rotation, zoom and warp each (`p_affine`).
///   - pLighting: The probability of brightness and contrast each (`p_lighting`).
///   - extra: More transforms, before those (`xtra_tfms`).
///   - size: Rows and columns of the result, in both modes (`size`).
///   - mode: Bilinear, or the nearest pixel (`mode`).
///   - padMode: What is found outside of the image (`pad_mode`).
///   - alignsCorners: Whether the centers of the corner pixels stay where they are (`align_corners`).
///   - isPerBatch: One draw for all images of a batch (`batch`).
///   - minScale: Below 1, a random square window of at least this share of the area takes over `size`:
///     `RandomResizedCropGPU` (`min_scale`).
/// - Returns: The transforms whose strength is not 0.
/// - Precondition: `size` is given if `minScale` is not 1.
public func augTransforms(
  mult: Double = 1, doFlip: Bool = true, flipVert: Bool = false, maxRotate: Double = 10,
  minZoom: Double = 1, maxZoom: Double = 1.1, maxLighting: Double = 0.2, maxWarp: Double = 0.2,
  pAffine: Double = 0.75, pLighting: Double = 0.75, extra: [any Transform] = [],
  size: ImageSize? = nil, mode: Resampling = .bilinear, padMode: PadMode = .reflection,
  alignsCorners: Bool = true, isPerBatch: Bool = false, minScale: Double = 1
) -> [any Transform] {
  precondition(
    minScale == 1 || size != nil, "minScale \(minScale) needs the size of the random window")
  let sampling = CoordinateSampling(
    size: minScale == 1 ? size : nil, mode: mode, padMode: padMode, alignsCorners: alignsCorners)
  var transforms: [any Transform] = []
  if doFlip {
    transforms.append(
      flipVert
        ? Dihedral(sampling: sampling, isPerBatch: isPerBatch)
        : Flip(sampling: sampling, isPerBatch: isPerBatch))
  }
  if maxWarp != 0 {
    transforms.append(
      Warp(
        magnitude: maxWarp * mult, probability: pAffine, sampling: sampling, isPerBatch: isPerBatch)
    )
  }
  if maxRotate != 0 {
    transforms.append(
      Rotate(
        maximumDegrees: maxRotate * mult, probability: pAffine, sampling: sampling,
        isPerBatch: isPerBatch))
  }
  if minZoom < 1 || maxZoom > 1 {
    transforms.append(
      Zoom(
        minimum: minZoom, maximum: maxZoom, probability: pAffine, sampling: sampling,
        isPerBatch: isPerBatch))
  }
  if maxLighting != 0 {
    transforms.append(
      Brightness(maximumChange: maxLighting * mult, probability: pLighting, isPerBatch: isPerBatch))
    transforms.append(
      Contrast(maximumChange: maxLighting * mult, probability: pLighting, isPerBatch: isPerBatch))
  }
  let window = minScale == 1 ? nil : size
  let crop: [any Transform] =
    window.map { [RandomResizedCropGPU($0, minimumScale: minScale, ratio: (1, 1))] } ?? []
  let added = crop + extra
  // fastai puts what is neither affine nor lighting first.
  return added.filter { !($0 is any CoordinateTransform) && !($0 is any LightingTransform) }
    + transforms.filter { $0 is any CoordinateTransform }
    + added.filter { $0 is any CoordinateTransform }
    + transforms.filter { $0 is any LightingTransform }
    + added.filter { $0 is any LightingTransform }
}
