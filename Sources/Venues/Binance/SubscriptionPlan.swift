/// What one connection asks the venue for, and what came of it. The feed's thread only.
///
/// Streams are asked for in batches, and the venue refuses a batch as a whole. So it is asked for again in halves, until what the
/// venue does not grant stands alone: some 14 messages for one stream among a hundred, at the pace of all messages, after those
/// that wait already. A batch that is not answered is no refusal: it has its own deadline.
struct SubscriptionPlan {
  enum Method: String {
    case subscribe = "SUBSCRIBE"
    case unsubscribe = "UNSUBSCRIBE"
  }

  /// What a refusal was of.
  enum Refusal: Equatable {
    /// So many streams, which are asked for again in halves.
    case batch(Int)
    /// This symbol's stream alone: left out for now.
    case stream(String)
    /// Nothing that waits for an answer, or the end of a stream.
    case other
  }

  private struct Request {
    var id: Int
    var method: Method
    var symbols: [String]
    /// Once it is sent.
    var overdueNanos = UInt64.max
  }

  private var unsent: [Request] = []
  private var awaited: [Request] = []
  private var nextId = 1
  /// Ids up to this one ask for each symbol once.
  private var firstIds = 0
  private var writeAtNanos: UInt64 = 0
  /// Symbols asked for.
  private var wanted: Set<String> = []
  /// Those whose batch was refused and that were not granted since: nothing is heard of them.
  private(set) var unheard: Set<String> = []
  /// Of these, those that were refused alone.
  private var refusedAlone: Set<String> = []
  private var askAgainNanos = UInt64.max
  private let refusedNanos: UInt64

  /// The venue must answer within this.
  static let answerNanos: UInt64 = 15_000_000_000

  /// `doubtful`: refused on an earlier connection; asked for last and apart, so that they keep nobody waiting. `refusedMillis`:
  /// after so long what was refused is asked for again.
  init(_ symbols: [String], doubtful: Set<String> = [], refusedMillis: Int64 = 300_000, nowNanos: UInt64) {
    refusedNanos = UInt64(refusedMillis) * 1_000_000
    writeAtNanos = nowNanos
    ask(symbols.filter { !doubtful.contains($0) })
    ask(symbols.filter { doubtful.contains($0) })
    firstIds = nextId - 1
  }

  private mutating func ask(_ symbols: [String]) {
    for batch in Subscription.batches(symbols) { request(.subscribe, batch) }
  }

  private mutating func request(_ method: Method, _ symbols: [String]) {
    unsent.append(Request(id: nextId, method: method, symbols: symbols))
    nextId += 1
    if method == .subscribe { wanted.formUnion(symbols) }
  }

  mutating func subscribe(_ symbol: String) { request(.subscribe, [symbol]) }

  mutating func unsubscribe(_ symbol: String) {
    wanted.remove(symbol)
    unheard.remove(symbol)
    refusedAlone.remove(symbol)
    request(.unsubscribe, [symbol])
  }

  // MARK: sending

  /// When there is something to do: a message to send, an answer overdue, refused streams to ask for again.
  var dueNanos: UInt64 {
    let writeNanos = unsent.isEmpty ? .max : writeAtNanos
    return min(writeNanos, awaited.first?.overdueNanos ?? .max, askAgainNanos)
  }

  /// True when the socket is to be asked whether it takes a message.
  mutating func wantsWrite(nowNanos: UInt64) -> Bool {
    guard !unsent.isEmpty, writeAtNanos <= nowNanos else { return false }
    // Until the socket takes it; then `sent` sets the next time.
    writeAtNanos = nowNanos + Self.answerNanos
    return true
  }

  /// What to send next.
  var message: String? {
    unsent.first.map { Subscription.message($0.method.rawValue, $0.symbols, id: $0.id) }
  }

  /// It was sent.
  mutating func sent(nowNanos: UInt64) {
    var request = unsent.removeFirst()
    request.overdueNanos = nowNanos + Self.answerNanos
    awaited.append(request)
    writeAtNanos = nowNanos + Subscription.pauseNanos
  }

  // MARK: answers

  var isAwaiting: Bool { !awaited.isEmpty }
  /// Each symbol has been asked for.
  var isAsked: Bool { (unsent.first?.id ?? .max) > firstIds }
  /// Nothing is left to be asked or answered, and something was granted.
  var isSettled: Bool { unsent.isEmpty && awaited.isEmpty && unheard.count < wanted.count }

  /// What `id` asked for was granted; without an id, what was asked first, since the venue answers in order. Gives the symbols
  /// that had been refused before.
  @discardableResult
  mutating func granted(id: Int?) -> Set<String> { take(id).map { heard($0) } ?? [] }

  private mutating func heard(_ request: Request) -> Set<String> {
    guard request.method == .subscribe else { return [] }
    let recovered = unheard.intersection(request.symbols)
    unheard.subtract(recovered)
    return recovered
  }

  /// What `id` asked for was refused; without an id as `granted`.
  mutating func refused(id: Int?, nowNanos: UInt64) -> Refusal {
    guard let taken = take(id), taken.method == .subscribe else { return .other }
    let symbols = taken.symbols.filter { wanted.contains($0) }
    guard let first = symbols.first else { return .other }
    unheard.formUnion(symbols)
    if symbols.count == 1 {
      refusedAlone.insert(first)
      askAgainNanos = min(askAgainNanos, nowNanos + refusedNanos)
      return .stream(first)
    }
    let middle = symbols.count / 2
    request(.subscribe, Array(symbols[..<middle]))
    request(.subscribe, Array(symbols[middle...]))
    return .batch(symbols.count)
  }

  private mutating func take(_ id: Int?) -> Request? {
    let place = id == nil ? awaited.indices.first : awaited.firstIndex { $0.id == id }
    return place.map { awaited.remove(at: $0) }
  }

  func isOverdue(nowNanos: UInt64) -> Bool { (awaited.first?.overdueNanos ?? .max) <= nowNanos }

  /// Gives up waiting for answers that are overdue, since trades came: the venue's word may be lost among them. Should it have
  /// been a refusal, the engine finds the stream silent.
  mutating func takeOverdueForGranted(nowNanos: UInt64) {
    while isOverdue(nowNanos: nowNanos) { _ = heard(awaited.removeFirst()) }
  }

  /// Asks once more for what was refused, when its time has come.
  mutating func askAgain(nowNanos: UInt64) {
    guard askAgainNanos <= nowNanos else { return }
    askAgainNanos = .max
    ask(refusedAlone.sorted())
    refusedAlone = []
  }
}
