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

/// A REST answer; every body is JSON.
public struct RestResponse: Equatable, Sendable {
  public var status: Int
  public var body: [UInt8]
  public var headers: [Header] = []

  /// One header field.
  public struct Header: Equatable, Sendable {
    public var name: String
    public var value: String
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
