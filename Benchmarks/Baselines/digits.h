/// Decimal digits by the vector: sixteen bytes that end where the number ends.
#pragma once
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#define APUS_LIKELY(x) __builtin_expect(!!(x), 1)
#define APUS_UNLIKELY(x) __builtin_expect(!!(x), 0)

namespace baseline {

inline uint64_t load8(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, 8);
  return word;
}

/// Up to eight bytes of a literal as the integer that `load8` gives.
template <size_t N>
constexpr uint64_t word(const char (&text)[N]) {
  static_assert(N >= 1 && N <= 9, "a word has at most eight bytes");
  uint64_t value = 0;
  for (size_t i = 0; i + 1 < N; ++i) value |= uint64_t(uint8_t(text[i])) << (8 * i);
  return value;
}

/// Whether the bytes at `at` begin with the literal, of at most eight bytes.
template <size_t N>
inline unsigned begins(const uint8_t *at, const char (&text)[N]) {
  constexpr uint64_t mask = N == 9 ? ~0ull : (1ull << (8 * (N - 1))) - 1;
  return (load8(at) & mask) == word(text);
}

#ifdef __AVX2__
/// Row n keeps the last n of sixteen bytes.
alignas(16) extern const uint8_t kKeepLast[17][16];
/// Row d takes a point at byte d out: whole part to bytes 0-7, right-aligned, decimals to 8-15, left-aligned.
alignas(16) extern const uint8_t kSplitAt[16][16];

/// Sixteen digits, already 0-9, as two numbers of eight.
inline void pairs(__m128i digits, uint32_t &high, uint32_t &low) {
  const __m128i tens = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010A));
  const __m128i hundreds = _mm_madd_epi16(tens, _mm_set1_epi32(0x00010064));
  const __m128i packed = _mm_packus_epi32(hundreds, hundreds);
  const __m128i wide = _mm_madd_epi16(packed, _mm_set1_epi32(0x00012710));
  const uint64_t both = uint64_t(_mm_cvtsi128_si64(wide));
  high = uint32_t(both);
  low = uint32_t(both >> 32);
}

/// The whole number in `[start, end)`, 1 to 16 digits; reads 16 bytes before `end`.
inline bool whole(const uint8_t *start, const uint8_t *end, int64_t &value) {
  const size_t length = size_t(end - start);
  if (APUS_UNLIKELY(length - 1 > 15)) return false;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(end - 16));
  const __m128i keep = _mm_load_si128(reinterpret_cast<const __m128i *>(kKeepLast[length]));
  const __m128i digits = _mm_and_si128(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), keep);
  const __m128i nine = _mm_set1_epi8(9);
  if (APUS_UNLIKELY(!_mm_testc_si128(_mm_cmpeq_epi8(_mm_max_epu8(digits, nine), nine), _mm_set1_epi8(-1)))) return false;
  uint32_t high, low;
  pairs(digits, high, low);
  value = int64_t(high) * 100000000 + low;
  return true;
}

/// The plain decimal in `[start, end)` as units of 1e-8: 1 to 8 digits, a point, 1 to 8 digits, 16 bytes at most.
inline bool units(const uint8_t *start, const uint8_t *end, int64_t &value) {
  const size_t length = size_t(end - start);
  if (APUS_UNLIKELY(length - 1 > 15)) return false;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i *>(end - 16));
  const __m128i keep = _mm_load_si128(reinterpret_cast<const __m128i *>(kKeepLast[length]));
  const __m128i point = _mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')), keep);
  const uint32_t points = uint32_t(_mm_movemask_epi8(point));
  const uint32_t at = uint32_t(_tzcnt_u32(points | 0x10000));
  const size_t wholes = at - (16 - length);
  // One point, digits on both sides, at most eight of each.
  if (APUS_UNLIKELY((points & (points - 1)) || wholes - 1 > 7 || at - 7 > 7)) return false;
  const __m128i digits = _mm_andnot_si128(point, _mm_and_si128(_mm_sub_epi8(bytes, _mm_set1_epi8('0')), keep));
  const __m128i nine = _mm_set1_epi8(9);
  if (APUS_UNLIKELY(!_mm_testc_si128(_mm_cmpeq_epi8(_mm_max_epu8(digits, nine), nine), _mm_set1_epi8(-1)))) return false;
  uint32_t high, low;
  pairs(_mm_shuffle_epi8(digits, _mm_load_si128(reinterpret_cast<const __m128i *>(kSplitAt[at]))), high, low);
  value = int64_t(high) * 100000000 + low;
  return true;
}
#endif

/// Digits at `at` as an unsigned number within Int64; false when there is none or it is left. Byte by byte.
inline bool slowWhole(const uint8_t *&at, const uint8_t *end, int64_t &value) {
  const uint8_t *const start = at;
  uint64_t sum = 0;
  while (at < end) {
    const uint8_t digit = uint8_t(*at - '0');
    if (digit > 9) break;
    if (at - start >= 18) {
      if (__builtin_mul_overflow(sum, 10ull, &sum) || __builtin_add_overflow(sum, uint64_t(digit), &sum)) return false;
      if (sum > uint64_t(INT64_MAX)) return false;
    } else {
      sum = sum * 10 + digit;
    }
    ++at;
  }
  value = int64_t(sum);
  return at > start;
}

/// A plain decimal of at most eight places as units of 1e-8. Byte by byte.
inline bool slowUnits(const uint8_t *&at, const uint8_t *end, int64_t &value) {
  int64_t wholePart = 0, fraction = 0;
  if (!slowWhole(at, end, wholePart)) return false;
  int missing = 8;
  if (at < end && *at == '.') {
    const uint8_t *const start = ++at;
    if (!slowWhole(at, end, fraction)) return false;
    if (at - start > 8) return false;
    missing = 8 - int(at - start);
  }
  while (missing-- > 0) fraction *= 10;
  return !__builtin_mul_overflow(wholePart, int64_t(100000000), &value) &&
         !__builtin_add_overflow(value, fraction, &value);
}

}  // namespace baseline
