import Foundation

/// `NAME.CHECKSUM` beside an archive, as sha256sum writes it: the digest, two spaces, the name.
public enum ArchiveChecksum {
  /// The first word, when it is 64 hex digits; in lower case. The name behind it doesn't matter: files get renamed.
  static func digest(_ text: String) -> String? {
    guard let word = text.split(whereSeparator: \.isWhitespace).first, word.utf8.count == 64,
      word.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0 | 0x20) })
    else { return nil }
    return word.lowercased()
  }

  /// Whether an archive is the one its checksum was made of.
  public enum Verdict: String, Sendable {
    case fits
    case differs
    /// There is no `.CHECKSUM` file.
    case absent
    /// There is one, and no digest in it.
    case unreadable
  }

  /// Reads all of the file, a few hundred MB a second. `.file` when it cannot be read.
  public static func verdict(of path: String) throws(DownloadError) -> Verdict {
    guard access(path + ".CHECKSUM", F_OK) == 0 else { return .absent }
    guard let text = try? String(contentsOfFile: path + ".CHECKSUM", encoding: .utf8), let expected = digest(text)
    else { return .unreadable }
    return try Sha256.ofFile(path) == expected ? .fits : .differs
  }
}
