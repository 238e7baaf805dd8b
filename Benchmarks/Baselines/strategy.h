/// One strategy: its constants laid out for scoring, its caches, its position.
#pragma once
#include "apus_baselines.h"
#include "indicators.h"
#include "windows.h"
#include <math.h>
#include <string>

namespace baseline {

/// What all strategies read of an evaluation.
struct Input {
  int64_t t;
  int direction, day, acceleration, above;
  /// |price - vwap| is excess / quantity / 1e8.
  double excess, quantity, atr, share;
  double largeNet, largeGross;

  /// A product tells what the divisions would, but for a few ulps.
  bool isNear(double limit) const {
    const double bound = limit * (quantity * 1e8);
    if (excess < bound * (1 - 1e-12)) return true;
    if (excess > bound * (1 + 1e-12)) return false;
    return excess / quantity / 1e8 <= limit;
  }
};

inline double lin(double x, double a, double b) {
  const double share = (x - a) / (b - a);
  if (share >= 1) return 1;
  return share > 0 ? share : 0;
}

/// To 4 decimals, half to even, of the exact binary value.
inline double rounded(double x) {
  const double scaled = x * 10'000;
  const double down = floor(scaled);
  const double rest = scaled - down;
  double result = down;
  if (rest > 0.5) {
    result = down + 1;
  } else if (__builtin_expect(rest == 0.5, 0)) {
    const double error = fma(x, 10'000, -scaled);
    if (error > 0 || (error == 0 && (int64_t(down) & 1))) result = down + 1;
  }
  return result / 10'000;
}

struct Position {
  enum State { none, pending, open, closed } state = none;
  int direction = 0;
  int64_t signalMillis = 0, signalId = 0, holdMillis = 0, quantity = 0, half = 0, remaining = 0, entryMillis = 0;
  double stopDistance = 0, target1Distance = 0, target2Distance = 0;
  double entryPrice = 0, stop = 0, target1 = 0, target2 = 0, exitNotional = 0, gross = 0, fees = 0, risk = 0;
  bool isTarget1Done = false;

  void exit(double price, int64_t units, double fee) {
    const double coins = double(units) / 1e8;
    remaining -= units;
    exitNotional += price * coins;
    gross += direction * (price - entryPrice) * coins;
    fees += price * coins * fee;
  }
  void enter(int64_t t, double price, const apus_baseline_config &costs) {
    state = open;
    entryMillis = t;
    entryPrice = price * (1 + direction * costs.slippage);
    stop = entryPrice - direction * stopDistance;
    target1 = entryPrice + direction * target1Distance;
    target2 = entryPrice + direction * target2Distance;
    remaining = quantity;
    const double coins = double(quantity) / 1e8;
    risk = stopDistance * coins;
    fees = entryPrice * coins * costs.taker_fee;
  }
  /// Bits: 1 the first target, 2 closed.
  int onTrade(int64_t t, double price, const apus_baseline_config &costs) {
    const double d = direction;
    if (d * (price - stop) <= 0) return close(price * (1 - d * costs.slippage), costs.taker_fee);
    int change = 0;
    if (!isTarget1Done && d * (price - target1) > 0) {
      isTarget1Done = true;
      if (half > 0) {
        exit(target1, half, costs.maker_fee);
        stop = entryPrice;
        change = 1;
      }
    }
    if (d * (price - target2) > 0) return change | close(target2, costs.maker_fee);
    if (t >= entryMillis + holdMillis) return change | close(price * (1 - d * costs.slippage), costs.taker_fee);
    return change;
  }

  int close(double price, double fee) {
    exit(price, remaining, fee);
    state = closed;
    return 2;
  }
};

class Strategy {
 public:
  std::string name;
  apus_baseline_strategy config;
  int64_t cooldown[2] = {INT64_MIN, INT64_MIN};  ///< long, short
  Position position;
  double sum = 0;
  uint32_t missing = 0;

  explicit Strategy(const apus_baseline_strategy &given) : name(given.name), config(given) {
    for (int i = 0; i < given.signal_count; ++i) {
      const auto &signal = given.signals[i];
      weight_[signal.kind] = signal.weight;
      for (int k = 0; k < 8; ++k) p_[signal.kind][k] = signal.parameters[k];
    }
    ageRatio_ = int64_t(p_[4][2] * 1000);
    ageInterest_ = int64_t(p_[5][3] * 1000);
    agePremium_ = int64_t(p_[6][1] * 1000);
    ageFunding_ = int64_t(p_[7][1] * 1000);
    beforeFrom_ = int64_t(p_[5][2] * 60'000);
    beforeThrough_ = int64_t(p_[5][1] * 60'000);
    liquidationMillis_ = int64_t(p_[8][0] * 60'000);
    liquidationLeast_ = Wide(int64_t(p_[8][1] * 1e4)) * 1'000'000'000'000;
  }

  /// To 4 decimals, at most 100; 0 without a direction.
  double score() const { return rounded(sum < 100 ? sum : 100); }

  /// The sum in the catalog's order of summation. What comes from the book is kept until the book, the direction or an age
  /// changes it; what comes of trades is computed each time.
  void evaluate(const Input &in, Book &book) {
    if (__builtin_expect(bookVersion_ != book.version || bookDirection_ != in.direction || in.t < bookFrom_ ||
                             in.t >= bookUntil_, 0))
      renew(in, book);
    sum = 0;
    if (in.direction == 0) return;
    double total = 0;
    ofTrades(in, [&](int kind, double value) { total += weight_[kind] * value; });
    for (int kind = kFirstOfBook; kind < 9; ++kind) total += bookParts_[kind];
    sum = total;
  }

  /// The same, with the weighted values told, which only a signal asks for.
  void evaluateWhole(const Input &in, Book &book, double *parts) {
    evaluate(in, book);
    ofTrades(in, [&](int kind, double value) { parts[kind] = weight_[kind] * value; });
    for (int kind = kFirstOfBook; kind < 9; ++kind) parts[kind] = bookParts_[kind];
  }

 private:
  static constexpr int kFirstOfBook = 4;

  /// Signals that look at trades; a weight of 0 is not weighed.
  template <class Add>
  void ofTrades(const Input &in, const Add &add) const {
    const double d = in.direction;
    if (weight_[0] > 0) add(0, in.day == in.direction ? p_[0][0] + p_[0][1] : p_[0][0]);
    if (weight_[1] > 0) add(1, in.direction * in.acceleration > 0 ? 1.0 : 0.0);
    if (weight_[2] > 0) add(2, in.largeGross == 0 ? p_[2][0] : p_[2][0] + p_[2][1] * d * in.largeNet / in.largeGross);
    if (weight_[3] > 0) {
      double value = 0;
      if (in.direction * in.above > 0) value += p_[3][0];
      if (in.isNear(p_[3][2] * in.atr)) value += p_[3][1];
      if (in.share >= p_[3][4]) value += p_[3][3];
      add(3, value);
    }
  }

  __attribute__((noinline)) void renew(const Input &in, Book &book) {
    const double d = in.direction;
    int64_t until = INT64_MAX;
    uint32_t gone = 0;
    const auto add = [&](int kind, double value) { bookParts_[kind] = weight_[kind] * value; };
    const auto miss = [&](int kind) {
      bookParts_[kind] = 0;
      gone |= 1u << kind;
    };
    const auto fresh = [&](int type, int64_t age) {
      const auto *latest = book.fresh(type, in.t, age);
      if (latest && latest->time + age + 1 < until) until = latest->time + age + 1;
      return latest;
    };
    if (weight_[4] > 0) {
      if (const auto *ratio = fresh(0, ageRatio_))
        add(4, in.direction > 0 ? lin(ratio->value, p_[4][1], p_[4][0]) : lin(ratio->value, p_[4][0], p_[4][1]));
      else miss(4);
    }
    if (weight_[5] > 0) {
      const auto *now = fresh(2, ageInterest_);
      double before;
      if (now && interestBefore(in.t, book, before) && before != 0) add(5, lin(now->value / before - 1, 0, p_[5][0]));
      else miss(5);
      if (now) {
        if (interestUntil_ < until) until = interestUntil_;
        const int64_t tooOld = interestTime_ + beforeFrom_ + 1;
        if (tooOld > in.t && tooOld < until) until = tooOld;
      }
    }
    if (weight_[6] > 0) {
      if (const auto *premium = fresh(3, agePremium_)) add(6, lin(d * premium->value, -p_[6][0], p_[6][0]));
      else miss(6);
    }
    if (weight_[7] > 0) {
      if (const auto *rate = fresh(4, ageFunding_)) add(7, lin(d * rate->value, p_[7][0], 0));
      else miss(7);
    }
    if (weight_[8] > 0) {
      add(8, liquidation(in, book));
      if (liquidationUntil_ < until) until = liquidationUntil_;
    }
    missing = gone;
    bookVersion_ = book.version;
    bookDirection_ = in.direction;
    bookFrom_ = in.t;
    bookUntil_ = until;
  }

  /// The latest open interest between the two ages, looked up anew when another one takes its place.
  bool interestBefore(int64_t t, Book &book, double &value) {
    if (__builtin_expect(interestVersion_ != book.interest.version || t < interestFrom_ || t >= interestUntil_, 0)) {
      const uint64_t position = book.interest.through(t - beforeThrough_);
      interestVersion_ = book.interest.version;
      interestFrom_ = t;
      interestUntil_ =
          position < book.interest.count ? book.interest.at(position).time + beforeThrough_ : INT64_MAX;
      interestTime_ = position > 0 ? book.interest.at(position - 1).time : INT64_MIN / 2;
      interestValue_ = position > 0 ? __builtin_bit_cast(double, book.interest.at(position - 1).first) : 0;
    }
    value = interestValue_;
    return interestTime_ >= t - beforeFrom_;
  }

  double liquidation(const Input &in, Book &book) {
    Tape &tape = book.liquidations;
    if (__builtin_expect(liquidationVersion_ != tape.version || in.t < liquidationFrom_ || in.t >= liquidationUntil_, 0)) {
      const uint64_t first = tape.through(in.t - liquidationMillis_), end = tape.through(in.t);
      Wide buy = 0, sell = 0;
      for (uint64_t i = first; i < end; ++i) {
        const Wide notional = Wide(tape.at(i).first) * tape.at(i).second;
        if (notional < 0) sell -= notional;
        else buy += notional;
      }
      liquidationVersion_ = tape.version;
      liquidationFrom_ = in.t;
      const int64_t enter = end < tape.count ? tape.at(end).time : INT64_MAX;
      const int64_t leave = first < end ? tape.at(first).time + liquidationMillis_ : INT64_MAX;
      liquidationUntil_ = enter < leave ? enter : leave;
      const Wide sum = buy + sell;
      const bool counts = sum != 0 && sum >= liquidationLeast_;
      liquidationLong_ = counts ? nearest(buy) / nearest(sum) : 0;
      liquidationShort_ = counts ? nearest(sell) / nearest(sum) : 0;
    }
    return in.direction > 0 ? liquidationLong_ : liquidationShort_;
  }

  double weight_[9] = {}, bookParts_[9] = {};
  uint64_t bookVersion_ = UINT64_MAX;
  int64_t bookFrom_ = 0, bookUntil_ = 0;
  int bookDirection_ = 0;
  double p_[9][8] = {};
  int64_t ageRatio_, ageInterest_, agePremium_, ageFunding_, beforeFrom_, beforeThrough_, liquidationMillis_;
  Wide liquidationLeast_;
  uint64_t interestVersion_ = UINT64_MAX, liquidationVersion_ = UINT64_MAX;
  int64_t interestFrom_ = 0, interestUntil_ = 0, interestTime_ = 0, liquidationFrom_ = 0, liquidationUntil_ = 0;
  double interestValue_ = 0, liquidationLong_ = 0, liquidationShort_ = 0;
};

}  // namespace baseline
