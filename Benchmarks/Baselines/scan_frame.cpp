// The frame scanner. The venue writes its keys in one order; a frame in that order is found by its commas, all fields are
// then read at once, since none waits for the one before it. Any other frame is read key by key.
#include "symbols.h"

using namespace baseline;

#ifdef __AVX2__
namespace baseline {
alignas(16) const uint8_t kKeepLast[17][16] = {
#define APUS_ROW(n)                                                                                                   \
  {                                                                                                                   \
    n > 15 ? 255 : 0, n > 14 ? 255 : 0, n > 13 ? 255 : 0, n > 12 ? 255 : 0, n > 11 ? 255 : 0, n > 10 ? 255 : 0,       \
        n > 9 ? 255 : 0, n > 8 ? 255 : 0, n > 7 ? 255 : 0, n > 6 ? 255 : 0, n > 5 ? 255 : 0, n > 4 ? 255 : 0,         \
        n > 3 ? 255 : 0, n > 2 ? 255 : 0, n > 1 ? 255 : 0, n > 0 ? 255 : 0                                            \
  }
    APUS_ROW(0),  APUS_ROW(1),  APUS_ROW(2),  APUS_ROW(3),  APUS_ROW(4),  APUS_ROW(5),  APUS_ROW(6),  APUS_ROW(7), APUS_ROW(8),
    APUS_ROW(9),  APUS_ROW(10), APUS_ROW(11), APUS_ROW(12), APUS_ROW(13), APUS_ROW(14), APUS_ROW(15), APUS_ROW(16)
#undef APUS_ROW
};
#define APUS_WHOLE(d, j) (d - 8 + j >= 0 ? d - 8 + j : 128)
#define APUS_DECIMAL(d, j) (d + 1 + j <= 15 ? d + 1 + j : 128)
#define APUS_ROW(d)                                                                                                   \
  {                                                                                                                   \
    APUS_WHOLE(d, 0), APUS_WHOLE(d, 1), APUS_WHOLE(d, 2), APUS_WHOLE(d, 3), APUS_WHOLE(d, 4), APUS_WHOLE(d, 5),       \
        APUS_WHOLE(d, 6), APUS_WHOLE(d, 7), APUS_DECIMAL(d, 0), APUS_DECIMAL(d, 1), APUS_DECIMAL(d, 2),               \
        APUS_DECIMAL(d, 3), APUS_DECIMAL(d, 4), APUS_DECIMAL(d, 5), APUS_DECIMAL(d, 6), APUS_DECIMAL(d, 7)            \
  }
alignas(16) const uint8_t kSplitAt[16][16] = {
    APUS_ROW(0), APUS_ROW(1), APUS_ROW(2),  APUS_ROW(3),  APUS_ROW(4),  APUS_ROW(5),  APUS_ROW(6),  APUS_ROW(7),
    APUS_ROW(8), APUS_ROW(9), APUS_ROW(10), APUS_ROW(11), APUS_ROW(12), APUS_ROW(13), APUS_ROW(14), APUS_ROW(15)};
#undef APUS_ROW
#undef APUS_WHOLE
#undef APUS_DECIMAL
}  // namespace baseline

