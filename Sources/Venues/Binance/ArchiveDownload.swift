import CClock
import Foundation

/// How an archive came to be in the folder.
public enum ArchiveOutcome: Sendable, Equatable {
  /// Fetched, `resumedBytes` of it by an earlier process or attempt.
  case fetched(bytes: Int64, resumedBytes: Int64)
  /// The same, in place of a file that the venue has replaced since.
  case replaced(bytes: Int64, resumedBytes: Int64)
  /// It was there, and fits the venue's checksum of now.
  case kept(bytes: Int64)
  /// The venue has no such file (yet).
  case missing
}

/// What happens meanwhile, for whoever watches.
public enum ArchiveProgress: Sendable {
  /// Bytes on disk, and those of the whole file where the venue says it.
  case bytes(Int64, total: Int64?)
  case waiting(DownloadError, millis: Int64)
  /// Whole, but not what the checksum says.
  case startingAnew
}

/// Fetches archives into a folder, each checked against the venue's SHA-256 and under its name only when it fits.
///
/// Blocking, one thread; `stop` from any. Memory does not grow with the file.
public final class ArchiveDownload: @unchecked Sendable {
  /// How long a limit lasts that came without Retry-After.
  private static let limitMillis: Int64 = 60_000
  private static let checksumBytesMax = 4_096

  private let client: FileClient
  private let folder: String
  /// Attempts in a row that bring no byte, before it gives up.
  private let attemptsMax: Int

  /// `folder` is there.
  public init(address: VenueAddress, trust: TLSTrust, folder: String, attemptsMax: Int = 6) throws(VenueError) {
    precondition(attemptsMax > 0, "nothing is fetched without an attempt")
    client = try FileClient(address: address, trust: trust)
    self.folder = folder
    self.attemptsMax = attemptsMax
  }

  /// Ends the running fetch and all later ones with `.stopped`. Any thread.
  public func stop() { client.interrupt.raise() }

  public func path(of file: ArchiveFile) -> String {
    folder.hasSuffix("/") ? folder + file.name : "\(folder)/\(file.name)"
  }

  /// Makes the folder hold the venue's file of now, its checksum beside it in `NAME.CHECKSUM`.
  public func fetch(_ file: ArchiveFile, progress: (ArchiveProgress) -> Void) throws(DownloadError) -> ArchiveOutcome {
    guard var expected = try checksum(file, progress) else { return .missing }
    let target = path(of: file)
    let isThere = access(target, F_OK) == 0
    if isThere, try Sha256.ofFile(target) == expected {
      try writeChecksum(expected, file)
      return .kept(bytes: Self.size(target))
    }
    for attempt in 0... {
      let part = try PartFile(target: target)
      guard let resumed = try fill(part, file, progress) else { return .missing }
      let found = part.checksum()
      if found == expected {
        try part.publish()
        try writeChecksum(expected, file)
        return isThere
          ? .replaced(bytes: part.size, resumedBytes: resumed) : .fetched(bytes: part.size, resumedBytes: resumed)
      }
      part.remove()
      if attempt == 1 { throw .wrongChecksum(name: file.name, expected: expected, found: found) }
      progress(.startingAnew)
      // The venue may have replaced both meanwhile.
      guard let again = try checksum(file, progress) else { return .missing }
      expected = again
    }
    preconditionFailure("the second attempt returns or throws")
  }

  // MARK: requests

  /// The venue's SHA-256 of the file; nil when it has none.
  private func checksum(_ file: ArchiveFile, _ progress: (ArchiveProgress) -> Void) throws(DownloadError) -> String? {
    var backoff = Backoff()
    while true {
      do throws(DownloadError) {
        let answer = try get(file.path + ".CHECKSUM")
        if answer.response.status == 404 {
          answer.discard()
          return nil
        }
        guard answer.response.status == 200 else { throw Self.refusal(answer) }
        let text: String
        do { text = try answer.text(bytesMax: Self.checksumBytesMax) } catch { throw DownloadError(error) }
        guard let digest = ArchiveChecksum.digest(text) else {
          throw .venue(.malformed(operation: answer.operation, detail: "it begins \(text.prefix(60))"))
        }
        return digest
      } catch {
        try pause(error, &backoff, progress)
      }
    }
  }

