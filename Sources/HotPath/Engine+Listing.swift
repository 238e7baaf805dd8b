import CRecords
import Domain

/// Symbols that come and go while the engine runs.
extension Engine {
  /// One part of a new instrument; the last one makes it the next symbol. Parts out of order, or a symbol without room,
  /// count as unknown. Its past is asked for from here: on another ring it could come before the symbol.
  @_noAllocation @_noLocks
  mutating func instrument(_ record: apus_record, _ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    if index != symbolCount || index >= symbols.count {
      counters.unknown &+= 1
      return .done
    }
    if record.flags == 0 {
      symbols[index].limits = ListingRecords.limits(record)
      symbols[index].name.end = symbols[index].name.start
      return .done
    }
    let bytes = min(Int(record.span), ListingRecords.bytesInPart)
    // A part that came twice must not write into the next symbol's name.
    if symbols[index].name.end &- symbols[index].name.start &+ bytes > EngineLimits.nameBytesMax {
      counters.unknown &+= 1
      return .done
    }
    var place = 0
    while place < bytes {
      names[symbols[index].name.end] = ListingRecords.byte(record, place)
      symbols[index].name.end &+= 1
      place &+= 1
    }
    if Int(record.flags) == ListingRecords.nameParts {
      symbolCount &+= 1
      symbols[index].pastAskedMillis = now
      tell(.past, index, 0, 0, outbox)
    }
    return .done
  }

  /// No entries any more; nothing is left to close an open position by, so it ends at the last price.
  @_noAllocation @_noLocks
  mutating func delisted(_ index: Int, now: Int64, _ outbox: Outbox) -> StepOutcome {
    if !outbox.hasRoom(strategies: strategies.count) { return .more }
    symbols[index].isDelisted = true
    blockEntries(index)
    let t = max(symbols[index].liveMillis, symbols[index].eventMillis)
    endPositions(index, at: t, price: symbols[index].livePrice, outbox)
    return .done
  }
}
