/// What the engine keeps of one strategy in one symbol.
struct StrategySlot: BitwiseCopyable {
  var cooldownLongMillis: Int64 = .min
  var cooldownShortMillis: Int64 = .min
  var liquidations = LiquidationCache()
  var position = PaperPosition()
  /// Of the last evaluation, for whoever watches.
  var lastScore = 0.0
  var lastDirection: Int8 = 0
}
