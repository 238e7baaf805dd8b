import CRecords
import Domain
import Foundation
import HotPath
import Testing

@testable import Venues

@Suite(.serialized, .timeLimit(.minutes(1)))
struct HistoryTests {
  private static let certificate = TestCertificate()

  private final class Rig {
    let server: TestVenue
    let history: BinanceHistory
    let ring: RecordRing
    private(set) var records: [apus_record] = []

    init(
      _ venue: PagingVenue, symbols: [String] = ["BTCUSDT"], fromIds: [Int64?] = [nil], ringCapacity: Int = 8_192,
      options: BinanceHistory.Options = .init()
    ) throws {
      server = TestVenue(HistoryTests.certificate) { connection, _ in venue.serve(connection) }
      ring = RecordRing(capacity: ringCapacity)
      history = try BinanceHistory(
        endpoints: .sim(host: "127.0.0.1", port: server.port), trust: TLSTrust(caFile: HistoryTests.certificate.file),
        symbols: SymbolTable(symbols), fromIds: fromIds, ring: ring, doorbell: Doorbell(), logger: quietLogger(),
        options: options)
    }

    deinit {
      history.stop()
      server.stop()
    }

    /// Collects records until there are `ends` historyEnds or 15 s have passed.
    func collect(ends: Int) -> Bool {
      eventually(seconds: 15) {
        var record = apus_record()
        while ring.pop(into: &record) { records.append(record) }
        return records.count { $0.kind == EventKind.historyEnd.rawValue } >= ends
      }
    }

    /// Trades' ids with -1 for a historyEnd.
    func ids(_ symbol: UInt32 = 0) -> [Int64] {
      records.filter { $0.symbol == symbol }.map { $0.kind == EventKind.historyEnd.rawValue ? -1 : $0.id }
    }
  }

  @Test func pagesTheWindowInIdOrder() throws {
    let venue = PagingVenue(trades: [
      "BTCUSDT": recentTrades(firstId: 5_000, count: 2_500), "ETHUSDT": recentTrades(firstId: 70, count: 3),
    ])
    let rig = try Rig(
      venue, symbols: ["BTCUSDT", "ETHUSDT", "NEWUSDT"], fromIds: [nil, 71, nil], ringCapacity: 512,
      options: {
        var options = BinanceHistory.Options()
        options.windowMillis = 3 * 3_600_000
        return options
      }())
    try rig.history.start()
    #expect(rig.collect(ends: 3))
    // The ring is smaller than a page: nothing is lost for it.
    #expect(rig.ids(0) == Array(5_000..<7_500) + [-1])
    #expect(rig.ids(1) == [71, 72, -1])
    #expect(rig.ids(2) == [-1])
    #expect(rig.ring.refused() == 0)
    #expect(rig.records.dropLast().allSatisfy { $0.kind != EventKind.historyEnd.rawValue || $0.id == 0 })
    #expect(eventually { rig.history.progress.allSatisfy { $0.isDone && $0.share == 1 } })
    #expect(rig.history.progress.map(\.fetched) == [2_500, 2, 0])
    let requests = venue.requests.withLock { $0 }
    // Hours until a trade is found, then pages by id.
    let bitcoin = requests.filter { $0["symbol"] == "BTCUSDT" }
    #expect(bitcoin.prefix { $0["fromId"] == nil }.count == 3)
    #expect(bitcoin.compactMap { $0["fromId"] } == ["5000", "6000", "7000"])
    for request in bitcoin.prefix(3) {
      let start = try #require(Int64(request["startTime"] ?? ""))
      let end = try #require(Int64(request["endTime"] ?? ""))
      #expect(end - start == 3_599_999)
    }
  }

