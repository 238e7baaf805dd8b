import Testing

@testable import Venues

struct MessageAssemblerTests {
  /// What comes out of `add`, as text; `...` for partial and `!` for oversized.
  private func add(_ assembler: MessageAssembler, _ text: String, isLast: Bool) -> String {
    Array(text.utf8).withUnsafeBufferPointer { part in
      switch assembler.add(part, isLast: isLast) {
      case .partial: "..."
      case .oversized: "!"
      case .whole(let message): String(decoding: message, as: UTF8.self)
      }
    }
  }

  @Test func partsAreJoinedUpToTheLimit() {
    let assembler = MessageAssembler(capacity: 8)
    #expect(add(assembler, "whole", isLast: true) == "whole")
    #expect(add(assembler, "1234", isLast: false) == "...")
    #expect(add(assembler, "5678", isLast: true) == "12345678")
    #expect(add(assembler, "12345678", isLast: false) == "...")
    #expect(add(assembler, "9", isLast: false) == "!")
    #expect(add(assembler, "more", isLast: false) == "...")
    #expect(add(assembler, "end", isLast: true) == "...")
    #expect(add(assembler, "123456789", isLast: true) == "!")
    #expect(add(assembler, "next", isLast: true) == "next")
  }

  @Test func resetForgetsAMessageCutShort() {
    let assembler = MessageAssembler(capacity: 8)
    _ = add(assembler, "half", isLast: false)
    assembler.reset()
    #expect(add(assembler, "new", isLast: true) == "new")
    _ = add(assembler, "far too long", isLast: false)
    assembler.reset()
    #expect(add(assembler, "new", isLast: true) == "new")
  }
}
