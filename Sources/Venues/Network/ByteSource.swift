/// Where an HTTP answer's bytes come from: a TLS connection, or an array for a fuzzer.
///
/// One dynamic call for up to 64 KiB; a generic reader would make every type that holds one generic as well.
protocol ByteSource: AnyObject {
  /// For messages.
  var host: String { get }

  /// Reads what is there, at least one byte, at most `buffer.count`; 0 at the end of the stream.
  func read(into buffer: inout [UInt8], deadlineNanos: UInt64) throws(ConnectionFailure) -> Int
}
