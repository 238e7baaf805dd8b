import CClock
import COpenSSL
import CWebSockets
import Foundation
import Synchronization

/// libwebsockets as a client: one event loop with a fixed number of connection slots, TLS 1.2 or later, no compression.
///
/// With WebSocketLink the only file that knows libwebsockets. All calls on one thread, except `wake`. permessage-deflate is not offered:
/// it measures 134 us and milliseconds at the 99th percentile where a plain frame takes 20. `polls` saves the wake-up, some
/// 50 us, at the price of a core.
final class WebSocketClient: @unchecked Sendable {
  // The library counts its users of OpenSSL without a lock: contexts are made and destroyed one at a time.
  private static let creation = Mutex(())

  private unowned let handler: any WebSocketHandler
  private let trust: TLSTrust
  private var links: [WebSocketLink] = []
  private let context: OpaquePointer
  /// The same, or nil once destroyed: what `wake` may touch from other threads.
  private let wakeable: Mutex<Address?>
  private struct Address: @unchecked Sendable { let pointer: OpaquePointer }

  // What the library keeps pointers to.
  private let protocols: UnsafeMutablePointer<lws_protocols>
  private let liveness: UnsafeMutablePointer<lws_retry_bo_t>
  /// The library's entry for our deadline, followed by the context, where its callback finds it.
  private let timer: UnsafeMutablePointer<lws_sorted_usec_list_t>
  private static let timerBytes = MemoryLayout<lws_sorted_usec_list_t>.stride
  private let names: [UnsafeMutablePointer<CChar>]
  /// The loop's present turn, where OpenSSL's callback finds it.
  private let turn: UnsafeMutablePointer<ReadTurn>
  private let polls: Bool
  /// The library leaves its timers alone when it is told not to sleep: a round with them comes this often.
  private static let timersNanos: UInt64 = 1_000_000
  private var nextTimersNanos: UInt64 = 0
  private var isDestroyed = false
  private var nextCheckNanos: UInt64 = 0
  private let silenceNanos: UInt64
  private let probe: ConnectProbe

  private static let readBytes = 65_536
  /// LWS_PRE, a macro that doesn't import: room for the frame header before the payload.
  private static let headerRoom = 16
  private static let handshakeSeconds: UInt32 = 8

  /// A ping goes out every `pingSeconds` of an idle connection; one that is silent for `silenceSeconds` (and at most
  /// a second more) is cut.
  init(
    slots: Int, trust: TLSTrust, handler: any WebSocketHandler, pingSeconds: UInt16 = 3, silenceSeconds: UInt16 = 7,
    polls: Bool = false, probe: ConnectProbe = ConnectProbe()
  ) throws(VenueError) {
    guard let name = strdup("apus"), let empty = strdup("") else { throw .settings("out of memory") }
    self.handler = handler
    self.trust = trust
    self.polls = polls
    self.probe = probe
    turn = .allocate(capacity: 1)
    turn.initialize(to: ReadTurn())
    silenceNanos = UInt64(silenceSeconds) * 1_000_000_000
    names = [name, empty]
    // SAFETY: tables the library reads until the context is destroyed; freed in `deinit`, after that. The protocol
    // table ends with a zeroed entry.
    protocols = .allocate(capacity: 2)
    protocols.initialize(repeating: lws_protocols(), count: 2)
    protocols[0].name = UnsafePointer(name)
    protocols[0].callback = deliverWebSocketEvent
    protocols[0].rx_buffer_size = Self.readBytes
    liveness = .allocate(capacity: 1)
    liveness.initialize(to: lws_retry_bo_t())
    liveness.pointee.secs_since_valid_ping = pingSeconds
    // Only a backstop: the library's own hang-up waits for the dead peer's goodbye, so we cut by ourselves.
    liveness.pointee.secs_since_valid_hangup = 30
    let timerMemory = UnsafeMutableRawPointer.allocate(byteCount: Self.timerBytes + 8, alignment: 16)
    timer = timerMemory.bindMemory(to: lws_sorted_usec_list_t.self, capacity: 1)
    timer.initialize(to: lws_sorted_usec_list_t())

    var info = lws_context_creation_info()
    info.port = CONTEXT_PORT_NO_LISTEN
    info.protocols = UnsafePointer(protocols)
    info.options = UInt64(LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT)
    info.provided_client_ssl_ctx = trust.context
    info.timeout_secs = Self.handshakeSeconds
    info.pt_serv_buf_size = UInt32(Self.readBytes)
    // Otherwise the library takes a proxy from the environment, which REST would not go through.
    info.http_proxy_address = UnsafePointer(empty)
    let made = Self.creation.withLock { _ in
      lws_set_log_level(0, nil)
      return lws_create_context(&info).map(Address.init)
    }
    guard let made else {
      protocols.deallocate()
      liveness.deallocate()
      timer.deallocate()
      turn.deallocate()
      for name in names { free(name) }
      throw .settings("libwebsockets gave no context: check the limit of open files (ulimit -n)")
    }
    context = made.pointer
    // SAFETY: the eight bytes after the entry, allocated above for this.
    timerMemory.storeBytes(of: made.pointer, toByteOffset: Self.timerBytes, as: OpaquePointer.self)
    wakeable = Mutex(made)
    links = (0..<slots).map { WebSocketLink(slot: $0, client: self) }
  }

