import Foundation

/// One answer as it came.
struct HttpResponse {
  var status: Int
  /// Names in lower case.
  var headers: [(name: String, value: String)]
  var body: [UInt8]
  /// Whether the connection may carry another request.
  var keepsAlive: Bool

  func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// Why an answer could not be read.
enum HttpFailure: Error {
  case connection(ConnectionFailure)
  /// The connection ended before the first byte: a kept connection that the server had closed meanwhile.
  case closedBeforeAnswer
  case malformed(String)
}

/// Reads HTTP/1.1 answers to GETs from one source of bytes: Content-Length, chunked, or until the end.
struct HttpReader {
  static let maximumHeadBytes = 64 * 1_024
  static let maximumBodyBytes = 64 * 1_024 * 1_024

  let source: any ByteSource
  var deadlineNanos: UInt64
  // Read by `HttpReader+Body`, which gives a body out of it piece by piece.
  var chunk = [UInt8](repeating: 0, count: 64 * 1_024)
  var at = 0
  var end = 0

  init(_ source: any ByteSource, deadlineNanos: UInt64) {
    self.source = source
    self.deadlineNanos = deadlineNanos
  }

  /// The next final answer; 1xx are skipped.
  mutating func read() throws(HttpFailure) -> HttpResponse {
    while true {
      var response = try readHead()
      if (100..<200).contains(response.status) { continue }
      if response.status == 204 || response.status == 304 { return response }
      if response.header("transfer-encoding")?.lowercased().contains("chunked") == true {
        response.body = try readChunks()
      } else if let text = response.header("content-length") {
        guard let length = Int(text), length >= 0 else { throw .malformed("Content-Length \(text.prefix(40))") }
        guard length <= Self.maximumBodyBytes else { throw .malformed("a body of \(length) bytes is too long") }
        response.body.reserveCapacity(length)
        try take(length, into: &response.body)
      } else {
        response.keepsAlive = false
        while try fill() {
          response.body += chunk[at..<end]
          at = end
          guard response.body.count <= Self.maximumBodyBytes else { throw .malformed("the body is too long") }
        }
      }
      // What is left belongs to no request of ours.
      if at != end { response.keepsAlive = false }
      return response
    }
  }

  mutating func readHead() throws(HttpFailure) -> HttpResponse {
    var budget = Self.maximumHeadBytes
    guard let first = try line(&budget, mayEnd: true) else { throw .closedBeforeAnswer }
    let words = first.split(separator: " ", maxSplits: 2)
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1]), (100..<600).contains(status)
    else { throw .malformed("status line \(first.prefix(60))") }
    var headers: [(name: String, value: String)] = []
    while let text = try line(&budget, mayEnd: false), !text.isEmpty {
      guard let colon = text.firstIndex(of: ":") else { throw .malformed("header \(text.prefix(60))") }
      let value = text[text.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      headers.append((text[..<colon].lowercased(), value))
    }
    let connection = headers.first { $0.name == "connection" }?.value.lowercased() ?? ""
    let keepsAlive = words[0] == "HTTP/1.1" ? !connection.contains("close") : connection.contains("keep-alive")
    return HttpResponse(status: status, headers: headers, body: [], keepsAlive: keepsAlive)
  }

  private mutating func readChunks() throws(HttpFailure) -> [UInt8] {
    var body: [UInt8] = []
    while true {
      var budget = 1_024
      let text = try line(&budget, mayEnd: false) ?? ""
      let digits = text.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
      guard let length = Int(digits, radix: 16), length >= 0 else { throw .malformed("chunk size \(text.prefix(40))") }
      guard length <= Self.maximumBodyBytes - body.count else { throw .malformed("the body is too long") }
      if length == 0 { break }
      try take(length, into: &body)
      guard try line(&budget, mayEnd: false) == "" else { throw .malformed("a chunk is longer than it says") }
    }
    var budget = Self.maximumHeadBytes
    while let trailer = try line(&budget, mayEnd: false), !trailer.isEmpty {}
    return body
  }

  private mutating func take(_ count: Int, into body: inout [UInt8]) throws(HttpFailure) {
    var left = count
    while left > 0 {
      guard try fill() else {
        throw .connection(.lost(host: source.host, detail: "\(left) bytes short of the announced body"))
      }
      let step = min(left, end - at)
      body += chunk[at..<at + step]
      at += step
      left -= step
    }
  }

  /// A line without its end; nil at the end of the stream, if it may end here.
  mutating func line(_ budget: inout Int, mayEnd: Bool) throws(HttpFailure) -> String? {
    var bytes: [UInt8] = []
    while true {
      guard try fill() else {
        if mayEnd && bytes.isEmpty { return nil }
        throw .connection(.lost(host: source.host, detail: "cut within the answer"))
      }
      let byte = chunk[at]
      at += 1
      budget -= 1
      guard budget > 0 else { throw .malformed("the header is too long") }
      if byte == UInt8(ascii: "\n") { break }
      bytes.append(byte)
    }
    if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Reads when nothing is left; false at the end of the stream.
  mutating func fill() throws(HttpFailure) -> Bool {
    if at < end { return true }
    do {
      end = try source.read(into: &chunk, deadlineNanos: deadlineNanos)
      at = 0
      return end > 0
    } catch {
      throw .connection(error)
    }
  }
}
