/// One stream of the venue and the sessions that listen to it.
final class StreamFeed {
  let kind: StreamKind
  let symbol: Int
  /// `{"stream":"<name>","data":`, what a combined event begins with.
  let prefix: [UInt8]
  private(set) var sessions: [StreamSession] = []
  /// For a kline feed: the candle told last, to tell of its end and of changes only.
  var toldStartMillis: Int64 = -1
  var toldTrades: Int64 = -1

  init(name: String, kind: StreamKind, symbol: Int) {
    self.kind = kind
    self.symbol = symbol
    var text = WireText(capacity: 64)
    text.raw("{\"stream\":")
    text.quoted(name)
    text.raw(",\"data\":")
    prefix = text.bytes
  }

  var isIdle: Bool { sessions.isEmpty }

  func add(_ session: StreamSession) {
    sessions.append(session)
  }

  func remove(_ session: StreamSession) {
    sessions.removeAll { $0 === session }
  }

  func deliver(_ payload: [UInt8]) {
    for session in sessions { session.deliver(payload, prefix: prefix) }
  }

  func deliver(_ message: TradeMessage) {
    switch message {
    case .event(let payload): deliver(payload)
    case .half(let payload): for session in sessions { session.deliverHalf(payload, prefix: prefix) }
    case .bare(let payload): for session in sessions { session.send(payload) }
    }
  }
}
