/// Where one connection goes.
struct WebSocketTarget {
  var address: String
  var host: String
  var port: UInt16
  var path: String
}
