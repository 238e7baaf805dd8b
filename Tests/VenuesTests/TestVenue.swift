import COpenSSL
import Foundation
import Synchronization

/// A TLS server on 127.0.0.1 that plays a script to each connection, on a thread for each.
final class TestVenue: @unchecked Sendable {
  let port: UInt16
  private let listener: Int32
  private let context: OpaquePointer
  private let script: @Sendable (TestConnection, Int) -> Void
  private let open = Mutex<[Int32]>([])
  private let accepted = Mutex(0)

  /// `script` gets the connection and its number, from 0; the connection closes when it returns.
  init(_ certificate: TestCertificate, _ script: @escaping @Sendable (TestConnection, Int) -> Void) {
    signal(SIGPIPE, SIG_IGN)
    self.script = script
    context = SSL_CTX_new(TLS_server_method())
    SSL_CTX_use_certificate(context, certificate.certificate)
    SSL_CTX_use_PrivateKey(context, certificate.key)
    (listener, port) = Self.listen()
    Thread.detachNewThread { [self] in acceptLoop() }
  }

  private static func listen() -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        precondition(bind(descriptor, $0, length) == 0 && startListening(descriptor, 16) == 0)
        getsockname(descriptor, $0, &length)
      }
    }
    return (descriptor, UInt16(bigEndian: address.sin_port))
  }

  var connectionCount: Int { accepted.withLock { $0 } }

  /// Ends the listener and cuts every connection.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
    open.withLock { for descriptor in $0 { shutdown(descriptor, Int32(SHUT_RDWR)) } }
  }

  private func acceptLoop() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      open.withLock { $0.append(descriptor) }
      let number = accepted.withLock { count in
        defer { count += 1 }
        return count
      }
      Thread.detachNewThread { [self] in serve(descriptor, number) }
    }
  }

  private func serve(_ descriptor: Int32, _ number: Int) {
    guard let ssl = SSL_new(context) else { return }
    SSL_set_fd(ssl, descriptor)
    if SSL_accept(ssl) == 1 { script(TestConnection(ssl), number) }
    SSL_shutdown(ssl)
    SSL_free(ssl)
    open.withLock { $0.removeAll { $0 == descriptor } }
    close(descriptor)
  }
}

/// The server's end of one connection: blocking reads and writes, HTTP heads and WebSocket frames by hand.
final class TestConnection {
  private let ssl: OpaquePointer
  private var pending: [UInt8] = []

  init(_ ssl: OpaquePointer) { self.ssl = ssl }

  /// Up to and with the empty line; nil at the end.
  func readHead() -> String? {
    var head: [UInt8] = []
    while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
      guard let byte = readByte() else { return nil }
      head.append(byte)
    }
    return String(decoding: head, as: UTF8.self)
  }

  func write(_ text: String) { write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { SSL_write(ssl, $0.baseAddress, Int32($0.count)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(Int(count))
    }
  }

  /// Answers a GET with `body`.
  func answer(_ status: Int, _ body: String, headers: [String] = []) {
    let lines = ["HTTP/1.1 \(status) Test", "Content-Length: \(body.utf8.count)"] + headers
    write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// Reads the upgrade request and accepts it; gives the request's head.
  @discardableResult
  func acceptWebSocket() -> String? {
    guard let head = readHead() else { return nil }
    let key = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("sec-websocket-key:") }
      .map { $0.split(separator: ":", maxSplits: 1)[1].trimmingCharacters(in: .whitespaces) }
    let text = Array(((key ?? "") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").utf8)
    var digest = [UInt8](repeating: 0, count: 20)
    SHA1(text, text.count, &digest)
    write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Accept: \(Data(digest).base64EncodedString())\r\n\r\n")
    return head
  }

  /// Sends one frame; opcode 1 text, 0 continuation, 8 close, 9 ping.
  func send(_ payload: [UInt8], opcode: UInt8 = 1, isLast: Bool = true) {
    var frame: [UInt8] = [(isLast ? 0x80 : 0) | opcode]
    switch payload.count {
    case ..<126: frame.append(UInt8(payload.count))
    case ..<65_536: frame += [126, UInt8(payload.count >> 8), UInt8(payload.count & 255)]
    default: frame += [127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
    }
    write(frame + payload)
  }

  func send(_ text: String, opcode: UInt8 = 1, isLast: Bool = true) {
    send(Array(text.utf8), opcode: opcode, isLast: isLast)
  }

  /// The next frame of the client, unmasked; nil at the end.
  func readFrame() -> (opcode: UInt8, text: String)? {
    guard let first = readByte(), let second = readByte() else { return nil }
    var length = Int(second & 0x7F)
    if length >= 126 {
      let width = length == 126 ? 2 : 8
      length = 0
      for _ in 0..<width { length = length << 8 | Int(readByte() ?? 0) }
    }
    let mask = (0..<4).map { _ in readByte() ?? 0 }
    let payload = (0..<length).map { (readByte() ?? 0) ^ mask[$0 % 4] }
    return (first & 15, String(decoding: payload, as: UTF8.self))
  }

  /// The next text message of the client, past pings and pongs.
  func readText() -> String? {
    while let frame = readFrame() { if frame.opcode == 1 { return frame.text } }
    return nil
  }

  /// Blocks until the client is gone.
  func readToEnd() { while readFrame() != nil {} }

  private func readByte() -> UInt8? {
    if pending.isEmpty {
      var chunk = [UInt8](repeating: 0, count: 16_384)
      let count = SSL_read(ssl, &chunk, Int32(chunk.count))
      guard count > 0 else { return nil }
      pending = chunk.prefix(Int(count)).reversed()
    }
    return pending.popLast()
  }
}

/// listen(2), under a name that the type's own doesn't hide.
private func startListening(_ descriptor: Int32, _ backlog: Int32) -> Int32 { listen(descriptor, backlog) }
