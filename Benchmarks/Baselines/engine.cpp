#include <cstdlib>
#include "engine.h"
#include <openssl/sha.h>
#include <string.h>

using namespace baseline;

apus_baseline_engine::apus_baseline_engine(const apus_baseline_config &given)
    : config(given), symbol(given.symbol), pool(given.trades_max), book(size_t(given.indicators_max)),
      isFlowing(!given.holds_gaps) {
  for (int32_t i = 0; i < given.strategy_count; ++i) strategies.emplace_back(given.strategies[i]);
  fired.reserve(kRoom);
  paper.reserve(kRoom);
}

inline void apus_baseline_engine::take(const apus_record &record, int64_t t) {
  if (__builtin_expect(!hasTrade, 0)) {
    hasTrade = true;
    firstMillis = t;
    grid.start(t);
  }
  eventMillis = t;
  book.advance(t);
  candles.closeThrough(t);
  windows.advance(t, pool);
  if (__builtin_expect(!windows.add(t, record.price_e8, record.quantity_e8, record.flags & 1, pool), 0))
    incompleteUntil = t + kDay;
  candles.add(t, record.price_e8);
  lastAggId = record.id;
  lastPrice = record.price_e8;
}

inline bool apus_baseline_engine::shallFire(const Strategy &strategy, int64_t t) const {
  // Rounding moves a score by less than the margin.
  if (direction == 0 || strategy.sum < strategy.config.threshold - 0.001) return false;
  if (strategy.score() < strategy.config.threshold) return false;
  if (t - firstMillis < strategy.config.warm_up_ms) return false;
  if (candles.atr != candles.atr || t < incompleteUntil) return false;
  if (strategy.position.state == Position::pending || strategy.position.state == Position::open) return false;
  return t >= strategy.cooldown[direction < 0];
}

inline void apus_baseline_engine::evaluate(int64_t t, bool decides) {
  ++evaluations;
  Input in;
  in.t = t;
  const Sums halfHour = windows.held(windows.halfHour);
  const int flow = sign(halfHour.cvd);
  in.direction = flow == sign(windows.come.cvd - windows.fourHours.gone.cvd) ? flow : 0;
  in.day = sign(windows.come.cvd - windows.day.gone.cvd);
  in.acceleration = grid.passed >= 3 ? sign(grid.acceleration) : 0;
  in.above = 0;
  in.excess = __builtin_nan("");
  in.quantity = 1;
  if (halfHour.quantity > 0) {
    const Wide difference = Wide(lastPrice) * halfHour.quantity - halfHour.notional;
    in.above = sign(difference);
    in.excess = fabs(nearest(difference));
    in.quantity = nearest(halfHour.quantity);
  }
  in.atr = candles.atr;
  in.share = candles.share;
  const Wide large = windows.largeBuy + windows.largeSell;
  in.largeNet = nearest(windows.largeBuy - windows.largeSell);
  in.largeGross = nearest(large);
  direction = in.direction;
  for (size_t i = 0; i < strategies.size(); ++i) {
    strategies[i].evaluate(in, book);
    if (decides && __builtin_expect(shallFire(strategies[i], t), 0)) fire(int32_t(i), in);
  }
}

/// The id's characters, the size, the verdict; then the entry waits for its trade.
__attribute__((noinline)) void apus_baseline_engine::fire(int32_t index, const Input &in) {
  Strategy &strategy = strategies[size_t(index)];
  const int64_t t = in.t;
  ++signals;
  strategy.cooldown[direction < 0] = t + strategy.config.cooldown_ms;
  apus_baseline_fired signal = {};
  signal.time_ms = t;
  signal.agg_id = lastAggId;
  signal.strategy = index;
  signal.direction = direction;
  strategy.evaluateWhole(in, book, signal.parts);
  signal.score = strategy.score();
  apus_baseline_read(this, &signal.row);
  char text[256];
  const int length = snprintf(text, sizeof text, "%s|%s|%s|%lld", strategy.name.c_str(), symbol.c_str(),
                              direction > 0 ? "long" : "short", (long long)lastAggId);
  unsigned char digest[32];
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, text, size_t(length));
  SHA256_Final(digest, &context);
