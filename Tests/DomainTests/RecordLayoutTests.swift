import CRecords
import Domain
import Testing

/// The record goes to disk: its layout as Swift sees it, and the raw values that live in its fields.
@Suite struct RecordLayoutTests {
  @Test func aRecordIsOneCacheLine() {
    #expect(MemoryLayout<apus_record>.size == 64)
    #expect(MemoryLayout<apus_record>.stride == 64)
    #expect(MemoryLayout<apus_record>.alignment == 8)
  }

  @Test func fieldsStandWhereTheHeaderSays() {
    #expect(MemoryLayout<apus_record>.offset(of: \.kind) == 0)
    #expect(MemoryLayout<apus_record>.offset(of: \.flags) == 2)
    #expect(MemoryLayout<apus_record>.offset(of: \.symbol) == 4)
    #expect(MemoryLayout<apus_record>.offset(of: \.time_ms) == 8)
    #expect(MemoryLayout<apus_record>.offset(of: \.id) == 16)
    #expect(MemoryLayout<apus_record>.offset(of: \.price_e8) == 24)
    #expect(MemoryLayout<apus_record>.offset(of: \.quantity_e8) == 32)
    #expect(MemoryLayout<apus_record>.offset(of: \.first_id) == 40)
    #expect(MemoryLayout<apus_record>.offset(of: \.span) == 48)
    #expect(MemoryLayout<apus_record>.offset(of: \.now_delta_ms) == 52)
    #expect(MemoryLayout<apus_record>.offset(of: \.received_ns) == 56)
    #expect(MemoryLayout<apus_record>.offset(of: \.crc32c) == 60)
  }

  @Test func kindsKeepTheirNumbers() {
    let kinds: [(EventKind, UInt16)] = [
      (.trade, 1), (.historyTrade, 2), (.tick, 3), (.indicator, 4), (.liquidation, 5), (.command, 6), (.historyEnd, 7),
      (.feedDown, 8), (.feedHeard, 9), (.historyReset, 10), (.instrument, 11), (.delisted, 12),
    ]
    for (kind, number) in kinds {
      #expect(kind.rawValue == number)
      #expect(EventKind(rawValue: number) == kind)
    }
    #expect(EventKind(rawValue: 0) == nil)
    #expect(EventKind(rawValue: 13) == nil)
    #expect(Command.pauseEntries.rawValue == 1)
    #expect(Command.resumeEntries.rawValue == 2)
    #expect(Command(rawValue: 1) == .pauseEntries)
    #expect(Command(rawValue: 0) == nil)
    #expect(Command.clockDoubted.rawValue == 3 && Command(rawValue: 3) == .clockDoubted)
    #expect(Command.clockTrusted.rawValue == 4 && Command(rawValue: 4) == .clockTrusted)
    #expect(Command.clockMoved.rawValue == 5 && Command(rawValue: 5) == .clockMoved)
    #expect(Command(rawValue: 6) == nil)
    for (request, number) in [(HistoryRequest.past, 0), (.gap, 1), (.check, 2), (.verify, 3)]
      as [(HistoryRequest, Int64)]
    {
      #expect(request.rawValue == number && HistoryRequest(rawValue: number) == request)
    }
    #expect(HistoryRequest(rawValue: 4) == nil)
    #expect(RecordFlags.sell == 1 && RecordFlags.overlap == 2 && RecordFlags.gaveUp == 4)
  }

  @Test func indicatorsKeepTheirNumbersAndNames() {
    let types: [(IndicatorType, UInt16, String)] = [
      (.longShortRatio, 0, "long_short_ratio"), (.topTraderPosition, 1, "top_trader_position"),
      (.openInterestHist, 2, "open_interest_hist"), (.coinbasePremium, 3, "coinbase_premium"),
      (.fundingRate, 4, "funding_rate"),
    ]
    for (type, number, name) in types {
      #expect(type.rawValue == number)
      #expect(IndicatorType(rawValue: number) == type)
      #expect(type.name == name)
      #expect(IndicatorType(name: name) == type)
    }
    #expect(IndicatorType(rawValue: 5) == nil)
    #expect(IndicatorType(name: "liquidation") == nil)
  }

  @Test func directionsAreSignsNamesAndIndices() {
    #expect(Direction.long.rawValue == 1)
    #expect(Direction.short.rawValue == -1)
    #expect(Direction.allCases.map(\.name) == ["long", "short"])
    #expect(Direction.allCases.map(\.index) == [0, 1])
    #expect(Direction.short.sign == -1)
  }
}
