/// What two records of one trade must agree in: units of 1e-8, the quantity negative when the aggressor sold.
struct TradeContent: BitwiseCopyable, Equatable {
  var price: Int64 = 0
  var signed: Int64 = 0

  @_noAllocation @_noLocks
  init() {}

  @_noAllocation @_noLocks
  init(price: Int64, signed: Int64) {
    self.price = price
    self.signed = signed
  }

  @_noAllocation @_noLocks
  func isSame(_ other: TradeContent) -> Bool { price == other.price && signed == other.signed }
}