#pragma clang diagnostic pop
  for (int i = 0; i < 26; ++i) {
    const int bit = i * 5;
    const unsigned pair = unsigned(digest[bit >> 3]) << 8 | digest[(bit >> 3) + 1];
    signal.id[i] = "abcdefghijklmnopqrstuvwxyz234567"[pair >> (11 - (bit & 7)) & 31];
  }
  const double stopDistance = strategy.config.stop_atr * candles.atr;
  int64_t quantity = 0;
  if (stopDistance > 0) {
    const double units = config.risk_usd / stopDistance * 1e8;
    quantity = units < 9223372036854775808.0 ? int64_t(units) : INT64_MAX;
  }
  const double roundTrip = double(lastPrice) / 1e8 * (2 * config.taker_fee + 2 * config.slippage);
  signal.accepted = quantity != 0 && quantity != INT64_MAX && !(roundTrip / stopDistance > strategy.config.max_cost_r);
  fired.push_back(signal);
  if (!signal.accepted) return;
  Position position;
  position.state = Position::pending;
  position.direction = direction;
  position.signalMillis = t;
  position.signalId = lastAggId;
  position.stopDistance = stopDistance;
  position.target1Distance = strategy.config.target1_atr * candles.atr;
  position.target2Distance = strategy.config.target2_atr * candles.atr;
  position.holdMillis = strategy.config.hold_close_ms;
  position.quantity = quantity;
  position.half = quantity / 2;
  strategy.position = position;
  ++pending;
}

inline void apus_baseline_engine::passGridPoint(bool trading) {
  const int64_t g = grid.next;
  book.advance(g);
  candles.closeThrough(g);
  windows.advance(g, pool);
  grid.pass(windows.come.cvd - windows.halfHour.gone.cvd);
  if (!config.evaluates_every_trade) evaluate(g, trading);
}

__attribute__((noinline)) void apus_baseline_engine::tell(int32_t kind, const Strategy &strategy) {
  const Position &position = strategy.position;
  paper.push_back(
      {kind, int32_t(&strategy - strategies.data()), position.entryPrice, position.gross, position.fees});
}

inline void apus_baseline_engine::runExits(int64_t t, int64_t price) {
  if (__builtin_expect(open == 0, 1)) return;
  const double at = double(price) / 1e8;
  for (Strategy &strategy : strategies) {
    if (strategy.position.state != Position::open) continue;
    const int change = strategy.position.onTrade(t, at, config);
    if (__builtin_expect(change & 1, 0)) tell(1, strategy);
    if (__builtin_expect(change & 2, 0)) {
      tell(2, strategy);
      --open;
    }
  }
}

inline void apus_baseline_engine::fillEntries(int64_t t, int64_t id, int64_t price) {
  if (__builtin_expect(pending == 0, 1)) return;
  for (Strategy &strategy : strategies) {
    Position &position = strategy.position;
    if (position.state != Position::pending || id <= position.signalId) continue;
    if (t < position.signalMillis + config.latency_ms) continue;
    position.enter(t, double(price) / 1e8, config);
    tell(0, strategy);
    --pending;
    ++open;
  }
}

inline bool apus_baseline_engine::apply(const apus_record &record, bool trading) {
  int64_t t = 0;
  if (__builtin_expect(record.quantity_e8 != 0, 1)) {
    t = record.time_ms > eventMillis ? record.time_ms : eventMillis;
    while (__builtin_expect(grid.next < t, 0)) {
      if (!hasRoom()) return false;
      passGridPoint(trading);
    }
  }
  if (__builtin_expect(!hasRoom(), 0)) return false;
  ++trades;
  if (__builtin_expect(hasId && record.id > lastId + 1, 0)) {
    ++gaps;
    if (config.holds_gaps) incompleteUntil = record.time_ms + kFourHours;
  }
  hasId = true;
  lastId = record.id;
  if (__builtin_expect(record.quantity_e8 == 0, 0)) return true;
  livePrice = record.price_e8;
  if (record.time_ms > liveMillis) liveMillis = record.time_ms;
  late += record.time_ms < t;
  take(record, t);
  if (trading) {
    runExits(t, record.price_e8);
    if (config.evaluates_every_trade) evaluate(t, true);
    fillEntries(t, record.id, record.price_e8);
  }
  return true;
}

