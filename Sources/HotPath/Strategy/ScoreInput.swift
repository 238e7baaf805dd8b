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
  /// |price - vwap_30m|; NaN when absent, so that every comparison is false. The same for the next two.
  var vwapDistance: Double = .nan
  var atr: Double = .nan
  /// ATR over the close of the last closed candle.
  var atrShare: Double = .nan
  /// Large quantities of 30 min, units of 1e-8: buys less sells, and both.
  var largeNet = 0.0
  var largeGross = 0.0

  @_noAllocation @_noLocks
  init(at timeMillis: Int64) { self.timeMillis = timeMillis }

  /// +1.0 or -1.0; only called with a direction.
  var d: Double {
    @_noAllocation @_noLocks
    get { Double(direction) }
  }
}
