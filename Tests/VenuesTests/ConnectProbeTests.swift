import Foundation
import Testing

@testable import Venues

/// Why a connection could not be made is looked for beside the loop.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct ConnectProbeTests {
  private static let certificate = TestCertificate()

  private final class Heard: WebSocketHandler {
    var opened: [Int] = []
    var frames = 0
    var ended: [(slot: Int, failure: ConnectionFailure)] = []

    func webSocketOpened(_ slot: Int) { opened.append(slot) }
    func webSocket(_ slot: Int, received part: UnsafeBufferPointer<UInt8>, isLast: Bool) { frames += 1 }
    func webSocketWritable(_ slot: Int) {}
    func webSocketAlive(_ slot: Int) {}
    func webSocketEnded(_ slot: Int, _ failure: ConnectionFailure) { ended.append((slot, failure)) }
  }

  private static func target(_ port: UInt16) -> WebSocketTarget {
    WebSocketTarget(address: "127.0.0.1", host: "localhost", port: port, path: "/")
  }

  /// The probe takes 400 ms; meanwhile frames of the other connection come in.
  @Test func framesDoNotWaitForTheReason() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      connection.acceptWebSocket()
      for _ in 0..<2_000 {
        connection.send("frame")
        usleep(5_000)
      }
    }
    defer { venue.stop() }
    let closed = TestVenue(Self.certificate) { _, _ in }
    let closedPort = closed.port
    closed.stop()
    let heard = Heard()
    let probe = ConnectProbe { target in
      usleep(400_000)
      return .refused(host: target.host, port: target.port)
    }
    let client = try WebSocketClient(
      slots: 2, trust: TLSTrust(caFile: Self.certificate.file), handler: heard, probe: probe)
    defer { client.destroy() }
    func serve(until condition: () -> Bool) -> Bool {
      let deadline = Date().addingTimeInterval(10)
      while !condition(), Date() < deadline {
        guard client.service(untilNanos: monotonicNanos() + 50_000_000) else { return false }
      }
      return condition()
    }
    client.connect(0, to: Self.target(venue.port))
    #expect(serve { heard.frames > 0 })
    let before = heard.frames
    client.connect(1, to: Self.target(closedPort))
    #expect(serve { !heard.ended.isEmpty })
    #expect(heard.frames >= before + 10, "\(heard.frames - before) frames in 400 ms")
    #expect(
      heard.ended.map(\.slot) == [1] && heard.ended.first?.failure == .refused(host: "localhost", port: closedPort))
    // The slot is free again.
    client.connect(1, to: Self.target(venue.port))
    #expect(serve { heard.opened == [0, 1] })
    #expect(heard.ended.count == 1)
  }
}
