// An aggTrades CSV, mapped, through the engine: rows without a copy, the largest T so far as now.
#include "digits.h"
#include "engine.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace baseline;

namespace {

struct File {
  const uint8_t *bytes = nullptr;
  size_t size = 0;
  explicit File(const char *path) {
    const int file = open(path, O_RDONLY);
    if (file < 0) return;
    struct stat status;
    if (fstat(file, &status) == 0 && status.st_size > 0) {
      void *const at = mmap(nullptr, size_t(status.st_size), PROT_READ, MAP_PRIVATE, file, 0);
      if (at != MAP_FAILED) {
        bytes = static_cast<const uint8_t *>(at);
        size = size_t(status.st_size);
        madvise(at, size, MADV_SEQUENTIAL);
      }
    }
    close(file);
  }
  ~File() {
    if (bytes) munmap(const_cast<uint8_t *>(bytes), size);
  }
};

/// Byte by byte, for the file's first and last rows, whose neighbourhood may not be read.
bool slowRow(const uint8_t *at, const uint8_t *end, apus_record &record) {
  int64_t last;
  const auto comma = [&] { return at < end && *at++ == ','; };
  if (!slowWhole(at, end, record.id) || !comma()) return false;
  if (!slowUnits(at, end, record.price_e8) || record.price_e8 == 0 || !comma()) return false;
  if (!slowUnits(at, end, record.quantity_e8) || !comma()) return false;
  if (!slowWhole(at, end, record.first_id) || !comma()) return false;
  if (!slowWhole(at, end, last) || !comma()) return false;
  if (!slowWhole(at, end, record.time_ms) || !comma()) return false;
  if (record.time_ms < 1 || record.time_ms > 100'000'000'000'000 || at >= end) return false;
  const uint8_t first = *at | 0x20;
  if (first != 't' && first != 'f') return false;
  record.flags = first == 't';
  const int64_t distance = last - record.first_id;
  record.span = uint64_t(distance) <= UINT32_MAX ? uint32_t(distance) : 0;
  return true;
}

#ifdef __AVX2__
/// A row by its commas and its line feed, 128 bytes of which may be read. Gives its length with the line feed; 0: not
/// in this way.
inline size_t fastRow(const uint8_t *row, apus_record &record) {
  const __m256i comma = _mm256_set1_epi8(','), feed = _mm256_set1_epi8('\n');
  const auto mask = [&](const __m256i &what, int half) {
    const auto *at = reinterpret_cast<const __m256i *>(row + half * 64);
    return uint64_t(uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256(at), what)))) |
           uint64_t(uint32_t(_mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_loadu_si256(at + 1), what)))) << 32;
  };
  uint64_t commas = mask(comma, 0);
  uint64_t feeds = mask(feed, 0);
  size_t length;
  uint64_t more = 0;
  if (feeds != 0) {
    length = size_t(_tzcnt_u64(feeds));
    commas = _bzhi_u64(commas, uint32_t(length));
  } else {
    feeds = mask(feed, 1);
    if (feeds == 0) return 0;
    length = 64 + size_t(_tzcnt_u64(feeds));
    more = _bzhi_u64(mask(comma, 1), uint32_t(length - 64));
  }
  if (__builtin_popcountll(commas) + __builtin_popcountll(more) != 6) return 0;
  const uint8_t *c[6];
  for (int i = 0; i < 6; ++i) {
    if (commas != 0) {
      c[i] = row + _tzcnt_u64(commas);
      commas = _blsr_u64(commas);
    } else {
      c[i] = row + 64 + _tzcnt_u64(more);
      more = _blsr_u64(more);
    }
  }
  int64_t last;
  if (!whole(row, c[0], record.id) || !units(c[0] + 1, c[1], record.price_e8) || record.price_e8 == 0 ||
      !units(c[1] + 1, c[2], record.quantity_e8) || !whole(c[2] + 1, c[3], record.first_id) ||
      !whole(c[3] + 1, c[4], last) || !whole(c[4] + 1, c[5], record.time_ms))
    return 0;
  if (record.time_ms < 1 || record.time_ms > 100'000'000'000'000) return 0;
  const uint8_t *const end = row + length, *const maker = c[5] + 1;
  const bool isTrue = begins(maker, "true") && maker + 4 == end;
  if (!isTrue && !(begins(maker, "false") && maker + 5 == end)) return 0;
  record.flags = isTrue;
  const int64_t distance = last - record.first_id;
  record.span = uint64_t(distance) <= UINT32_MAX ? uint32_t(distance) : 0;
  return length + 1;
}
#endif

}  // namespace

extern "C" int64_t apus_baseline_replay(
    apus_baseline_engine *engine, const char *path, const apus_record *indicators, int64_t indicator_count) {
  const File file(path);
  if (!file.bytes) return -1;
  const uint8_t *at = file.bytes, *const end = file.bytes + file.size;
  int64_t now = INT64_MIN, taken = 0, indicator = 0;
  apus_record record = {};
  record.kind = 1;
  if (*at == 'a') {
    while (at < end && *at != '\n') ++at;
    ++at;
  }
  while (at < end) {
    size_t length = 0;
#ifdef __AVX2__
    if (__builtin_expect(end - at >= 128 && at - file.bytes >= 16, 1)) length = fastRow(at, record);
#endif
    if (__builtin_expect(length == 0, 0)) {
      const uint8_t *stop = at;
      while (stop < end && *stop != '\n') ++stop;
      if (!slowRow(at, stop, record)) return -2;
      length = size_t(stop - at) + 1;
    }
    at += length;
    now = record.time_ms > now ? record.time_ms : now;
    while (indicator < indicator_count && indicators[indicator].id <= now)
      apus_baseline_step(engine, &indicators[indicator++], now);
    apus_baseline_step(engine, &record, now);
    ++taken;
  }
  return taken;
}
