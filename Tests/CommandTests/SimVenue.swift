import Domain
import Foundation
import HotPath
import Logging
import Testing
import Venues

/// A running exchange-sim with the files it wrote: history, indicators and the authority to trust.
final class SimVenue {
  /// Where it listens.
  let host: String
  let port: UInt16
  let authority: String
  /// The newest trade of the history files.
  let startMillis: Int64
  private let folder: String
  private let child: ChildProcess

  private struct Ready: Decodable {
    var port: UInt16
    var ca: String
    var startMillis: Int64

    enum CodingKeys: String, CodingKey {
      case port, ca
      case startMillis = "start_ms"
    }
  }

  /// `name` keeps several venues of one test apart. In a namespace it is reached through that one's cable.
  init(_ name: String, in scratch: Scratch, _ options: [String], namespace: NetworkNamespace? = nil) throws {
    host = namespace?.address ?? "127.0.0.1"
    folder = scratch.hidden(name)
    let child = try ChildProcess(
      "exchange-sim",
      [
        "--listen", host, "--port", "0", "--cert-dir", folder + "/certificate", "--write-history", folder,
        "--write-indicators", folder + "/indicators.jsonl",
      ] + options, in: scratch, within: namespace?.command ?? [])
    _ = eventually(seconds: 30) { child.output.hasSuffix("\n") || !child.isRunning }
    let line = child.output
    try #require(line.hasSuffix("\n"), "the venue did not start: \(child.errors)")
    let ready = try JSONDecoder().decode(Ready.self, from: Data(line.utf8))
    port = ready.port
    authority = ready.ca
    startMillis = ready.startMillis
    self.child = child
  }

  /// Ends it, so that it writes what it was asked to write at its end.
  func finish() {
    child.send(SIGINT)
    _ = child.wait(seconds: 15)
  }

  var isRunning: Bool { child.isRunning }
  var errors: String { child.errors }
  var indicators: String { folder + "/indicators.jsonl" }

  func history(_ symbol: String) -> String { "\(folder)/\(symbol)-aggTrades.csv" }

  /// What `apus run` needs to come here.
  var options: [String] {
    ["--venue", "sim", "--rest-url", "https://\(host):\(port)", "--stream-url", "wss://\(host):\(port)"]
  }

  /// Writes the trades from the end of the history until now as an aggTrades file; gives its path.
  func liveTrades(_ symbol: String) throws -> String {
    let rows = try String(contentsOfFile: history(symbol), encoding: .utf8).split(separator: "\n")
    let lastId = try #require(rows.last?.split(separator: ",").first.flatMap { Int64($0) })
    let rest = try BinanceRest(
      endpoints: .sim(host: host, port: port), trust: TLSTrust(caFile: authority),
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    defer { rest.stop() }
    var text = ""
    var next = lastId + 1
    while true {
      let page = try rest.aggTrades(symbol: symbol, symbolIndex: 0, from: .fromId(next))
      for trade in page {
        text +=
          "\(trade.id),\(FixedPoint.text(trade.price_e8)),\(FixedPoint.text(trade.quantity_e8)),\(trade.first_id),"
          + "\(trade.first_id + Int64(trade.span)),\(trade.time_ms),\(trade.flags & RecordFlags.sell != 0)\n"
      }
      guard let last = page.last, page.count == BinanceRest.aggTradesLimit else { break }
      next = last.id + 1
    }
    let path = "\(folder)/\(symbol)-live.csv"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
