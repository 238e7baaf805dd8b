import ArgumentParser
import Foundation
import Replay
import Settings

/// An end that a person must act on: one line of what, where and what to do, and a sysexits code a script can test.
struct Failure: Error, CustomStringConvertible {
  /// Codes of sysexits.h, those in use.
  enum Code: Int32 {
    case usage = 64
    case data = 65
    case noInput = 66
    case unavailable = 69
    case io = 74
    case configuration = 78
    /// Ended by a signal before the work was done: a shell's 128 + SIGINT.
    case interrupted = 130
  }

  var code: Code
  /// Without the leading `apus:`. Several lines are several faults.
  var message: String

  var description: String { message.split(separator: "\n").map { "apus: \($0)" }.joined(separator: "\n") }

  /// `violations` is the code for what is wrong inside the file: 65 for an input, 78 for a configuration.
  init(_ error: SettingsError, violations: Code) {
    message = error.description
    switch error {
    case .missing: code = .noInput
    case .unreadable: code = .io
    case .violations: code = violations
    }
  }

  /// `context` says which files were read, where the command reads several kinds.
  init(_ error: ReplayError, context: String = "") {
    message = context + error.description
    switch error {
    case .cannotOpen: code = .noInput
    case .cannotRead, .badRow, .noTrades, .tooManyTrades: code = .data
    case .cannotWrite: code = .io
    case .stopped: code = .interrupted
    }
  }

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// Tells `error` and ends the process with its code.
  static func exit(_ error: any Error) -> Never {
    if let failure = error as? Failure {
      StandardError.line(failure.description)
      Foundation.exit(failure.code.rawValue)
    }
    if error is CleanExit || error is ExitCode || Apus.exitCode(for: error) == .success {
      Apus.exit(withError: error)
    }
    if Apus.exitCode(for: error) == .validationFailure {
      StandardError.line("apus: \(Apus.message(for: error)): see `apus --help`")
      Foundation.exit(Code.usage.rawValue)
    }
    StandardError.line("apus: \(error)")
    Foundation.exit(Code.io.rawValue)
  }
}

/// Lines to standard error; what nobody can read is lost.
enum StandardError {
  static func line(_ text: String) { StandardStream.write(text + "\n", to: STDERR_FILENO) }
}
