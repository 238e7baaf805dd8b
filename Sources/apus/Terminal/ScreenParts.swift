import Domain

/// The tables of the screen.
enum ScreenParts {
  typealias Piece = StyledLine.Piece

  static let help: [StyledLine] = [
    StyledLine("Keys", .bold),
    StyledLine("  q  quit: stops cleanly, open paper positions stay open in the summary"),
    StyledLine("  p  pause or resume entries: exits are never held back"),
    StyledLine("  e  explain: the parts of the newest signal's score"),
    StyledLine("  h  this help, also ?"),
    .empty,
    StyledLine("Columns", .bold),
    StyledLine("  CVD    buy less sell quantity of the last 30 min, 4 h, 24 h"),
    StyledLine("         ~ the window has a hole that could not be filled"),
    StyledLine("  VWAP   of 30 min, and how far the last price is from it"),
    StyledLine("  ATR    14 candles of 5 min, in price and in % of the price"),
    StyledLine("  score  0 to 100 of each strategy, ^ long, v short"),
    StyledLine("  R      what a trade risks, in USD; results are net of fees and slippage"),
  ]

  static func symbols(_ symbols: [ViewModel.Symbol], width: Int) -> [StyledLine] {
    let strategies = symbols.first?.scores.map(\.strategy) ?? []
    var columns = [
      Table.Column(title: "symbol", right: false), Table.Column(title: "price"), Table.Column(title: "age", rank: 6),
      Table.Column(title: "CVD 30m", rank: 1), Table.Column(title: "4h", rank: 3), Table.Column(title: "24h", rank: 4),
      Table.Column(title: "VWAP 30m", rank: 7), Table.Column(title: "dist", rank: 5),
      Table.Column(title: "ATR", rank: 8), Table.Column(title: "ATR%", rank: 2),
    ]
    columns += strategies.map { Table.Column(title: $0) }
    columns.append(Table.Column(title: "state", right: false))
    var table = Table(columns: columns)
    for symbol in symbols {
      var row = [
        Piece(text: symbol.symbol, tint: .bold), Piece(text: Figures.price(symbol.price), tint: .plain),
        Piece(text: Figures.duration(symbol.tradeAgeMillis), tint: .dim),
        flow(symbol.cvd30m, symbol.incomplete[0]), flow(symbol.cvd4h, symbol.incomplete[1]),
        flow(symbol.cvd24h, symbol.incomplete[2]),
        Piece(text: Figures.price(symbol.vwap30m), tint: .plain),
        Piece(text: Figures.percent(symbol.vwapDistance, signed: true), tint: .plain),
        Piece(text: Figures.price(symbol.atr), tint: .plain),
        Piece(text: Figures.percent(symbol.atrFraction, 3), tint: .plain),
      ]
      row += strategies.indices.map { index in
        index < symbol.scores.count ? score(symbol.scores[index]) : Piece(text: Figures.absent, tint: .dim)
      }
      row.append(state(symbol.state))
      table.rows.append(row)
    }
    return table.lines(width: width)
  }

  static func positions(_ positions: [ViewModel.Position], width: Int) -> [StyledLine] {
    if positions.isEmpty { return [] }
    var table = Table(columns: [
      Table.Column(title: "symbol", right: false), Table.Column(title: "strategy", right: false, rank: 2),
      Table.Column(title: "side", right: false), Table.Column(title: "since", rank: 3), Table.Column(title: "entry"),
      Table.Column(title: "stop"), Table.Column(title: "TP1", rank: 4), Table.Column(title: "TP2", rank: 1),
      Table.Column(title: "qty", rank: 5), Table.Column(title: "R now"),
    ])
    for position in positions {
      table.rows.append([
        Piece(text: position.symbol, tint: .bold), Piece(text: position.strategy, tint: .plain),
        direction(position.direction), Piece(text: Figures.time(position.entryMillis), tint: .dim),
        Piece(text: Figures.price(position.entryPrice), tint: .plain),
        Piece(text: Figures.price(position.stop), tint: .plain),
        Piece(text: Figures.price(position.target1), tint: .plain),
        Piece(text: Figures.price(position.target2), tint: .plain),
        Piece(text: FixedPoint.text(position.quantity), tint: .plain), result(position.unrealisedR, 2),
      ])
    }
    return table.lines(width: width)
  }

  static func signals(_ signals: [ViewModel.Signal], width: Int) -> [StyledLine] {
    if signals.isEmpty { return [StyledLine("none yet", .dim)] }
    var table = Table(columns: [
      Table.Column(title: "time", right: false), Table.Column(title: "symbol", right: false),
      Table.Column(title: "strategy", right: false), Table.Column(title: "side", right: false),
      Table.Column(title: "price", rank: 2), Table.Column(title: "score"), Table.Column(title: "verdict", right: false),
      Table.Column(title: "parts", right: false, rank: 1),
    ])
    for signal in signals {
      let parts = signal.parts.map { part in
        "\(part.signal) " + (part.isMissing ? "?" : Figures.fixed(part.weight * part.value, 1))
      }
      table.rows.append([
        Piece(text: Figures.time(signal.timeMillis), tint: .dim), Piece(text: signal.symbol, tint: .bold),
        Piece(text: signal.strategy, tint: .plain), direction(signal.direction),
        Piece(text: Figures.price(signal.price), tint: .plain), Piece(text: Figures.score(signal.score), tint: .bold),
        verdict(signal), Piece(text: parts.joined(separator: " "), tint: .dim),
      ])
    }
    return table.lines(width: width)
  }

