/// Stream connections opened per address within the last five minutes.
///
/// The venue documents 300 for spot; for futures the same is assumed. Refused ones are not counted: a client that
/// waits as told gets in.
struct ConnectLedger {
  static let spanMillis: Int64 = 300_000
  /// Connections in that span; 0 never refuses.
  let limit: Int
  /// Moments of opening, oldest first.
  private var opened: [String: [Int64]] = [:]

  init(limit: Int) {
    self.limit = limit
  }

  /// Books a connection, or says in how many seconds there is room for one.
  mutating func admit(_ address: String, nowMillis: Int64) -> Int64? {
    guard limit > 0 else { return nil }
    var moments = opened[address, default: []]
    moments.removeAll { nowMillis - $0 >= Self.spanMillis }
    defer { opened[address] = moments }
    if moments.count >= limit, let oldest = moments.first {
      return (oldest + Self.spanMillis - nowMillis + 999) / 1_000
    }
    moments.append(nowMillis)
    return nil
  }
}
