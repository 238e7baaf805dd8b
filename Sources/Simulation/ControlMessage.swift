import Foundation

/// A client's message on a stream connection, or the venue's answer to one that is none.
///
/// The error texts are those of the venue's page on live subscribing.
enum ControlMessage: Equatable {
  case subscribe([String], id: RequestID)
  case unsubscribe([String], id: RequestID)
  case listSubscriptions(id: RequestID)
  case setCombined(Bool, id: RequestID)
  case getCombined(id: RequestID)

  /// An answer with a code, in the venue's words.
  struct Refusal: Error, Equatable {
    var code: Int64
    var message: String

    static func invalid(_ what: String) -> Refusal { Refusal(code: 2, message: "Invalid request: \(what)") }
  }

  init(_ text: [UInt8]) throws(Refusal) {
    let parsed: JSONValue
    do {
      parsed = try JSONDecoder().decode(JSONValue.self, from: Data(text))
    } catch {
      throw Refusal(code: 3, message: "Invalid JSON: expected value at line 1 column 1")
    }
    guard case .object(let fields) = parsed else { throw .invalid("request must be an object") }
    guard let id = RequestID(fields["id"]) else {
      throw .invalid("request ID must be an unsigned integer")
    }
    guard let method = fields["method"] else { throw .invalid("missing field `method`") }
    guard case .string(let name) = method else { throw .invalid("method must be a string") }
    switch name {
    case "SUBSCRIBE": self = .subscribe(try Self.streams(fields["params"]), id: id)
    case "UNSUBSCRIBE": self = .unsubscribe(try Self.streams(fields["params"]), id: id)
    case "LIST_SUBSCRIPTIONS": self = .listSubscriptions(id: id)
    case "SET_PROPERTY": self = .setCombined(try Self.combined(fields["params"]), id: id)
    case "GET_PROPERTY":
      try Self.checkProperty(fields["params"], count: 1)
      self = .getCombined(id: id)
    default:
      throw .invalid(
        "unknown variant `\(name)`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, "
          + "`SET_PROPERTY`, `GET_PROPERTY`")
    }
  }

  private static func streams(_ params: JSONValue?) throws(Refusal) -> [String] {
    guard case .array(let items)? = params else { throw .invalid("params must be an array of strings") }
    var names: [String] = []
    for item in items {
      guard case .string(let name) = item else { throw .invalid("params must be an array of strings") }
      names.append(name)
    }
    return names
  }

  private static func checkProperty(_ params: JSONValue?, count: Int) throws(Refusal) {
    guard case .array(let items)? = params, let first = items.first else {
      throw .invalid("property name must be a string")
    }
    guard case .string(let name) = first else { throw .invalid("property name must be a string") }
    guard name == "combined" else { throw Refusal(code: 0, message: "Unknown property") }
    guard items.count <= count else { throw .invalid("too many parameters") }
  }

  private static func combined(_ params: JSONValue?) throws(Refusal) -> Bool {
    try checkProperty(params, count: 2)
    guard case .array(let items)? = params, items.count == 2, case .boolean(let value) = items[1] else {
      throw Refusal(code: 1, message: "Invalid value type: expected Boolean")
    }
    return value
  }
}

/// A JSON value, for requests whose shape is the client's to get wrong.
enum JSONValue: Equatable, Decodable {
  case null
  case boolean(Bool)
  case unsigned(UInt64)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let single = try decoder.singleValueContainer()
    if single.decodeNil() {
      self = .null
    } else if let value = try? single.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? single.decode(UInt64.self) {
      self = .unsigned(value)
    } else if let value = try? single.decode(Double.self) {
      self = .number(value)
    } else if let value = try? single.decode(String.self) {
      self = .string(value)
    } else if let value = try? single.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try single.decode([String: JSONValue].self))
    }
  }
}
