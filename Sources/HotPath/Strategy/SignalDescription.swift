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
  /// What is wrong with constants that are each in range, taken together; nil when nothing is. A signal's value must stay
  /// within 0...1, whatever the market does.
  public let problem: @Sendable ([Double]) -> String?

  public init(
    name: String, category: String, parameters: [SignalParameter],
    problem: @escaping @Sendable ([Double]) -> String? = { _ in nil }
  ) {
    self.name = name
    self.category = category
    self.parameters = parameters
    self.problem = problem
  }

  /// What constants that add up to a value may sum to, the error of their decimals forgiven.
  static let wholeValue = 1 + 1e-9
}
