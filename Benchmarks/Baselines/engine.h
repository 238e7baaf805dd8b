/// One symbol's engine: order of ids, grid, windows, exits, scores, signals, entries.
#pragma once
#include "strategy.h"
#include <vector>

struct apus_baseline_engine {
  apus_baseline_config config;
  std::string symbol;
  baseline::Pool pool;
  baseline::Windows windows;
  baseline::Candles candles;
  baseline::Grid grid;
  baseline::Book book;
  std::vector<baseline::Strategy> strategies;
  std::vector<apus_baseline_fired> fired;

  bool hasTrade = false, hasId = false, isFlowing;
  int64_t firstMillis = 0, eventMillis = INT64_MIN, lastId = 0, lastAggId = 0, lastPrice = 0;
  int64_t livePrice = 0, liveMillis = INT64_MIN;
  int64_t incompleteUntil = INT64_MIN;
  int direction = 0;
  /// Strategies with a position pending or open: most of the time there is nothing to look after.
  int32_t pending = 0, open = 0;
  int64_t trades = 0, dropped = 0, gaps = 0, late = 0, evaluations = 0, signals = 0, implausible = 0;

  explicit apus_baseline_engine(const apus_baseline_config &given);
  void take(const apus_record &record, int64_t t);
  void evaluate(int64_t t, bool decides);
  bool apply(const apus_record &record, bool trading);
  void step(const apus_record &record, int64_t now);

 private:
  void passGridPoint(bool trading);
  void runExits(int64_t t, int64_t price);
  void fillEntries(int64_t t, int64_t id, int64_t price);
  bool shallFire(const baseline::Strategy &strategy, int64_t t) const;
  void fire(int32_t index, int64_t t);
};
