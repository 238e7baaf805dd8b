/// Three windows over one chain of trades, size quantiles, large flow, candles with ATR, the 15 s grid.
#pragma once
#include "wide.h"
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

namespace baseline {

constexpr int64_t kHalfHour = 1'800'000, kFourHours = 14'400'000, kDay = 86'400'000;

/// 24 bytes: time << 1 | large, price, signed quantity. One line serves two or three trades of a window's tail.
struct Trade {
  int64_t time;
  int64_t price;
  int64_t quantity;
};

/// Chunks of trades out of one reserve; a chunk that the longest window has left is used again.
class Pool {
 public:
  static constexpr uint32_t kTrades = 256;
  static constexpr uint32_t kNone = UINT32_MAX;

  explicit Pool(int64_t trades) : chunks_(uint32_t((trades + kTrades - 1) / kTrades)) {
    trades_ = static_cast<Trade *>(map(size_t(chunks_) * kTrades * sizeof(Trade)));
    links_ = static_cast<uint32_t *>(map(size_t(chunks_) * sizeof(uint32_t)));
  }
  ~Pool() {
    munmap(trades_, size_t(chunks_) * kTrades * sizeof(Trade));
    munmap(links_, size_t(chunks_) * sizeof(uint32_t));
  }
  Pool(const Pool &) = delete;
  Pool &operator=(const Pool &) = delete;

  uint32_t take() {
    uint32_t chunk = free_;
    if (chunk != kNone) {
      free_ = links_[chunk];
    } else if (untouched_ < chunks_) {
      chunk = untouched_++;
    } else {
      return kNone;
    }
    links_[chunk] = kNone;
    return chunk;
  }
  void giveBack(uint32_t chunk) {
    links_[chunk] = free_;
    free_ = chunk;
  }
  Trade *at(uint32_t chunk) { return trades_ + size_t(chunk) * kTrades; }
  uint32_t next(uint32_t chunk) const { return links_[chunk]; }
  void link(uint32_t chunk, uint32_t next) { links_[chunk] = next; }

 private:
  static void *map(size_t bytes) {
    void *const at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED) abort();
    return at;
  }
  Trade *trades_;
  uint32_t *links_;
  uint32_t chunks_, untouched_ = 0, free_ = kNone;
};

/// Net flow and quantity instead of buys and sells: no branch on the side, and both follow from them.
struct Sums {
  Wide cvd = 0, quantity = 0, notional = 0;
  int64_t count = 0;

  void add(int64_t signedQuantity, int64_t absolute, Wide product) {
    ++count;
    cvd += signedQuantity;
    quantity += absolute;
    notional += product;
  }
  Sums operator-(const Sums &other) const {
    return {cvd - other.cvd, quantity - other.quantity, notional - other.notional, count - other.count};
  }
};

/// Where one window begins, and what has left it: what it holds is what has come less that, so a trade is added once.
struct Window {
  Sums gone;
  int64_t oldest = INT64_MAX;
  const Trade *tail = nullptr;
  uint32_t chunk = Pool::kNone;
  uint32_t left = 0;  ///< trades from `tail` to its chunk's end

  void beginIfEmpty(int64_t time, uint32_t inChunk, const Trade *at, uint32_t leftHere) {
    if (__builtin_expect(oldest != INT64_MAX, 1)) return;
    oldest = time;
    tail = at;
    chunk = inChunk;
    left = leftHere;
  }

  /// Lets the oldest go; the trade it was. `come` are the trades ever added.
  Trade drop(int64_t come, Pool &pool) {
    const Trade trade = *tail;
    const int64_t absolute = trade.quantity < 0 ? -trade.quantity : trade.quantity;
    gone.add(trade.quantity, absolute, Wide(trade.price) * absolute);
    if (__builtin_expect(gone.count == come, 0)) {
      oldest = INT64_MAX;
      return trade;
    }
    ++tail;
    if (__builtin_expect(--left == 0, 0)) {
      chunk = pool.next(chunk);
      tail = pool.at(chunk);
      left = Pool::kTrades;
    }
    oldest = tail->time >> 1;
    return trade;
  }
};

/// P95 and P99 over log-linear buckets: cursors that follow every change, a two-level bitmap over empty stretches.
class Sizes {
 public:
  static constexpr int kBuckets = 14336;

