// swift-tools-version: 6.1
import PackageDescription

// The graph as a table: a room (target) imports exactly what its `uses` lists, as `.ci/check-imports.py`
// checks.

let rules: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

func room(
  _ name: String, path: String? = nil, uses: [Target.Dependency] = [], exclude: [String] = [],
  resources: [Resource] = []
) -> Target {
  .target(
    name: name, dependencies: uses, path: path, exclude: exclude, resources: resources,
    swiftSettings: rules)
}

func tests(_ name: String, of uses: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: uses, resources: resources, swiftSettings: rules)
}

func program(_ name: String) -> Target {
  .executableTarget(
    name: name,
    dependencies: [
      "Lightbox", .product(name: "ArgumentParser", package: "swift-argument-parser"),
    ],
    path: "Examples/\(name)", exclude: ["README.md"], swiftSettings: rules)
}

let package = Package(
  name: "Lightbox",
  products: [
    .library(name: "Lightbox", targets: ["Lightbox"]),
    .executable(name: "lightbox", targets: ["LightboxCLI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: [
    // Floor 0: C and C++.
    .target(name: "CLimits"),
    .target(
      name: "CKernels", dependencies: ["CLimits"],
      // `make bench` compares programs without AVX-512.
      cSettings: Context.environment["LIGHTBOX_MAX_LEVEL"].map { [.define("LB_MAX_LEVEL", to: $0)] }
        ?? [],
      linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "COneDNN", dependencies: ["CKernels"], linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "COpenBLAS", dependencies: ["CKernels"]),
    .target(
      name: "CCodecs",
      linkerSettings: [
        .linkedLibrary("png"), .linkedLibrary("jpeg"), .linkedLibrary("openjp2"),
        .linkedLibrary("z"), .linkedLibrary("cairo"),
      ]),
    .target(
      name: "CDCMTK",
      linkerSettings: [
        .linkedLibrary("dcmjpls"), .linkedLibrary("dcmjpeg"), .linkedLibrary("dcmimage"),
        .linkedLibrary("dcmimgle"), .linkedLibrary("dcmdata"), .linkedLibrary("oflog"),
        .linkedLibrary("ofstd"), .linkedLibrary("jpeg"), .linkedLibrary("openjp2"),
        .linkedLibrary("z"),
      ]),

    .target(name: "CCurl", linkerSettings: [.linkedLibrary("dl")]),
    .target(name: "CZip", linkerSettings: [.linkedLibrary("zip"), .linkedLibrary("z")]),

    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),

    room("Preconditions"),

    // Floor 1.
    room("Console", uses: ["Preconditions"]),
    room("Files", uses: ["Preconditions", "CCrypto", "CLimits"]),
    room("Settings", uses: ["Files"]),
    room("Tensors", uses: ["Preconditions", "CKernels", "COneDNN", "COpenBLAS", "Files"]),
    room("Imaging", uses: ["Preconditions", "Files", "CCodecs", "CDCMTK"]),

    // Floor 2.
    room("Layers", uses: ["Preconditions", "Console", "Files", "Tensors"]),
    room("Checkpoints", uses: ["Preconditions", "Files", "Tensors", "CZip"]),
    room("DataBlocks", uses: ["Preconditions", "Console", "Files", "Tensors", "Imaging"]),

    // Floor 3.
    room("Hooks", uses: ["Tensors", "Layers"]),
    room("Downloads", uses: ["Preconditions", "Files", "CCurl", "CZip"]),
    room("Models", uses: ["Preconditions", "Files", "Tensors", "Layers"]),
    room(
      "Training",
      uses: ["Preconditions", "Console", "Files", "Tensors", "Imaging", "Layers", "DataBlocks"]),
    room(
      "Datasets", path: "Datasets", uses: ["Preconditions", "Files", "Imaging"],
      exclude: ["README.md"], resources: [.copy("Samples")]),

    // Floor 4.
    room(
      "Vision",
      uses: [
        "Preconditions", "Files", "Tensors", "Layers", "DataBlocks", "Checkpoints", "Models",
        "Training",
      ]),
    room(
      "Interpret",
      uses: [
        "Preconditions", "Console", "Files", "Tensors", "Imaging", "Layers", "DataBlocks", "Hooks",
        "Training",
      ]),

    room(
      "Logbook",
      uses: [
        "Files", "Tensors", "Layers", "DataBlocks", "Checkpoints", "Training",
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "GRDBSQLite", package: "GRDB.swift"),
      ]),

    room(
      "Scanning",
      uses: [
        "Preconditions",
        "Console", "Files", "Imaging", "DataBlocks",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),

    // Floor 5: training runs from plan to evaluation.
    room(
      "Runs",
      uses: [
        "Preconditions",
        "Console", "Files", "Settings", "Tensors", "Imaging", "Layers", "DataBlocks", "Checkpoints",
        "Models", "Training", "Datasets", "Vision", "Interpret", "Logbook",
      ]),

    // Floor 6: one import for users.
    room(
      "Lightbox",
      uses: [
        "Files", "Settings", "Tensors", "Imaging", "Layers", "Checkpoints", "DataBlocks",
        "Downloads",
        "Hooks", "Models", "Training", "Datasets", "Vision", "Interpret", "Logbook", "Runs",
        "Scanning",
      ]),

    room(
      "Benchmarking",
      uses: [
        "Files", "Tensors", "Imaging", "Layers", "DataBlocks", "Checkpoints", "Models", "Training",
        "Vision", "Interpret",
      ]),

    // Floor 7: programs.
    .executableTarget(
      name: "LightboxCLI",
      dependencies: [
        "Benchmarking", "Console", "Lightbox",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: rules),

    // The documents as programs.
    program("SIIMPneumothorax"), program("FastbookCAM"), program("ImageNetCAM"),
    program("DenseNetCAM"),
    .executableTarget(
      name: "OwnModule", dependencies: ["Lightbox"], path: "Examples/OwnModule",
      exclude: ["README.md"], swiftSettings: rules),
    .executableTarget(
      name: "OwnTraining", dependencies: ["Lightbox"], path: "Examples/OwnTraining",
      exclude: ["README.md"], swiftSettings: rules),

    // Tests.
    .target(
      name: "TestSupport", path: "Tests/TestSupport",
      resources: [.copy("Fixtures")], swiftSettings: rules),
    tests(
      "BenchmarkingTests",
      of: ["Tensors", "Layers", "Models", "Interpret", "Benchmarking", "TestSupport"]),
    tests("ConsoleTests", of: ["Console"]),
    tests("FilesTests", of: ["Files", "TestSupport"]),
    tests("TensorsTests", of: ["Tensors", "TestSupport"]),
    tests("SettingsTests", of: ["Files", "Settings", "TestSupport"]),
    tests("ImagingTests", of: ["Files", "Imaging", "TestSupport"]),
    tests("LayersTests", of: ["Tensors", "Layers", "Hooks", "TestSupport"]),
    tests("CheckpointsTests", of: ["Files", "Tensors", "Checkpoints", "TestSupport"]),
    tests("DownloadsTests", of: ["Files", "Downloads", "TestSupport"]),
    tests("DataBlocksTests", of: ["Files", "Tensors", "Imaging", "DataBlocks", "TestSupport"]),
    tests(
      "ModelsTests",
      of: [
        "Tensors", "Imaging", "Layers", "Models", "Checkpoints", "Hooks", "Vision", "TestSupport",
      ]),
    tests(
      "TrainingTests",
      of: [
        "Files", "Tensors", "Imaging", "Layers", "DataBlocks", "Training", "Checkpoints", "Vision",
        "Models", "TestSupport",
      ]),
    tests(
      "LogbookTests",
      of: [
        "Files", "Tensors", "Layers", "DataBlocks", "Checkpoints", "Training", "Logbook",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests(
      "ScanningTests",
      of: [
        "Files", "Imaging", "DataBlocks", "Scanning", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    tests("DatasetsTests", of: ["Files", "Imaging", "Datasets", "TestSupport"]),
    tests(
      "InterpretTests",
      of: [
        "Files", "Tensors", "Imaging", "Layers", "DataBlocks", "Hooks", "Models", "Training",
        "Interpret", "Vision", "TestSupport",
      ]),
    // The code in README.md and Docs/*.md (.ci/snippets.py), and tests of its worked examples.
    tests("DocsTests", of: ["Lightbox", "TestSupport"]),
    // Run the built program as a child process.
    tests("LightboxCLITests", of: ["TestSupport"]),
    tests(
      "RunsTests",
      of: [
        "Files", "Settings", "Tensors", "Imaging", "Layers", "DataBlocks", "Checkpoints", "Models",
        "Training", "Datasets", "Vision", "Interpret", "Logbook", "Runs", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift"),
      ]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu17,
  cxxLanguageStandard: .gnucxx17
)
