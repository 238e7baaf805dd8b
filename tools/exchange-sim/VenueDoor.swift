import CWebSockets
import Foundation
import Simulation

/// The venue's sockets: HTTP and WebSocket over TLS on one port, by libwebsockets, on one thread.
///
/// It decides nothing. A millisecond timer advances the venue and asks for the sockets that have frames to be
/// writable; requests and messages are handed in and the answers written out.
/// SAFETY: `context` and `timer` are lws's; they are used on the serving thread only and never leave this type.
@safe final class VenueDoor {
  struct Failure: Error {
    let what: String
  }

  let venue: SimulatedVenue
  let clock: VenueClock
  private var context: OpaquePointer?
  var connections: [Int: Connection] = [:]
  let outgoing = OutgoingBuffer()
  private lazy var timer = unsafe makeTimer()
  private(set) var port: Int32 = 0

  private static let tickMicros: UInt64 = 1_000
  /// 5,000 a millisecond is far above what a machine plays: the bound costs no throughput.
  private static let maxEventsPerTurn = 5_000

  init(venue: SimulatedVenue, clock: VenueClock) {
    self.venue = venue
    self.clock = clock
  }

  /// Opens the port of an IPv4 address of this machine; 0 takes a free one.
  // SAFETY: every C string and table handed over lives as long as the process (see `LwsTables`).
  func open(address: String, port wanted: Int32, certificate: Certificate) throws {
    lws_set_log_level(0, nil)
    var info = unsafe lws_context_creation_info()
    unsafe info.port = try Self.freePort(wanted, of: address)
    unsafe info.iface = LwsTables.string(address)
    unsafe info.protocols = LwsTables.protocols(Self.callback)
    unsafe info.ssl_cert_filepath = LwsTables.string(certificate.certificatePath)
    unsafe info.ssl_private_key_filepath = LwsTables.string(certificate.keyPath)
    unsafe info.options = UInt64(
      LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT | LWS_SERVER_OPTION_FAIL_UPON_UNABLE_TO_BIND
        | LWS_SERVER_OPTION_DISABLE_IPV6)
    // 1,024 stream names in one address must fit.
    unsafe info.max_http_header_data = 65_535
    unsafe info.pt_serv_buf_size = 65_536
    // Over HTTP/2 a WebSocket would need another handshake; the clients here speak 1.1.
    unsafe info.alpn = LwsTables.string("http/1.1")
    unsafe info.retry_and_idle_policy = LwsTables.silentPolicy()
    unsafe info.user = Unmanaged.passUnretained(self).toOpaque()
    unsafe port = info.port
    guard let made = unsafe lws_create_context(&info) else { throw Failure(what: "cannot listen on port \(wanted)") }
    unsafe context = made
    schedule()
  }

  /// Serves until `isOver` says so; asked every millisecond.
  func serve(until isOver: (Int64) -> Bool) {
    while !isOver(clock.nowMillis) {
      guard unsafe lws_service(context, 0) >= 0 else { break }
    }
    unsafe lws_context_destroy(context)
    unsafe context = nil
  }

  /// A port that can be bound; lws tells neither which one it took nor why it failed.
  // SAFETY: the address outlives the calls it is passed to.
  private static func freePort(_ wanted: Int32, of text: String) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(what: "no socket: \(unsafe String(cString: strerror(errno)))") }
    defer { close(descriptor) }
    var yes: Int32 = 1
    _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(wanted).bigEndian
    guard unsafe inet_pton(AF_INET, text, &address.sin_addr) == 1 else {
      throw Failure(what: "\(text) is not an IPv4 address")
    }
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        // Bound and listening: SO_REUSEADDR alone lets two sockets bind where none listens.
        unsafe bind(descriptor, generic, length) == 0 && listen(descriptor, 1) == 0
          && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else {
      throw Failure(what: "\(text):\(wanted) cannot be opened: \(unsafe String(cString: strerror(errno)))")
    }
    return Int32(UInt16(bigEndian: address.sin_port))
  }

  /// Plays the market towards the clock and gives the venue's time, which requests and messages are answered at.
  ///
  /// Bounded, so that a market busier than the machine delays the next look at sockets and at the stop signal by
  /// milliseconds and not for ever.
  @discardableResult
  func catchUp() -> Int64 {
    venue.advance(to: clock.nowMillis, maxEvents: Self.maxEventsPerTurn)
  }

  private func tick() {
    catchUp()
    let now = clock.nowMillis
    for (key, connection) in connections where mayWrite(connection, key: key, nowMillis: now) {
      _ = unsafe lws_callback_on_writable(OpaquePointer(bitPattern: key))
    }
    schedule()
  }

  // SAFETY: the timer lives as long as the door; lws holds it only while the context lives. lws gives the callback
  // nothing but the timer's address, so the door's lies behind it (`makeTimer`).
  private func schedule() {
    unsafe lws_sul_schedule(
      context, 0, timer,
      { timer in
        guard let timer = unsafe timer else { return }
        let behind = unsafe UnsafeRawPointer(timer).load(
          fromByteOffset: MemoryLayout<lws_sorted_usec_list_t>.stride, as: UnsafeRawPointer.self)
        unsafe Unmanaged<VenueDoor>.fromOpaque(behind).takeUnretainedValue().tick()
      }, lws_usec_t(Self.tickMicros))
  }

  // SAFETY: room for the timer and one pointer, both written here; never freed, one a process.
  private func makeTimer() -> UnsafeMutablePointer<lws_sorted_usec_list_t> {
    let stride = unsafe MemoryLayout<lws_sorted_usec_list_t>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: stride + 8, alignment: 16)
    unsafe memory.storeBytes(
      of: UnsafeRawPointer(Unmanaged.passUnretained(self).toOpaque()), toByteOffset: stride, as: UnsafeRawPointer.self)
    let timer = unsafe memory.bindMemory(to: lws_sorted_usec_list_t.self, capacity: 1)
    unsafe timer.initialize(to: lws_sorted_usec_list_t())
    return unsafe timer
  }
}