namespace {

/// Eleven commas of a combined frame, ten of a raw one; 38 and 32 quotes. Longer than eight vectors: the other way.
template <bool isCombined>
inline bool scanInOrder(const apus_baseline_scanner &scanner, const uint8_t *frame, size_t length, apus_record &record) {
  constexpr int commaCount = isCombined ? 11 : 10;
  constexpr int quoteCount = isCombined ? 38 : 32;
  constexpr size_t vectors = 8;
  if (APUS_UNLIKELY(length > 32 * vectors || length < 96)) return false;
  const __m256i comma = _mm256_set1_epi8(','), quote = _mm256_set1_epi8('"'), back = _mm256_set1_epi8('\\');
  const __m256i space = _mm256_set1_epi8(0x20);
  // Places of the commas, by halves of 64 bytes; strings hold no escape and no control character.
  uint64_t commas[4] = {0, 0, 0, 0};
  __m256i odd = _mm256_setzero_si256();
  int quotes = 0;
  const size_t blocks = (length + 63) >> 6;
  for (size_t block = 0; block < blocks; ++block) {
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(frame + block * 64));
    const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(frame + block * 64 + 32));
    uint64_t commaBits = uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, comma))) |
                         uint64_t(uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(second, comma)))) << 32;
    uint64_t quoteBits = uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(first, quote))) |
                         uint64_t(uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(second, quote)))) << 32;
    const __m256i odd1 = _mm256_or_si256(_mm256_cmpeq_epi8(first, back),
                                         _mm256_xor_si256(_mm256_cmpeq_epi8(_mm256_max_epu8(first, space), first),
                                                          _mm256_set1_epi8(-1)));
    const __m256i odd2 = _mm256_or_si256(_mm256_cmpeq_epi8(second, back),
                                         _mm256_xor_si256(_mm256_cmpeq_epi8(_mm256_max_epu8(second, space), second),
                                                          _mm256_set1_epi8(-1)));
    if (block + 1 == blocks) {
      const uint64_t inside = _bzhi_u64(~0ull, uint32_t(length - block * 64));
      commaBits &= inside;
      quoteBits &= inside;
      const uint64_t oddBits = uint32_t(_mm256_movemask_epi8(odd1)) | uint64_t(uint32_t(_mm256_movemask_epi8(odd2))) << 32;
      if (APUS_UNLIKELY(oddBits & inside)) return false;
    } else {
      odd = _mm256_or_si256(odd, _mm256_or_si256(odd1, odd2));
    }
    commas[block] = commaBits;
    quotes += __builtin_popcountll(quoteBits);
  }
  if (APUS_UNLIKELY(quotes != quoteCount || !_mm256_testz_si256(odd, odd))) return false;
  // Their places in order; at most 16 are written, more than there can be in an ordered frame is refused below.
  const uint8_t *at[16 + 8];
  int found = 0;
  for (size_t block = 0; block < blocks; ++block) {
    uint64_t bits = commas[block];
    const int here = __builtin_popcountll(bits);
    if (APUS_UNLIKELY(found + here > commaCount)) return false;
    const uint8_t *const base = frame + block * 64;
    // Eight at once without a branch, the rest one by one.
    for (int i = 0; i < 8; ++i) {
      at[found + i] = base + _tzcnt_u64(bits);
      bits = _blsr_u64(bits);
    }
    for (int i = 8; APUS_UNLIKELY(i < here); ++i) {
      at[found + i] = base + _tzcnt_u64(bits);
      bits = _blsr_u64(bits);
    }
    found += here;
  }
  if (APUS_UNLIKELY(found != commaCount)) return false;
  const uint8_t **c = at;
  const uint8_t *const end = frame + length;
  unsigned fits;
  if (isCombined) {
    fits = begins(frame, "{\"stream") & begins(frame + 3, "tream\":\"");
    const __m256i join = _mm256_setr_epi8('"', ',', '"', 'd', 'a', 't', 'a', '"', ':', '{', '"', 'e', '"', ':', '"', 'a', 'g',
                                          'g', 'T', 'r', 'a', 'd', 'e', '"', ',', '"', 'E', '"', ':', 0, 0, 0);
    const __m256i here = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(c[0] - 1));
    fits &= unsigned((uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, join))) & 0x1FFFFFFFu) == 0x1FFFFFFFu);
    ++c;
  } else {
    fits = begins(frame, "{\"e\":\"ag") & begins(frame + 8, "gTrade\",") & begins(frame + 16, "\"E\":");
  }
  // c[0] is now the comma after the event's name. Each text below begins at its comma, or at the quote before it.
  fits &= begins(c[1], ",\"a\":") & begins(c[2], ",\"s\":\"") & begins(c[3] - 1, "\",\"p\":\"") &
          begins(c[4] - 1, "\",\"q\":\"") & begins(c[5] - 1, "\",\"nq\":\"") & begins(c[6] - 1, "\",\"f\":") &
          begins(c[7], ",\"l\":") & begins(c[8], ",\"T\":") & begins(c[9], ",\"m\":");
  const uint8_t *const maker = c[9] + 5;
  const bool isTrue = isCombined ? begins(maker, "true}}") && maker + 6 == end : begins(maker, "true}") && maker + 5 == end;
  const bool isFalse =
      isCombined ? begins(maker, "false}}") && maker + 7 == end : begins(maker, "false}") && maker + 6 == end;
  int64_t eventTime, id, price, quantity, first, last, time;
  if (APUS_UNLIKELY(!fits || isTrue == isFalse)) return false;
  if (APUS_UNLIKELY(!whole(c[0] + 5, c[1], eventTime))) return false;
  if (APUS_UNLIKELY(!whole(c[1] + 5, c[2], id))) return false;
  if (APUS_UNLIKELY(!units(c[3] + 6, c[4] - 1, price) || price < 1)) return false;
  if (APUS_UNLIKELY(!units(c[4] + 6, c[5] - 1, quantity))) return false;
  if (APUS_UNLIKELY(!whole(c[6] + 5, c[7], first))) return false;
  if (APUS_UNLIKELY(!whole(c[7] + 5, c[8], last))) return false;
  if (APUS_UNLIKELY(!whole(c[8] + 5, c[9], time) || time < 1 || time > 100000000000000)) return false;
  const uint8_t *const name = c[2] + 6;
  const size_t nameLength = size_t(c[3] - 1 - name);
  if (APUS_UNLIKELY(nameLength > 16)) return false;
  const uint64_t low = _bzhi_u64(load8(name), nameLength < 8 ? uint32_t(nameLength * 8) : 64);
  const uint64_t high = nameLength > 8 ? _bzhi_u64(load8(name + 8), uint32_t(nameLength * 8 - 64)) : 0;
  const int32_t symbol = scanner.find(low, high);
  if (APUS_UNLIKELY(symbol < 0)) return false;
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
