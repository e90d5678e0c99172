#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The functions of the system's mathematics library that training needs.
func cosine(_ angle: Double) -> Double { cos(angle) }
func raised(_ base: Double, to power: Double) -> Double { pow(base, power) }
func logarithm(_ value: Double) -> Double { log(value) }
func exponential(_ power: Double) -> Double { exp(power) }
