import Domain

/// The view as text: a pure function of the model and the terminal's size.
enum Screen {
  /// At most `height` lines of at most `width` columns.
  static func render(_ model: ViewModel, width: Int, height: Int, style: Style) -> [String] {
    lines(model, width: width, height: height).prefix(max(0, height)).map { $0.text(width: width, style: style) }
  }

  static func lines(_ model: ViewModel, width: Int, height: Int) -> [StyledLine] {
    let header = [header(model.header), .empty]
    if model.showsHelp { return header + ScreenParts.help }
    let symbols = symbols(model, width: width, height: height)
    let footer = footer(model, width: width)
    // The lists get what the fixed parts leave: positions first, they are money at risk now.
    var room = height - header.count - symbols.count - footer.count
    let positions = section("Open paper positions", ScreenParts.positions(model.positions, width: width), &room)
    var rest: [StyledLine] = []
    if model.explains {
      rest = section("Why", ScreenParts.explanation(model.signals.first, width: width), &room)
    } else {
      var share = (room + 1) / 2
      let given = share
      rest = section("Signals", ScreenParts.signals(model.signals, width: width), &share)
      room -= given - share
    }
    let closed = section("Closed paper trades", ScreenParts.closed(model.closed, width: width), &room)
    var body = header + symbols + positions + rest + closed
    // Short terminals lose the end of the body; the footer tells the keys and stays.
    body = Array(body.prefix(max(0, height - footer.count)))
    return body + footer
  }

  /// All symbols, or of many those with the highest scores, and how the rest do.
  private static func symbols(_ model: ViewModel, width: Int, height: Int) -> [StyledLine] {
    let room = max(3, height / 2 - 2)
    guard model.symbols.count > room else { return ScreenParts.symbols(model.symbols, width: width) }
    func score(_ symbol: ViewModel.Symbol) -> Double { symbol.scores.compactMap(\.score).max() ?? -1 }
    let order = model.symbols.indices.sorted { left, right in
      let scores = (score(model.symbols[left]), score(model.symbols[right]))
      return scores.0 == scores.1 ? left < right : scores.0 > scores.1
    }
    let shown = order.prefix(room).sorted().map { model.symbols[$0] }
    let summary = "\(model.symbols.count) symbols: \(SymbolSummary(model.symbols).text); the highest scores are shown"
    return ScreenParts.symbols(shown, width: width) + [StyledLine(summary, .dim)]
  }

  /// A title and as many lines as there is room for; nothing when not even one row would show.
  private static func section(_ title: String, _ lines: [StyledLine], _ room: inout Int) -> [StyledLine] {
    guard !lines.isEmpty, room >= 4 else { return [] }
    let section = [StyledLine.empty, StyledLine(title, .bold)] + lines.prefix(room - 2)
    room -= section.count
    return section
  }

  private static func header(_ header: ViewModel.Header) -> StyledLine {
    let offset = header.clockOffsetMillis.map { "\($0 >= 0 ? "+" : "")\($0) ms" } ?? Figures.absent
    return StyledLine([
      StyledLine.Piece(text: "apus ", tint: .bold),
      StyledLine.Piece(text: "\(header.venue)  \(header.mode)", tint: .plain),
      StyledLine.Piece(text: header.entriesPaused ? "  ENTRIES PAUSED" : "", tint: .notice),
      StyledLine.Piece(text: "  up \(Figures.duration(header.uptimeMillis))  clock \(offset)  feed ", tint: .plain),
      StyledLine.Piece(text: header.feed, tint: header.isFeedLive ? .good : .bad),
      StyledLine.Piece(text: " \(header.connections.streaming)/\(header.connections.all)  ", tint: .plain),
      StyledLine.Piece(text: header.isClockDoubted ? "CLOCK IN DOUBT  " : "", tint: .bad),
      StyledLine.Piece(
        text: LogLines.rest(header.rest), tint: header.rest.trouble.isEmpty ? .plain : .bad),
    ])
  }

  private static func footer(_ model: ViewModel, width: Int) -> [StyledLine] {
    let day = model.day
    let today = StyledLine([
      StyledLine.Piece(text: "Today (UTC)  ", tint: .bold),
      StyledLine.Piece(text: "\(day.trades) trades, \(day.wins) won, net ", tint: .plain),
      StyledLine.Piece(
        text: "\(Figures.signed(day.netR, 2)) R  \(Figures.signed(day.netUsd, 2)) USD",
        tint: day.netR < 0 ? .bad : .good),
    ])
    let latencies = model.latencies.map { latency in
      let text = "\(latency.stage) p50 \(Figures.nanos(latency.p50Nanos)) p99 \(Figures.nanos(latency.p99Nanos))"
      return StyledLine.Piece(text: text, tint: .dim)
    }
    let counters = model.counters.map { counter in
      let isTrouble = counter.isTrouble && counter.value > 0
      return StyledLine.Piece(text: "\(counter.name) \(counter.value)", tint: isTrouble ? .notice : .dim)
    }
    return [.empty, today] + folded(latencies, width) + folded(counters, width)
      + [StyledLine("q quit   p pause/resume entries   e explain   h help", .dim)]
  }

  /// Pieces side by side, in as many lines as they need: a counter that is cut off would be the one that matters.
  private static func folded(_ pieces: [StyledLine.Piece], _ width: Int) -> [StyledLine] {
    var lines: [StyledLine] = []
    for piece in pieces {
      let gap = StyledLine.Piece(text: "  ", tint: .plain)
      if let last = lines.last, last.columns + 2 + DisplayWidth.columns(piece.text) <= width {
        lines[lines.count - 1] = last + StyledLine([gap, piece])
      } else {
        lines.append(StyledLine([piece]))
      }
    }
    return lines
  }
}