inline void apus_baseline_engine::step(const apus_record &record, int64_t now) {
  switch (record.kind) {
    case 1:
      if (__builtin_expect(hasId && record.id <= lastId, 0)) {
        ++dropped;
        return;
      }
      if (config.holds_gaps &&
          __builtin_expect(record.time_ms > now + 60'000 || record.time_ms < now - 86'400'000 ||
                               record.id > int64_t(1) << 60 || (hasId && record.id - lastId > 10'000'000), 0)) {
        ++implausible;
        return;
      }
      // Nothing is held back here: the harness gives no live trade before its history has ended, and none with a hole.
      if (__builtin_expect(!isFlowing || (config.holds_gaps && hasId && record.id > lastId + 1), 0)) abort();
      // Nor one whose price is an eighth away.
      if (config.holds_gaps && hasId &&
          __builtin_expect(std::llabs(record.price_e8 - lastPrice) > lastPrice >> 3 && lastPrice > 0 && record.quantity_e8 > 0, 0))
        abort();
      apply(record, true);
      return;
    case 2:
      if (record.time_ms > now + 3'600'000) {
        ++implausible;
        return;
      }
      if (!hasId || record.id > lastId) apply(record, false);
      return;
    case 4:
    case 5:
      book.receive(record);
      return;
    case 7: isFlowing = true; return;
  }
}

namespace {
void split(Wide value, uint64_t *words) {
  words[0] = uint64_t(value);
  words[1] = uint64_t((unsigned __int128)(value) >> 64);
}
void read(const Sums &window, apus_baseline_sums &sums) {
  split(window.cvd, sums.cvd);
  split(window.quantity, sums.quantity);
  split(window.notional, sums.notional);
  sums.count = window.count;
}
}  // namespace

extern "C" {

apus_baseline_engine *apus_baseline_engine_make(const apus_baseline_config *config) {
  return new apus_baseline_engine(*config);
}
void apus_baseline_engine_free(apus_baseline_engine *engine) { delete engine; }
void apus_baseline_step(apus_baseline_engine *engine, const apus_record *record, int64_t now) {
  engine->step(*record, now);
}
void apus_baseline_take(apus_baseline_engine *engine, const apus_record *record) {
  engine->take(*record, record->time_ms > engine->eventMillis ? record->time_ms : engine->eventMillis);
}
void apus_baseline_evaluate(apus_baseline_engine *engine) { engine->evaluate(engine->eventMillis, false); }

void apus_baseline_read(const apus_baseline_engine *engine, apus_baseline_state *state) {
  *state = {};
  read(engine->windows.held(engine->windows.halfHour), state->windows[0]);
  read(engine->windows.held(engine->windows.fourHours), state->windows[1]);
  read(engine->windows.held(engine->windows.day), state->windows[2]);
  state->atr = engine->candles.atr;
  state->atr_share = engine->candles.share;
  state->p95 = engine->windows.sizes.p95();
  state->p99 = engine->windows.sizes.p99();
  split(engine->windows.largeBuy, state->large_buy);
  split(engine->windows.largeSell, state->large_sell);
  split(engine->grid.acceleration, state->acceleration);
  state->has_acceleration = engine->grid.passed >= 3;
  state->direction = engine->direction;
  for (size_t i = 0; i < engine->strategies.size(); ++i) {
    state->scores[i] = engine->strategies[i].score();
    state->missing[i] = engine->strategies[i].missing;
  }
  state->trades = engine->trades;
  state->dropped = engine->dropped;
  state->gaps = engine->gaps;
  state->late = engine->late;
  state->evaluations = engine->evaluations;
  state->signals = engine->signals;
  state->implausible = engine->implausible;
}

int32_t apus_baseline_fired_count(const apus_baseline_engine *engine) { return int32_t(engine->fired.size()); }
const apus_baseline_fired *apus_baseline_fired_at(const apus_baseline_engine *engine, int32_t index) {
  return &engine->fired[size_t(index)];
}
int32_t apus_baseline_paper_count(const apus_baseline_engine *engine) { return int32_t(engine->paper.size()); }
const apus_baseline_paper *apus_baseline_paper_at(const apus_baseline_engine *engine, int32_t index) {
  return &engine->paper[size_t(index)];
}
void apus_baseline_told_clear(apus_baseline_engine *engine) {
  engine->fired.clear();
  engine->paper.clear();
}

}
