/// A line as pieces with a tint each: cut and padded by columns first, coloured last, so no escape is ever split.
struct StyledLine: Sendable, Equatable {
  enum Tint: Sendable {
    case plain, bold, dim, good, bad, notice
  }

  struct Piece: Sendable, Equatable {
    var text: String
    var tint: Tint
  }

  var pieces: [Piece]

  init(_ pieces: [Piece]) { self.pieces = pieces }

  init(_ text: String, _ tint: Tint = .plain) { pieces = [Piece(text: text, tint: tint)] }

  static let empty = StyledLine([])

  static func + (left: StyledLine, right: StyledLine) -> StyledLine { StyledLine(left.pieces + right.pieces) }

  var columns: Int { pieces.reduce(0) { $0 + DisplayWidth.columns($1.text) } }

  /// At most `width` columns, with colours when `style` has them.
  func text(width: Int, style: Style) -> String {
    var left = width
    var text = ""
    for piece in pieces where left > 0 {
      let fitted = DisplayWidth.fitted(piece.text, left)
      left -= DisplayWidth.columns(fitted)
      text += Self.tinted(fitted, piece.tint, style)
    }
    return text
  }

  private static func tinted(_ text: String, _ tint: Tint, _ style: Style) -> String {
    switch tint {
    case .plain: text
    case .bold: style.bold(text)
    case .dim: style.dim(text)
    case .good: style.green(text)
    case .bad: style.red(text)
    case .notice: style.yellow(text)
    }
  }
}
