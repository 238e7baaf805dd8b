import Foundation

/// How much of a body is still to come.
enum HttpBody {
  case length(Int)
  /// Bytes left of the chunk that is being read; 0: a chunk's size comes next.
  case chunks(Int)
  case untilEnd
  case ended
}

/// A body in pieces as they come: a file of hundreds of megabytes goes to disk, through no buffer of its size.
extension HttpReader {
  /// A tebibyte: sums of lengths and sizes stay far from their ends, and no archive comes near.
  static let maximumFileBytes = 1 << 40

  /// The head of the next final answer, and what follows it.
  mutating func readStart() throws(HttpFailure) -> (response: HttpResponse, body: HttpBody) {
    while true {
      var response = try readHead()
      if (100..<200).contains(response.status) { continue }
      if response.status == 204 || response.status == 304 { return (response, .ended) }
      if response.header("transfer-encoding")?.lowercased().contains("chunked") == true {
        return (response, .chunks(0))
      }
      guard let text = response.header("content-length") else {
        response.keepsAlive = false
        return (response, .untilEnd)
      }
      guard let length = Int(text), length >= 0 else { throw .malformed("Content-Length \(text.prefix(40))") }
      guard length <= Self.maximumFileBytes else { throw .malformed("a body of \(length) bytes is too long") }
      return (response, length == 0 ? .ended : .length(length))
    }
  }

  /// The next piece, at most 64 KiB; nil at the end. Each wait for bytes lasts `idleMillis` at most, the whole as long
  /// as it takes. Let go of a piece before asking for the next: kept, it costs a copy of the buffer.
  mutating func nextPiece(_ body: inout HttpBody, idleMillis: Int64) throws(HttpFailure) -> ArraySlice<UInt8>? {
    deadlineNanos = monotonicNanos() + UInt64(idleMillis) * 1_000_000
    if case .chunks(0) = body { body = try readChunkSize() }
    switch body {
    case .ended: return nil
    case .length(let left):
      let piece = try take(atMost: left)
      body = piece.count == left ? .ended : .length(left - piece.count)
      return piece
    case .chunks(let left):
      let piece = try take(atMost: left)
      body = .chunks(left - piece.count)
      if piece.count == left {
        var budget = 1_024
        guard try line(&budget, mayEnd: false) == "" else { throw .malformed("a chunk is longer than it says") }
      }
      return piece
    case .untilEnd:
      guard try fill() else {
        body = .ended
        return nil
      }
      return try take(atMost: .max)
    }
  }

  /// Whether nothing is left that no request of ours asked for.
  var isDrained: Bool { at == end }

  private mutating func readChunkSize() throws(HttpFailure) -> HttpBody {
    var budget = 1_024
    let text = try line(&budget, mayEnd: false) ?? ""
    let digits = text.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
    guard let length = Int(digits, radix: 16), length >= 0 else { throw .malformed("chunk size \(text.prefix(40))") }
    guard length <= Self.maximumFileBytes else { throw .malformed("a chunk of \(length) bytes is too long") }
    if length > 0 { return .chunks(length) }
    budget = Self.maximumHeadBytes
    while let trailer = try line(&budget, mayEnd: false), !trailer.isEmpty {}
    return .ended
  }

  private mutating func take(atMost left: Int) throws(HttpFailure) -> ArraySlice<UInt8> {
    guard try fill() else {
      throw .connection(.lost(host: source.host, detail: "\(left) bytes short of the announced body"))
    }
    let from = at
    at += min(left, end - at)
    return chunk[from..<at]
  }
}