  deinit {
    precondition(isDestroyed, "destroy a WebSocketClient on its thread")
    protocols.deallocate()
    liveness.deallocate()
    timer.deallocate()
    turn.deallocate()
    for name in names { free(name) }
  }

  // MARK: the loop

  /// The stamp of this turn's first read of a socket, which all frames of the turn share. Frames that OpenSSL or the
  /// library had in hand already keep that of the turn that read them. The loop's thread only.
  var arrivalNanos: UInt64 { turn.pointee.arrivalNanos }

  /// Waits for sockets, `wake` or the deadline (.max: none), and calls the handler; false when the library gave up.
  func service(untilNanos deadlineNanos: UInt64) -> Bool {
    for (slot, failure) in probe.take() { end(links[slot], failure) }
    let nowNanos = monotonicNanos()
    if nowNanos >= nextCheckNanos { cutSilent(nowNanos) }
    if polls, nowNanos < nextTimersNanos, nowNanos < deadlineNanos {
      turn.pointee.hasRead = false
      return lws_service(context, -1) >= 0
    }
    nextTimersNanos = nowNanos + Self.timersNanos
    let dueNanos = polls ? nowNanos : min(deadlineNanos, nextCheckNanos)
    // Set anew on every round, since it may have fired a little early. A sorted list of a few entries.
    let micros = dueNanos > nowNanos ? (dueNanos - nowNanos + 999) / 1_000 : 1
    lws_sul_schedule(context, 0, timer, timerFired, lws_usec_t(micros))
    turn.pointee.hasRead = false
    return lws_service(context, 0) >= 0
  }

  /// Once a second: frames only set a flag, so that receiving one reads no clock here.
  private func cutSilent(_ nowNanos: UInt64) {
    nextCheckNanos = nowNanos + 1_000_000_000
    for link in links where link.isOpen {
      if link.wasHeard {
        link.wasHeard = false
        link.heardNanos = nowNanos
      } else if nowNanos - link.heardNanos >= silenceNanos {
        let seconds = silenceNanos / 1_000_000_000
        close(link.slot, reason: .lost(host: link.target.host, detail: "silent for \(seconds) s, pings unanswered"))
      }
    }
  }

  /// Makes `service` return. Any thread; harmless after `destroy`.
  func wake() {
    wakeable.withLock { address in
      if let address { lws_cancel_service(address.pointer) }
    }
  }

  /// Closes everything without telling the handler. The thread of `service`, outside it.
  func destroy() {
    guard !isDestroyed else { return }
    isDestroyed = true
    for link in links { link.isActive = false }
    wakeable.withLock { $0 = nil }
    // SAFETY: the context of `init`; nobody else can reach it any more.
    let last = Address(pointer: context)
    Self.creation.withLock { _ in lws_context_destroy(last.pointer) }
  }

  // MARK: connections

