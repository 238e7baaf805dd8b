/// Sixteen bytes of text at once: what Swift's SIMD types cannot say, because they give no bit mask of a comparison and
/// have no multiply-add of neighbours.
///
/// x86-64 has what is needed from x86-64-v2 on; elsewhere plain C does the same, slower (a test compiles that way too, by
/// APUS_PLAIN_BYTES, and compares). Reads are the caller's to answer
/// for: each function says how many bytes it looks at. The functions are marked for the Swift compiler's allocation and
/// lock checks by hand; it trusts, it does not verify.
#pragma once
#include <stdint.h>
#include <string.h>
#if defined(__SSE4_1__) && !defined(APUS_PLAIN_BYTES)
#define APUS_VECTOR_BYTES 1
#include <immintrin.h>
#endif

#define APUS_HOT __attribute__((always_inline, swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

/// 1 where the functions below use vectors.
APUS_HOT static inline int apus_has_vectors(void) {
#if defined(APUS_VECTOR_BYTES)
  return 1;
#else
  return 0;
#endif
}

/// Eight bytes, the first one lowest: a name of eight letters compares in one instruction.
APUS_HOT static inline uint64_t apus_load64(const uint8_t *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
  return word;
}

/// Bit i: byte i of sixteen cannot stand inside a plain JSON string: a quote, a backslash or a control character.
APUS_HOT static inline uint32_t apus_string_ends16(const uint8_t *at) {
#if defined(APUS_VECTOR_BYTES)
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

/// Bit i: byte i of sixteen is a quote.
APUS_HOT static inline uint32_t apus_quotes16(const uint8_t *at) {
#if defined(APUS_VECTOR_BYTES)
  __m128i text = _mm_loadu_si128((const __m128i *)at);
  return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(text, _mm_set1_epi8('"')));
#else
  uint32_t mask = 0;
  for (int i = 0; i < 16; i++) mask |= (uint32_t)(at[i] == '"') << i;
  return mask;
#endif
}

/// A number out of text.
typedef struct apus_number {
  int64_t value;
  /// Bytes it takes; 0 when there is no number that these functions read.
  int64_t length;
} apus_number;

#if defined(APUS_VECTOR_BYTES)
/// Sixteen digits, already 0-9, most significant first, as two numbers of eight: pairs, then fours, then eights.
APUS_HOT static inline int64_t apus_eights(__m128i digits, int64_t *low) {
  __m128i pairs = _mm_maddubs_epi16(digits, _mm_set1_epi16(1 << 8 | 10));
  __m128i fours = _mm_madd_epi16(pairs, _mm_set1_epi32(1 << 16 | 100));
  __m128i packed = _mm_packus_epi32(fours, fours);
  __m128i eights = _mm_madd_epi16(packed, _mm_set1_epi32(1 << 16 | 10000));
  uint64_t both = (uint64_t)_mm_cvtsi128_si64(eights);
  *low = (int64_t)(both >> 32);
  return (int64_t)(both & 0xFFFFFFFF);
}

/// Byte values less '0', and bit i of `others`: byte i is no decimal digit.
APUS_HOT static inline __m128i apus_digits(const uint8_t *at, uint32_t *others) {
  __m128i text = _mm_loadu_si128((const __m128i *)at);
  // Moved to the low end of the signed bytes, ten values are digits and all above are not: one comparison tells.
  __m128i moved = _mm_add_epi8(text, _mm_set1_epi8(0x80 - '0'));
  *others = (uint32_t)_mm_movemask_epi8(_mm_cmpgt_epi8(moved, _mm_set1_epi8(-128 + 9)));
  return _mm_sub_epi8(text, _mm_set1_epi8('0'));
}

/// The place of the lowest bit, 32 when there is none.
APUS_HOT static inline uint32_t apus_lowest(uint32_t bits) {
#if defined(__BMI__)
  return _tzcnt_u32(bits);
#else
  return bits ? (uint32_t)__builtin_ctz(bits) : 32;
#endif
}

/// The first `count` (0...16) of sixteen bytes moved to their end, zeros before them: a shuffle takes 128 for a zero.
APUS_HOT static inline __m128i apus_to_end(__m128i bytes, int64_t count) {
  static const uint8_t places[32] = {128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
                                     0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15};
  return _mm_shuffle_epi8(bytes, _mm_loadu_si128((const __m128i *)(places + count)));
}

