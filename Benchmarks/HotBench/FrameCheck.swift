import BenchMarket
import CBaselines
import CRecords
import Domain
import HotPath

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// Which of the other parsers.
enum BaselineParser { case scanner, simdjson }

/// The baselines' parsers over one list of symbols.
final class BaselineScanner {
  let handle: OpaquePointer
  let simdjson: OpaquePointer?

  init(_ names: [String]) {
    let texts = names.map { strdup($0) }
    var pointers = texts.map { UnsafePointer($0) }
    guard let made = apus_baseline_scanner_make(&pointers, Int32(names.count)) else {
      preconditionFailure("memory for a list of symbols")
    }
    for text in texts { free(text) }
    handle = made
    simdjson = apus_baseline_simdjson_make()
  }

  deinit {
    apus_baseline_scanner_free(handle)
    if let simdjson { apus_baseline_simdjson_free(simdjson) }
  }
}

/// Whether both parsers make the same of the same bytes.
struct FrameCheck {
  let row: String
  let table: SymbolTable
  let scanner: BaselineScanner
  let parser: BaselineParser

  /// Every frame gives its trade, in both, to the last bit.
  func compare(_ frames: FrameArena, with trades: [apus_record]) throws {
    for index in 0..<frames.count {
      let (ours, mine) = parseOurs(frames.frame(index))
      let (theirs, other) = parseTheirs(frames.frame(index))
      if ours != 0 || theirs != 0 { throw Mismatch(row, at: index, "outcome", ours: ours, theirs: theirs) }
      if !equal(mine, other) { throw Mismatch(row, at: index, "record", ours: mine, theirs: other) }
      if !equal(mine, trades[index]) {
        throw Mismatch(row, at: index, "market's record", ours: mine, theirs: trades[index])
      }
    }
  }

  /// Frames that are cut short, in another order, of another contract or with other numbers: the same outcome, and for
  /// a trade the same record.
  func compareHostile(_ frames: FrameArena) throws {
    var variants: [[UInt8]] = []
    for index in 0..<3 {
      let frame = Array(frames.frame(index))
      for length in 1..<frame.count { variants.append(Array(frame[..<length])) }
      for place in frame.indices {
        for byte in Array("\"{}[],:.-0A \u{1}\\".utf8) {
          var changed = frame
          changed[place] = byte
          variants.append(changed)
        }
      }
    }
    let bodies = [
      #"{"e":"aggTrade","E":1,"s":"BTCUSDT","a":5,"T":9,"q":"0.1","p":"2","m":false,"l":8,"f":7}"#,
      #"{"e":"aggTrade","E":1,"a":5,"s":"BTCUSDT","p":"2.5","q":"1","f":7,"l":8,"T":9,"m":true,"st":1}"#,
      #"{"e":"aggTrade","E":1,"a":5,"s":"BTCUSDT","p":"2.5","q":"1","f":7,"l":8,"T":9,"m":true,"st":2}"#,
      #"{"x":{"y":[1,"]"]},"e":"aggTrade","a":5,"s":"ETHUSDT","p":"92233720368.54775807","q":"1","T":9,"m":true}"#,
      #"{"e":"aggTrade","a":5,"s":"ETHUSDT","p":"92233720368.54775808","q":"1","T":9,"m":true}"#,
      #"{"e":"aggTrade","a":5,"s":"ETHUSDT","p":"1.123456789","q":"1","T":9,"m":true}"#,
      #"{"e":"aggTrade","a":5,"s":"NONEUSDT","p":"1.1","q":"1","T":9,"m":true}"#,
      ##"{"e":"agg\u0054rade","\u0061":5,"s":"\u0042TCUSDT","p":"1.1","q":"1","T":9,"m":true}"##,
      ##"{"e":"aggTrade","a":5,"s":"BTC\/USDT","p":"1.1","q":"1","T":9,"m":true}"##,
      ##"{"e":"aggTrade","a":5,"s":"\ud83d\ude00","p":"1.1","q":"1","T":9,"m":true}"##,
      #"{"e":"depthUpdate","a":[["1","2"]],"s":"BTCUSDT"}"#, #"{"result":null,"id":1}"#, "{}", "[]", "",
    ]
    variants += bodies.map { Array($0.utf8) } + bodies.map { Array((#"{"stream":"x","data":"# + $0 + "}").utf8) }
    for (index, variant) in variants.enumerated() {
      // What follows a frame may look like its rest.
      let padded = variant + Array(frames.frame(0)) + [UInt8](repeating: 0, count: 64)
      try padded.withUnsafeBufferPointer { bytes in
        let frame = UnsafeBufferPointer(rebasing: bytes[..<variant.count])
        let (ours, mine) = parseOurs(frame)
        let (theirs, other) = parseTheirs(frame)
        let text = String(decoding: variant, as: UTF8.self)
        if ours != theirs { throw Mismatch(row, at: index, "outcome of \(text)", ours: ours, theirs: theirs) }
        if ours == 0, !equal(mine, other) {
          throw Mismatch(row, at: index, "record of \(text)", ours: mine, theirs: other)
        }
      }
    }
  }

  private func parseOurs(_ frame: UnsafeBufferPointer<UInt8>) -> (Int32, apus_record) {
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    let outcome = AggTradeFrame.parse(frame.span, symbols: table.index, into: &record)
    return (Int32(outcome.rawValue), record)
  }

  private func parseTheirs(_ frame: UnsafeBufferPointer<UInt8>) -> (Int32, apus_record) {
    var record = apus_record()
    record.kind = EventKind.trade.rawValue
    let outcome =
      switch parser {
      case .scanner: apus_baseline_scan(scanner.handle, frame.baseAddress, frame.count, &record)
      case .simdjson:
        apus_baseline_simdjson_scan(scanner.simdjson, scanner.handle, frame.baseAddress, frame.count, &record)
      }
    return (outcome, record)
  }

  private func equal(_ left: apus_record, _ right: apus_record) -> Bool {
    withUnsafeBytes(of: left) { left in
      withUnsafeBytes(of: right) { right in left.elementsEqual(right) }
    }
  }
}
