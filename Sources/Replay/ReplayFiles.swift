import HotPath

/// The output files a replay was asked for.
final class ReplayFiles {
  private let evaluations: EvaluationFile?
  private let signals: SignalFile?
  private let paper: PaperFile?

  init(_ request: ReplayRequest, symbols: [String]) throws(ReplayError) {
    let outputs = [request.evaluationsPath, request.signalsPath, request.paperPath].compactMap(\.self)
    try FilePlace.refuseClashes(outputs: outputs, inputs: request.inputs.flatMap(\.paths))
    let strategies = request.strategies.map(\.name)
    if let path = request.evaluationsPath {
      evaluations = try EvaluationFile(path, symbols: symbols, strategies: strategies)
    } else {
      evaluations = nil
    }
    if let path = request.signalsPath {
      signals = try SignalFile(path, symbols: symbols, strategies: strategies)
    } else {
      signals = nil
    }
    if let path = request.paperPath {
      paper = try PaperFile(path, symbols: symbols, strategies: strategies)
    } else {
      paper = nil
    }
  }

  /// Takes everything out of the outbox.
  func drain(_ outbox: Outbox) throws(ReplayError) {
    if let evaluations {
      for index in 0..<outbox.evaluationCount { try evaluations.append(outbox.evaluation(index)) }
    }
    if let signals {
      for index in 0..<outbox.signalCount { try signals.append(outbox.signal(index)) }
    }
    if let paper {
      for index in 0..<outbox.paperCount { paper.append(outbox.paperEvent(index)) }
    }
    outbox.clear()
  }

  /// Either all files get their names or, when one cannot be written whole, none does.
  func finish() throws(ReplayError) {
    try evaluations?.complete()
    try signals?.complete()
    try paper?.complete()
    try OutputFile.publish([evaluations?.file, signals?.file, paper?.file].compactMap(\.self))
  }
}
