import Testing

@testable import Settings

@Suite struct PlacementTests {
  private static let two = CpuList([0, 1])

  private func raw(_ yaml: String, _ environment: [String: String] = [:]) -> RawConfig {
    var raw = RawConfig()
    raw.apply(yaml: "version: 1\n" + yaml, file: "apus.yaml")
    raw.apply(environment: environment)
    return raw
  }

  private func violations(_ yaml: String, _ environment: [String: String] = [:]) -> [String] {
    do {
      _ = try RunConfig(raw(yaml, environment), allowedCpus: Self.two)
      return []
    } catch {
      return error.violations.map(\.description)
    }
  }

  @Test func nothingIsPlacedUnlessAsked() throws {
    let config = try RunConfig(raw(""), allowedCpus: Self.two)
    #expect(config.placement == RunConfig.Placement())
    #expect(config.placement.spinNanos == 20_000 && config.placement.yieldNanos == 100_000)
  }

  @Test func fileAndEnvironmentPlace() throws {
    let yaml = """
      wait: yield
      placement:
        engine_cpu: 1
        feed_cpu: 0
        other_cpus: 0-1
        feed_wait: poll
        spin_us: 5
        yield_us: 0
        lock_memory: true
      """
    let config = try RunConfig(
      raw(yaml, ["APUS__PLACEMENT__ENGINE_CPU": "0", "APUS__PLACEMENT__FEED_CPU": "null"]), allowedCpus: Self.two)
    var expected = RunConfig.Placement()
    expected.engineCpu = 0
    expected.otherCpus = CpuList([0, 1])
    expected.feedPolls = true
    expected.spinNanos = 5_000
    expected.yieldNanos = 0
    expected.locksMemory = true
    #expect(config.placement == expected && config.wait == .yield)
    #expect(
      try RunConfig(raw("", ["APUS__PLACEMENT__OTHER_CPUS": "1"]), allowedCpus: Self.two).placement.otherCpus
        == CpuList([1]))
  }

  @Test(arguments: [
    ("placement: {engine_cpu: 7}", "placement.engine_cpu = 7: this process may run on 0-1 only"),
    ("placement: {engine_cpu: -1}", "placement.engine_cpu = -1: must be null or a processor's number"),
    ("placement: {feed_cpu: first}", "placement.feed_cpu = first: must be null or a processor's number"),
    ("placement: {other_cpus: 1-0}", "must be null or a list of processors such as 0,2-3"),
    ("placement: {other_cpus: [a]}", "must be null or a list of processors such as 0,2-3"),
    ("placement: {other_cpus: \"0,4-5\"}", "this process may run on 0-1 only"),
    ("placement: {feed_wait: spin}", "must be block or poll"),
    ("placement: {lock_memory: 1}", "must be true or false"),
    ("placement: {spin_us: -5}", "must be a whole number from 0 to 1000000"),
    ("placement: {engine: 1}", "placement.engine = 1: unknown key"),
    ("wait: spin\nplacement: {engine_cpu: 1, feed_cpu: 1}", "the engine spins on this cpu"),
  ])
  func saysWhatIsWrong(yaml: String, expected: String) {
    let found = violations(yaml)
    #expect(found.count == 1 && found.first?.contains(expected) == true, "\(found)")
  }

  @Test func allAtOnce() {
    let found = violations(
      "wait: nap\nplacement: {engine_cpu: 9, other_cpus: x}\n",
      ["APUS__PLACEMENT__FEED_CPU": "x", "APUS__PLACEMENT__X": "1"])
    #expect(found.count == 5, "\(found)")
  }

  @Test func listsReadAndPrintAsTheKernelWritesThem() {
    for text in ["0", "0-3", "0,2-3,7", "1022-1023"] { #expect(CpuList(text)?.description == text) }
    #expect(CpuList("3,1,2")?.description == "1-3")
    for text in ["", ",", "1,", "-1", "1-", "a", "0-1024", "1-2-3", " 1"] { #expect(CpuList(text) == nil, "\(text)") }
  }

  @Test func theSystemTellsWhereWeMayRun() throws {
    let allowed = try #require(CpuList.allowed())
    #expect(!allowed.numbers.isEmpty)
    // To where it runs already: changes nothing.
    #expect(allowed.restrictThread() == 0)
    #expect(CpuList.allowed() == allowed)
  }
}
