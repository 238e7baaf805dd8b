/// Sixteen bytes of text at once: what Swift's SIMD types cannot say, because they give no bit mask of a comparison and
/// have no multiply-add of neighbours.
///
/// x86-64 has SSE2 always and SSE4.1 from x86-64-v2 on; elsewhere plain C does the same, slower. The functions are marked
/// for the Swift compiler's allocation and lock checks by hand; it trusts, it does not verify.
#pragma once
#include <stdint.h>
#include <string.h>
#if defined(__SSE4_1__)
#include <immintrin.h>
#endif

#define APUS_HOT __attribute__((always_inline, swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

/// Eight bytes, the first one lowest: a name of eight letters compares in one instruction.
APUS_HOT static inline uint64_t apus_load64(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/// Bit i: byte i cannot stand inside a plain JSON string: a quote, a backslash or a control character.
APUS_HOT static inline uint32_t apus_string_ends16(const uint8_t *at) {
#if defined(__SSE4_1__)
  __m128i text = _mm_loadu_si128((const __m128i *)at);
  __m128i quote = _mm_cmpeq_epi8(text, _mm_set1_epi8('"'));
  __m128i slash = _mm_cmpeq_epi8(text, _mm_set1_epi8('\\'));
  __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(0x1F)), text);
  return (uint32_t)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), control));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++) mask |= (uint32_t)(at[i] == '"' || at[i] == '\\' || at[i] < 0x20) << i;
  return mask;
#endif
}

/// Bit i: byte i is no decimal digit.
APUS_HOT static inline uint32_t apus_not_digits16(const uint8_t *at) {
#if defined(__SSE4_1__)
  __m128i text = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)at), _mm_set1_epi8('0'));
  __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(text, _mm_set1_epi8(9)), text);
  return (uint32_t)_mm_movemask_epi8(digit) ^ 0xFFFF;
#else
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++) mask |= (uint32_t)((uint8_t)(at[i] - '0') > 9) << i;
  return mask;
#endif
}

/// Bit i: byte i of sixty-four is `byte`.
APUS_HOT static inline uint64_t apus_equal64(const uint8_t *at, uint8_t byte) {
#if defined(__AVX2__)
  __m256i wanted = _mm256_set1_epi8((char)byte);
  __m256i low = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)at), wanted);
  __m256i high = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(at + 32)), wanted);
  return (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32 | (uint32_t)_mm256_movemask_epi8(low);
#else
  uint64_t mask = 0;
  for (int i = 0; i < 64; i++) mask |= (uint64_t)(at[i] == byte) << i;
  return mask;
#endif
}

/// The place of the lowest bit, 64 when there is none.
APUS_HOT static inline int apus_lowest64(uint64_t mask) {
#if defined(__BMI__)
  return (int)_tzcnt_u64(mask);
#else
  return mask ? __builtin_ctzll(mask) : 64;
#endif
}

/// Room for `apus_places`, uninitialised until it has run.
typedef struct apus_places40 {
  uint8_t bytes[40];
} apus_places40;

/// Writes where a `byte` stands in `text[from..<count]` and returns how many there are; -1 when some 64 bytes hold more than
/// eight, which no frame of the venue does. `count` is 64...256, `count - from` at most 192, and `places` has room for 40;
/// what lies behind the number returned means nothing.
///
/// Hardly a branch depends on the text: three blocks are always read, the last ones overlapping, and six places written for
/// each, so that nothing after it waits for a mispredicted end of a number.
APUS_HOT static inline int apus_places(const uint8_t *text, int from, int count, uint8_t byte, uint8_t *places) {
  int found = 0;
  int tooMany = 0;
#pragma clang loop unroll(full)
  for (int block = 0; block < 3; block++) {
    int nominal = from + block * 64;
    int start = nominal < count - 64 ? nominal : count - 64;
    uint64_t mask = apus_equal64(text + start, byte);
    // What an overlapping block repeats is shifted out.
    mask = nominal - start < 64 ? mask >> ((nominal - start) & 63) : 0;
    int inBlock = __builtin_popcountll(mask);
#pragma clang loop unroll(full)
    for (int slot = 0; slot < 6; slot++) {
      places[found + slot] = (uint8_t)(nominal + apus_lowest64(mask));
      mask &= mask - 1;
    }
    if (inBlock > 6) {
      places[found + 6] = (uint8_t)(nominal + apus_lowest64(mask));
      mask &= mask - 1;
      places[found + 7] = (uint8_t)(nominal + apus_lowest64(mask));
      tooMany |= inBlock > 8;
      inBlock = inBlock < 8 ? inBlock : 8;
    }
    found += inBlock;
  }
  return tooMany ? -1 : found;
}

#if defined(__SSE4_1__)
/// Sixteen digits, most significant first, as a number: pairs, then fours, then eights, then one addition.
APUS_HOT static inline uint64_t apus_sum_digits16(__m128i digits) {
  __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 10));
  __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
  __m128i packed = _mm_packus_epi32(fours, fours);
  __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(1 << 16 | 10000));
  uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
  return (both & 0xFFFFFFFF) * 100000000 + (both >> 32);
}

/// Keeps the last `count` of sixteen bytes.
APUS_HOT static inline __m128i apus_keep_last(__m128i bytes, int count) {
  __m128i place = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  return _mm_and_si128(bytes, _mm_cmpgt_epi8(_mm_set1_epi8((char)count), place));
}
#endif

/// The number that `count` digits spell, 1...16, the last one at `end - 1`; -1 when one of them is no digit. Reads the
/// sixteen bytes before `end`.
APUS_HOT static inline int64_t apus_digits16(const uint8_t *end, int count) {
#if defined(__SSE4_1__)
  __m128i text = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(end - 16)), _mm_set1_epi8('0'));
  __m128i digits = apus_keep_last(text, count);
  __m128i isDigit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
  int64_t sum = (int64_t)apus_sum_digits16(digits);
  return _mm_movemask_epi8(isDigit) == 0xFFFF ? sum : -1;
#else
  uint64_t sum = 0;
  for (int i = count; i > 0; i--) {
    uint8_t digit = (uint8_t)(end[-i] - '0');
    if (digit > 9) return -1;
    sum = sum * 10 + digit;
  }
  return (int64_t)sum;
#endif
}

/// The number that `whole` digits, a point and `fraction` digits spell without the point; together 2...15 digits, which
/// the caller has checked, the last one at `end - 1`. Reads the seventeen bytes before `end`.
APUS_HOT static inline int64_t apus_pointed16(const uint8_t *end, int whole, int fraction) {
#if defined(__SSE4_1__)
  __m128i zero = _mm_set1_epi8('0');
  __m128i after = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(end - 16)), zero);
  // One byte earlier: the digits before the point close up to those behind it.
  __m128i before = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(end - 17)), zero);
  __m128i place = _mm_setr_epi8(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  __m128i isAfter = _mm_cmpgt_epi8(_mm_set1_epi8((char)fraction), place);
  return (int64_t)apus_sum_digits16(apus_keep_last(_mm_blendv_epi8(before, after, isAfter), whole + fraction));
#else
  uint64_t sum = 0;
  for (int i = whole + fraction + 1; i > fraction + 1; i--) sum = sum * 10 + (uint64_t)(end[-i] - '0');
  for (int i = fraction; i > 0; i--) sum = sum * 10 + (uint64_t)(end[-i] - '0');
  return (int64_t)sum;
#endif
}

/// 10^exponent, 0...8.
APUS_HOT static inline int64_t apus_power10(int exponent) {
  static const int64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
  return powers[exponent];
}
