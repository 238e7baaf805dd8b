import CRecords
import Domain
import Foundation

@testable import Venues

/// The way of a REST answer: bytes as they come off a connection, head and body, gzip, then what the venue may have said.
/// Neither the sizes of reads nor reading piece by piece changes what comes out, and what is accepted is within its bounds.
///
/// An input is the connection's bytes, then a byte for each size of a read, then their number.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  var input = FuzzInput(unsafe lent(data, count))
  let sizes = (0..<Int(input.lastByte() & 0x0F)).map { _ in Int(input.lastByte()) + 1 }
  let bytes = Array(input.rest)
  guard let response = checkedResponse(bytes, sizes: sizes), let answer = try? RestClient.answer(response) else {
    // A body without a head reaches the decoders too.
    checkBody(bytes)
    return 0
  }
  check(answer)
  return 0
}

/// A connection that has these bytes and then ends.
private final class ByteArray: ByteSource {
  let host = "fuzz"
  private let bytes: [UInt8]
  private var sizes: [Int]
  private var at = 0

  /// Reads give `sizes` bytes at most, the last of them all that is left.
  init(_ bytes: [UInt8], sizes: [Int] = []) {
    self.bytes = bytes
    self.sizes = sizes.reversed()
  }

  func read(into buffer: inout [UInt8], deadlineNanos: UInt64) throws(ConnectionFailure) -> Int {
    let count = min(sizes.popLast() ?? .max, buffer.count, bytes.count - at)
    for offset in 0..<count { buffer[offset] = bytes[at + offset] }
    at += count
    return count
  }
}

private func checkedResponse(_ bytes: [UInt8], sizes: [Int]) -> HttpResponse? {
  let whole = Result { () throws(HttpFailure) in try read(bytes, sizes: []) }
  let cut = Result { () throws(HttpFailure) in try read(bytes, sizes: sizes) }
  let pieces = Result { () throws(HttpFailure) in try readPieces(bytes, sizes: sizes) }
  switch (whole, cut, pieces) {
  case (.success(let one), .success(let other), .success(let third)):
    guard isSame(one, other), isSame(one, third) else { fatalError("one answer, read as \(one), \(other), \(third)") }
    guard one.body.count <= HttpReader.maximumBodyBytes, (200..<600).contains(one.status) else {
      fatalError("out of bounds: status \(one.status), \(one.body.count) bytes")
    }
    return one
  case (.failure(let one), .failure(let other), .failure):
    guard "\(one)" == "\(other)" else { fatalError("one answer, two failures: \(one), \(other)") }
    return nil
  default: fatalError("one answer, read as \(whole), \(cut), \(pieces)")
  }
}

private func isSame(_ one: HttpResponse, _ other: HttpResponse) -> Bool {
  one.status == other.status && one.body == other.body && one.headers.map(\.name) == other.headers.map(\.name)
    && one.headers.map(\.value) == other.headers.map(\.value)
}

private func read(_ bytes: [UInt8], sizes: [Int]) throws(HttpFailure) -> HttpResponse {
  var reader = HttpReader(ByteArray(bytes, sizes: sizes), deadlineNanos: .max)
  return try reader.read()
}

private func readPieces(_ bytes: [UInt8], sizes: [Int]) throws(HttpFailure) -> HttpResponse {
  var reader = HttpReader(ByteArray(bytes, sizes: sizes), deadlineNanos: .max)
  var (response, body) = try reader.readStart()
  while let piece = try reader.nextPiece(&body, idleMillis: 1_000) {
    guard !piece.isEmpty, piece.count <= 64 * 1_024 else { fatalError("a piece of \(piece.count) bytes") }
    response.body += piece
  }
  return response
}

// MARK: what the answer says

private let nowMillis: Int64 = 1_800_000_000_000

private func check(_ answer: RestAnswer) {
  guard answer.body.count <= HttpReader.maximumBodyBytes else { fatalError("unpacked to \(answer.body.count) bytes") }
  var budget = RestBudget(limitPerMinute: 2_400)
  if let used = answer.usedWeight { budget.report(used: used, sentMillis: nowMillis, venueMillis: nowMillis) }
  let refusal = Refusal.error("GET /fuzz", answer, nowMillis: nowMillis)
  guard !refusal.description.isEmpty else { fatalError("a refusal without words") }
  if case .rateLimited(_, _, let waitMillis, _) = refusal {
    guard (0...1_000_000_000).contains(waitMillis) else { fatalError("a wait of \(waitMillis) ms") }
    budget.block(forMillis: waitMillis, monotonicMillis: 1_000)
  }
  for priority in RestPriority.allCases {
    let pauseMillis = budget.pauseMillis(priority, weight: 40, venueMillis: nowMillis, monotonicMillis: 1_000)
    guard (0...1_000_000_000).contains(pauseMillis) else { fatalError("a pause of \(pauseMillis) ms") }
  }
  budget.spend(weight: 40, venueMillis: nowMillis)
  guard budget.used >= 40 else { fatalError("the venue said \(answer.usedWeight ?? 0), and \(budget.used) are used") }
  checkBody(answer.body)
}

private func checkBody(_ body: [UInt8]) {
  let data = Data(body)
  if let rows = try? JSONDecoder().decode([AggTradeEntry].self, from: data) {
    for record in rows.compactMap(\.record) {
      guard record.kind == EventKind.historyTrade.rawValue, record.price_e8 > 0, record.quantity_e8 >= 0,
        record.id >= 0, record.time_ms > 0, record.flags & ~RecordFlags.sell == 0
      else { fatalError("a row became a trade that cannot be: \(record)") }
    }
  }
  if let info = try? JSONDecoder().decode(ExchangeInfo.self, from: data) {
    guard info.weightPerMinute.map({ (1...10_000_000).contains($0) }) ?? true else {
      fatalError("\(info.limits ?? [])")
    }
    for listing in info.entries.compactMap(\.listing) {
      let instrument = listing.instrument
      guard instrument.tickSize > 0, instrument.lotSize > 0, instrument.minimumQuantity >= 0,
        instrument.maximumQuantity > 0, instrument.minimumNotional >= 0, !instrument.symbol.isEmpty
      else { fatalError("an instrument that cannot be: \(instrument)") }
    }
  }
  if let tickers = try? JSONDecoder().decode([DayTicker.Entry].self, from: data) {
    for ticker in tickers.compactMap(\.ticker) {
      guard ticker.quoteVolume >= 0, ticker.aggregatesEstimated > 0 else { fatalError("\(ticker)") }
    }
  }
}
