import CPlacement

/// A set of processors, written as the kernel writes it: `0,2-3`.
public struct CpuList: Sendable, Equatable, CustomStringConvertible {
  /// What can be named at all.
  public static let possible = 0..<APUS_CPUS_MAX

  /// Not empty, all `possible`.
  public let numbers: Set<Int>

  init(_ numbers: Set<Int>) {
    precondition(!numbers.isEmpty && numbers.allSatisfy { Self.possible.contains($0) }, "a list names processors")
    self.numbers = numbers
  }

  /// nil for what is no list, or an empty one.
  public init?(_ text: String) {
    var numbers: Set<Int> = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
        Self.possible.contains(first), Self.possible.contains(last)
      else { return nil }
      numbers.formUnion(first...last)
    }
    guard !numbers.isEmpty else { return nil }
    self.numbers = numbers
  }

  public var description: String {
    var parts: [String] = []
    var rest = numbers.sorted()[...]
    while let first = rest.popFirst() {
      var last = first
      while rest.first == last + 1 { last = rest.removeFirst() }
      parts.append(first == last ? "\(first)" : "\(first)-\(last)")
    }
    return parts.joined(separator: ",")
  }

  /// As the system calls take it.
  private var words: [UInt64] {
    var words = [UInt64](repeating: 0, count: Self.possible.count / 64)
    for number in numbers { words[number / 64] |= 1 << UInt64(number % 64) }
    return words
  }

  /// Where the calling thread may run; nil when the system doesn't tell.
  public static func allowed() -> CpuList? {
    var words = [UInt64](repeating: 0, count: possible.count / 64)
    guard apus_cpus_allowed(&words) == 0 else { return nil }
    let numbers = Set(possible.filter { words[$0 / 64] >> UInt64($0 % 64) & 1 == 1 })
    return numbers.isEmpty ? nil : CpuList(numbers)
  }

  /// Keeps the calling thread, and those it makes from now on, on these processors; 0, or errno.
  public func restrictThread() -> Int32 { apus_cpus_restrict(words) }
}