  /// Fetches what the part lacks; gives how many bytes of it were not fetched in the last attempt. nil: no such file.
  private func fill(_ part: PartFile, _ file: ArchiveFile, _ progress: (ArchiveProgress) -> Void)
    throws(DownloadError) -> Int64?
  {
    var backoff = Backoff()
    while true {
      let sizeBefore = part.size
      do throws(DownloadError) {
        return try fillOnce(part, file, progress)
      } catch {
        if part.size > sizeBefore { backoff.reset() }
        try pause(error, &backoff, progress)
      }
    }
  }

  private func fillOnce(_ part: PartFile, _ file: ArchiveFile, _ progress: (ArchiveProgress) -> Void)
    throws(DownloadError) -> Int64?
  {
    var headers: [(String, String)] = []
    if part.size > 0 {
      headers.append(("Range", "bytes=\(part.size)-"))
      if let etag = part.etag { headers.append(("If-Range", etag)) }
    }
    let answer = try get(file.path, headers)
    var resumed: Int64 = 0
    switch answer.response.status {
    case 404:
      answer.discard()
      return nil
    case 206 where part.size > 0 && Self.rangeStart(answer) == part.size: resumed = part.size
    case 200: try part.restart(etag: answer.response.header("etag"))
    case 416 where part.size > 0 && Self.rangeTotal(answer) == part.size:
      // All of it was there already.
      return part.size
    case 206, 416:
      // It offers something else than the rest: from the start, then.
      try part.restart(etag: nil)
      throw .venue(.malformed(operation: answer.operation, detail: "another range than the one asked for"))
    default: throw Self.refusal(answer)
    }
    let total = answer.length.map { $0 + resumed }
    progress(.bytes(part.size, total: total))
    while let piece = try next(answer) {
      try part.append(piece)
      progress(.bytes(part.size, total: total))
    }
    return resumed
  }

  private func get(_ path: String, _ headers: [(String, String)] = []) throws(DownloadError) -> FileAnswer {
    do { return try client.get(path, headers: headers) } catch { throw DownloadError(error) }
  }

  private func next(_ answer: FileAnswer) throws(DownloadError) -> ArraySlice<UInt8>? {
    do { return try answer.next() } catch { throw DownloadError(error) }
  }

  /// Waits before the next attempt; throws `error` again when there is none.
  private func pause(_ error: DownloadError, _ backoff: inout Backoff, _ progress: (ArchiveProgress) -> Void)
    throws(DownloadError)
  {
    guard error.isTransient else { throw error }
    var millis = backoff.nextMillis()
    if backoff.attempts >= attemptsMax { throw error }
    if case .limited(_, _, let waitMillis) = error { millis = max(millis, waitMillis) }
    progress(.waiting(error, millis: millis))
    guard client.interrupt.sleep(millis: millis) else { throw .stopped }
  }

  private static func refusal(_ answer: FileAnswer) -> DownloadError {
    let status = answer.response.status
    let waitMillis = RetryAfter.millis(answer.response, wallMillis: apus_wall_millis())
    switch status {
    case 300..<400:
      let location = answer.response.header("location") ?? "another place"
      return .redirected(operation: answer.operation, status: status, location: String(location.prefix(200)))
    case 429, 418: return .limited(operation: answer.operation, status: status, waitMillis: waitMillis ?? limitMillis)
    case 503:
      guard let waitMillis else { fallthrough }
      return .limited(operation: answer.operation, status: status, waitMillis: waitMillis)
    default: return .refused(operation: answer.operation, status: status)
    }
  }

  /// `bytes 500-999/1000`: 500.
  private static func rangeStart(_ answer: FileAnswer) -> Int64? {
    answer.response.header("content-range").flatMap { text in
      guard text.lowercased().hasPrefix("bytes ") else { return nil }
      return Int64(text.dropFirst(6).prefix { $0 != "-" })
    }
  }

  /// `bytes */1000`: 1000.
  private static func rangeTotal(_ answer: FileAnswer) -> Int64? {
    answer.response.header("content-range").flatMap { Int64($0.drop { $0 != "/" }.dropFirst()) }
  }

  // MARK: disk

  private func writeChecksum(_ digest: String, _ file: ArchiveFile) throws(DownloadError) {
    let path = path(of: file) + ".CHECKSUM"
    do {
      try "\(digest)  \(file.name)\n".write(toFile: path, atomically: true, encoding: .utf8)
    } catch {
      throw .file(path: path, reason: "it cannot be written")
    }
  }

  private static func size(_ path: String) -> Int64 {
    var status = stat()
    return stat(path, &status) == 0 ? Int64(status.st_size) : 0
  }
}
