/// Exact sums over a run of trades, four at a time: what leaves a window after a silence.
///
/// In C because Swift's SIMD types are generic, which the compiler's allocation and lock checks reject in debug builds, and
/// because the extension of both C compilers says a blend and a multiplication of 32-bit halves without naming a machine.
/// Debug builds and other machines take the same path, in narrower registers. Marked for Swift's checks by hand, as in
/// CBytes; it trusts, it does not verify.
#pragma once
#include <stdint.h>

#define APUS_SUMS __attribute__((always_inline, swift_attr("@_noLocks"), swift_attr("@_noAllocation")))

typedef int64_t apus_signed4 __attribute__((vector_size(32)));
/// The same at any word's address. Read through pointers, not by a function: one that returns a vector has another calling
/// convention without AVX, inlined or not.
typedef int64_t apus_loaded4 __attribute__((vector_size(32), aligned(8), may_alias));
typedef uint64_t apus_words4 __attribute__((vector_size(32)));

typedef struct apus_trade_sums {
  /// Buys less sells, and buys and sells, 1e-8.
  int64_t cvd;
  int64_t quantity;
  /// Of price * quantity, 1e-16: 128 bits.
  uint64_t notional_low;
  uint64_t notional_high;
  /// 0: a price or quantity is so large that a lane may have overflowed. The sums then mean nothing.
  int32_t is_exact;
} apus_trade_sums;

/// Quantities below 2^55 (3.6e8 coins a trade) and prices below 2^56 are summed here, 256 trades at most: see the lanes.
enum { APUS_SUMS_QUANTITY_BITS = 55, APUS_SUMS_PRICE_BITS = 56, APUS_SUMS_TRADES_MAX = 256 };

/// `count` trades of three words each: time, price (never negative), quantity, negative when sold. `count` is a multiple
/// of 4, at most `APUS_SUMS_TRADES_MAX`.
///
/// Twelve words are three vectors, and no two quantities, nor two prices, stand in the same lane of them: two blends
/// collect four of either without a shuffle, in an order that sums do not mind; one rotation brings the prices into the
/// order of the quantities.
APUS_SUMS static inline apus_trade_sums apus_sum_trades(const int64_t *words, int64_t count) {
  const apus_words4 low_half = {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
  apus_signed4 cvd = {0}, quantity = {0};
  apus_words4 quantities = {0}, prices = {0};
  // By weight. With q < 2^55, p < 2^56 and 64 trades a lane: ones < 2^38, thirty_twos < 2^63, others < 2^61, sixty_fours
  // < 2^53; quantity < 2^61 a lane, 2^63 in all.
  apus_words4 ones = {0}, thirty_twos = {0}, others = {0}, sixty_fours = {0};
  for (int64_t trade = 0; trade < count; trade += 4, words += 12) {
    const apus_signed4 a = *(const apus_loaded4 *)words;        // time 0, price 0, quantity 0, time 1
    const apus_signed4 b = *(const apus_loaded4 *)(words + 4);  // price 1, quantity 1, time 2, price 2
    const apus_signed4 c = *(const apus_loaded4 *)(words + 8);  // quantity 2, time 3, price 3, quantity 3
    const apus_signed4 q = __builtin_shufflevector(__builtin_shufflevector(a, b, 0, 5, 2, 3), c, 4, 1, 2, 7);
    const apus_signed4 mixed = __builtin_shufflevector(__builtin_shufflevector(a, b, 4, 1, 2, 7), c, 0, 1, 6, 3);
    const apus_words4 p = (apus_words4)__builtin_shufflevector(mixed, mixed, 3, 0, 1, 2);
    const apus_signed4 sign = q >> 63;
    const apus_signed4 magnitude = (q ^ sign) - sign;
    cvd += q;
    quantity += magnitude;
    const apus_words4 m = (apus_words4)magnitude;
    quantities |= m;
    prices |= p;
    const apus_words4 low = (m & low_half) * (p & low_half);
    ones += low & low_half;
    thirty_twos += (low >> 32) + (m & low_half) * (p >> 32);
    others += (m >> 32) * (p & low_half);
    sixty_fours += (m >> 32) * (p >> 32);
  }
  const uint64_t q = quantities[0] | quantities[1] | quantities[2] | quantities[3];
  const uint64_t p = prices[0] | prices[1] | prices[2] | prices[3];
  unsigned __int128 notional = 0;
  for (int lane = 0; lane < 4; lane++) {
    notional += (unsigned __int128)sixty_fours[lane] << 64;
    notional += ((unsigned __int128)thirty_twos[lane] + others[lane]) << 32;
    notional += ones[lane];
  }
  apus_trade_sums sums;
  sums.cvd = cvd[0] + cvd[1] + cvd[2] + cvd[3];
  sums.quantity = quantity[0] + quantity[1] + quantity[2] + quantity[3];
  sums.notional_low = (uint64_t)notional;
  sums.notional_high = (uint64_t)(notional >> 64);
  sums.is_exact = (q >> APUS_SUMS_QUANTITY_BITS | p >> APUS_SUMS_PRICE_BITS) == 0;
  return sums;
}
