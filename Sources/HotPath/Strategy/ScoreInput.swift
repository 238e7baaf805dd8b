/// What the signals may look at besides indicators, gathered once for an evaluation and shared by all strategies.
struct ScoreInput: BitwiseCopyable {
  /// Event time of the evaluation.
  var timeMillis: Int64
  /// +1, -1, or 0 without a direction.
  var direction: Int8 = 0
  var cvd24hSign: Int8 = 0
  /// 0 while the acceleration is absent.
  var accelSign: Int8 = 0
  /// Sign of price - vwap_30m, compared exactly; 0 when there is no VWAP.
  var aboveVwapSign: Int8 = 0
  /// |price - vwap_30m| as a fraction that is divided only where it must be (`isNearVwap`): over 1e8 times the quantity of
  /// 30 min. NaN when absent, so that every comparison is false. The same for the next two.
  var vwapExcess: Double = .nan
  var vwapQuantity = 1.0
  var atr: Double = .nan
  /// ATR over the close of the last closed candle.
  var atrShare: Double = .nan
  /// Large quantities of 30 min, units of 1e-8: buys less sells, and both.
  var largeNet = 0.0
  var largeGross = 0.0

  @_noAllocation @_noLocks
  init(at timeMillis: Int64) { self.timeMillis = timeMillis }

  /// |price - vwap_30m| <= `limit`, in price units.
  ///
  /// The two divisions were an eighth of a score, and nearly always a product tells as well: both sides of the comparison
  /// are within a few ulps, so only what is closer than 1e-12 has to be divided out.
  @_noAllocation @_noLocks
  @inline(__always)
  func isNearVwap(_ limit: Double) -> Bool {
    let bound = limit * (vwapQuantity * 1e8)
    if vwapExcess < bound * (1 - 1e-12) { return true }
    if vwapExcess > bound * (1 + 1e-12) { return false }
    return vwapDistance <= limit
  }

  /// |price - vwap_30m| in price units; NaN when absent.
  var vwapDistance: Double {
    @_noAllocation @_noLocks
    @inline(never)
    get { vwapExcess / vwapQuantity / 1e8 }
  }

  /// +1.0 or -1.0; only called with a direction.
  var d: Double {
    @_noAllocation @_noLocks
    get { Double(direction) }
  }
}