  static int bucket(int64_t quantity) {
    if (quantity < 512) return int(quantity);
    const int shift = 55 - __builtin_clzll(uint64_t(quantity));
    return shift * 256 + int(quantity >> shift);
  }
  static int64_t value(int bucket) {
    if (bucket < 512) return bucket;
    const int shift = bucket / 256 - 1;
    return int64_t(bucket - shift * 256) << shift;
  }

  int64_t count() const { return count_; }
  int64_t p95() const { return count_ == 0 ? -1 : value(at95_.bucket); }
  int64_t p99() const { return count_ == 0 ? -1 : value(at99_.bucket); }
  int bucket99() const { return at99_.bucket; }

  void add(int bucket) {
    if (counts_[bucket]++ == 0) mark(bucket);
    if (__builtin_expect(++count_ == 1, 0)) {
      at95_ = {bucket, 0};
      at99_ = {bucket, 0};
      return;
    }
    at95_.below += bucket < at95_.bucket;
    at99_.below += bucket < at99_.bucket;
  }
  void remove(int bucket) {
    if (--counts_[bucket] == 0) unmark(bucket);
    --count_;
    at95_.below -= bucket < at95_.bucket;
    at99_.below -= bucket < at99_.bucket;
  }
  /// After one or many changes: below < rank <= below + count of the bucket.
  void settle() {
    if (__builtin_expect(count_ == 0, 0)) return;
    settle(at95_, (95 * count_ + 99) / 100);
    settle(at99_, (99 * count_ + 99) / 100);
  }

 private:
  struct Cursor {
    int bucket = 0;
    int64_t below = 0;
  };

  void settle(Cursor &cursor, int64_t rank) {
    while (rank <= cursor.below) {
      cursor.bucket = before(cursor.bucket);
      cursor.below -= counts_[cursor.bucket];
    }
    while (rank > cursor.below + counts_[cursor.bucket]) {
      cursor.below += counts_[cursor.bucket];
      cursor.bucket = after(cursor.bucket);
    }
  }
  void mark(int bucket) {
    words_[bucket >> 6] |= 1ull << (bucket & 63);
    summary_[bucket >> 12] |= 1ull << (bucket >> 6 & 63);
  }
  void unmark(int bucket) {
    if ((words_[bucket >> 6] &= ~(1ull << (bucket & 63))) == 0) summary_[bucket >> 12] &= ~(1ull << (bucket >> 6 & 63));
  }
  int after(int bucket) const {
    int word = bucket >> 6;
    const uint64_t rest = words_[word] & (~1ull << (bucket & 63));
    if (rest != 0) return word << 6 | __builtin_ctzll(rest);
    int group = word >> 6;
    uint64_t bits = summary_[group] & (~1ull << (word & 63));
    while (bits == 0) {
      if (++group == 4) abort();
      bits = summary_[group];
    }
    word = group << 6 | __builtin_ctzll(bits);
    return word << 6 | __builtin_ctzll(words_[word]);
  }
  int before(int bucket) const {
    int word = bucket >> 6;
    const uint64_t rest = words_[word] & ((1ull << (bucket & 63)) - 1);
    if (rest != 0) return word << 6 | (63 - __builtin_clzll(rest));
    int group = word >> 6;
    uint64_t bits = summary_[group] & ((1ull << (word & 63)) - 1);
    while (bits == 0) {
      if (--group < 0) abort();
      bits = summary_[group];
    }
    word = group << 6 | (63 - __builtin_clzll(bits));
    return word << 6 | (63 - __builtin_clzll(words_[word]));
  }

  int64_t count_ = 0;
  Cursor at95_, at99_;
  uint64_t summary_[4] = {};
  uint64_t words_[kBuckets / 64] = {};
  uint32_t counts_[kBuckets] = {};
};

class Windows {
 public:
  Sums come;
  Window halfHour, fourHours, day;
  Sizes sizes;
  Wide largeBuy = 0, largeSell = 0;

  /// What a window holds.
  Sums held(const Window &window) const { return come - window.gone; }

