import Domain
import Foundation
import HotPath

/// What the engine's windows held at the end of a run, for comparison with what the venue says it traded: a line of JSON a
/// symbol, then one of counters.
enum WindowsFile {
  static func write(_ session: LiveSession, to path: String) throws {
    let snapshot = session.engine.board.read()
    var text = ""
    for (index, view) in snapshot.symbols.enumerated() {
      let detail = snapshot.details.indices.contains(index) ? snapshot.details[index] : nil
      text += line(session.symbols.name(index), view, detail) + "\n"
    }
    text += counters(session, snapshot) + "\n"
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    } catch {
      throw Failure(.io, "\(path): cannot be written: \(error.localizedDescription)")
    }
  }

  private static func line(_ symbol: String, _ view: SymbolView, _ detail: SymbolDetail?) -> String {
    func exact(_ value: Int128) -> String { JsonText.string(FixedPoint.text(value)) }
    func price(_ value: Int64) -> String { JsonText.string(FixedPoint.text(value)) }
    var fields = [
      ("symbol", JsonText.string(symbol)), ("last_id", "\(view.lastId)"), ("event_ms", "\(view.eventMillis)"),
      ("cvd_30m", exact(view.cvd[0])), ("cvd_4h", exact(view.cvd[1])), ("cvd_24h", exact(view.cvd[2])),
      ("qty_30m", exact(view.quantity)), ("trades_24h", "\(view.tradesHeld24h)"),
      ("large_buy", exact(view.largeBuy)), ("large_sell", exact(view.largeSell)),
      ("p99", JsonText.string(FixedPoint.text(view.p99))),
      ("atr", view.atr.isNaN ? "null" : "\(view.atr)"), ("acceleration", exact(view.acceleration)),
      ("held", "\(view.held)"), ("hole", "\(view.holeMillis != .min)"),
    ]
    if let detail {
      fields += [
        ("p95", price(detail.p95)), ("slope", exact(detail.slope)), ("candles", "\(detail.closedCandles)"),
        ("open", price(detail.open)), ("high", price(detail.high)), ("low", price(detail.low)),
        ("close", price(detail.close)),
      ]
    }
    return JsonText.object(fields)
  }

  private static func counters(_ session: LiveSession, _ snapshot: EngineSnapshot) -> String {
    let engine = snapshot.counters
    let feed = session.feed.counters.snapshot()
    let history = session.history.counts
    let rest = session.setup.rest.state
    let counts: [(String, any BinaryInteger)] = [
      ("trades", engine.trades), ("late", engine.late), ("dropped", engine.dropped),
      ("overlapped", engine.overlapped), ("reordered", engine.reordered), ("doubted", engine.doubted),
      ("quarantined", engine.quarantined), ("rebuilt", engine.rebuilt), ("gaps", engine.gaps),
      ("not_held", engine.notHeld),
      ("pool_full", engine.poolExhausted), ("implausible", engine.implausible), ("unknown", engine.unknown),
      ("pool_used", snapshot.poolUse.used), ("pool_chunks", snapshot.poolUse.total), ("frames", feed.frames),
      ("malformed", feed.malformed), ("bad_numbers", feed.badNumber), ("oversized", feed.oversized),
      ("unknown_symbol", feed.unknownSymbol), ("ring_refused", feed.ringRefused), ("connects", feed.connects),
      ("disconnects", feed.disconnects), ("rotations", feed.rotations), ("deaf", feed.deaf),
      ("refused_streams", feed.refusedStreams),
      ("gaps_served", history.gapsServed), ("history_given_up", history.failures), ("pages", history.pages),
      ("rest_requests", rest.requests),
      ("rest_refusals", rest.refusals), ("rest_failures", rest.failures), ("news_lost", session.news.lost()),
    ]
    return JsonText.object([("counters", JsonText.object(counts.map { ($0.0, "\($0.1)") }))])
  }
}
