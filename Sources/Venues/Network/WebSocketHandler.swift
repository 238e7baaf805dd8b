/// What a WebSocket client's owner hears. Called on the thread that calls `service`, and from within `connect`.
protocol WebSocketHandler: AnyObject {
  func webSocketOpened(_ slot: Int)
  /// Part of a message, valid during the call; `isLast` ends the message.
  func webSocket(_ slot: Int, received part: UnsafeBufferPointer<UInt8>, isLast: Bool)
  /// Asked for with `requestWrite`: one `send` may be made now.
  func webSocketWritable(_ slot: Int)
  /// The peer answered a ping, or sent one.
  func webSocketAlive(_ slot: Int)
  /// Once for each `connect`, opened or not.
  func webSocketEnded(_ slot: Int, _ failure: ConnectionFailure)
}
