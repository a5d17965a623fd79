/// The exposure of an image: dose, contrast and noise.
struct Exposure {
  /// The attenuation that maps to middle gray.
  let middle: Float
  let contrast: Float
  /// The standard deviation of the quantum noise, in attenuation.
  let quantumNoise: Float
  /// The standard deviation of the grain (about three pixels wide at 1024), in attenuation.
  let grain: Float

  init(isAP: Bool, random: inout RandomStream) {
    middle = 0.60 + random.uniform(-0.055, 0.055)
    contrast = random.uniform(1.0, 1.35) * (isAP ? 0.94 : 1)
    quantumNoise = random.uniform(0.010, 0.022) * (isAP ? 1.3 : 1)
    grain = random.uniform(0.004, 0.009)
  }

  /// Renders the 8-bit image of an attenuation plane and a full-size plane of fine detail.
  ///
  /// - Parameters:
  ///   - base: The attenuation at a lower resolution, interpolated to the size of the image.
  ///   - detail: The attenuation to add, at the resolution of the image.
  ///   - noise: The random stream for noise.
  /// - Returns: One value per pixel of `detail`, rows from the top.
  func develop(base: Plane, detail: Plane, noise: inout RandomStream) -> [UInt8] {
    let size = detail.width
    let columns = Interpolation(from: base.width, to: size)
    let rows = Interpolation(from: base.height, to: size)
    let width = base.width
    var line = [Float](repeating: 0, count: width)
    var tones = [Float](repeating: 0, count: size)
    let steepness = contrast * 2.1
    let (middle, quantumNoise) = (middle, quantumNoise)
    return [UInt8](unsafeUninitializedCapacity: size * size) { samples, count in
      count = size * size
      base.values.withUnsafeBufferPointer { source in
        detail.values.withUnsafeBufferPointer { detail in
          line.withUnsafeMutableBufferPointer { line in
            tones.withUnsafeMutableBufferPointer { tones in
              for y in 0..<size {
                let upper = rows.first[y] * width
                let lower = rows.second[y] * width
                let t = rows.weight[y]
                for x in 0..<width {
                  line[x] = source[upper + x] + (source[lower + x] - source[upper + x]) * t
                }
                columns.apply(line, into: tones)
                for x in 0..<size {
                  let attenuation = tones[x] + detail[y * size + x]
                  // Fewer quanta pass thick tissue, so the logarithm is noisier.
                  let deviation = quantumNoise * (0.35 + attenuation)
                  tones[x] = attenuation + deviation * noise.bell()
                }
                for x in 0..<size {
                  let z = min(max((tones[x] - middle) * steepness, -2.6), 2.6)
                  // The characteristic curve: z (27 + z²) / (27 + 9 z²) approximates tanh z.
                  let curve = z * (27 + z * z) / (27 + 9 * z * z)
                  samples[y * size + x] = UInt8(min(max(128 + 126 * curve, 0), 255))
                }
              }
            }
          }
        }
      }
    }
  }
}
