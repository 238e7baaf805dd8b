/// The effective settings, each with where it came from: what `apus config show` prints.
extension RawConfig {
  /// YAML that can be read back, origins as comments.
  public var yaml: String {
    var lines: [(text: String, origin: String)] = []
    var section = ""
    for key in ConfigKey.all {
      let entry = self[key.path]
      let parts = key.path.split(separator: ".")
      let head = parts.count > 1 ? String(parts[0]) : ""
      if !head.isEmpty, head != section { lines.append(("\(head):", "")) }
      section = head
      let indent = head.isEmpty ? "" : "  "
      lines.append(("\(indent)\(parts[parts.count - 1]): \(entry.value.yaml)", entry.origin.description))
    }
    let width = min(60, lines.map(\.text.count).max() ?? 0)
    return lines.map { line in
      if line.origin.isEmpty { return line.text }
      let gap = String(repeating: " ", count: max(1, width - line.text.count + 2))
      return line.text + gap + "# " + line.origin
    }.joined(separator: "\n")
  }

  /// One JSON object: path to value and origin.
  public var json: String {
    let members = ConfigKey.all.map { key in
      let entry = self[key.path]
      let origin = ConfigValue.jsonString(entry.origin.description)
      return "\(ConfigValue.jsonString(key.path)):{\"value\":\(entry.value.json),\"origin\":\(origin)}"
    }
    return "{" + members.joined(separator: ",") + "}"
  }
}
