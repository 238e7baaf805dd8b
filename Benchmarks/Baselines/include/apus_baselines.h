/// What Apus is measured against: the same work in C++, as fast as we can write it, same compiler, same flags.
///
/// Each of them gives results that the harness compares with Apus's before it times anything. Nothing here is used by
/// the engine, and nothing here uses it.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "apus_record.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: frames

typedef struct apus_baseline_scanner apus_baseline_scanner;

/// The run's symbols; index in `names` is what records carry. Lives until `_free`.
apus_baseline_scanner *apus_baseline_scanner_make(const char *const *names, int32_t count);
void apus_baseline_scanner_free(apus_baseline_scanner *scanner);

/// Outcomes, numbered as Apus numbers its own.
enum {
  APUS_BASELINE_TRADE = 0,
  APUS_BASELINE_OTHER_EVENT = 1,
  APUS_BASELINE_CONTROL = 2,
  APUS_BASELINE_UNKNOWN_SYMBOL = 3,
  APUS_BASELINE_MALFORMED = 4,
  APUS_BASELINE_BAD_NUMBER = 5,
};

/// One combined or raw aggTrade frame into a record. 64 readable bytes follow the frame; what they hold is never
/// taken for a part of it.
int32_t apus_baseline_scan(const apus_baseline_scanner *scanner, const uint8_t *frame, size_t length, apus_record *record);

/// The same by the path that takes keys in any order and unknown keys too: what the scanner falls back to.
int32_t apus_baseline_scan_any_order(
    const apus_baseline_scanner *scanner, const uint8_t *frame, size_t length, apus_record *record);

/// Whether the program was built with simdjson, and its version ("" without).
int32_t apus_baseline_has_simdjson(void);
const char *apus_baseline_simdjson_version(void);
typedef struct apus_baseline_simdjson apus_baseline_simdjson;
apus_baseline_simdjson *apus_baseline_simdjson_make(void);
void apus_baseline_simdjson_free(apus_baseline_simdjson *parser);
/// As `apus_baseline_scan`, by simdjson's on-demand reader. Always malformed when built without it.
int32_t apus_baseline_simdjson_scan(
    apus_baseline_simdjson *parser, const apus_baseline_scanner *scanner, const uint8_t *frame, size_t length,
    apus_record *record);

// MARK: windows, score, decision

typedef struct apus_baseline_engine apus_baseline_engine;

/// One weighed signal, in the catalog's numbering: 0 cvd, 1 accel, 2 p99, 3 atr_vwap, 4 ls_ratio, 5 oi,
/// 6 coinbase_premium, 7 funding_rate, 8 liquidation.
typedef struct apus_baseline_signal {
  int32_t kind;
  double weight;
  double parameters[8];
} apus_baseline_signal;

typedef struct apus_baseline_strategy {
  const char *name;
  double threshold, stop_atr, target1_atr, target2_atr;
  int64_t cooldown_ms, warm_up_ms, hold_close_ms;
  double max_cost_r;  ///< NaN: no such rule
  int32_t signal_count;
  apus_baseline_signal signals[9];
} apus_baseline_strategy;

typedef struct apus_baseline_config {
  const char *symbol;
  int64_t trades_max;      ///< room of the pool
  int32_t indicators_max;  ///< waiting, and on each tape; a power of two
  int32_t strategy_count;
  apus_baseline_strategy strategies[8];
  int32_t evaluates_every_trade;
  int32_t holds_gaps;  ///< live: trades wait until history has ended, implausible ones are left out
  int64_t latency_ms;
  double slippage, taker_fee, maker_fee, risk_usd;
} apus_baseline_config;

apus_baseline_engine *apus_baseline_engine_make(const apus_baseline_config *config);
void apus_baseline_engine_free(apus_baseline_engine *engine);

/// One record: trade, history trade, indicator, liquidation, end of history. Kinds as in Domain's EventKind.
void apus_baseline_step(apus_baseline_engine *engine, const apus_record *record, int64_t now);

/// A trade into windows and candles only, at the larger of its T and the largest so far.
void apus_baseline_take(apus_baseline_engine *engine, const apus_record *record);

/// Scores all strategies at the present event time; decides and tells nothing.
void apus_baseline_evaluate(apus_baseline_engine *engine);

/// Sums of one window, little-endian 128-bit as two words.
typedef struct apus_baseline_sums {
  uint64_t cvd[2], quantity[2], notional[2];
  int64_t count;
} apus_baseline_sums;

/// All that is compared.
typedef struct apus_baseline_state {
  apus_baseline_sums windows[3];
  double atr, atr_share;
  int64_t p95, p99;
  uint64_t large_buy[2], large_sell[2], acceleration[2];
  int32_t has_acceleration;
  int32_t direction;
  double scores[8];
  uint32_t missing[8];
  int64_t trades, dropped, gaps, late, evaluations, signals, implausible;
} apus_baseline_state;