/// The first `count` (0...16) of sixteen bytes, zeros behind them.
APUS_HOT static inline __m128i apus_first(__m128i bytes, int64_t count) {
  static const uint8_t kept[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
  return _mm_and_si128(bytes, _mm_loadu_si128((const __m128i *)(kept + 16 - count)));
}
#endif

/// The whole number of 1 to 15 digits at `at`. Looks at sixteen bytes.
APUS_HOT static inline apus_number apus_whole15(const uint8_t *at) {
  apus_number number = {0, 0};
#if defined(APUS_VECTOR_BYTES)
  uint32_t others;
  __m128i digits = apus_digits(at, &others);
  uint32_t count = apus_lowest(others);
  if (__builtin_expect(count - 1 > 14, 0)) return number;
  int64_t low;
  int64_t high = apus_eights(apus_to_end(digits, count), &low);
  number.value = high * 100000000 + low;
  number.length = count;
#else
  while (number.length < 16 && (uint8_t)(at[number.length] - '0') <= 9)
    number.value = number.value * 10 + (at[number.length++] - '0');
  if (number.length > 15) number.length = 0;
#endif
  return number;
}

/// The plain decimal at `at`, followed by `closer`, in units of 1e-8: up to 10 digits, or 1 to 8 digits, a point and 1 to 8
/// digits; at most fifteen characters. Its length is without the closer. Looks at sixteen bytes.
APUS_HOT static inline apus_number apus_decimal15(const uint8_t *at, uint8_t closer) {
  apus_number number = {0, 0};
#if defined(APUS_VECTOR_BYTES)
  uint32_t others;
  __m128i digits = apus_digits(at, &others);
  uint32_t point = apus_lowest(others);
  uint32_t end = apus_lowest(others & (others - 1));
  // In one go: the whole part to bytes 0-7, right-aligned, the decimals to bytes 8-15, left-aligned.
  if (__builtin_expect((point - 1 <= 7) & (end - point - 2 <= 7) & (end <= 15), 1)) {
    if (__builtin_expect((at[point] == '.') & (at[end] == closer), 1)) {
      __m128i kept = apus_first(digits, end);
      __m128i from = _mm_add_epi8(
          _mm_setr_epi8(-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8), _mm_set1_epi8((char)point));
      // Beyond the sixteenth byte there is nothing: a shuffle takes a place of 128 and more for a zero.
      from = _mm_or_si128(from, _mm_cmpgt_epi8(from, _mm_set1_epi8(15)));
      int64_t low;
      int64_t high = apus_eights(_mm_shuffle_epi8(kept, from), &low);
      number.value = high * 100000000 + low;
      number.length = end;
      return number;
    }
  }
  // Coins that trade by the piece. Ten digits of 1e8 fit into Int64.
  if (point - 1 <= 9 && at[point] == closer) {
    int64_t low;
    int64_t high = apus_eights(apus_to_end(digits, point), &low);
    number.value = (high * 100000000 + low) * 100000000;
    number.length = point;
  }
#else
  int64_t whole = 0, fraction = 0, point = 0;
  while (point < 11 && (uint8_t)(at[point] - '0') <= 9) whole = whole * 10 + (at[point++] - '0');
  if (point == 0 || point > 10) return number;
  if (at[point] == closer) {
    number.value = whole * 100000000;
    number.length = point;
    return number;
  }
  if (at[point] != '.' || point > 8) return number;
  int64_t end = point + 1;
  while (end < 16 && end < point + 10 && (uint8_t)(at[end] - '0') <= 9) fraction = fraction * 10 + (at[end++] - '0');
  if (end > 15 || end == point + 1 || end > point + 9 || at[end] != closer) return number;
  for (int64_t decimals = end - point - 1; decimals < 8; decimals++) fraction *= 10;
  number.value = whole * 100000000 + fraction;
  number.length = end;
#endif
  return number;
}

/// `at + length`, where nearly all lengths are `usual`: a predicted branch instead of an addition, so that what is read
/// next need not wait until the length is known. The empty assembly keeps the compiler from seeing that both are the same.
APUS_HOT static inline int64_t apus_step(int64_t at, int64_t length, int64_t usual) {
  if (__builtin_expect(length == usual, 1)) {
    __asm__("" : "+r"(at));
    return at + usual;
  }
  return at + length;
}