  /// The newest signal's score, taken apart.
  static func explanation(_ signal: ViewModel.Signal?, width: Int) -> [StyledLine] {
    guard let signal else { return [StyledLine("no signal yet", .dim)] }
    var table = Table(columns: [
      Table.Column(title: "signal", right: false), Table.Column(title: "weight"), Table.Column(title: "value"),
      Table.Column(title: "points"), Table.Column(title: "", right: false, rank: 1),
    ])
    for part in signal.parts {
      table.rows.append([
        Piece(text: part.signal, tint: .plain), Piece(text: Figures.fixed(part.weight, 1), tint: .dim),
        Piece(text: part.isMissing ? "missing" : Figures.fixed(part.value, 3), tint: part.isMissing ? .notice : .plain),
        Piece(text: Figures.fixed(part.weight * part.value, 2), tint: .bold),
        Piece(text: Figures.bar(part.value, width: 20), tint: .dim),
      ])
    }
    let head =
      "\(Figures.time(signal.timeMillis)) \(signal.symbol) \(signal.strategy) \(signal.direction.name)"
      + " at \(Figures.price(signal.price)), score \(Figures.score(signal.score)) "
    return [StyledLine(head) + StyledLine([verdict(signal)])] + table.lines(width: width)
  }

  static func closed(_ trades: [ViewModel.ClosedTrade], width: Int) -> [StyledLine] {
    if trades.isEmpty { return [] }
    var table = Table(columns: [
      Table.Column(title: "time", right: false), Table.Column(title: "symbol", right: false),
      Table.Column(title: "strategy", right: false, rank: 1), Table.Column(title: "side", right: false),
      Table.Column(title: "entry", rank: 3), Table.Column(title: "exit", rank: 2),
      Table.Column(title: "by", right: false), Table.Column(title: "gross R"), Table.Column(title: "net R"),
      Table.Column(title: "net USD", rank: 4),
    ])
    for trade in trades {
      table.rows.append([
        Piece(text: Figures.time(trade.exitMillis), tint: .dim), Piece(text: trade.symbol, tint: .bold),
        Piece(text: trade.strategy, tint: .plain), direction(trade.direction),
        Piece(text: Figures.price(trade.entryPrice), tint: .plain),
        Piece(text: Figures.price(trade.exitPrice), tint: .plain), Piece(text: trade.reason, tint: .plain),
        Piece(text: Figures.signed(trade.grossR, 2), tint: .plain), result(trade.netR, 2), result(trade.netUsd, 2),
      ])
    }
    return table.lines(width: width)
  }

  // MARK: cells

  /// `~`: the window has a hole.
  private static func flow(_ units: Int128?, _ isIncomplete: Bool) -> Piece {
    Piece(
      text: (isIncomplete ? "~" : "") + Figures.flow(units),
      tint: units.map { $0 < 0 ? .bad : $0 > 0 ? .good : .plain } ?? .dim)
  }

  private static func result(_ value: Double?, _ decimals: Int) -> Piece {
    Piece(text: Figures.signed(value, decimals), tint: value.map { $0 < 0 ? .bad : .good } ?? .dim)
  }

  private static func direction(_ direction: Direction) -> Piece {
    Piece(text: direction.name, tint: direction == .long ? .good : .bad)
  }

  private static func score(_ score: ViewModel.Score) -> Piece {
    let mark = score.direction.map { $0 == .long ? " ^" : " v" } ?? "  "
    let tint: StyledLine.Tint = score.direction.map { $0 == .long ? .good : .bad } ?? .dim
    return Piece(text: Figures.score(score.score) + mark, tint: tint)
  }

  private static func verdict(_ signal: ViewModel.Signal) -> Piece {
    signal.accepted ? Piece(text: "taken", tint: .good) : Piece(text: "rejected: \(signal.reason)", tint: .notice)
  }

  private static func state(_ state: ViewModel.SymbolState) -> Piece {
    switch state {
    case .history(let share):
      Piece(text: "history \(Figures.bar(share, width: 8)) \(Figures.percent(share, 0))", tint: .notice)
    case .warmUp(let share, let remaining):
      Piece(text: "warm-up \(Figures.bar(share, width: 8)) \(Figures.duration(remaining)) left", tint: .notice)
    case .gap(let missing): Piece(text: "gap, \(missing) trades missing", tint: .bad)
    case .awaiting(let isConnected): Piece(text: isConnected ? "awaiting its next trade" : "cut off", tint: .bad)
    case .doubt: Piece(text: "trade in doubt", tint: .bad)
    case .incomplete(let remaining):
      Piece(text: "incomplete, \(Figures.duration(remaining)) more", tint: .notice)
    case .delisted: Piece(text: "delisted", tint: .bad)
    case .filling(let share): Piece(text: "ready, day \(Figures.percent(share, 0))", tint: .good)
    case .stale: Piece(text: "stale", tint: .bad)
    case .ready: Piece(text: "ready", tint: .good)
    }
  }
}
