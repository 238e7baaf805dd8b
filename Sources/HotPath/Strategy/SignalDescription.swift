/// One constant of a signal: its key in a strategy file and the values it may have.
public struct SignalParameter: Sendable {
  public let key: String
  public let range: ClosedRange<Double>

  public init(_ key: String, _ range: ClosedRange<Double>) {
    self.key = key
    self.range = range
  }
}

/// What a strategy file may say of a signal. The order of `parameters` is that of the values handed to the signal.
public struct SignalDescription: Sendable {
  public let name: String
  public let category: String
  public let parameters: [SignalParameter]

  public init(name: String, category: String, parameters: [SignalParameter]) {
    self.name = name
    self.category = category
    self.parameters = parameters
  }
}
