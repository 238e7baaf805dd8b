/// Why a replay cannot go on. `description` is the one line a person gets.
public enum ReplayError: Error, CustomStringConvertible, Equatable {
  case cannotOpen(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  case badRow(path: String, line: Int, content: String, reason: String)
  case cannotWrite(path: String, reason: String)
  case noTrades(path: String)
  case tooManyTrades(heldMax: Int)
  /// Whoever called asked it to end.
  case stopped

  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason): "\(path): cannot be opened: \(reason); correct the path or its permissions"
    case .cannotRead(let path, let reason): "\(path): cannot be read: \(reason); get the file anew"
    case .badRow(let path, let line, let content, let reason):
      "\(path), line \(line): \(reason): `\(content)`; expected "
        + "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker"
    case .cannotWrite(let path, let reason): "\(path): cannot be written: \(reason); choose another place"
    case .tooManyTrades(let heldMax):
      "the files hold more than \(heldMax) trades within 24 h: replay fewer symbols at once"
    case .stopped: "the replay was stopped: no file was written"
    case .noTrades(let path): "\(path): no trades in it; expected an aggTrades CSV, plain, .gz or .zip"
    }
  }
}
