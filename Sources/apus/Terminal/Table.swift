/// Columns that line up. Where the terminal is too narrow whole columns go, the least important first: half a number is
/// worse than none.
struct Table {
  struct Column {
    var title: String
    var right = true
    /// 0 stays; the highest goes first.
    var rank = 0
  }

  var columns: [Column]
  var rows: [[StyledLine.Piece]] = []

  func lines(width: Int) -> [StyledLine] {
    let widths = columns.indices.map { index in
      rows.reduce(DisplayWidth.columns(columns[index].title)) { widest, row in
        max(widest, DisplayWidth.columns(row[index].text))
      }
    }
    let kept = kept(widths, width)
    let titles = kept.map { index in
      let title = DisplayWidth.padded(columns[index].title, widths[index], right: columns[index].right)
      return StyledLine.Piece(text: title, tint: .dim)
    }
    let body = rows.map { row in
      kept.map { index in
        let text = DisplayWidth.padded(row[index].text, widths[index], right: columns[index].right)
        return StyledLine.Piece(text: text, tint: row[index].tint)
      }
    }
    return ([titles] + body).map(Self.joined)
  }

  /// Indices of the columns that fit.
  private func kept(_ widths: [Int], _ width: Int) -> [Int] {
    var kept = Array(columns.indices)
    func total() -> Int { kept.reduce(0) { $0 + widths[$1] } + 2 * max(0, kept.count - 1) }
    while total() > width,
      let last = kept.filter({ columns[$0].rank > 0 }).max(by: { columns[$0].rank < columns[$1].rank })
    {
      kept.removeAll { $0 == last }
    }
    return kept
  }

  private static func joined(_ pieces: [StyledLine.Piece]) -> StyledLine {
    var line: [StyledLine.Piece] = []
    for (index, piece) in pieces.enumerated() {
      if index > 0 { line.append(StyledLine.Piece(text: "  ", tint: .plain)) }
      line.append(piece)
    }
    return StyledLine(line)
  }
}
