import CRecords
import Domain
import Foundation
import Synchronization
import Testing

@testable import HotPath
@testable import Venues

@Suite(.serialized, .timeLimit(.minutes(1)))
struct HistoryTests {
  private static let certificate = TestCertificate()

  private final class Deaf: Sendable { let symbols = Mutex<[Int]>([]) }

  private final class Rig {
    let server: TestVenue
    let history: BinanceHistory
    let ring: RecordRing
    private(set) var records: [apus_record] = []
    /// Symbols whose streams were found silent.
    let deaf: Deaf

    init(
      _ venue: PagingVenue, symbols: [String] = ["BTCUSDT"], fromIds: [Int64?] = [nil],
      tradesPerDay: [Int64?]? = nil, ringCapacity: Int = 8_192, weightPerMinute: Int = BinanceRest.weightPerMinute,
      options: BinanceHistory.Options = .init()
    ) throws {
      server = TestVenue(HistoryTests.certificate) { connection, _ in venue.serve(connection) }
      ring = RecordRing(capacity: ringCapacity)
      let rest = try BinanceRest(
        endpoints: .sim(host: "127.0.0.1", port: server.port),
        trust: TLSTrust(caFile: HistoryTests.certificate.file), logger: quietLogger(),
        weightPerMinute: weightPerMinute)
      let beginnings = fromIds.indices.map { index in
        BinanceHistory.Beginning(fromId: fromIds[index], tradesPerDay: tradesPerDay?[index] ?? nil)
      }
      let deaf = Deaf()
      history = BinanceHistory(
        rest: rest, symbols: symbols, beginnings: beginnings, ring: ring, doorbell: Doorbell(), logger: quietLogger(),
        options: options, onDeaf: { symbol in deaf.symbols.withLock { $0.append(symbol) } })
      self.deaf = deaf
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

    /// Trades' ids with -1 for a historyEnd, -2 for one that gave up, -4 for a partial one, and -3 for a reset.
    func ids(_ symbol: UInt32 = 0) -> [Int64] {
      records.filter { $0.symbol == symbol }.map { record in
        switch EventKind(rawValue: record.kind) {
        case .historyEnd:
          record.flags & RecordFlags.partial != 0 ? -4 : record.flags & RecordFlags.gaveUp == 0 ? -1 : -2
        case .historyReset: -3
        default: record.id
        }
      }
    }

    func request(_ kind: GapEvent.Kind, _ fromId: Int64, _ throughId: Int64, symbol: UInt32 = 0) {
      history.request(GapEvent(kind: kind, symbol: symbol, fromId: fromId, throughId: throughId))
    }
  }

  private static func options(hours: Int64, milestonesMillis: [Int64] = []) -> BinanceHistory.Options {
    var options = BinanceHistory.Options()
    options.windowMillis = hours * 3_600_000
    options.milestonesMillis = milestonesMillis
    return options
  }

  /// Fetched from the newest page backwards, told from the oldest trade on; files' symbols go on from their last id.
  @Test func pagesTheWindowInIdOrder() throws {
    let venue = PagingVenue(trades: [
      "BTCUSDT": recentTrades(firstId: 5_000, count: 2_500), "ETHUSDT": recentTrades(firstId: 70, count: 3),
    ])
    let rig = try Rig(
      venue, symbols: ["BTCUSDT", "ETHUSDT", "NEWUSDT"], fromIds: [nil, 71, nil], ringCapacity: 512,
      options: Self.options(hours: 3))
    try rig.history.start()
    #expect(rig.collect(ends: 3))
    // The ring is smaller than a page: nothing is lost for it.
    #expect(rig.ids(0) == Array(5_000..<7_500) + [-1])
    #expect(rig.ids(1) == [71, 72, -1])
    #expect(rig.ids(2) == [-1])
    #expect(rig.ring.refused() == 0)
    #expect(eventually { rig.history.progress.allSatisfy { $0.isDone || $0.share == 1 } })
    #expect(rig.history.progress.map(\.fetched) == [2_500, 2, 0])
    let bitcoin = venue.requests.withLock { $0 }.filter { $0["symbol"] == "BTCUSDT" }
    #expect(bitcoin[0]["fromId"] == nil, "the newest page first")
    #expect(
      bitcoin.compactMap { $0["fromId"] } == ["5500", "4500", "4000"], "backwards")
  }

