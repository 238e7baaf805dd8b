import Foundation

/// A seeded day of aggTrades as a CSV: a price that walks in ticks, sizes over five orders of magnitude, bursts in
/// which dozens of trades share a millisecond, and flow that leans one way for a while.
///
/// 26 hours, so that trades leave the longest window too.
struct TradeDay {
  private static let spanMillis: Int64 = 26 * 3_600_000
  private static let startMillis: Int64 = 1_760_000_000_123
  private var state: UInt64
  private let trades: Int

  init(seed: UInt64, trades: Int) {
    state = seed
    self.trades = trades
  }

  /// splitmix64: the standard library's generators cannot be seeded.
  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  private mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  func write(to path: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil), let file = FileHandle(forWritingAtPath: path)
    else { throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path]) }
    defer { try? file.close() }
    var day = self
    var text = Array("agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n".utf8)
    // In tenths, as BTCUSDT's tick is 0.1.
    var price: Int64 = 600_000
    var time = Double(Self.startMillis)
    var rawId: Int64 = 5_000_000_000
    var lean = 0.1
    let meanGap = Double(Self.spanMillis) / Double(trades)
    for index in 0..<trades {
      if day.next() % 20_000 == 0 { lean = day.unit() * 0.4 - 0.2 }
      let isSell = day.unit() > 0.5 + lean
      // Three of four come in the millisecond of the one before.
      if day.next() % 4 == 0 { time -= log(1 - day.unit()) * meanGap * 4 }
      if day.next() % 3 == 0 { price = max(1_000, price + (isSell ? -1 : 1) * Int64(day.next() % 12)) }
      // Thousandths: most are small, few are a thousand times that.
      let size = Int64(exp(day.unit() * day.unit() * 11)) + Int64(day.next() % 9)
      let raw = 1 + Int64(day.next() % 4)
      Self.append(2_500_000_000 + Int64(index), to: &text)
      Self.append(price, decimals: 1, to: &text)
      Self.append(size, decimals: 3, to: &text)
      Self.append(rawId, to: &text)
      Self.append(rawId + raw - 1, to: &text)
      Self.append(Int64(time), to: &text)
      text.append(contentsOf: (isSell ? "true\n" : "false\n").utf8)
      rawId += raw
      if text.count > 1 << 20 {
        try file.write(contentsOf: Data(text))
        text.removeAll(keepingCapacity: true)
      }
    }
    try file.write(contentsOf: Data(text))
  }

  /// `units` of 10^-decimals and a comma.
  private static func append(_ units: Int64, decimals: Int = 0, to text: inout [UInt8]) {
    var digits: [UInt8] = []
    var rest = units
    while rest > 0 || digits.count <= decimals {
      if decimals > 0, digits.count == decimals { digits.append(UInt8(ascii: ".")) }
      digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    }
    text.append(contentsOf: digits.reversed())
    text.append(UInt8(ascii: ","))
  }
}
