/// What the engine keeps of one strategy in one symbol.
struct StrategySlot: BitwiseCopyable {
  var cooldownLongMillis: Int64 = .min
  var cooldownShortMillis: Int64 = .min
  var liquidations = LiquidationCache()
  var bookParts = BookParts()
  var position = PaperPosition()
  /// Of the last evaluation, for whoever watches; not yet rounded.
  var lastSum = 0.0
  var lastDirection: Int8 = 0
}
