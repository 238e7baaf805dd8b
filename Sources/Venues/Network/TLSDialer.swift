import Foundation
import Synchronization

/// Makes connections to one host: the name's look-up, TCP and TLS under one deadline. One thread at a time.
final class TLSDialer {
  private let address: VenueAddress
  private let trust: TLSTrust
  private let interrupt: Interrupt
  /// Which of the host's addresses is tried next; stays on one that worked.
  private var turn = 0

  init(_ address: VenueAddress, trust: TLSTrust, interrupt: Interrupt) {
    self.address = address
    self.trust = trust
    self.interrupt = interrupt
  }

  func connect(untilNanos deadlineNanos: UInt64) throws(ConnectionFailure) -> TLSConnection {
    let addresses = try resolve(deadlineNanos)
    let text = addresses[turn % addresses.count]
    turn += 1
    let made = try TLSConnection(
      address: text, host: address.host, port: address.port, trust: trust, interrupt: interrupt,
      deadlineNanos: deadlineNanos)
    turn -= 1
    return made
  }

  /// On another thread, so that neither the deadline nor the interrupt waits for the resolver.
  private func resolve(_ deadlineNanos: UInt64) throws(ConnectionFailure) -> [String] {
    let lookUp: LookUp
    do { lookUp = LookUp(ready: try Interrupt()) } catch {
      throw .nameNotResolved(host: address.host, detail: error.description)
    }
    NameResolver.resolve(address.host) { result in
      lookUp.result.withLock { $0 = result }
      lookUp.ready.raise()
    }
    guard interrupt.wait(lookUp.ready.readDescriptor, for: Int32(POLLIN), untilNanos: deadlineNanos),
      let result = lookUp.result.withLock({ $0 })
    else {
      if interrupt.isRaised { throw .stopped }
      throw .nameNotResolved(host: address.host, detail: "no answer from DNS in time")
    }
    return try result.get()
  }

  private final class LookUp: Sendable {
    let ready: Interrupt
    let result = Mutex<Result<[String], ConnectionFailure>?>(nil)
    init(ready: Interrupt) { self.ready = ready }
  }
}
