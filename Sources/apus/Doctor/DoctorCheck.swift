/// What one look at the machine found.
struct DoctorCheck: Equatable, Sendable {
  enum Status: String, Sendable {
    case ok, warn, fail
  }

  /// A word or two; scripts select by it.
  var name: String
  var status: Status
  var detail: String
  /// What to do about a warning or failure; empty when all is well.
  var advice = ""

  static func ok(_ name: String, _ detail: String) -> DoctorCheck {
    DoctorCheck(name: name, status: .ok, detail: detail)
  }

  static func warn(_ name: String, _ detail: String, _ advice: String) -> DoctorCheck {
    DoctorCheck(name: name, status: .warn, detail: detail, advice: advice)
  }

  static func fail(_ name: String, _ detail: String, _ advice: String) -> DoctorCheck {
    DoctorCheck(name: name, status: .fail, detail: detail, advice: advice)
  }

  func line(style: Style) -> String {
    let mark =
      switch status {
      case .ok: style.green("ok  ")
      case .warn: style.yellow("warn")
      case .fail: style.red("FAIL")
      }
    let name = name + String(repeating: " ", count: max(0, 12 - name.count))
    return "\(mark)  \(name)  \(detail)" + (advice.isEmpty ? "" : ": \(advice)")
  }

  var json: String {
    JsonText.object([
      ("name", JsonText.string(name)), ("status", JsonText.string(status.rawValue)),
      ("detail", JsonText.string(detail)), ("advice", JsonText.string(advice)),
    ])
  }
}
