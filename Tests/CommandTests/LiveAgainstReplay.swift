import COpenSSL
import Foundation
import Testing

/// What the live engine decided against a replay of the same trades: the venue's history, and after the run its live
/// trades from REST.
///
/// The fired signals themselves cannot be compared: the replay trades through the history as well, so that it has
/// positions and cooldowns where the live run, which only warms up on it, has none. What must agree is the evaluation:
/// at the trade of each live signal the replay gives that strategy the same direction and the same score, to the
/// fourth decimal. That holds only if windows, candles, grid and ids joined without a gap. The trade is found by the
/// signal's id, which is a hash of strategy, symbol, direction and aggTrade id.
///
/// Live, an indicator counts from its arrival, up to a poll after its `known_ms`; signals within two seconds of one are
/// left out, since either value is right for them.
struct LiveAgainstReplay {
  private static let arrivalMillis: Int64 = 2_000
  private let venue: SimVenue
  private let scratch: Scratch

  init(_ venue: SimVenue, in scratch: Scratch) {
    self.venue = venue
    self.scratch = scratch
  }

  func compare(_ events: RunEvents, symbols: [String]) throws {
    let rows = try replay(symbols)
    let arrivals = try indicatorTimes()
    let signals = events.all("signal")
    try #require(!signals.isEmpty)
    #expect(Set(signals.compactMap { $0["id"] as? String }).count == signals.count, "an id came twice")
    for signal in signals {
      let time = try #require((signal["time_ms"] as? NSNumber)?.int64Value)
      let symbol = try #require(signal["symbol"] as? String)
      let strategy = try #require(signal["strategy"] as? String)
      let direction = try #require(signal["direction"] as? String)
      let id = try #require(signal["id"] as? String)
      let candidates = rows["\(time),\(symbol),\(strategy)"] ?? []
      let row = candidates.first { Self.id("\(strategy)|\(symbol)|\(direction)|\($0[3])") == id }
      guard let row else {
        Issue.record("no trade of \(symbol) at \(time) has the signal \(id); candidates \(candidates)")
        continue
      }
      if arrivals.contains(where: { $0 <= time && time < $0 + Self.arrivalMillis }) { continue }
      let score = try #require((signal["score"] as? NSNumber)?.doubleValue)
      #expect(row[15] == direction && abs((Double(row[16]) ?? -1) - score) < 1e-9, "\(row) \(signal)")
      #expect(String(row[4]) == signal["price"] as? String)
    }
  }

  /// The replay's evaluations of live trades by `time_ms,symbol,strategy`.
  private func replay(_ symbols: [String]) throws -> [String: [[Substring]]] {
    let path = scratch.file("evaluations.csv")
    var arguments = ["replay", "--quiet", "--output", path, "--indicators", venue.indicators]
    for symbol in symbols {
      let live = try venue.liveTrades(symbol)
      arguments += ["--symbol", symbol, "--trades", venue.history(symbol), "--trades", live]
    }
    let ending = try Ending("apus", arguments, in: scratch)
    try #require(ending.code == 0, "\(ending)")
    #expect(ending.output.contains("\"gaps\":0"), "\(ending)")
    var rows: [String: [[Substring]]] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
      guard let time = Int64(line.prefix { $0 != "," }), time >= venue.startMillis else { continue }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      rows[fields[0...2].joined(separator: ","), default: []].append(fields)
    }
    return rows
  }

  private func indicatorTimes() throws -> Set<Int64> {
    let lines = try String(contentsOfFile: venue.indicators, encoding: .utf8).split(separator: "\n")
    return Set(
      lines.compactMap { line in
        Int64(line.drop { !$0.isNumber }.prefix { $0.isNumber })
      })
  }

  /// The first 26 characters of the lower-case base32 of SHA-256.
  private static func id(_ text: String) -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    let bytes = Array(text.utf8)
    apus_sha256(bytes, bytes.count, &digest)
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567")
    let bits = digest.flatMap { byte in (0..<8).map { Int(byte >> (7 - UInt8($0))) & 1 } }
    return String((0..<26).map { place in alphabet[bits[(place * 5)..<(place * 5 + 5)].reduce(0) { $0 * 2 + $1 }] })
  }
}
