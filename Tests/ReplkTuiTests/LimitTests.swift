// Limits that the system sets: memory is asked for before it is used, and one thread is enough.

#if os(Linux)
  import ERFEngine
  import Foundation
  import TestSupport
  import Testing

  @Suite(.enabled(if: Sanitizers.areOff)) struct LimitTests {
    let folder: TemporaryFolder

    init() throws {
      folder = try TemporaryFolder()
      _ = try folder.write(Samples.picture(level: 90), to: "picture.ppm")
    }

    /// Each of these ended in a trap, or was ended by the kernel: they are too large for the address
    /// space that the shell leaves. Debug builds and libraries take some 200 MB of it for themselves.
    static let large: [[String]] = [
      ["erf", "replknet-31", "--size", "512"],
      ["convert", "replknet-31", "out.safetensors"],
      ["classify", "replknet-31", "--image", "picture.ppm"],
      ["features", "replknet-31", "--tap", "stage4", "-o", "out.npy"],
      ["features", "resnet-18", "--tap", "stem", "--size", "2048", "-o", "out.npy"],
      ["compare", "replknet-3", "replknet-31", "--size", "512"],
      ["probe", "replknet-31", "--size", "512"],
      ["sweep", "replknet-31", "--sizes", "512", "-o", "out.csv"],
      ["snapshot", "replknet-31", "--size", "512", "-o", "out.txt"],
      ["figure", "replknet-31", "-o", "out.svg"],
      ["bench", "--part", "networks"], ["bench", "--part", "memory"],
      [
        "train",
        "replknet:kernels=31,29,27,13:layers=2,2,18,2:channels=128,256,512,1024:classes=16",
        "-o", "out.safetensors", "--size", "96", "--count", "64", "--batch", "32",
      ],
    ]

    /// Below a few open files the system's libraries would end the process: it says so, or raises a limit
    /// that may be raised.
    @Test func fewOpenFiles() throws {
      let command = ["erf", Samples.tiny, "--size", "32", "-o", "a.npy"]
      let few = try Executable.run(command, in: folder, shell: "ulimit -n 8; exec \"$@\"")
      expectOneLine(few, code: 1, mentions: ["8 files open", "needs 16", "ulimit -n"])
      let soft = try Executable.run(command, in: folder, shell: "ulimit -Sn 8; exec \"$@\"")
      #expect(soft.code == 0 && soft.error == "")
      #expect(folder.names == ["a.npy", "picture.ppm"])
    }

    /// Stacks that are too small end in a fault, in the first thread or in others.
    @Test(arguments: ["erf", "snapshot"])
    func smallStacks(_ command: String) throws {
      let small = try Executable.run(
        [command, Samples.tiny, "--size", "32", "-o", "a.txt"], in: folder,
        shell: "ulimit -s 128; exec \"$@\"")
      expectOneLine(
        small, code: 1, mentions: ["stacks of 128 kB", "256 kB are needed", "`ulimit -s 1024`"])
      #expect(folder.names == ["picture.ppm"])
      let least = try Executable.run(
        ["erf", Samples.tiny, "--size", "32", "-o", "a.npy"], in: folder,
        shell: "ulimit -s 1024; exec \"$@\"")
      #expect(least.code == 0 && least.error == "")
    }

    @Test(arguments: large)
    func isRefusedBeforeItStarts(_ arguments: [String]) throws {
      let clock = ContinuousClock()
      let begin = clock.now
      let outcome = try Executable.run(
        arguments, in: folder, shell: "ulimit -c 0; ulimit -v 700000; exec \"$@\"")
      expectOneLine(outcome, code: 2, mentions: ["GB of memory", "this process may have"])
      #expect(clock.now - begin < .seconds(60))
      #expect(folder.names == ["picture.ppm"])
    }

    /// Whatever the limit, and however near it the estimate comes: either it runs, or there is one
    /// line. Between the two lay traps, as threads reserve address space.
    @Test func noLimitTraps() throws {
      var codes: Set<Int32> = []
      for kilobytes in stride(from: 500_000, through: 1_300_000, by: 100_000) {
        let outcome = try Executable.run(
          [
            "features", "efficientnet-lite0", "--size", "2048", "--tap", "logits", "-o", "out.npy",
            "--force",
          ], in: folder, shell: "ulimit -c 0; ulimit -v \(kilobytes); exec \"$@\"")
        codes.insert(outcome.code)
        if outcome.code != 0 {
          expectOneLine(outcome, code: outcome.code, mentions: ["memory"])
          #expect([1, 2].contains(outcome.code), "\(kilobytes)")
        }
      }
      #expect(codes.isSuperset(of: [0, 2]), "\(codes)")
    }

    /// Every command either runs or is refused before it begins, however little it is given: what large blocks
    /// leave is enough for compiled kernels and small objects, which cannot be refused.
    static let small: [[String]] = [
      ["erf", "resnet-18", "--size", "96"], ["erf", "resnet20-cifar", "--size", "64"],
      ["compare", "resnet-18", "resnet20-cifar", "--size", "96"],
      ["convert", "resnet20-cifar", "o.safetensors"],
      ["sweep", "resnet20-cifar", "--sizes", "32,64", "-o", "o.csv"],
      ["features", "resnet20-cifar", "--tap", "logits", "--size", "64", "-o", "o.npy"],
      ["merge", "1.erf", "2.erf", "-o", "o.pgm"],
      ["figure", Samples.tiny, "--size", "64", "-o", "o.svg"],
      ["snapshot", "resnet20-cifar", "--size", "64", "-o", "o.txt"],
      ["stimuli", "--count", "1", "--size", "1024", "-o", "out"],
      ["classify", Samples.tiny, "--size", "32", "--image", "large.png"],
      [
        "train", "resnet20-cifar", "-o", "n.safetensors", "--steps", "1", "--batch", "8", "--count",
        "64", "--size", "32",
      ],
      ["probe", "resnet20-cifar", "--count", "64", "--size", "32"],
      ["inspect", Samples.checkpoint],
    ]

    @Test(arguments: small)
    func everyLimitEndsInALine(_ arguments: [String]) throws {
      if arguments.contains("large.png") {
        let large = Image(
          height: 4000, width: 5000, pixels: [UInt8](repeating: 9, count: 3 * 20_000_000))
        _ = try folder.write(PNGWriter.encode(large), to: "large.png")
      }
      if arguments[0] == "merge" {
        for index in 1...2 {
          _ = try succeed(
            ["erf", Samples.tiny, "--size", "32", "--count", "2", "--shard", "\(index)/2", "-o"]
              + ["\(index).erf"], in: folder)
        }
      }
      var codes: [Int: Int32] = [:]
      for kilobytes in stride(from: 130_000, through: 530_000, by: 50_000) {
        let outcome = try Executable.run(
          arguments + (arguments.contains("-o") || arguments[0] == "convert" ? ["--force"] : []),
          in: folder, shell: "ulimit -c 0; ulimit -v \(kilobytes); exec \"$@\"")
        // Below this the loader of shared libraries fails, before there is a program.
        if outcome.code == 127 { continue }
        codes[kilobytes] = outcome.code
        guard outcome.code != 0 else { continue }
        expectOneLine(outcome, code: 2, mentions: ["memory"])
      }
      #expect(codes.values.contains(2), "\(codes)")
    }

    /// A file that there is no room for, and one whose largest tensor there is none for beside it.
    @Test(arguments: [25_000_000, 2_500_000])
    func largeFilesAreRefusedBeforeTheyAreRead(_ elements: Int) throws {
      let bytes = 4 * elements
      let header = Array(
        #"{"w":{"dtype":"F32","shape":[\#(elements)],"data_offsets":[0,\#(bytes)]}}"#.utf8)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
      let path = try folder.write(length + header, to: "large.safetensors")
      #expect(unsafe truncate(path, off_t(8 + header.count + bytes)) == 0)
      var codes: Set<Int32> = []
      for kilobytes in Array(stride(from: 130_000, through: 480_000, by: 25_000)) + [1_500_000] {
        let outcome = try Executable.run(
          ["inspect", "large.safetensors"], in: folder,
          shell: "ulimit -c 0; ulimit -v \(kilobytes); exec \"$@\"")
        if outcome.code == 127 { continue }
        codes.insert(outcome.code)
        guard outcome.code != 0 else { continue }
        expectOneLine(outcome, code: 2, mentions: ["memory"])
      }
      #expect(codes == [0, 2], "\(codes)")
    }

    /// Names and shapes alone may be more than there is room for: said before they are read, in every layout.
    @Test func filesOfVeryManyTensorsAreRefused() throws {
      let entries = (0..<150_000).map {
        #""layers.\#($0).w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}"#
      }
      let header = Array("{\(entries.joined(separator: ","))}".utf8)
      let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
      _ = try folder.write(length + header, to: "many.safetensors")
      _ = try folder.write(
        CheckpointMemoryTests.checkpoint(50_000, size: { _ in [4] }, strides: { _ in [1] }),
        to: "many.pth")
      for name in ["many.safetensors", "many.pth"] {
        var codes: Set<Int32> = []
        for kilobytes in [170_000, 190_000, 210_000, 230_000, 600_000] {
          let outcome = try Executable.run(
            ["erf", name], in: folder, shell: "ulimit -c 0; ulimit -v \(kilobytes); exec \"$@\"")
          codes.insert(outcome.code)
          // Where it is read there is no network in it.
          expectOneLine(
            outcome, code: outcome.code == 1 ? 1 : 2,
            mentions: [outcome.code == 1 ? "holds no network" : "memory"])
        }
        #expect(codes == [1, 2], "\(name): \(codes)")
      }
    }

    /// The same commands with small networks go on under that limit.
    @Test func whatFitsRuns() throws {
      let shell = "ulimit -c 0; ulimit -v 1500000; exec \"$@\""
      for arguments in [
        ["erf", Samples.tiny, "--size", "32"], ["convert", Samples.tiny, "out.safetensors"],
        ["classify", Samples.tiny, "--size", "32", "--image", "picture.ppm"],
      ] {
        let outcome = try Executable.run(arguments, in: folder, shell: shell)
        #expect(outcome.code == 0, "\(arguments[0]): \(outcome.error)")
      }
    }

    /// Runs the program's arguments as somebody whom the limit on processes binds.
    private static let bound =
      "exec \(geteuid() == 0 ? "setpriv --reuid=54321 --clear-groups " : "")"
      + "timeout 60 bash -c 'ulimit -u 1 && exec \"$@\"' sh "

    /// Whether there is such a somebody, and the program lies where he may run it.
    private static let canBeBound: Bool = {
      guard let folder = try? TemporaryFolder() else { return false }
      let run = try? Executable.run([], in: folder, shell: bound + "test -x \"$1\"")
      return run?.code == 0
    }()

    /// What plays the explorer needs threads, and says so where there are none.
    @Test(
      .enabled(if: canBeBound, "the limit on processes binds nobody here"),
      arguments: ["snapshot", "figure"])
    func whatNeedsThreadsSaysSo(_ command: String) throws {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: folder.path)
      let outcome = try Executable.run(
        [command, Samples.tiny, "--size", "32", "-o", "out.svg"], in: folder,
        shell: Self.bound + "\"$@\"")
      expectOneLine(outcome, code: 1, mentions: [command, "no further threads"])
      #expect(!folder.names.contains("out.svg"))
    }

    /// No thread beside the first: said once, and the result is the same. Whoever may do everything is
    /// not bound by this limit, and becomes somebody else for it.
    @Test(.enabled(if: canBeBound, "the limit on processes binds nobody here"))
    func oneThreadIsEnough() throws {
      try FileManager.default.setAttributes(
        [.posixPermissions: 0o777], ofItemAtPath: folder.path)
      let arguments = ["erf", Samples.tiny, "--size", "32", "--json"]
      let free = try succeed(arguments, in: folder).results()
      let outcome = try Executable.run(arguments, in: folder, shell: Self.bound + "\"$@\"")
      #expect(outcome.code == 0)
      expectOneLine(outcome, code: 0, mentions: ["no further threads", "computing on one"])
      let bound = try outcome.results()
      #expect(bound[0]["sigma"] as? Double == free[0]["sigma"] as? Double)
    }
  }
#endif
