import Foundation
import Synchronization
import Testing

@testable import Venues

/// One client a host: whose turn it is, what is tried again, and silence when the venue asks for it; over real sockets.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct RestHostTests {
  private static let certificate = TestCertificate()

  private static func host(_ venue: TestVenue, limitPerMinute: Int = 2_400) throws -> RestHost {
    try RestHost(
      address: VenueAddress(host: "localhost", port: venue.port), trust: TLSTrust(caFile: certificate.file),
      limitPerMinute: limitPerMinute)
  }

  private static func path(_ head: String) -> String { String(head.split(separator: " ")[1]) }

  /// Calls `path` on a thread of its own; `done` gets the status, or the error's words.
  private static func call(
    _ host: RestHost, _ path: String, _ call: RestCall, done: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    Thread.detachNewThread {
      do {
        let status = try host.call(path, [], call) { answer throws(VenueError) in
          guard answer.status == 200 else {
            throw Refusal.error("GET \(path)", answer, nowMillis: nowMillis())
          }
          return answer.status
        }
        done("\(status)")
      } catch {
        done("\(error)")
      }
    }
  }

  @Test func whoComesFirstInPrecedenceGoesFirst() throws {
    let order = Mutex<[String]>([])
    let venue = TestVenue(Self.certificate) { connection, _ in
      while let head = connection.readHead() {
        order.withLock { $0.append(Self.path(head)) }
        if Self.path(head) == "/slow" { usleep(600_000) }
        connection.answer(200, "{}")
      }
    }
    defer { venue.stop() }
    let host = try Self.host(venue)
    defer { host.stop() }
    Self.call(host, "/slow", RestCall(.history, weight: 1))
    #expect(eventually { order.withLock { $0.count } == 1 })
    for (path, priority) in [("/indicators", .indicators), ("/history", .history), ("/gaps", .gaps)]
      as [(String, RestPriority)]
    {
      Self.call(host, path, RestCall(priority, weight: 1))
      usleep(50_000)
    }
    #expect(eventually { order.withLock { $0.count } == 4 })
    #expect(order.withLock { $0 } == ["/slow", "/gaps", "/history", "/indicators"])
    #expect(venue.connectionCount == 1)
  }

  /// A page of history that hangs holds no exit up.
  @Test func exitsHaveAConnectionOfTheirOwn() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      while let head = connection.readHead() {
        if Self.path(head) == "/hangs" { sleep(5) }
        connection.answer(200, "{}")
      }
    }
    defer { venue.stop() }
    let host = try Self.host(venue)
    defer { host.stop() }
    Self.call(host, "/hangs", RestCall(.history, weight: 1))
    #expect(eventually { venue.connectionCount == 1 })
    let ended = Mutex("")
    let began = Date()
    Self.call(host, "/exit", RestCall(.exits, weight: 1)) { text in ended.withLock { $0 = text } }
    #expect(eventually { ended.withLock { $0 } == "200" })
    #expect(Date().timeIntervalSince(began) < 2)
  }

  @Test func whatMayPassIsTriedAgain() throws {
    let asked = Mutex(0)
    let venue = TestVenue(Self.certificate) { connection, _ in
      while connection.readHead() != nil {
        let number = asked.withLock { count in
          count += 1
          return count
        }
        connection.answer(number < 3 ? 503 : 200, "{}")
      }
    }
    defer { venue.stop() }
    let host = try Self.host(venue)
    defer { host.stop() }
    let ended = Mutex("")
    Self.call(host, "/x", RestCall(.gaps, weight: 1)) { text in ended.withLock { $0 = text } }
    #expect(eventually { ended.withLock { $0 } == "200" })
    let state = host.state
    #expect(state.requests == 3 && state.retries == 2 && state.failures == 2 && state.lastFailure.isEmpty, "\(state)")
    Self.call(host, "/x", RestCall(.gaps, weight: 1, attempts: 1)) { _ in }
    asked.withLock { $0 = 0 }
  }

  /// 429 to one is silence for all, exits too, for as long as the venue said.
  @Test func aRefusalSilencesTheHost() throws {
    let times = Mutex<[Date]>([])
    let venue = TestVenue(Self.certificate) { connection, _ in
      while let head = connection.readHead() {
        times.withLock { $0.append(Date()) }
        if Self.path(head) == "/first" {
          connection.answer(429, #"{"code":-1003,"msg":"Too many requests"}"#, headers: ["Retry-After: 2"])
        } else {
          connection.answer(200, "{}")
        }
      }
    }
    defer { venue.stop() }
    let host = try Self.host(venue)
    defer { host.stop() }
    let ended = Mutex("")
    Self.call(host, "/first", RestCall(.history, weight: 1, attempts: 1)) { text in ended.withLock { $0 = text } }
    #expect(eventually { ended.withLock { $0 }.contains("429") })
    #expect(host.state.blockedForMillis > 1_000 && host.state.blockedWhy.contains("Too many requests"))
    Self.call(host, "/exit", RestCall(.exits, weight: 1)) { text in ended.withLock { $0 = text } }
    #expect(eventually { ended.withLock { $0 } == "200" })
    let seen = times.withLock { $0 }
    #expect(seen.count == 2 && seen[1].timeIntervalSince(seen[0]) >= 1.9)
    #expect(host.state.refusals == 1)
  }

  /// A call that would have to wait longer than it is willing to says so instead of hanging.
  @Test func patienceEnds() throws {
    let venue = TestVenue(Self.certificate) { connection, _ in
      while connection.readHead() != nil { connection.answer(200, "{}", headers: ["X-MBX-USED-WEIGHT-1M: 2400"]) }
    }
    defer { venue.stop() }
    let host = try Self.host(venue)
    defer { host.stop() }
    // The first seconds of a minute would turn it over in the middle of this.
    if nowMillis() % 60_000 > 55_000 { sleep(6) }
    let ended = Mutex("")
    Self.call(host, "/first", RestCall(.history, weight: 1)) { text in ended.withLock { $0 = text } }
    #expect(eventually { ended.withLock { $0 } == "200" })
    #expect(host.state.usedWeight == 2_400)
    Self.call(host, "/second", RestCall(.history, weight: 1, patienceMillis: 300)) { text in
      ended.withLock { $0 = text }
    }
    #expect(eventually { ended.withLock { $0 }.contains("no request weight left") }, "\(ended.withLock { $0 })")
  }

  @Test func packedBodiesAreUnpacked() throws {
    let packed = try #require(Data(base64Encoded: "H4sIAAAAAAACA6tWKk4tKkstCsnMTVWyMjS3sDQxtzCytDQwNKkFAFYc2b4cAAAA"))
    let head = Mutex("")
    let venue = TestVenue(Self.certificate) { connection, number in
      while let request = connection.readHead() {
        head.withLock { $0 = request }
        let body = number == 0 ? packed : packed.prefix(packed.count - 12)
        connection.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: \(body.count)\r\n\r\n")
        connection.write(Array(body))
      }
    }
    defer { venue.stop() }
    func rest() throws -> BinanceRest {
      try BinanceRest(
        endpoints: .sim(host: "localhost", port: venue.port), trust: TLSTrust(caFile: Self.certificate.file),
        logger: quietLogger())
    }
    #expect(try rest().serverTime().serverMillis == 1_789_478_299_014)
    #expect(head.withLock { $0 }.contains("\r\nAccept-Encoding: gzip\r\n"))
    // Cut short it is an error, and not half an answer.
    #expect(throws: VenueError.self) { try rest().serverTime() }
  }
}
