// The frame scanner. The venue writes its keys in one order; a frame in that order is read straight through, keys by eight
// bytes, numbers by sixteen. Any other frame is read key by key.
#include "symbols.h"

using namespace baseline;

#ifdef __AVX2__
namespace {

/// Rows of shuffles that move the first n of sixteen bytes to the end, zeros before them: row n begins at byte n.
alignas(16) const uint8_t kToEnd[32] = {128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 128,
                                        0,   1,   2,   3,   4,   5,   6,   7,   8,   9,   10,  11,  12,  13,  14,  15};
/// The first n of sixteen bytes: row n begins at byte 16 - n.
alignas(16) const uint8_t kFirst[32] = {255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
                                        0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0};

struct Digits {
  __m128i values;
  uint32_t others;  ///< bits of the bytes that are no digits
};

inline __m128i load16(const uint8_t *at) { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(at)); }

inline Digits digitsAt(const uint8_t *at) {
  const __m128i values = _mm_sub_epi8(load16(at), _mm_set1_epi8('0'));
  const __m128i nine = _mm_set1_epi8(9);
  const uint32_t plain = uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(values, nine), nine)));
  return {values, plain ^ 0xFFFFu};
}

/// Moves past the whole number at `at`, 1 to 15 digits. Nearly all have `usual` digits: a predicted branch, so that the next
/// field need not wait for this one's length.
template <int usual>
inline bool number(const uint8_t *&at, int64_t &value) {
  const Digits digits = digitsAt(at);
  const uint32_t count = _tzcnt_u32(digits.others);
  if (APUS_UNLIKELY(count - 1 > 14)) return false;
  uint32_t high, low;
  pairs(_mm_shuffle_epi8(digits.values, load16(kToEnd + count)), high, low);
  value = int64_t(high) * 100000000 + low;
  if (APUS_LIKELY(count == usual)) {
    asm("" : "+r"(at));
    at += usual;
  } else {
    at += count;
  }
  return true;
}

/// Moves past a decimal and the quote behind it: 1 to 8 digits, a point, 1 to 8 digits, 15 bytes at most.
template <bool isWanted>
inline bool decimal(const uint8_t *&at, int64_t &value) {
  const Digits digits = digitsAt(at);
  const uint32_t point = _tzcnt_u32(digits.others);
  const uint32_t end = _tzcnt_u32(_blsr_u32(digits.others));
  if (APUS_UNLIKELY(point - 1 > 7 || end - point - 2 > 7 || end > 15)) return false;
  if (APUS_UNLIKELY(at[point] != '.' || at[end] != '"')) return false;
  if (isWanted) {
    const __m128i kept = _mm_and_si128(digits.values, load16(kFirst + 16 - end));
    // The whole part to bytes 0-7, right-aligned, decimals to 8-15, left-aligned.
    const __m128i places = _mm_add_epi8(
        _mm_setr_epi8(-8, -7, -6, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 6, 7, 8), _mm_set1_epi8(int8_t(point)));
    const __m128i ordered = _mm_shuffle_epi8(kept, _mm_or_si128(places, _mm_cmpgt_epi8(places, _mm_set1_epi8(15))));
    uint32_t high, low;
    pairs(ordered, high, low);
    value = int64_t(high) * 100000000 + low;
  }
  at += end + 1;
  return true;
}

