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
/// - Returns: The transforms whose strength is not 0.
public func augTransforms(
  mult: Double = 1, doFlip: Bool = true, flipVert: Bool = false, maxRotate: Double = 10,
  minZoom: Double = 1, maxZoom: Double = 1.1, maxLighting: Double = 0.2, maxWarp: Double = 0.2,
  pAffine: Double = 0.75, pLighting: Double = 0.75
) -> [any Transform] {
  var transforms: [any Transform] = []
  if doFlip { transforms.append(flipVert ? Dihedral() : Flip()) }
  if maxWarp != 0 { transforms.append(Warp(magnitude: maxWarp * mult, probability: pAffine)) }
  if maxRotate != 0 {
    transforms.append(Rotate(maximumDegrees: maxRotate * mult, probability: pAffine))
  }
  if minZoom < 1 || maxZoom > 1 {
    transforms.append(Zoom(minimum: minZoom, maximum: maxZoom, probability: pAffine))
  }
  if maxLighting != 0 {
    transforms.append(Brightness(maximumChange: maxLighting * mult, probability: pLighting))
    transforms.append(Contrast(maximumChange: maxLighting * mult, probability: pLighting))
  }
  return transforms
}
