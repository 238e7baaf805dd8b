// swift-tools-version: 6.2
import PackageDescription

// Every use of an unsafe construct must say `unsafe`; the compiler's warnings fail the build.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
]

let package = Package(
  name: "apus",
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // C that Swift cannot express: layouts shared with disk, clocks, futexes, and the libraries' headers.
    .target(name: "CRecords"),
    .target(name: "CClock"),
    .target(name: "CFutex"),
    .systemLibrary(name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .systemLibrary(
      name: "CWebSockets", pkgConfig: "libwebsockets", providers: [.apt(["libwebsockets-dev"])]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),

    .target(name: "Domain", swiftSettings: strict),
    .target(name: "Memory", swiftSettings: strict),
    .target(
      name: "HotPath", dependencies: ["CRecords", "CClock", "CFutex", "COpenSSL", "Domain", "Memory"],
      swiftSettings: strict),
    .target(
      name: "Venues",
      dependencies: [
        "CRecords", "CClock", "CWebSockets", "COpenSSL", "Domain", "HotPath", "Memory",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "VenuesTests",
      dependencies: ["Venues", "CRecords", "CClock", "COpenSSL", "Domain", "HotPath"]),
  ]
)
