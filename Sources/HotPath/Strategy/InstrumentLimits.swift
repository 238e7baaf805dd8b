import Domain

/// An instrument's steps as the hot path holds them, units of 1e-8.
struct InstrumentLimits: BitwiseCopyable {
  /// 0 when unknown: levels are then not rounded.
  var tick: Int64
  var lot: Int64
  var minimumQuantity: Int64
  var maximumQuantity: Int64
  /// USD.
  var minimumNotional: Int64

  @_noAllocation @_noLocks
  init(tick: Int64, lot: Int64, minimumQuantity: Int64, maximumQuantity: Int64, minimumNotional: Int64) {
    self.tick = tick
    self.lot = lot
    self.minimumQuantity = minimumQuantity
    self.maximumQuantity = maximumQuantity
    self.minimumNotional = minimumNotional
  }

  init(_ instrument: Instrument) {
    tick = instrument.tickSize
    lot = instrument.lotSize
    minimumQuantity = instrument.minimumQuantity
    maximumQuantity = instrument.maximumQuantity
    minimumNotional = instrument.minimumNotional
  }
}
