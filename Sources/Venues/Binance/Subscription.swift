import Foundation

/// The messages that ask for streams, and what the venue answers.
enum Subscription {
  /// Streams in one message. The venue documents no limit; its gateways cut long messages.
  static let streamsPerMessage = 100
  /// Streams on one connection. The venue allows 1,024; with fewer a cut leaves fewer gaps, and 600 symbols take three
  /// connections of the 300 that an address may make in five minutes.
  static let streamsPerConnection = 200
  /// Between messages: four a second, where the venue allows ten of ours, pings included.
  static let pauseNanos: UInt64 = 250_000_000

  /// `btcusdt@aggTrade`. Lower case by Unicode's rules and no locale's; scripts without case stay as they are.
  static func stream(_ symbol: String) -> String { symbol.lowercased() + "@aggTrade" }

  /// As many as go into one message.
  static func batches(_ symbols: [String]) -> [[String]] {
    stride(from: 0, to: symbols.count, by: streamsPerMessage).map { start in
      Array(symbols[start..<min(start + streamsPerMessage, symbols.count)])
    }
  }

  /// `method` is SUBSCRIBE or UNSUBSCRIBE.
  static func message(_ method: String, _ symbols: some Sequence<String>, id: Int) -> String {
    let params = symbols.map { quoted(stream($0)) }.joined(separator: ",")
    return #"{"method":"\#(method)","params":[\#(params)],"id":\#(id)}"#
  }

  /// An answer, read outside the hot path.
  struct Answer: Decodable, Equatable {
    var id: Int?
    var code: Int?
    var msg: String?
    /// The shape of the WebSocket API: `{"error":{"code":..,"msg":..}}`.
    var error: Failure?

    struct Failure: Decodable, Equatable {
      var code: Int?
      var msg: String?
    }

    /// The venue's code and words, when it refused.
    var refusal: (code: Int, words: String)? {
      if let code { return (code, msg ?? "no message") }
      if let error { return (error.code ?? 0, error.msg ?? "no message") }
      return nil
    }
  }

  static func answer(_ frame: UnsafeBufferPointer<UInt8>) -> Answer? {
    try? JSONDecoder().decode(Answer.self, from: Data(buffer: frame))
  }

  /// `text` as a JSON string.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case "\u{0}"..."\u{1F}": result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