  /// Begins a connection on a free slot. `webSocketOpened` or `webSocketEnded` tells how it went.
  func connect(_ slot: Int, to target: WebSocketTarget) {
    let link = links[slot]
    precondition(!link.isActive, "one connection a slot")
    link.target = target
    link.isActive = true
    link.isOpen = false
    link.isProbed = false
    link.verifyCode = 0
    link.reason = nil
    link.wsi.pointee = nil
    var info = lws_client_connect_info()
    info.context = context
    info.port = Int32(target.port)
    info.ssl_connection = Int32(LCCSCF_USE_SSL.rawValue | LCCSCF_HTTP_NO_FOLLOW_REDIRECT.rawValue)
    info.retry_and_idle_policy = UnsafePointer(liveness)
    info.pwsi = link.wsi
    // SAFETY: the link outlives its wsi: it dies with the client, after the context.
    info.opaque_user_data = Unmanaged.passUnretained(link).toOpaque()
    // The library takes the name to verify and for SNI from the Host header, up to the colon.
    let hostHeader = target.port == 443 ? target.host : "\(target.host):\(target.port)"
    let began = target.address.withCString { address in
      hostHeader.withCString { host in
        target.path.withCString { path in
          "http/1.1".withCString { alpn in
            info.address = address
            info.host = host
            info.path = path
            info.alpn = alpn
            info.local_protocol_name = UnsafePointer(names[0])
            return lws_client_connect_via_info(&info) != nil
          }
        }
      }
    }
    // A failure inside the call has usually been reported by the callback already.
    if !began, link.isActive, !link.isProbed { failedUnexplained(link) }
  }

  /// Asks for one `webSocketWritable`.
  func requestWrite(_ slot: Int) {
    if let wsi = links[slot].wsi.pointee, links[slot].isOpen { lws_callback_on_writable(wsi) }
  }

  /// Sends a text message; only inside `webSocketWritable`. False: the connection is broken and will be reported.
  func send(_ slot: Int, _ text: String) -> Bool {
    guard let wsi = links[slot].wsi.pointee, links[slot].isOpen else { return false }
    var buffer = [UInt8](repeating: 0, count: Self.headerRoom)
    buffer.append(contentsOf: text.utf8)
    let count = buffer.count - Self.headerRoom
    // SAFETY: the library writes its header into the `headerRoom` bytes before the payload, within the array.
    let written = buffer.withUnsafeMutableBufferPointer { bytes in
      bytes.baseAddress.map { lws_write(wsi, $0 + Self.headerRoom, count, LWS_WRITE_TEXT) } ?? -1
    }
    return written >= count
  }

  /// Ends a connection from our side; reported with `reason`.
  func close(_ slot: Int, reason: ConnectionFailure) {
    let link = links[slot]
    guard link.isActive, let wsi = link.wsi.pointee else { return }
    link.reason = reason
    let now: Int32 = -1  // LWS_TO_KILL_ASYNC
    lws_set_timeout(wsi, PENDING_TIMEOUT_USER_REASON_BASE, now)
  }

  // MARK: callbacks

  func opened(_ link: WebSocketLink) {
    link.isOpen = true
    link.wasHeard = true
    watchReads(link)
    handler.webSocketOpened(link.slot)
  }

  /// From now on each read of this connection's socket notes the turn's beginning: the earliest place after poll(2) that
  /// the library lets anyone see. Taking the time in `received` would leave out decryption. Costs two calls of some ns a
  /// read, of which a TLS record takes two.
  private func watchReads(_ link: WebSocketLink) {
    turn.pointee.note()
    guard let wsi = link.wsi.pointee, let tls = lws_get_ssl(wsi), let socket = SSL_get_rbio(tls) else { return }
    BIO_set_callback_arg(socket, UnsafeMutableRawPointer(turn).assumingMemoryBound(to: CChar.self))
    BIO_set_callback_ex(socket, readBegins)
  }

  @inline(__always)
  func received(_ link: WebSocketLink, _ part: UnsafeBufferPointer<UInt8>, isLast: Bool) {
    link.wasHeard = true
    handler.webSocket(link.slot, received: part, isLast: isLast)
  }

  func alive(_ link: WebSocketLink) {
    link.wasHeard = true
    handler.webSocketAlive(link.slot)
  }

  func writable(_ link: WebSocketLink) { handler.webSocketWritable(link.slot) }

  /// A close frame: two bytes of code, then text.
  func peerClosed(_ link: WebSocketLink, _ payload: UnsafeBufferPointer<UInt8>) {
    let code = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 0
    let text = String(decoding: payload.dropFirst(2), as: UTF8.self)
    link.reason = .closedByVenue(host: link.target.host, code: code, text: text)
  }