  /// The windows are told at each milestone, after a reset, so that 30 min do not wait for the day.
  @Test func milestonesAreToldAnew() throws {
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 12_000)])
    let rig = try Rig(
      venue, ringCapacity: 32_768, options: Self.options(hours: 3, milestonesMillis: [1_500_000]))
    try rig.history.start()
    #expect(rig.collect(ends: 2))
    let ids = rig.ids()
    let end = try #require(ids.firstIndex(of: -1))
    // A page a thousand seconds: two of them reach 25 min.
    #expect(Array(ids[..<end]) == Array(10_001...12_000))
    #expect(ids[end + 1] == -3)
    let told = Array(ids[(end + 2)...].dropLast())
    #expect(told == Array((told.first ?? 0)...12_000))
    // Three hours of a trade a second.
    #expect((1_190...1_201).contains(told.first ?? 0), "\(told.first ?? 0)")
    #expect(eventually { rig.history.progress[0].isDone })
  }

  /// The trades that the venue's newest page lacks come after it.
  @Test func symbolsBeyondTheBudgetWarmUpLive() throws {
    let venue = PagingVenue(trades: [
      "AUSDT": recentTrades(firstId: 1, count: 5), "BUSDT": recentTrades(firstId: 1, count: 5),
    ])
    var options = Self.options(hours: 1)
    options.budgetMinutes = 1
    let rig = try Rig(
      venue, symbols: ["AUSDT", "BUSDT"], fromIds: [nil, nil], tradesPerDay: [200_000, 1_000], options: options)
    try rig.history.start()
    #expect(rig.collect(ends: 2))
    #expect(rig.ids(0) == [-2])
    #expect(rig.ids(1) == [1, 2, 3, 4, 5, -1])
    #expect(rig.history.progress.map(\.isLiveOnly) == [true, false])
    #expect(venue.requests.withLock { $0.allSatisfy { $0["symbol"] == "BUSDT" } })
  }

  @Test func aPlanTakesTheCheapestFirst() {
    func plan(_ tradesPerDay: [Int64?], minutes: Int64, weightLimit: Int = 2_400) -> HistoryPlan {
      HistoryPlan(
        tradesPerDay: tradesPerDay, minutes: minutes,
        pagesPerMinute: HistoryPlan.pagesPerMinute(weightLimit: weightLimit))
    }
    let mixed = plan([1_500_000, 10_000, nil, 60_000], minutes: 1)
    #expect(mixed.fetched == [2, 1, 3])
    #expect(mixed.live == [0])
    #expect(mixed.pages == 2 + 12 + 62 && mixed.minutes == 1)
    #expect(plan([1_500_000, 1_200_000], minutes: 30).live.isEmpty)
    #expect(plan([1], minutes: 0).live == [0])
  }

  /// The venue's weight may be another than the usual 2,400 a minute: 102 pages of those, 17 of 400.
  @Test func aPlanFollowsTheVenuesWeight() throws {
    #expect([2_400, 400, 6_000, 0].map { HistoryPlan.pagesPerMinute(weightLimit: $0) } == [102, 17, 255, 1])
    let venue = PagingVenue(trades: ["AUSDT": recentTrades(firstId: 1, count: 5)])
    var options = Self.options(hours: 1)
    options.budgetMinutes = 1
    let rig = try Rig(
      venue, symbols: ["AUSDT", "BUSDT"], fromIds: [nil, nil], tradesPerDay: [1_000, 50_000], weightPerMinute: 400,
      options: options)
    try rig.history.start()
    #expect(rig.collect(ends: 2))
    #expect(rig.history.progress.map(\.isLiveOnly) == [false, true])
  }

  @Test func gapsComeWithAnEnd() throws {
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 3_000)])
    let rig = try Rig(venue, fromIds: [2_999])
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(rig.ids() == [2_999, 3_000, -1])
    rig.request(.wanted, 10, 1_510)
    #expect(rig.collect(ends: 2))
    rig.request(.wanted, 2_000, 2_000)
    #expect(rig.collect(ends: 3))
    #expect(rig.ids() == [2_999, 3_000, -1] + Array(10...1_510) + [-1, 2_000, -1])
    #expect(rig.records.allSatisfy { $0.kind != EventKind.trade.rawValue })
    let ends = rig.records.filter { $0.kind == EventKind.historyEnd.rawValue }.map(\.first_id)
    #expect(ends == [HistoryRequest.past.rawValue, HistoryRequest.gap.rawValue, HistoryRequest.gap.rawValue])
    #expect(rig.history.counts.gapsServed == 2)
    #expect(venue.requests.withLock { $0.compactMap { $0["limit"] } } == ["1000", "1000", "501", "1"])
  }

  @Test func aGapThatTheVenueLacksIsSaidSo() throws {
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 10)])
    let rig = try Rig(venue, fromIds: [10])
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    rig.request(.wanted, 50, 60)
    #expect(rig.collect(ends: 2))
    #expect(rig.history.counts.gapsUnfilled == 1)
    #expect(rig.ids() == [10, -1, -2])
  }

  /// A check brings what the venue has; whether the stream is deaf only the engine can know, and tells.
  @Test func aCheckBringsAndTheEngineJudges() throws {
    let now = nowMillis()
    let old = (1...5).map { PagingVenue.Trade(id: $0, timeMillis: now - 60_000) }
    let venue = PagingVenue(trades: ["AUSDT": old])
    let rig = try Rig(venue, symbols: ["AUSDT", "BUSDT"], fromIds: [6, 7])
    try rig.history.start()
    #expect(rig.collect(ends: 2))
    rig.request(.check, 4, 3)
    rig.request(.check, 6, 5, symbol: 1)
    #expect(rig.collect(ends: 4))
    #expect(rig.ids(0) == [-1, 4, 5, -1])
    #expect(rig.ids(1) == [-1, -1])
    #expect(rig.deaf.symbols.withLock { $0 } == [])
    rig.request(.deaf, 4, 4)
    #expect(rig.deaf.symbols.withLock { $0 } == [0])
    #expect(rig.history.counts.deafStreams == 1)
  }

  @Test func aRebuildTellsTheWholeWindowAgain() throws {
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 30)])
    let rig = try Rig(venue, options: Self.options(hours: 1))
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    rig.request(.verify, 7, 7)
    #expect(rig.collect(ends: 2))
    rig.request(.rebuild, 0, 30)
    rig.request(.rebuild, 0, 30)
    #expect(rig.collect(ends: 3))
    #expect(rig.ids() == Array(1...30) + [-1, 7, -1, -3] + Array(1...30) + [-1])
    #expect(rig.history.counts.rebuilds == 1)
  }

  /// An empty page is no word about what the venue has: it is asked for again before anything is concluded from it.
  @Test func anEmptyPageIsAskedForAgain() throws {
    let left = Mutex(2)
    let venue = PagingVenue(
      trades: ["BTCUSDT": recentTrades(firstId: 1, count: 1_500)],
      isEmpty: { query in
        // Once the newest page, once one on the way back.
        left.withLock { left in
          guard left > 0, (query["fromId"] == nil) == (left == 2) else { return false }
          left -= 1
          return true
        }
      })
    let rig = try Rig(venue, tradesPerDay: [1_500], options: Self.options(hours: 3))
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(rig.ids() == Array(1...1_500) + [-1])
    #expect(left.withLock { $0 } == 0 && rig.history.counts.failures == 0)
  }

  /// The venue does not give the rest of the day, with an empty page or with a refusal: what there is is told as a part.
  @Test(arguments: [false, true])
  func aPartOfTheDayIsToldAsSuch(isRefused: Bool) throws {
    let venue = PagingVenue(
      trades: ["BTCUSDT": recentTrades(firstId: 1, count: 1_500)],
      trouble: { _, query in isRefused && query["fromId"] != nil ? (400, -1130, []) : nil },
      isEmpty: { query in !isRefused && query["fromId"] != nil })
    let rig = try Rig(venue, options: Self.options(hours: 3))
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    #expect(rig.ids() == Array(501...1_500) + [-4])
    #expect(rig.history.counts.failures == 1)
  }

  /// To be built anew from nothing: the windows are not given up for it.
  @Test func nothingResetsNoWindows() throws {
    let isRebuilding = Mutex(false)
    let venue = PagingVenue(
      trades: ["BTCUSDT": recentTrades(firstId: 1, count: 5)], isEmpty: { _ in isRebuilding.withLock { $0 } })
    let rig = try Rig(venue, options: Self.options(hours: 1))
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    isRebuilding.withLock { $0 = true }
    rig.request(.rebuild, 0, 5)
    #expect(rig.collect(ends: 2))
    #expect(rig.ids() == [1, 2, 3, 4, 5, -1, -2])
    isRebuilding.withLock { $0 = false }
    // The end is told a moment before the thread is through with it.
    #expect(
      eventually {
        rig.request(.rebuild, 0, 5)
        return rig.history.counts.rebuilds == 2
      })
    #expect(rig.collect(ends: 3))
    #expect(rig.ids() == [1, 2, 3, 4, 5, -1, -2, -3, 1, 2, 3, 4, 5, -1], "it can be asked for again")
  }

  /// The engine asks again after a minute without an answer; a past may take longer than that.
  @Test func aPastAtHandIsNotToldTwice() throws {
    let isHeld = Mutex(true)
    let venue = PagingVenue(trades: ["BTCUSDT": recentTrades(firstId: 1, count: 5)]) { _, query in
      query["fromId"] == nil && isHeld.withLock { $0 } ? (503, 0, []) : nil
    }
    let rig = try Rig(venue, fromIds: [1], options: Self.options(hours: 1))
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    rig.request(.past, 0, 0)
    #expect(eventually { venue.requests.withLock { $0.last?["fromId"] == nil } })
    rig.request(.past, 0, 0)
    #expect(rig.history.shared.withLock { $0.jobs.isEmpty })
    isHeld.withLock { $0 = false }
    #expect(rig.collect(ends: 2))
    rig.request(.past, 0, 0)
    #expect(rig.collect(ends: 3), "once it is over it can be asked for again")
    #expect(rig.ids() == [1, 2, 3, 4, 5, -1] + [-3, 1, 2, 3, 4, 5, -1] + [-3, 1, 2, 3, 4, 5, -1])
  }

  /// So much is staged between milestones and no more: a symbol goes straight to its day, and its pages are let go.
  @Test func whatIsStagedIsBounded() throws {
    let venue = PagingVenue(trades: [
      "AUSDT": recentTrades(firstId: 1, count: 12_000), "BUSDT": recentTrades(firstId: 1, count: 12_000),
    ])
    var options = Self.options(hours: 3, milestonesMillis: [1_500_000])
    options.stagedTradesMost = 3_000
    let rig = try Rig(
      venue, symbols: ["AUSDT", "BUSDT"], fromIds: [nil, nil], ringCapacity: 65_536, options: options)
    try rig.history.start()
    #expect(rig.collect(ends: 4))
    let asked = venue.requests.withLock { $0.compactMap { $0["symbol"] } }
    let turns: [String] = asked.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
    #expect(turns == ["AUSDT", "BUSDT", "AUSDT"], "A's two pages are kept, B's would be too many")
    for symbol in 0..<UInt32(2) {
      #expect(rig.ids(symbol).count { $0 == -1 } == 2)
      #expect(eventually { rig.history.progress[Int(symbol)].isDone })
    }
  }

  @Test func aSymbolListedLaterGetsItsPast() throws {
    let venue = PagingVenue(trades: ["NEWUSDT": recentTrades(firstId: 1, count: 3)])
    let rig = try Rig(venue, fromIds: [1], options: Self.options(hours: 1))
    try rig.history.start()
    #expect(rig.collect(ends: 1))
    rig.history.add("NEWUSDT")
    rig.request(.past, 0, 0, symbol: 1)
    #expect(rig.collect(ends: 2))
    #expect(rig.ids(1) == [1, 2, 3, -1])
    #expect(rig.history.progress.map(\.symbol) == ["BTCUSDT", "NEWUSDT"])
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
    #expect(rig.ids(0) == [-2])
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
}
