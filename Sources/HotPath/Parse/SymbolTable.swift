/// The run's symbols, in the order of their indices.
public struct SymbolTable: Sendable {
  public let names: [String]
  /// What the hot path looks names up in.
  public let index: SymbolIndex

  /// Order gives the index. Names are unique and not empty. `room`: names that the index has room for.
  public init(_ names: [String], room: Int = 0) {
    precondition(Set(names).count == names.count, "symbols are unique")
    precondition(names.allSatisfy { !$0.isEmpty }, "a symbol has a name")
    self.names = names
    index = SymbolIndex(names, room: room)
  }

  public var count: Int { names.count }

  public func index(of name: String) -> UInt32? {
    let utf8 = Array(name.utf8)
    return index.find(utf8.span, 0, utf8.count)
  }
}
