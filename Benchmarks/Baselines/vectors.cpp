// The other way round: scalar where Apus uses vectors, vectors where Apus is scalar. Kept to be measured, not used.
#include "apus_baselines.h"
#include "wide.h"
#include <string.h>

namespace {

using Doubles = double __attribute__((vector_size(32)));
using Integers = int64_t __attribute__((vector_size(32)));

constexpr int kBuckets = 14336;
constexpr int kGroup = 64;

}  // namespace

struct apus_baseline_scan_sizes {
  alignas(64) uint32_t counts[kBuckets];
  int64_t count;
};

extern "C" {

void apus_baseline_sum_trades(const int64_t *words, int64_t count, apus_baseline_sums *sums) {
  baseline::Wide cvd = 0, quantity = 0, notional = 0;
  for (int64_t trade = 0; trade < count; ++trade, words += 3) {
    const int64_t absolute = words[2] < 0 ? -words[2] : words[2];
    cvd += words[2];
    quantity += absolute;
    notional += baseline::Wide(words[1]) * absolute;
  }
  memcpy(&sums->cvd, &cvd, sizeof cvd);
  memcpy(&sums->quantity, &quantity, sizeof quantity);
  memcpy(&sums->notional, &notional, sizeof notional);
  sums->count = count;
}

apus_baseline_scan_sizes *apus_baseline_scan_sizes_make(void) { return new apus_baseline_scan_sizes{}; }
void apus_baseline_scan_sizes_free(apus_baseline_scan_sizes *sizes) { delete sizes; }

void apus_baseline_scan_sizes_add(apus_baseline_scan_sizes *sizes, int32_t bucket) {
  ++sizes->counts[bucket];
  ++sizes->count;
}

void apus_baseline_scan_sizes_remove(apus_baseline_scan_sizes *sizes, int32_t bucket) {
  --sizes->counts[bucket];
  --sizes->count;
}

/// Down from the largest bucket, where both quantiles are near: groups of 64 by vectors, then the group one by one.
void apus_baseline_scan_sizes_quantiles(const apus_baseline_scan_sizes *sizes, int32_t *bucket95, int32_t *bucket99) {
  const int64_t ranks[2] = {(99 * sizes->count + 99) / 100, (95 * sizes->count + 99) / 100};
  int32_t *const results[2] = {bucket99, bucket95};
  // Quantities in the groups below the present one.
  int64_t below = sizes->count;
  int group = kBuckets / kGroup, found = 0;
  while (found < 2 && group > 0) {
    --group;
    const uint32_t *const counts = sizes->counts + group * kGroup;
    uint32_t sum = 0;
    for (int bucket = 0; bucket < kGroup; ++bucket) sum += counts[bucket];
    below -= sum;
    while (found < 2 && ranks[found] > below) {
      int64_t through = below;
      int bucket = 0;
      while ((through += counts[bucket]) < ranks[found]) ++bucket;
      *results[found++] = group * kGroup + bucket;
    }
  }
}

/// True ranges four at a time, then the recurrence, which is a chain of multiplication, addition and division whatever
/// one does. `count` is a multiple of 4, at most 1024.
double apus_baseline_candles_atr(const int64_t *high, const int64_t *low, const int64_t *close, int32_t count) {
  double ranges[1024];
  double closes[1 + 1024];
  for (int i = 0; i < count; i += 4) {
    Integers units;
    memcpy(&units, close + i, sizeof units);
    const Doubles prices = __builtin_convertvector(units, Doubles) / 1e8;
    memcpy(closes + 1 + i, &prices, sizeof prices);
  }
  for (int i = 0; i < count; i += 4) {
    Integers highUnits, lowUnits;
    memcpy(&highUnits, high + i, sizeof highUnits);
    memcpy(&lowUnits, low + i, sizeof lowUnits);
    const Doubles h = __builtin_convertvector(highUnits, Doubles) / 1e8;
    const Doubles l = __builtin_convertvector(lowUnits, Doubles) / 1e8;
    if (i == 0) closes[0] = h[0];
    Doubles last;
    memcpy(&last, closes + i, sizeof last);
    Doubles range = h - l;
    const Doubles up = h > last ? h - last : last - h;
    const Doubles down = l > last ? l - last : last - l;
    range = up > range ? up : range;
    range = down > range ? down : range;
    memcpy(ranges + i, &range, sizeof range);
  }
  double sum = 0, atr = __builtin_nan("");
  for (int i = 0; i < count; ++i) {
    if (i < 14) {
      sum += ranges[i];
      if (i == 13) atr = sum / 14;
    } else {
      atr = (13 * atr + ranges[i]) / 14;
    }
  }
  return atr;
}

}  // extern "C"
