/// A running engine's latencies, in a file that another process maps: the assertions below are the format.
///
///   0            512                 512 + stage_bytes          ..
///   ┌────────────┬───────────────────┬──────────────────────────┬──
///   │ header     │ stage 0           │ stage 1                  │ ..   stage_count of them
///   └────────────┴───────────────────┴──────────────────────────┴──
///
/// Counts are HdrHistogram's log-linear buckets: nanoseconds below 64 each have their own, every power of two above has
/// 64, so a bucket is at most 1/64 (1.6 %) wide, and all of UInt64 has a place. One thread writes a stage, with plain
/// 8-byte stores that are atomic on every 64-bit machine; readers load them the same way and never write. A read is no
/// snapshot: counts of one stage may be some nanoseconds apart.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
  APUS_LATENCY_VERSION = 1,
  APUS_LATENCY_SUB_BUCKETS = 64,
  /// 64, and 64 for each of the 58 powers of two above.
  APUS_LATENCY_BUCKETS = 3776,
  APUS_LATENCY_HEADER_BYTES = 512,
  /// Of a stage, its counts included.
  APUS_LATENCY_STAGE_BYTES = 64 + 8 * APUS_LATENCY_BUCKETS,
};

typedef struct apus_latency_header {
  uint8_t magic[8];            ///< "apuslat" and a zero
  uint32_t version;            ///< APUS_LATENCY_VERSION; another one is another layout
  uint32_t header_bytes;
  uint32_t stage_bytes;
  uint32_t stage_count;
  uint32_t bucket_count;
  uint32_t sub_buckets;
  int32_t pid;
  uint32_t symbol_count;
  uint64_t process_start;      ///< field 22 of /proc/PID/stat: a pid used again is another process
  int64_t started_millis;      ///< wall clock, since the epoch
  uint64_t multiplier;         ///< nanoseconds a tick in 2^-32; 0: stamps are clock_gettime
  uint32_t sample_spacing_ns;  ///< stages but the end to end ones are timed for a trade in so many ns at most
  uint32_t reserved;
  int64_t drift_ppm;           ///< of the counter, at the last look
  char name[64];               ///< the configuration's, zero-ended
  uint64_t unused[46];
} apus_latency_header;

/// What comes before a stage's APUS_LATENCY_BUCKETS counts of 8 bytes; Swift would import those as a tuple.
typedef struct apus_latency_stage {
  char name[32];       ///< zero-ended
  uint64_t min_nanos;  ///< UINT64_MAX while nothing was recorded
  uint64_t max_nanos;
  uint64_t unused[2];
} apus_latency_stage;

#define APUS_AT(type, field, at) _Static_assert(offsetof(type, field) == at, #field " moved")
_Static_assert(sizeof(apus_latency_header) == APUS_LATENCY_HEADER_BYTES, "the header's size is the format");
APUS_AT(apus_latency_header, version, 8);
APUS_AT(apus_latency_header, pid, 32);
APUS_AT(apus_latency_header, process_start, 40);
APUS_AT(apus_latency_header, multiplier, 56);
APUS_AT(apus_latency_header, drift_ppm, 72);
APUS_AT(apus_latency_header, name, 80);
APUS_AT(apus_latency_stage, min_nanos, 32);
_Static_assert(sizeof(apus_latency_stage) == 64, "a stage's counts begin after one cache line");
_Static_assert(APUS_LATENCY_STAGE_BYTES % 64 == 0, "no two stages, whose writers differ, share a cache line");
_Static_assert((64 - 6 + 1) * APUS_LATENCY_SUB_BUCKETS == APUS_LATENCY_BUCKETS, "all of UInt64");
#undef APUS_AT
