import Foundation

/// Small files, whole.
enum FileBytes {
  /// Settings are written by people; a larger file is some other file.
  static let maximumCount = 4 << 20

  static func read(_ path: String) throws(SettingsError) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw .missing(path: path)
    }
    guard !isFolder.boolValue else { throw .unreadable(path: path, reason: "it is a directory: name a file") }
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .unreadable(path: path, reason: "check its permissions")
    }
    guard data.count <= maximumCount else {
      throw .unreadable(path: path, reason: "\(data.count) bytes is no settings file: name another")
    }
    return [UInt8](data)
  }
}