  func ended(_ link: WebSocketLink) {
    end(link, .lost(host: link.target.host, detail: "cut without a close frame"))
  }

  func failed(_ link: WebSocketLink, _ wsi: OpaquePointer, words: String) {
    let status = Int(lws_http_client_http_response(wsi))
    if link.reason == nil && status > 0 && status != 101 {
      link.reason = .answer(link.target, status: status, retryAfterMillis: retryAfterMillis(wsi))
    }
    if link.reason != nil || link.verifyCode != 0 || !Self.unexplained.contains(words) {
      end(link, connectFailure(link, words: words))
    } else {
      failedUnexplained(link)
    }
  }

  /// Retry-After of an upgrade's answer; nil without one, or when it is a date, which the venue does not send.
  private func retryAfterMillis(_ wsi: OpaquePointer) -> Int64? {
    var text = [CChar](repeating: 0, count: 16)
    guard lws_hdr_copy(wsi, &text, Int32(text.count), WSI_TOKEN_HTTP_RETRY_AFTER) > 0 else { return nil }
    let digits = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return Int64(digits.trimmingCharacters(in: .whitespaces)).map { max(0, min($0, 1_000_000)) * 1_000 }
  }

  /// What the library says when connect(2) failed, whatever the reason.
  private static let unexplained = ["", "Unable to connect"]

  /// The system is asked for the reason, and the owner told then; the slot is taken until then.
  private func failedUnexplained(_ link: WebSocketLink) {
    link.isProbed = true
    link.wsi.pointee = nil
    probe.ask(link.slot, link.target) { [self] in wake() }
  }

  private func end(_ link: WebSocketLink, _ failure: ConnectionFailure) {
    guard link.isActive else { return }
    link.isActive = false
    link.isOpen = false
    link.wsi.pointee = nil
    handler.webSocketEnded(link.slot, link.reason ?? failure)
    // Ended by a timer, `lws_service` would go on to poll until the next one: the owner must first set its own.
    wake()
  }

  private func connectFailure(_ link: WebSocketLink, words: String) -> ConnectionFailure {
    let target = link.target
    if link.verifyCode != 0 {
      return trust.failure(verifyCode: link.verifyCode, host: target.host, port: target.port)
    }
    if words.localizedCaseInsensitiveContains("timeout") || words.contains("Timed out") {
      return .timedOut(host: target.host, port: target.port, step: words)
    }
    if words.localizedCaseInsensitiveContains("ssl") || words.localizedCaseInsensitiveContains("tls") {
      return .tls(host: target.host, port: target.port, detail: words)
    }
    return .unreachable(host: target.host, port: target.port, detail: words)
  }
}

/// One turn of the loop.
struct ReadTurn {
  var hasRead = false
  var arrivalNanos: UInt64 = 0

  mutating func note() {
    if hasRead { return }
    hasRead = true
    arrivalNanos = apus_stamp_nanos()
  }
}

/// OpenSSL is about to read from a socket, or has.
private let readBegins:
  @convention(c) (
    OpaquePointer?, Int32, UnsafePointer<CChar>?, Int, Int32, Int, Int32, UnsafeMutablePointer<Int>?
  ) -> Int = { socket, operation, _, _, _, _, result, _ in
    // SAFETY: set by `watchReads` to the client's turn, which outlives its context and so the socket.
    if operation == BIO_CB_READ, let socket, let raw = BIO_get_callback_arg(socket) {
      UnsafeMutableRawPointer(raw).assumingMemoryBound(to: ReadTurn.self).pointee.note()
    }
    return Int(result)
  }

/// An entry that is due when `lws_service` begins is called and forgotten before the poll, which then sleeps until some
/// other entry. The pipe makes that poll return at once.
private let timerFired: @convention(c) (UnsafeMutablePointer<lws_sorted_usec_list_t>?) -> Void = { entry in
  guard let entry else { return }
  // SAFETY: `init` put the context behind the entry.
  let context = UnsafeRawPointer(entry).load(
    fromByteOffset: MemoryLayout<lws_sorted_usec_list_t>.stride, as: OpaquePointer.self)
  lws_cancel_service(context)
}
