// Numbers that no option takes: every command refuses them before it does anything.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import replk_tui

@Suite struct OptionValueTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// An option of a command with a number that it must refuse.
  struct Case: Sendable, CustomTestStringConvertible {
    let command: String
    let option: String
    let value: String

    var testDescription: String { "\(command) \(option) \(value)" }
  }

  private static let extremes = [
    "9223372036854775807", "-9223372036854775808", "99999999999999999999", "-1", "nan", "inf",
    "1e400", "0x10", "", " 1", "1 ", "٣",
  ]

  /// All commands with all their options that take numbers, and what each of them must refuse.
  static let cases: [Case] =
    (Command.all.map { ($0.name, $0.options) } + [("", ExploreCommand.options)])
    .flatMap { command, options in
      options.filter { $0.values != nil }.flatMap { option in
        extremes.filter { option.values?.accepts($0) == false }
          .map { Case(command: command, option: option.names[0], value: $0) }
      }
    }

  /// Most combinations in the process, since the table decides; what a run says is tested below.
  @Test func everyOptionRefusesWhatNoNumberIs() throws {
    #expect(Self.cases.count > 300)
    for one in Self.cases where !one.value.isEmpty {
      let command = Command.all.first { $0.name == one.command }.map { $0.options }
      let arguments = try Arguments(
        ["\(one.option)=\(one.value)"], options: command ?? ExploreCommand.options, command: "")
      #expect(throws: UsageError.self, "\(one)") { try arguments.checkValues() }
    }
  }

  /// As of other programs, `-oFILE` is `-o FILE`; `-output` lacks a dash.
  @Test func aShortOptionTakesItsValueInOneWord() throws {
    func outputs(_ words: [String]) throws -> [String] {
      try Arguments(words, options: Command.erf.options + Options.help, command: "erf")
        .all("--output")
    }
    #expect(try outputs(["-oa.npy", "-o", "b.npy"]) == ["a.npy", "b.npy"])
    #expect(try outputs(["-o=a.npy", "-ob=c.npy"]) == ["a.npy", "b=c.npy"])
    for word in ["-output", "-output=a.npy", "-ha", "-xa"] {
      let name = String(word.prefix { $0 != "=" })
      let error = #expect(throws: UsageError.self) { try outputs([word]) }
      #expect(error?.explanation.hasPrefix("unknown option \(name)") == true)
    }
  }

  /// What a value begins with is no part of its option, be it a mark over the character before.
  @Test(arguments: ["\u{301}x.npy", "\u{200D}x.npy"])
  func valuesMayBeginWithAMark(_ value: String) throws {
    let words = ["--output=\(value)", "-o=\(value)", "-o\(value)"]
    let outputs = try Arguments(words, options: Command.erf.options, command: "erf").all("--output")
    #expect(outputs.map { PathKey($0) } == words.map { _ in PathKey(value) })
  }

  /// Fractions are taken in the notations of whole numbers, decimal alone.
  @Test(arguments: ["0x10", "0x1p-3", "0x10:255", "0x1,0x1,0x1"])
  func hexadecimalNumbersAreRefused(_ text: String) {
    for command in Command.all {
      for option in command.options {
        #expect(option.values?.accepts(text) != true, "\(command.name) \(option.names[0])")
      }
    }
    #expect(OptionValues.rate.accepts("1e-3") && OptionValues.mean.accepts("-.5,+2.5E-1,1"))
  }

  /// Steps that leave the range are no steps, though one side alone would be left.
  @Test func kernelStepsHaveARange() {
    #expect([Int](kernels: "3:31:9223372036854775807") == nil)
    #expect([Int](kernels: "3:31:-4") == nil)
    #expect([Int](kernels: "3:31:28") == [3, 31])
  }

  /// Options whose value is counted, measured or drawn from have a range.
  @Test func everyNumberHasARange() {
    let counted: Set<String> = [
      "N", "S", "S|HxW", "K", "ROW,COL", "R", "D", "E", "P", "A", "SECONDS", "N,...",
    ]
    // A kind of stimulus, not a number.
    let words = ["stimuli --kind"]
    for command in Command.all {
      for option in command.options where counted.contains(option.value ?? "") {
        let name = "\(command.name) \(option.names[0])"
        #expect(option.values != nil || words.contains(name), "\(name)")
      }
    }
  }

  /// Each of these trapped, hung or asked for all memory.
  @Test(arguments: [
    ["probe", Samples.tiny, "--count", "9223372036854775807"],
    ["probe", Samples.tiny, "--seed", "18446744073709551616"],
    ["stimuli", "-o", "out", "--count", "9223372036854775807"],
    ["stimuli", "-o", "out", "--size", "9223372036854775807"],
    ["train", Samples.tiny, "-o", "w.safetensors", "--steps", "9223372036854775807"],
    ["train", Samples.tiny, "-o", "w.safetensors", "--mixup", "nan"],
    ["erf", Samples.tiny, "--stage", "9223372036854775807"],
    ["erf", Samples.tiny, "--size", "9223372036854775807x8"],
  ])
  func refusedInOneLine(_ arguments: [String]) throws {
    let outcome = try Executable.run(arguments, in: folder)
    let option = try #require(arguments.last { $0.hasPrefix("--") })
    expectOneLine(outcome, code: 2, mentions: [option, "expected"])
    #expect(folder.names.isEmpty)
  }

  /// The largest seeds draw stimuli like any other.
  @Test func theLargestSeedIsOne() throws {
    let arguments = ["stimuli", "-o", "out", "--count", "1", "--size", "16", "--seed"]
    _ = try succeed(arguments + ["\(UInt64.max)"], in: folder)
    #expect(folder.names == ["out"])
  }

  @Test func helpComesBeforeWhatIsWrong() throws {
    _ = try succeed(["erf", "--size", "3", "--help"], in: folder)
  }

  /// An argument of 100 KB is quoted in part.
  @Test(arguments: [["--size"], ["--image"], ["--tap"], ["--weights"], []])
  func linesAreBounded(_ option: [String]) throws {
    let long = String(repeating: "a", count: 100_000)
    let outcome = try Executable.run(
      ["erf"] + (option.isEmpty ? [] : [Samples.tiny]) + option + [long], in: folder)
    #expect(outcome.code == 1 || outcome.code == 2)
    #expect(outcome.error.count < 2100 && outcome.error.hasPrefix("replk-tui: "))
  }
}