void apus_baseline_read(const apus_baseline_engine *engine, apus_baseline_state *state);

/// A signal with all that was known of it.
typedef struct apus_baseline_fired {
  int64_t time_ms, agg_id;
  int32_t strategy, direction;
  double score;
  double parts[9];  ///< weighted values by signal
  apus_baseline_state row;
  char id[26];
  uint8_t accepted;
} apus_baseline_fired;

/// What became of a position on paper.
typedef struct apus_baseline_paper {
  int32_t kind;  ///< 0 entered, 1 first target, 2 closed
  int32_t strategy;
  double entry_price, gross, fees;
} apus_baseline_paper;

/// Signals and paper events since the last `_clear`. When there is no room for what a trade may bring, trades are not
/// taken.
int32_t apus_baseline_fired_count(const apus_baseline_engine *engine);
const apus_baseline_fired *apus_baseline_fired_at(const apus_baseline_engine *engine, int32_t index);
int32_t apus_baseline_paper_count(const apus_baseline_engine *engine);
const apus_baseline_paper *apus_baseline_paper_at(const apus_baseline_engine *engine, int32_t index);
void apus_baseline_told_clear(apus_baseline_engine *engine);

// MARK: replay

/// Replays one plain CSV of `symbol` (index 0) through `engine`, indicators as they become known. Trades, or -1 when
/// the file cannot be read, -2 when a row is wrong.
int64_t apus_baseline_replay(
    apus_baseline_engine *engine, const char *path, const apus_record *indicators, int64_t indicator_count);

// MARK: vectors against scalar

/// Sums of `count` trades of three words (time, price, signed quantity), one by one.
void apus_baseline_sum_trades(const int64_t *words, int64_t count, apus_baseline_sums *sums);

/// Size buckets without cursors: P95 and P99 by a scan of the counts.
typedef struct apus_baseline_scan_sizes apus_baseline_scan_sizes;
apus_baseline_scan_sizes *apus_baseline_scan_sizes_make(void);
void apus_baseline_scan_sizes_free(apus_baseline_scan_sizes *sizes);
void apus_baseline_scan_sizes_add(apus_baseline_scan_sizes *sizes, int32_t bucket);
void apus_baseline_scan_sizes_remove(apus_baseline_scan_sizes *sizes, int32_t bucket);
/// The buckets of the nearest ranks; not of an empty window.
void apus_baseline_scan_sizes_quantiles(const apus_baseline_scan_sizes *sizes, int32_t *bucket95, int32_t *bucket99);

/// ATR after the first `count` candles, units of 1e-8, true ranges by vectors. `count` is a multiple of 4, at most 1024.
double apus_baseline_candles_atr(const int64_t *high, const int64_t *low, const int64_t *close, int32_t count);

// MARK: rings

/// All of the record is taken, as by whoever applies it: none of its loads may be left out. No instruction of its own.
static inline void apus_baseline_taken(const apus_record *record) { __asm__ volatile("" : : "r"(record) : "memory"); }

/// Moves `batches` * `batch` records from a thread on `producer_cpu` to the calling one on `consumer_cpu`, in an
/// ring of `capacity` (a power of two) whose slots carry their own sequence. Fills `ticks` with TSC ticks between batches as the consumer
/// saw them; gives the sum of their ids.
int64_t apus_baseline_ring_throughput(
    int32_t capacity, int32_t batches, int32_t batch, int32_t producer_cpu, int32_t consumer_cpu, uint64_t *ticks);

/// The limit of any round trip between two cores: one word handed to and fro by two threads, over one cache line for both
/// directions (`lines` 1) or, as two rings have them, over one for each (2). Fills `ticks` with the TSC ticks of
/// `batches` batches of `trips` round trips each.
void apus_baseline_ping_pong(
    int32_t batches, int32_t trips, int32_t lines, int32_t first_cpu, int32_t second_cpu, uint64_t *ticks);

/// Pins the calling thread; 0 when it worked.
int32_t apus_baseline_pin(int32_t cpu);
/// Lets the calling thread run anywhere again.
void apus_baseline_unpin(void);

/// What these programs were compiled with.
const char *apus_baseline_compiler(void);
const char *apus_baseline_target(void);

/// What the code that includes this header is compiled for.
static inline const char *apus_target_here(void) {
#if defined(__AVX512F__)
  return "avx512f";
#elif defined(__AVX2__) && defined(__BMI2__) && defined(__FMA__)
  return "x86-64-v3 (avx2 bmi2 fma)";
#elif defined(__SSE4_2__)
  return "x86-64-v2 (sse4.2)";
#elif defined(__x86_64__)
  return "x86-64";
#else
  return "other";
#endif
}

#ifdef __cplusplus
}
#endif
