import Dispatch
import Logging
import Settings
import Venues

/// What a look at the venue found.
struct VenueAnswer: Sendable {
  var host: String
  var roundTripMillis: Int64
  /// The venue's clock less ours.
  var offsetMillis: Int64
}

/// Why the venue cannot be reached, as the venue's side tells it: what, where, what to do.
struct VenueUnreachable: Error, Equatable {
  var detail: String
}

/// Reaches a venue's REST end without a key. A protocol, so that the judgement is tested without a network.
protocol VenueProbe: Sendable {
  /// Blocks for about `timeoutMillis` at most.
  func probe(_ venue: RunConfig.Venue, timeoutMillis: Int) throws(VenueUnreachable) -> VenueAnswer
}

/// DNS, TCP, TLS and `GET /fapi/v1/time`, twice: the first call also makes the connection, the second one measures.
struct RestProbe: VenueProbe {
  func probe(_ venue: RunConfig.Venue, timeoutMillis: Int) throws(VenueUnreachable) -> VenueAnswer {
    do throws(VenueError) {
      let endpoints = try VenueSetup.endpoints(venue)
      let trust = try TLSTrust(caFile: venue.caFile)
      let rest = try BinanceRest(endpoints: endpoints, trust: trust, logger: Logger(label: "apus.doctor"))
      // The client's own deadline is made for pages of history; a person waits less.
      let watch = DispatchWorkItem { rest.stop() }
      DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(timeoutMillis), execute: watch)
      defer { watch.cancel() }
      _ = try rest.serverTime()
      let time = try rest.serverTime()
      return VenueAnswer(
        host: endpoints.rest.description, roundTripMillis: time.roundTripMillis, offsetMillis: time.offsetMillis)
    } catch {
      throw VenueUnreachable(detail: error.description)
    }
  }
}
