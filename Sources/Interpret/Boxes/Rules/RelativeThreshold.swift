/// Pixels at or above a share of the maximum: 0.2 in the CAM paper (Zhou et al., arXiv:1512.04150), 0.15 in Grad-CAM's
/// (Selvaraju et al., arXiv:1610.02391).
///
///     value ≥ share · max
enum RelativeThreshold {
  static func value(_ share: Double, peak: Float) -> Float {
    .atLeast(share * Double(peak))
  }
}
