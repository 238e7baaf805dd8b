/// A REST request as the venue sees it; whoever owns the socket has decoded the address.
public struct RestRequest: Equatable, Sendable {
  public var method: String
  public var path: String
  public var parameters: [String: String]
  /// The address that weights are counted for.
  public var client: String

  public init(_ method: String, _ path: String, _ parameters: [String: String] = [:], client: String = "127.0.0.1") {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.client = client
  }
}

/// A REST answer; JSON, but for what faults put in its place.
public struct RestResponse: Equatable, Sendable {
  public var status: Int
  public var body: [UInt8]
  public var headers: [Header] = []
  public var contentType = "application/json;charset=UTF-8"
  /// How the bytes leave.
  public var delivery = Delivery.whole

  /// How an answer is sent, by whoever owns the socket.
  public enum Delivery: Equatable, Sendable {
    case whole
    /// The head at once, the body at this pace.
    case slow(bytesPerSecond: Int64)
    /// Not at all, and the connection stays.
    case never
    /// The head and half of the body, then the connection is dropped.
    case half
  }

  /// One header field.
  public struct Header: Equatable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }
}

/// A refusal: HTTP status, the venue's code and its words.
struct RestFailure: Error {
  var status = 400
  var code: Int64
  var message: String

  static let invalidSymbol = RestFailure(code: -1121, message: "Invalid symbol.")
  static let mixedParameters = RestFailure(
    code: -1128, message: "Combination of optional parameters invalid.")
  static let startAfterEnd = RestFailure(code: -1023, message: "Start time is greater than end time.")
  static let moreThanAnHour = RestFailure(
    code: -1127, message: "More than 1 hours between startTime and endTime.")
  static let invalidInterval = RestFailure(code: -1120, message: "Invalid interval.")

  static func invalid(_ parameter: String) -> RestFailure {
    RestFailure(code: -1130, message: "Data sent for parameter '\(parameter)' is not valid.")
  }

  static func missing(_ parameter: String) -> RestFailure {
    RestFailure(
      code: -1102,
      message: "Mandatory parameter '\(parameter)' was not sent, was empty/null, or malformed.")
  }

  static func unknownPath(_ path: String, _ method: String) -> RestFailure {
    RestFailure(status: 404, code: -5000, message: "Path \(path), Method \(method) is invalid")
  }
}
