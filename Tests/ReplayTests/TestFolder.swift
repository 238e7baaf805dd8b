import CArchive
import Foundation
import Testing

/// A folder of files for one test, removed with it.
final class TestFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("apus-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The names in it, sorted.
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }

  func file(_ name: String) -> String { path + "/" + name }

  func text(_ name: String) throws -> String { try String(contentsOfFile: file(name), encoding: .utf8) }

  @discardableResult
  func write(_ name: String, _ text: String) throws -> String { try write(name, bytes: Array(text.utf8)) }

  @discardableResult
  func write(_ name: String, bytes: [UInt8]) throws -> String {
    try Data(bytes).write(to: URL(fileURLWithPath: file(name)))
    return file(name)
  }

  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(fileURLWithPath: file(name)))) }

  @discardableResult
  func gzip(_ name: String, _ text: String) throws -> String {
    try archive(name, [("data", text)]) { archive in
      #expect(archive_write_add_filter_gzip(archive) == ARCHIVE_OK)
      #expect(archive_write_set_format_raw(archive) == ARCHIVE_OK)
    }
  }

  @discardableResult
  func zip(_ name: String, _ members: [(name: String, text: String)]) throws -> String {
    try archive(name, members) { archive in #expect(archive_write_set_format_zip(archive) == ARCHIVE_OK) }
  }

  private func archive(
    _ name: String, _ members: [(name: String, text: String)], format: (OpaquePointer) -> Void
  ) throws -> String {
    let archive = try #require(archive_write_new())
    defer { archive_write_free(archive) }
    format(archive)
    try #require(archive_write_open_filename(archive, file(name)) == ARCHIVE_OK)
    for member in members {
      let entry = try #require(archive_entry_new())
      defer { archive_entry_free(entry) }
      archive_entry_set_pathname(entry, member.name)
      archive_entry_set_filetype(entry, 0o100000)
      archive_entry_set_perm(entry, 0o644)
      var text = Array(member.text.utf8)
      archive_entry_set_size(entry, Int64(text.count))
      try #require(archive_write_header(archive, entry) == ARCHIVE_OK)
      try #require(archive_write_data(archive, &text, text.count) == text.count)
    }
    try #require(archive_write_close(archive) == ARCHIVE_OK)
    return file(name)
  }
}

/// A row of an aggTrades file.
func row(
  _ id: Int64, _ time: Int64, price: String = "100.5", quantity: String = "0.25", maker: Bool = false
) -> String {
  "\(id),\(price),\(quantity),\(id * 2),\(id * 2 + 1),\(time),\(maker)\n"
}

let header = "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
