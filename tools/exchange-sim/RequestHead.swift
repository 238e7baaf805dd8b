import CWebSockets
import Foundation

/// What a request asks for: method, path and decoded parameters, read out of lws's header tables.
struct RequestHead {
  var method = "GET"
  var path = "/"
  var parameters: [String: String] = [:]
  var acceptEncoding = ""

  private static let methods: [(lws_token_indexes, String)] = [
    (WSI_TOKEN_GET_URI, "GET"), (WSI_TOKEN_POST_URI, "POST"), (WSI_TOKEN_PUT_URI, "PUT"),
    (WSI_TOKEN_DELETE_URI, "DELETE"), (WSI_TOKEN_PATCH_URI, "PATCH"), (WSI_TOKEN_OPTIONS_URI, "OPTIONS"),
  ]

  // SAFETY: called in a callback of this socket, while lws still holds its request's header.
  init(_ socket: OpaquePointer) {
    for (token, name) in Self.methods {
      let length = unsafe lws_hdr_total_length(socket, token)
      guard length > 0 else { continue }
      method = name
      path = unsafe Self.text(capacity: Int(length) + 1) { unsafe lws_hdr_copy(socket, $0, $1, token) } ?? "/"
    }
    let encodings = unsafe lws_hdr_total_length(socket, WSI_TOKEN_HTTP_ACCEPT_ENCODING)
    if encodings > 0 {
      acceptEncoding =
        unsafe Self.text(capacity: Int(encodings) + 1) {
          unsafe lws_hdr_copy(socket, $0, $1, WSI_TOKEN_HTTP_ACCEPT_ENCODING)
        } ?? ""
    }
    let total = unsafe lws_hdr_total_length(socket, WSI_TOKEN_HTTP_URI_ARGS)
    guard total > 0 else { return }
    var index: Int32 = 0
    while let pair = unsafe Self.text(
      capacity: Int(total) + 1, { unsafe lws_hdr_copy_fragment(socket, $0, $1, WSI_TOKEN_HTTP_URI_ARGS, index) })
    {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      parameters[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
      index += 1
    }
  }

  /// The address of the client.
  // SAFETY: lws writes at most the size it is given, with a closing zero.
  static func peer(_ socket: OpaquePointer) -> String {
    var name = [CChar](repeating: 0, count: 64)
    guard unsafe lws_get_peer_simple(socket, &name, name.count) != nil else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  // SAFETY: `copy` writes at most the capacity it is given and returns the length without the closing zero.
  private static func text(
    capacity: Int, _ copy: (UnsafeMutablePointer<CChar>?, Int32) -> Int32
  ) -> String? {
    var bytes = [CChar](repeating: 0, count: capacity + 1)
    let count = unsafe bytes.withUnsafeMutableBufferPointer { unsafe copy($0.baseAddress, Int32($0.count)) }
    guard count >= 0 else { return nil }
    return String(decoding: bytes.prefix(Int(count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
