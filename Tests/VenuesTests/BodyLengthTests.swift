import Testing

@testable import Venues

/// Lengths that a server says: no sum of them leaves its type, whatever they are.
@Suite struct BodyLengthTests {
  private final class Bytes: ByteSource {
    let host = "test"
    private var bytes: ArraySlice<UInt8>

    init(_ text: String) { bytes = Array(text.utf8)[...] }

    func read(into buffer: inout [UInt8], deadlineNanos: UInt64) throws(ConnectionFailure) -> Int {
      let count = min(buffer.count, bytes.count)
      buffer.replaceSubrange(0..<count, with: bytes.prefix(count))
      bytes = bytes.dropFirst(count)
      return count
    }
  }

  private func start(_ header: String) throws(HttpFailure) -> HttpBody {
    var reader = HttpReader(Bytes("HTTP/1.1 200 OK\r\n\(header)\r\n\r\n"), deadlineNanos: .max)
    return try reader.readStart().body
  }

  @Test func aTebibyteIsTheMost() throws {
    guard case .length(1_099_511_627_776) = try start("Content-Length: 1099511627776") else {
      Issue.record("a length that is allowed is another")
      return
    }
    for length in ["1099511627777", "9223372036854775807", "9223372036854775808", "-1"] {
      #expect(throws: HttpFailure.self) { try start("Content-Length: \(length)") }
    }
  }

  @Test func aChunkIsBoundedToo() throws {
    var reader = HttpReader(
      Bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7FFFFFFFFFFFFFFF\r\nx"), deadlineNanos: .max)
    var body = try reader.readStart().body
    do {
      _ = try reader.nextPiece(&body, idleMillis: 1_000)
      Issue.record("no error")
    } catch {
      guard case .malformed(let detail) = error else { throw error }
      #expect(detail.contains("9223372036854775807 bytes is too long"))
    }
  }
}
