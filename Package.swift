// swift-tools-version: 6.2
import PackageDescription

// Every use of an unsafe construct must say `unsafe`; the compiler's warnings fail the build.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

// What the engine and its baselines are compiled for. x86-64-v3 (Haswell 2013, Zen 2017, and later) has AVX2, FMA and BMI2;
// `native` would add AVX-512 and die under valgrind, whose instruction counts gate CI. APUS_MARCH=x86-64-v2 for older ones.
#if arch(x86_64)
  let march = Context.environment["APUS_MARCH"] ?? "x86-64-v3"
  let machineFlags = ["-march=\(march)"]
#else
  let machineFlags: [String] = []
#endif
// In debug builds too: tests run what is shipped.
let machine: SwiftSetting = .unsafeFlags(machineFlags.flatMap { ["-Xcc", $0] })

// tools/bench sets it once the library is installed; who only runs Apus needs none of it.
let simdjson = Context.environment["APUS_SIMDJSON"] != nil

let package = Package(
  name: "apus",
  products: [
    .executable(name: "apus", targets: ["apus"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // C that Swift cannot express: layouts shared with disk, clocks, futexes, and the libraries' headers.
    .target(name: "CRecords"),
    .target(name: "CBytes"),
    .target(name: "CTradeSums"),
    .target(name: "CClock"),
    .target(name: "CFutex"),
    .target(name: "CLatency"),
    .target(name: "CPlacement"),
    .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CWebSockets", pkgConfig: "libwebsockets", providers: [.apt(["libwebsockets-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

    // The engine, from words to wiring.
    .target(name: "Domain", swiftSettings: strict + [machine]),
    .target(name: "Memory", swiftSettings: strict + [machine]),
    .target(
      name: "HotPath",
      dependencies: [
        "CRecords", "CBytes", "CClock", "CFutex", "CLatency", "COpenSSL", "CTradeSums", "Domain", "Memory",
      ],
      swiftSettings: strict + [machine]),
    .target(
      name: "Settings", dependencies: ["CPlacement", "Domain", "HotPath", .product(name: "Yams", package: "Yams")]),
    .target(
      name: "Venues",
      dependencies: [
        "CArchive", "CRecords", "CClock", "CPlacement", "CWebSockets", "COpenSSL", "Domain", "HotPath", "Memory",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(
      name: "Replay", dependencies: ["CArchive", "CClock", "CRecords", "Domain", "HotPath"],
      swiftSettings: [machine]),

    // The simulated exchange: no module of the engine's side, so that neither can hide the other's errors.
    .target(name: "Simulation", swiftSettings: strict),
    .executableTarget(
      name: "exchange-sim",
      dependencies: [
        "Simulation", "CWebSockets", "COpenSSL", "CArchive",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "tools/exchange-sim", swiftSettings: strict),

    .executableTarget(
      name: "apus",
      dependencies: [
        "CRecords", "CClock", "CLatency", "CPlacement", "Domain", "Memory", "HotPath", "Settings", "Venues", "Replay",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // What measurements run over; no measurement itself.
    .target(
      name: "BenchMarket", dependencies: ["CRecords", "Domain"], path: "Benchmarks/Market", swiftSettings: [machine]),

    // C++ that does what the engine does, to be measured against.
    .target(
      name: "CBaselines", dependencies: ["CRecords", "CClock", "COpenSSL"], path: "Benchmarks/Baselines",
      cxxSettings: [
        .unsafeFlags(["-std=c++17", "-ffp-contract=off"]),
        .unsafeFlags(["-O3"] + machineFlags, .when(configuration: .release)),
      ] + (simdjson ? [.define("APUS_SIMDJSON")] : []), linkerSettings: simdjson ? [.linkedLibrary("simdjson")] : []),
    .executableTarget(
      name: "hot-bench",
      dependencies: [
        "BenchMarket", "CBaselines", "CClock", "CRecords", "CTradeSums", "Domain", "HotPath", "Replay", "Settings",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/HotBench", swiftSettings: [machine]),

    // One stage of the hot path over so many trades, for what counts instructions, allocations and syscalls.
    .target(name: "CProbe", path: "Benchmarks/CProbe"),
    .executableTarget(
      name: "hot-probe",
      dependencies: [
        "BenchMarket", "CClock", "CProbe", "CRecords", "Domain", "HotPath", "Memory", "Settings",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/HotProbe", swiftSettings: [machine]),

    // CBytes as processors without its vectors have it.
    .target(name: "CPlainBytes", dependencies: ["CBytes"], path: "Tests/CPlainBytes"),
    .testTarget(name: "DomainTests", dependencies: ["CRecords", "Domain"]),
    .testTarget(
      name: "HotPathTests",
      dependencies: [
        "CBytes", "CPlainBytes", "CClock", "CLatency", "COpenSSL", "CRecords", "CTradeSums", "Domain", "HotPath",
        "Memory",
      ], swiftSettings: [machine]),
    .testTarget(
      name: "ReplayTests", dependencies: ["Replay", "CArchive", "CRecords", "Domain", "HotPath", "Settings"]),
    .testTarget(name: "SettingsTests", dependencies: ["Settings", "Domain", "HotPath"]),
    .testTarget(
      name: "VenuesTests",
      dependencies: ["Venues", "CRecords", "CClock", "COpenSSL", "Domain", "HotPath", "Settings"]),
    // A signal for one thread, so that a test can stop it.
    .target(name: "CThreadStop", path: "Tests/CThreadStop"),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "CThreadStop", "Settings", "Replay", "apus", "exchange-sim", "CClock", "CLatency", "COpenSSL", "CRecords",
        "Domain", "HotPath", "Venues",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "BenchmarksTests",
      dependencies: ["BenchMarket", "CBaselines", "CRecords", "Domain", "HotPath", "Settings", "hot-bench"]),
    .testTarget(name: "SimulationTests", dependencies: ["Simulation"], swiftSettings: strict),
  ]
)
