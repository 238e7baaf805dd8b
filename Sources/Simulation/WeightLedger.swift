/// Request weight used per address and calendar minute, as the venue counts it.
public struct WeightLedger: Sendable {
  /// What becomes of a request.
  public enum Verdict: Equatable, Sendable {
    /// Served; the weight used in this minute, this request included.
    case served(used: Int64)
    /// 429: over the limit until the minute ends.
    case limited(used: Int64, retrySeconds: Int64)
    /// 418: went on after being told to stop.
    case banned(used: Int64, untilMillis: Int64)
  }

  private struct Account {
    var minute: Int64
    var used: Int64 = 0
    var refused = 0
    var bannedUntilMillis: Int64 = 0
  }

  /// Weight a minute; 0 counts and never refuses.
  public let limitPerMinute: Int64
  /// Refusals in one minute after which an address is banned for two minutes.
  public let patience: Int
  private var accounts: [String: Account] = [:]

  public init(limitPerMinute: Int64, patience: Int = 30) {
    self.limitPerMinute = limitPerMinute
    self.patience = patience
  }

  /// Books a request of an address.
  public mutating func charge(_ address: String, weight: Int64, nowMillis: Int64) -> Verdict {
    let minute = nowMillis / 60_000
    var account = accounts[address] ?? Account(minute: minute)
    defer { accounts[address] = account }
    if account.minute != minute {
      account.minute = minute
      account.used = 0
      account.refused = 0
    }
    if account.bannedUntilMillis > nowMillis {
      return .banned(used: account.used, untilMillis: account.bannedUntilMillis)
    }
    if limitPerMinute > 0, account.used + weight > limitPerMinute {
      account.refused += 1
      if account.refused > patience {
        account.bannedUntilMillis = nowMillis + 120_000
        return .banned(used: account.used, untilMillis: account.bannedUntilMillis)
      }
      return .limited(used: account.used, retrySeconds: 60 - nowMillis / 1_000 % 60)
    }
    account.used += weight
    return .served(used: account.used)
  }
}
