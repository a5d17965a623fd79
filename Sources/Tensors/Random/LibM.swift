#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Functions of libm under names that the methods of `Tensor` do not shadow.
enum LibM {
  static func exp(_ x: Double) -> Double { unqualifiedExp(x) }
  static func log(_ x: Double) -> Double { unqualifiedLog(x) }
  static func pow(_ x: Double, _ n: Int) -> Double { unqualifiedPow(x, Double(n)) }
  static func pow(_ x: Double, _ y: Double) -> Double { unqualifiedPow(x, y) }
  static func sineAndCosine(_ x: Double) -> (Double, Double) { (sin(x), cos(x)) }
}

private func unqualifiedExp(_ x: Double) -> Double { exp(x) }
private func unqualifiedLog(_ x: Double) -> Double { log(x) }
private func unqualifiedPow(_ x: Double, _ y: Double) -> Double { pow(x, y) }
