import Domain
import Foundation
import HotPath
import Testing

@testable import Settings

/// The strategy files of this repository against the real catalog.
struct ShippedStrategiesTests {
  private static func path(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("strategies/\(name).json").path
  }

  @Test func bothLoadTogether() throws {
    let paths = [Self.path("v51_baseline"), Self.path("v52_8signals")]
    let strategies = try StrategyFile.loadAll(paths, catalog: SignalCatalog.all)
    #expect(strategies.map(\.name) == ["v51_baseline", "v52_8signals"])
    #expect(strategies.map(\.version) == ["5.1", "5.2"])
    #expect(strategies.map(\.stopLossAtr) == [1.4, 2.1])
    #expect(strategies.map(\.signals.count) == [7, 9])
    #expect(strategies[1].signals.map(\.name) == SignalCatalog.all.map(\.name))
    for strategy in strategies {
      for signal in strategy.signals {
        let description = SignalCatalog.all.first { $0.name == signal.name }
        #expect(description?.parameters.count == signal.parameters.count)
      }
    }
  }
}
