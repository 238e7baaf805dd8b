import HotPath
import Replay

/// Pairs each `--trades` with the `--symbol` before it.
///
/// ArgumentParser collects repeated options by name and loses their order, which is the meaning here; so the order is
/// read from the arguments themselves, after ArgumentParser has judged them.
enum TradeArguments {
  static func inputs(_ arguments: [String]) throws -> [TradeInput] {
    var inputs: [TradeInput] = []
    var index = 0
    while index < arguments.count {
      let (name, inlineValue) = split(arguments[index])
      index += 1
      guard name == "--symbol" || name == "--trades" else { continue }
      var value = inlineValue
      if value == nil, index < arguments.count {
        value = arguments[index]
        index += 1
      }
      guard let value, !value.isEmpty else { throw Failure(.usage, "\(name) needs a value: see `apus replay --help`") }
      if name == "--symbol" {
        if inputs.contains(where: { $0.symbol == value }) {
          throw Failure(.usage, "--symbol \(value) is given twice: name its files after the first one")
        }
        inputs.append(TradeInput(symbol: value, paths: []))
      } else {
        guard !inputs.isEmpty else {
          throw Failure(.usage, "--trades \(value) comes before any --symbol: put --symbol first")
        }
        inputs[inputs.count - 1].paths.append(value)
      }
    }
    guard !inputs.isEmpty else { throw Failure(.usage, "nothing to replay: give --symbol S --trades FILE") }
    for input in inputs where input.symbol.utf8.count > EngineLimits.nameBytesMax || input.symbol.contains(",") {
      throw Failure(
        .usage, "--symbol \(input.symbol): a symbol has at most 96 bytes and no comma: correct its spelling")
    }
    if inputs.count > EngineLimits.symbolsMax {
      throw Failure(.usage, "\(inputs.count) symbols: one replay takes at most \(EngineLimits.symbolsMax)")
    }
    for input in inputs where input.paths.isEmpty {
      throw Failure(.usage, "--symbol \(input.symbol) has no --trades FILE after it")
    }
    return inputs
  }

  private static func split(_ argument: String) -> (name: String, value: String?) {
    guard argument.hasPrefix("--"), let equals = argument.firstIndex(of: "=") else { return (argument, nil) }
    return (String(argument[..<equals]), String(argument[argument.index(after: equals)...]))
  }
}
