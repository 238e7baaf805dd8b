import Domain
import Testing

@testable import HotPath

@Suite struct PositionSizingTests {
  private func limits(lot: String = "0.00000001", minimum: String = "0", maximum: String? = nil) -> InstrumentLimits {
    InstrumentLimits(
      Instrument(
        symbol: "X", lotSize: units(lot), minimumQuantity: units(minimum), maximumQuantity: maximum.map(units) ?? .max))
  }

  private func size(_ distance: Double, _ limits: InstrumentLimits, risk: Double = 10) -> Int64 {
    PositionSizing.quantity(riskUsd: risk, stopDistance: distance, limits: limits)
  }

  @Test func riskOverDistanceRoundedDownToTheLot() {
    #expect(size(14, limits()) == units("0.71428571"))
    #expect(size(14, limits(lot: "0.001")) == units("0.714"))
    #expect(size(8, limits(lot: "0.25")) == units("1.25"))
    #expect(size(8, limits(lot: "1")) == units("1"))
    #expect(size(10.5, limits(lot: "1")) == 0)
  }

  @Test func noDistanceNoQuantity() {
    #expect(size(0, limits()) == 0)
    #expect(size(.nan, limits()) == 0)
    #expect(size(-1, limits()) == 0)
    #expect(size(.infinity, limits()) == 0)
  }

  @Test func aQuantityBeyondInt64IsTold() {
    #expect(size(1e-11, limits()) == .max)
    #expect(size(.leastNonzeroMagnitude, limits()) == .max)
    #expect(size(1e-9, limits()) < .max)
  }

  @Test func boundsOfTheInstrument() {
    #expect(size(1, limits(lot: "0.1", minimum: "10")) == units("10"))
    #expect(size(1, limits(lot: "0.1", minimum: "10.1")) == 0)
    #expect(size(1, limits(lot: "0.3", maximum: "2.5")) == units("2.4"))
    #expect(size(1, limits(lot: "0.1", maximum: "10")) == units("10"))
  }

  @Test func halfIsRoundedDownToTheLot() {
    #expect(PositionSizing.half(units("0.003"), limits: limits(lot: "0.001")) == units("0.001"))
    #expect(PositionSizing.half(units("0.001"), limits: limits(lot: "0.001")) == 0)
    #expect(PositionSizing.half(units("0.71428571"), limits: limits()) == units("0.35714285"))
  }
}