  void advance(int64_t t, Pool &pool) {
    while (halfHour.oldest <= t - kHalfHour) {
      const Trade trade = halfHour.drop(come.count, pool);
      if (__builtin_expect(trade.time & 1, 0)) {
        if (trade.quantity < 0) largeSell += trade.quantity;
        else largeBuy -= trade.quantity;
      }
    }
    while (fourHours.oldest <= t - kFourHours) fourHours.drop(come.count, pool);
    if (day.oldest <= t - kDay) {
      do {
        const uint32_t chunk = day.chunk;
        const Trade trade = day.drop(come.count, pool);
        sizes.remove(Sizes::bucket(trade.quantity < 0 ? -trade.quantity : trade.quantity));
        if (__builtin_expect(day.oldest == INT64_MAX, 0)) {
          pool.giveBack(chunk);
          head_ = nullptr;
          headChunk_ = Pool::kNone;
          room_ = 0;
          break;
        }
        if (__builtin_expect(day.chunk != chunk, 0)) pool.giveBack(chunk);
      } while (day.oldest <= t - kDay);
      sizes.settle();
    }
  }

  bool add(int64_t t, int64_t price, int64_t quantity, bool isSell, Pool &pool) {
    if (__builtin_expect(room_ == 0, 0)) {
      const uint32_t chunk = pool.take();
      if (chunk == Pool::kNone) return false;
      if (headChunk_ != Pool::kNone) pool.link(headChunk_, chunk);
      headChunk_ = chunk;
      head_ = pool.at(chunk);
      room_ = Pool::kTrades;
    }
    const int bucket = Sizes::bucket(quantity);
    // A bucket's value grows with its number: comparing buckets is comparing values.
    const bool isLarge = come.count - day.gone.count >= 1000 && bucket >= sizes.bucket99();
    const int64_t signedQuantity = isSell ? -quantity : quantity;
    const Wide product = Wide(price) * quantity;
    *head_ = {t << 1 | isLarge, price, signedQuantity};
    come.add(signedQuantity, quantity, product);
    halfHour.beginIfEmpty(t, headChunk_, head_, room_);
    fourHours.beginIfEmpty(t, headChunk_, head_, room_);
    day.beginIfEmpty(t, headChunk_, head_, room_);
    sizes.add(bucket);
    sizes.settle();
    if (__builtin_expect(isLarge, 0)) {
      if (isSell) largeSell += quantity;
      else largeBuy += quantity;
    }
    ++head_;
    --room_;
    return true;
  }

 private:
  Trade *head_ = nullptr;
  uint32_t headChunk_ = Pool::kNone;
  uint32_t room_ = 0;
};

/// Candles of 5 min and Wilder's ATR(14). Extremes are kept as integers: a division a candle, not one a trade.
struct Candles {
  static constexpr int64_t kMillis = 300'000;
  int64_t end = INT64_MAX;  ///< of the open candle
  bool hasTrade = false;
  int64_t high = 0, low = 0, close = 0, lastCloseUnits = 0;
  int64_t closed = 0;
  double lastClose = __builtin_nan(""), atr = __builtin_nan(""), share = __builtin_nan(""), sum = 0;

  void closeThrough(int64_t t) {
    while (__builtin_expect(end <= t, 0)) closeOne();
  }
  void add(int64_t t, int64_t price) {
    if (__builtin_expect(!hasTrade, 0)) {
      hasTrade = true;
      if (end == INT64_MAX) end = t - t % kMillis + kMillis;
      high = low = price;
    }
    high = price > high ? price : high;
    low = price < low ? price : low;
    close = price;
  }

 private:
  void closeOne() {
    const double top = double(high) / 1e8, bottom = double(low) / 1e8;
    double range = top - bottom;
    if (closed > 0) {
      const double up = __builtin_fabs(top - lastClose), down = __builtin_fabs(bottom - lastClose);
      if (up > range) range = up;
      if (down > range) range = down;
    }
    if (++closed <= 14) {
      sum += range;
      if (closed == 14) atr = sum / 14;
    } else {
      atr = (13 * atr + range) / 14;
    }
    lastClose = double(close) / 1e8;
    share = atr / lastClose;
    end += kMillis;
    hasTrade = false;
    high = low = close;
  }
};

/// Slope and acceleration of the 30 min flow on the multiples of 15 s.
struct Grid {
  int64_t next = INT64_MAX;
  int passed = 0;
  Wide cvd = 0, slope = 0, acceleration = 0;

  void start(int64_t t) { next = t - t % 15'000 + 15'000; }
  void pass(Wide now) {
    const Wide newSlope = now - cvd;
    if (passed >= 2) acceleration = newSlope - slope;
    slope = newSlope;
    cvd = now;
    if (passed < 3) ++passed;
    next += 15'000;
  }
};

}  // namespace baseline
