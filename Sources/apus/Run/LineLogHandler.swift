import Foundation
import Logging

/// What modules log, as lines on standard error: time in UTC, level, words.
struct LineLogHandler: LogHandler {
  var logLevel: Logger.Level = .info
  var metadata: Logger.Metadata = [:]
  private let label: String
  private let isMuted: Bool

  init(label: String, isMuted: Bool) {
    self.label = label
    self.isMuted = isMuted
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    if isMuted { return }
    let millis = Int64(Date().timeIntervalSince1970 * 1000)
    StandardError.line("\(Figures.time(millis)) \(event.level) \(event.message)")
  }
}
