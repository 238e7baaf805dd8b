/// 128-bit sums.
#pragma once
#include <stdint.h>

namespace baseline {

using Wide = __int128;

inline int sign(Wide value) { return (value > 0) - (value < 0); }

/// The nearest double, ties to even. The compiler's own conversion is a call and three times as slow.
inline double nearest(Wide value) {
  const int64_t small = int64_t(value);
  if (Wide(small) == value) return double(small);
  const bool isNegative = value < 0;
  const unsigned __int128 magnitude = isNegative ? -(unsigned __int128)(value) : (unsigned __int128)(value);
  const int shift = 64 - __builtin_clzll(uint64_t(magnitude >> 64));
  uint64_t top = uint64_t(magnitude >> shift);
  // One sticky bit for all that was shifted out: rounding to 53 bits is then rounding the whole.
  top |= ((unsigned __int128)(top) << shift) != magnitude;
  const double scaled = double(top) * __builtin_bit_cast(double, uint64_t(1023 + shift) << 52);
  return isNegative ? -scaled : scaled;
}

}  // namespace baseline
