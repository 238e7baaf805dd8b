/// The weighted values of a strategy's signals for one symbol, but for those that lead the table, which are computed after
/// each trade and not kept. What the book says is kept as long as it stands.
struct BookParts: BitwiseCopyable {
  /// By place in the strategy.
  var parts = InlineArray<16, Double>(repeating: 0)
  private var direction: Int8 = 0
  private var version: UInt64 = .max
  private var fromMillis: Int64 = .max
  private var untilMillis: Int64 = .min

  @_noAllocation @_noLocks
  init() {}

  /// Whether nothing has changed: the book, the direction, or an age that has come to its limit.
  @_noAllocation @_noLocks
  @inline(__always)
  func stands(_ input: borrowing ScoreInput, _ version: UInt64) -> Bool {
    if version != self.version { return false }
    if input.direction != direction { return false }
    if input.timeMillis < fromMillis { return false }
    return input.timeMillis < untilMillis
  }

  @_noAllocation @_noLocks
  @inline(never)
  mutating func renew(
    _ strategy: borrowing StrategySetting, _ input: borrowing ScoreInput, _ book: inout IndicatorBook,
    _ cache: inout LiquidationCache
  ) {
    book.noteFromHere()
    var index = 0
    while index < strategy.signalCount {
      let setting = strategy.signal(index)
      if setting.isOfBook {
        parts[index] = setting.weight * SignalCatalog.value(setting, input, &book, &cache).value
      }
      index &+= 1
    }
    direction = input.direction
    version = book.version
    fromMillis = input.timeMillis
    untilMillis = book.holdsUntilMillis
  }
}
