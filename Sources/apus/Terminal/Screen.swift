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
    let symbols = ScreenParts.symbols(model.symbols, width: width)
    let footer = footer(model)
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
    ])
  }

  private static func footer(_ model: ViewModel) -> [StyledLine] {
    let day = model.day
    let today = StyledLine([
      StyledLine.Piece(text: "Today (UTC)  ", tint: .bold),
      StyledLine.Piece(text: "\(day.trades) trades, \(day.wins) won, net ", tint: .plain),
      StyledLine.Piece(
        text: "\(Figures.signed(day.netR, 2)) R  \(Figures.signed(day.netUsd, 2)) USD",
        tint: day.netR < 0 ? .bad : .good),
    ])
    let latency = model.latencies.map {
      "\($0.stage) p50 \(Figures.nanos($0.p50Nanos)) p99 \(Figures.nanos($0.p99Nanos))"
    }
    var counters: [StyledLine.Piece] = []
    for counter in model.counters {
      let isTrouble = counter.isTrouble && counter.value > 0
      counters.append(StyledLine.Piece(text: "\(counter.name) \(counter.value)  ", tint: isTrouble ? .notice : .dim))
    }
    return [
      .empty, today, StyledLine(latency.joined(separator: "   "), .dim), StyledLine(counters),
      StyledLine("q quit   p pause/resume entries   e explain   h help", .dim),
    ]
  }
}
