// swift-tools-version: 6.2
import PackageDescription

// MARK: Settings

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

/// Kernels stay optimised in debug builds; no contraction, so that every instruction set rounds alike.
let kernelSettings: [CSetting] = [
  .unsafeFlags(["-O3", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"])
]

/// Debug builds optimise too: tests compute and draw far more than they compile.
let optimised: SwiftSetting = .unsafeFlags(["-O"], .when(configuration: .debug))

let engineSettings: [SwiftSetting] = swiftSettings + [optimised]

/// For what waits for people: small before fast, so that packages stay small.
let interfaceSettings: [SwiftSetting] =
  swiftSettings + [.unsafeFlags(["-Osize"], .when(configuration: .release)), optimised]

/// Tests run once each time that they are compiled: what they call is optimised, they are not.
let testSettings: [SwiftSetting] = swiftSettings + [.unsafeFlags(["-Onone"])]

let cSettings: [CSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]

/// Eigen's templates are slow unless they are optimised; no contraction, as above.
let eigenSettings: [CXXSetting] = [
  .unsafeFlags(["-O3", "-ffp-contract=off", "-DNDEBUG", "-Wall", "-Wextra", "-Werror"])
]

let package = Package(
  name: "replk-tui",
  platforms: [.macOS(.v15)],

  // MARK: Products
  products: [
    .executable(name: "replk-tui", targets: ["replk-tui"]),
    .library(name: "ERFEngine", targets: ["ERFEngine"]),
  ],

  targets: [
    // MARK: C
    .target(name: "CAssets", cSettings: cSettings),
    .target(name: "CKernels", cSettings: kernelSettings),
    .target(name: "CMapping", cSettings: cSettings),
    // Only its header is needed here: the library is loaded when something is drawn.
    .target(name: "CCairo", cSettings: cSettings),
    .target(name: "CEigen", cxxSettings: eigenSettings),
    .systemLibrary(name: "CTurboJPEG"),
    .target(name: "CGIF", cSettings: cSettings, linkerSettings: [.linkedLibrary("gif")]),
    .target(name: "CTIFF", cSettings: cSettings, linkerSettings: [.linkedLibrary("tiff")]),
    .target(
      name: "CWebP", cSettings: cSettings,
      linkerSettings: [.linkedLibrary("webp"), .linkedLibrary("webpdemux")]),
    .target(
      name: "CZip", cSettings: cSettings,
      linkerSettings: [.linkedLibrary("minizip"), .linkedLibrary("z")]),
    .target(name: "COneDNN", cSettings: cSettings, linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CPNG", cSettings: cSettings, linkerSettings: [.linkedLibrary("png")]),
    .target(name: "CPty", cSettings: cSettings),
    .target(
      name: "CNcurses", cSettings: cSettings, linkerSettings: [.linkedLibrary("ncursesw")]),

    // MARK: Engine
    .target(
      name: "ERFEngine",
      dependencies: [
        "CAssets", "CCairo", "CEigen", "CGIF", "CKernels", "CMapping", "COneDNN", "CPNG", "CTIFF",
        "CTurboJPEG", "CWebP", "CZip",
      ],
      swiftSettings: engineSettings),

    // MARK: Interface
    .target(
      name: "ERFInterface", dependencies: ["ERFEngine"], swiftSettings: interfaceSettings),
    .target(
      name: "ERFCurses", dependencies: ["CNcurses", "CPty", "ERFInterface"],
      swiftSettings: swiftSettings),
    .plugin(name: "CommitPlugin", capability: .buildTool()),
    .target(
      name: "CommitRecord", swiftSettings: swiftSettings, plugins: ["CommitPlugin"]),
    .executableTarget(
      name: "replk-tui",
      dependencies: ["CommitRecord", "ERFEngine", "ERFInterface", "ERFCurses"],
      swiftSettings: interfaceSettings),

    // MARK: Tests
    .target(
      name: "TestSupport", dependencies: ["ERFCurses", "ERFEngine"], path: "Tests/TestSupport",
      swiftSettings: testSettings),
    .testTarget(
      name: "CKernelsTests", dependencies: ["CKernels", "TestSupport"],
      swiftSettings: [
        .swiftLanguageMode(.v6), .treatAllWarnings(as: .error), .unsafeFlags(["-Onone"]),
      ]),
    .testTarget(
      name: "ERFEngineTests", dependencies: ["ERFEngine", "TestSupport"],
      exclude: ["Fixtures"], swiftSettings: testSettings),
    .testTarget(
      name: "ERFInterfaceTests", dependencies: ["ERFInterface", "ERFEngine", "TestSupport"],
      exclude: ["Fixtures", "Screens"], swiftSettings: testSettings),
    .testTarget(
      name: "ReplkTuiTests",
      dependencies: ["replk-tui", "ERFEngine", "ERFInterface", "TestSupport"],
      exclude: ["Help"],
      swiftSettings: testSettings),
  ],
  cLanguageStandard: .c17,
  cxxLanguageStandard: .cxx17
)
