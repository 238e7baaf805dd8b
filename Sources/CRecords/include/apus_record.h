/// The 64-byte record that rings and, later, the journal share.
///
/// It is C because Swift promises no struct layout and this one goes to disk.
/// Little-endian hosts only; the assertions below are the format.
///
///   0      2      4        8          16     24      32         40
///   ┌──────┬──────┬────────┬──────────┬──────┬───────┬──────────┬──────────┐
///   │ kind │flags │ symbol │ time_ms  │  id  │ price │ quantity │ first_id │
///   └──────┴──────┴────────┴──────────┴──────┴───────┴──────────┴──────────┘
///   48     52              56            60     64
///   ┌──────┬───────────────┬─────────────┬────────┐
///   │ span │ now_delta_ms  │ received_ns │ crc32c │
///   └──────┴───────────────┴─────────────┴────────┘
///
/// The sequence number is the journal's key, not a field.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct apus_record {
  uint16_t kind;          ///< what the record is; Domain's EventKind
  uint16_t flags;         ///< bits of Domain's RecordFlags
  uint32_t symbol;        ///< index into the run's symbol table
  int64_t time_ms;        ///< the exchange's T; for a tick, now
  int64_t id;             ///< aggTrade id; for an indicator, known_ms
  int64_t price_e8;       ///< price in 1e-8; for an indicator, the bits of a double
  int64_t quantity_e8;    ///< quantity in 1e-8
  int64_t first_id;       ///< first raw trade id of the aggregate
  uint32_t span;          ///< last raw trade id - first_id
  int32_t now_delta_ms;   ///< now - time_ms as the engine stamped it, saturated; in a ring: a sample's ns to its push
  uint32_t received_ns;   ///< low 32 bits of the monotonic clock at the socket; wraps every 4.29 s
  uint32_t crc32c;        ///< of the 60 bytes before it; in a ring: the upper 32 bits of received_ns
} apus_record;

#define APUS_AT(field, at) _Static_assert(offsetof(apus_record, field) == at, #field " moved")
_Static_assert(sizeof(apus_record) == 64, "a record is one cache line");
_Static_assert(_Alignof(apus_record) == 8, "a record has no hidden padding");
APUS_AT(kind, 0);
APUS_AT(flags, 2);
APUS_AT(symbol, 4);
APUS_AT(time_ms, 8);
APUS_AT(id, 16);
APUS_AT(price_e8, 24);
APUS_AT(quantity_e8, 32);
APUS_AT(first_id, 40);
APUS_AT(span, 48);
APUS_AT(now_delta_ms, 52);
APUS_AT(received_ns, 56);
APUS_AT(crc32c, 60);
#undef APUS_AT

// Fields that a ring reads as one word are written as one word: a load that spans two stores just made waits until both
// have left the store buffer. The two words of a parsed trade cost 12 of 282 ns from frame to decision (medians of the side
// without stamps in `tools/bench --only decision.stamps`, five runs each, 2-core EPYC VM of family 23, 2026-11-24).
#define APUS_RECORD_HOT __attribute__((always_inline, swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

/// Writes `flags` and `symbol` beside the kind that the record has.
APUS_RECORD_HOT static inline void apus_record_set_head(apus_record *record, uint16_t flags, uint32_t symbol) {
  uint64_t word = (uint64_t)record->kind | (uint64_t)flags << 16 | (uint64_t)symbol << 32;
  __builtin_memcpy(record, &word, sizeof word);
}

/// Writes `span` and a delta of 0.
APUS_RECORD_HOT static inline void apus_record_set_span(apus_record *record, uint32_t span) {
  uint64_t word = span;
  __builtin_memcpy(&record->span, &word, sizeof word);
}

/// Writes the stamp of arrival: its lower half to `received_ns`, its upper one to `crc32c`.
APUS_RECORD_HOT static inline void apus_record_set_arrival(apus_record *record, uint64_t nanos) {
  __builtin_memcpy(&record->received_ns, &nanos, sizeof nanos);
}
