/// One scripted fault: what goes wrong, when, and for how long.
struct Fault: Equatable, Sendable {
  /// When it strikes.
  enum Trigger: Equatable, Sendable {
    /// Once, so many ms after the venue's start.
    case at(millis: Int64)
    /// At so many ms after the start, at twice as many, and so on.
    case every(millis: Int64)
    /// At the n-th live trade that is published, counted from 1: of the fault's symbol if it has one, else of all.
    case trade(number: Int64)
  }

  /// What goes wrong.
  enum Kind: Equatable, Sendable {
    /// Stream connections end without a close frame.
    case cut
    /// Stream connections end with the close frame they get after their longest life.
    case close
    /// Stream connections stay open, neither read nor written any more.
    case halfOpen
    /// No event is delivered; of `Fault.symbol` alone if there is one.
    case silent
    /// New stream connections are answered 503.
    case refuse
    /// A SUBSCRIBE that names a stream of the symbol is refused as a whole.
    case refuseStream
    /// `count` trades from the trigger's on are sent otherwise than they are.
    case frame(FrameFault, count: Int64)
    /// Answers to requests, of one path if it is given.
    case rest(RestFault, path: String?)
    /// `/fapi/v1/time` is so many ms off.
    case clockSkew(millis: Int64)
    /// The symbol is unknown until then.
    case list
    /// The symbol no longer trades from then on.
    case delist
  }

  var kind: Kind
  var trigger: Trigger
  /// How long it holds; nil is for ever, and for what happens in a moment.
  var forMillis: Int64?
  var symbol: String?

  /// The moment since which it holds, ms after the start; nil when it does not hold, or when trades trigger it.
  func holdsSince(elapsedMillis: Int64) -> Int64? {
    let since: Int64
    switch trigger {
    case .at(let millis): since = millis
    case .every(let millis): since = max(millis, elapsedMillis / millis * millis)
    case .trade: return nil
    }
    guard elapsedMillis >= since else { return nil }
    if let forMillis, elapsedMillis - since >= forMillis { return nil }
    return since
  }
}