template <bool isCombined>
inline bool scanInOrder(const apus_baseline_scanner &scanner, const uint8_t *frame, size_t length, apus_record &record) {
  const uint8_t *at = frame;
  const uint8_t *const end = frame + length;
  // What is read before the first look at the end lies within so many bytes.
  if (APUS_UNLIKELY(length < (isCombined ? 128 : 64))) return false;
  if (isCombined) {
    if (APUS_UNLIKELY(!(begins(at, "{\"stream") & begins(at + 3, "tream\":\"")))) return false;
    at += 11;
    const __m256i name = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at));
    const uint32_t quotes = uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(name, _mm256_set1_epi8('"'))));
    // A backslash or a control character in the name is for the other way to judge.
    const __m256i shown = _mm256_max_epu8(name, _mm256_set1_epi8(0x20));
    const __m256i plain = _mm256_andnot_si256(_mm256_cmpeq_epi8(name, _mm256_set1_epi8('\\')), _mm256_cmpeq_epi8(shown, name));
    const uint32_t odd = ~uint32_t(_mm256_movemask_epi8(plain));
    if (APUS_UNLIKELY(quotes == 0 || (odd & _blsmsk_u32(quotes)))) return false;
    at += _tzcnt_u32(quotes);
    const __m256i join = _mm256_setr_epi8('"', ',', '"', 'd', 'a', 't', 'a', '"', ':', '{', '"', 'e', '"', ':', '"', 'a', 'g',
                                          'g', 'T', 'r', 'a', 'd', 'e', '"', ',', '"', 'E', '"', ':', 0, 0, 0);
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at));
    if (APUS_UNLIKELY((uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, join))) & 0x1FFFFFFFu) != 0x1FFFFFFFu)) return false;
    at += 29;
  } else {
    if (APUS_UNLIKELY(!(begins(at, "{\"e\":\"ag") & begins(at + 8, "gTrade\",") & begins(at + 16, "\"E\":")))) return false;
    at += 20;
  }
  // Between two looks at the end lie at most 50 bytes of fields and keys, so no read goes beyond the 64 that follow a frame.
  int64_t eventTime, id, price, quantity, other, first, last, time;
  if (APUS_UNLIKELY(!number<13>(at, eventTime) || !begins(at, ",\"a\":"))) return false;
  at += 5;
  if (APUS_UNLIKELY(!number<10>(at, id) || !begins(at, ",\"s\":\""))) return false;
  at += 6;
  const __m128i name = load16(at);
  const uint32_t quotes = uint32_t(_mm_movemask_epi8(_mm_cmpeq_epi8(name, _mm_set1_epi8('"'))));
  if (APUS_UNLIKELY(quotes == 0)) return false;
  const uint32_t nameLength = _tzcnt_u32(quotes);
  const __m128i kept = _mm_and_si128(name, load16(kFirst + 16 - nameLength));
  const int32_t symbol = scanner.find(uint64_t(_mm_cvtsi128_si64(kept)), uint64_t(_mm_extract_epi64(kept, 1)));
  if (APUS_UNLIKELY(symbol < 0)) return false;
  at += nameLength;
  if (APUS_UNLIKELY(at > end || !begins(at, "\",\"p\":\""))) return false;
  at += 7;
  if (APUS_UNLIKELY(!decimal<true>(at, price) || price < 1 || !begins(at, ",\"q\":\""))) return false;
  at += 6;
  if (APUS_UNLIKELY(!decimal<true>(at, quantity) || !begins(at, ",\"nq\":\""))) return false;
  at += 7;
  if (APUS_UNLIKELY(at > end || !decimal<false>(at, other) || !begins(at, ",\"f\":"))) return false;
  at += 5;
  if (APUS_UNLIKELY(!number<10>(at, first) || !begins(at, ",\"l\":"))) return false;
  at += 5;
  if (APUS_UNLIKELY(at > end || !number<10>(at, last) || !begins(at, ",\"T\":"))) return false;
  at += 5;
  if (APUS_UNLIKELY(!number<13>(at, time) || !begins(at, ",\"m\":"))) return false;
  at += 5;
  if (APUS_UNLIKELY(time < 1 || time > 100000000000000)) return false;
  const bool isTrue = isCombined ? begins(at, "true}}") : begins(at, "true}");
  const bool isFalse = isCombined ? begins(at, "false}}") : begins(at, "false}");
  // The end must be the frame's: what follows in memory may look like its rest.
  if (APUS_UNLIKELY(!(isTrue | isFalse) || at + (isCombined ? 6 : 5) + isFalse != end)) return false;
  record.flags = isTrue ? 1 : 0;
  record.symbol = uint32_t(symbol);
  record.time_ms = time;
  record.id = id;
  record.price_e8 = price;
  record.quantity_e8 = quantity;
  record.first_id = first;
  const int64_t distance = last - first;
  record.span = first > 0 && uint64_t(distance) <= UINT32_MAX ? uint32_t(distance) : 0;
  return true;
}

}  // namespace
#endif

extern "C" {

int32_t apus_baseline_scan(
    const apus_baseline_scanner *scanner, const uint8_t *frame, size_t length, apus_record *record) {
#ifdef __AVX2__
  if (APUS_LIKELY(length > 16)) {
    // The third byte tells the forms apart: {"s.. and {"e..
    if (frame[2] == 's') {
      if (APUS_LIKELY(scanInOrder<true>(*scanner, frame, length, *record))) return APUS_BASELINE_TRADE;
    } else {
      if (APUS_LIKELY(scanInOrder<false>(*scanner, frame, length, *record))) return APUS_BASELINE_TRADE;
    }
  }
#endif
  return apus_baseline_scan_any_order(scanner, frame, length, record);
}

apus_baseline_scanner *apus_baseline_scanner_make(const char *const *names, int32_t count) {
  auto *scanner = new apus_baseline_scanner;
  size_t room = 16;
  while (room < size_t(count) * 4) room *= 2;
  scanner->slots.resize(room);
  scanner->mask = room - 1;
  for (int32_t i = 0; i < count; ++i) {
    scanner->names.emplace_back(names[i]);
    const std::string &name = scanner->names.back();
    if (name.size() > 16) continue;
    uint64_t parts[2] = {0, 0};
    memcpy(parts, name.data(), name.size());
    uint64_t at = apus_baseline_scanner::hash(parts[0], parts[1]) & scanner->mask;
    while (scanner->slots[at].index >= 0) at = (at + 1) & scanner->mask;
    scanner->slots[at] = {parts[0], parts[1], i};
  }
  return scanner;
}

void apus_baseline_scanner_free(apus_baseline_scanner *scanner) { delete scanner; }

const char *apus_baseline_compiler(void) { return "clang " __clang_version__; }
const char *apus_baseline_target(void) { return apus_target_here(); }

}