  @Test func gapsComeWithAnEnd() throws {
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 3_000)])
    let rig = try Rig(venue, fromIds: [2_999])
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(rig.ids() == [2_999, 3_000, -1])
    #expect(eventually { rig.history.progress[0].isDone })
    rig.history.requestGap(symbolIndex: 0, fromId: 10, throughId: 1_510)
    rig.history.requestGap(symbolIndex: 0, fromId: 2_000, throughId: 2_000)
    #expect(rig.collect(ends: 3))
    #expect(rig.ids() == [2_999, 3_000, -1] + Array(10...1_510) + [-1, 2_000, -1])
    #expect(rig.records.allSatisfy { $0.kind != EventKind.trade.rawValue })
    #expect(eventually { rig.history.counts.gapsServed == 2 })
    #expect(venue.requests.withLock { $0.compactMap { $0["limit"] } } == ["1000", "1000", "501", "1"])
  }

  @Test func aGapBehindTheHistoryIsCoveredByIt() throws {
    let trades = recentTrades(firstId: 1, count: 1_500)
    let venue = PagingVenue(trades: ["BTCUSDT": trades])
    let rig = try Rig(venue, fromIds: [1])
    // Asked before paging begins: one end, after everything.
    rig.history.requestGap(symbolIndex: 0, fromId: 1_200, throughId: 1_400)
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(rig.ids() == Array(1...1_500) + [-1])
    usleep(100_000)
    #expect(rig.ring.isEmpty())
  }

  @Test func anUnfillableGapIsGivenUp() throws {
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 10)])
    var options = BinanceHistory.Options()
    options.gapPatienceMillis = 600
    let rig = try Rig(venue, fromIds: [10], options: options)
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(eventually { rig.history.progress[0].isDone })
    rig.history.requestGap(symbolIndex: 0, fromId: 50, throughId: 60)
    #expect(rig.collect(ends: 2))
    #expect(rig.history.counts.gapsUnfilled == 1)
    #expect(rig.ids() == [10, -1, -1])
  }

  @Test func rateLimitsAndErrorsAreWaitedOut() throws {
    let began = Date()
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 5)]) { request, _ in
      switch request {
      case 0: (429, -1003, ["Retry-After: 2"])
      case 1: (503, 0, [])
      default: nil
      }
    }
    let rig = try Rig(venue, fromIds: [1])
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(Date().timeIntervalSince(began) >= 2.5)
    #expect(rig.ids() == [1, 2, 3, 4, 5, -1])
    let counts = rig.history.counts
    #expect(counts.rateLimited == 1)
    #expect(counts.retries == 1)
    #expect(counts.failures == 0)
    #expect(venue.requests.withLock { $0.count } == 3)
  }

  @Test func aRefusedSymbolEndsAndTheNextGoesOn() throws {
    let venue = PagingVenue(trades: ["ETHUSDT": recentTrades(firstId: 1, count: 2)]) { _, query in
      query["symbol"] == "GONEUSDT" ? (400, -1121, []) : nil
    }
    let rig = try Rig(venue, symbols: ["GONEUSDT", "ETHUSDT"], fromIds: [nil, 1])
    try rig.history.start()
    #expect(rig.collect(ends: 2))
    #expect(rig.ids(0) == [-1])
    #expect(rig.ids(1) == [1, 2, -1])
    #expect(rig.history.counts.failures == 1)
    #expect(venue.requests.withLock { $0.count { $0["symbol"] == "GONEUSDT" } } == 1)
  }

  @Test func stopsAtOnceWhileWaiting() throws {
    let venue = PagingVenue(trades: [:]) { _, _ in (418, -1003, ["Retry-After: 300"]) }
    let rig = try Rig(venue)
    try rig.history.start()
    #expect(eventually { rig.history.counts.rateLimited == 1 })
    let began = Date()
    rig.history.stop()
    #expect(Date().timeIntervalSince(began) < 1)
  }

  @Test func theBudgetFollowsTheVenuesCountAndMinute() {
    var budget = WeightBudget(limitPerMinute: 2_400)
    let minute: Int64 = 1_789_478_280_000
    #expect(budget.pauseMillis(weight: 20, reserve: 400, venueMillis: minute + 1_000) == 0)
    budget.spend(weight: 20, reported: 1_980, venueMillis: minute + 1_000)
    #expect(budget.pauseMillis(weight: 20, reserve: 400, venueMillis: minute + 1_000) == 0)
    budget.spend(weight: 20, reported: nil, venueMillis: minute + 2_000)
    #expect(budget.pauseMillis(weight: 20, reserve: 400, venueMillis: minute + 3_000) == 57_200)
    // Gaps may use the reserve.
    #expect(budget.pauseMillis(weight: 20, reserve: 0, venueMillis: minute + 3_000) == 0)
    #expect(budget.pauseMillis(weight: 20, reserve: 400, venueMillis: minute + 60_200) == 0)
  }
}
