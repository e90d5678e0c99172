// The pages of README and docs against the program and against each other.

import ERFEngine
import Foundation
import TestSupport
import Testing

@testable import replk_tui

@Suite struct DocumentationTests {
  private static let pages =
    ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]
    + ((try? PackageFiles.names(in: "docs")) ?? []).filter { $0.hasSuffix(".md") }.map {
      "docs/" + $0
    }

  @Test func readmeIsShort() throws {
    let lines = try PackageFiles.text("README.md").split(
      separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count <= 201)
  }

  @Test func readmeLeadsToEveryPage() throws {
    let readme = try PackageFiles.text("README.md")
    for page in Self.pages where page != "README.md" && page != "CHANGELOG.md" {
      #expect(readme.contains("](\(page))"), "\(page)")
    }
  }

  /// Links to files of the project lead to files.
  @Test(arguments: pages) func linksLeadSomewhere(_ page: String) throws {
    let text = try PackageFiles.text(page)
    for link in Self.links(text) {
      #expect(PackageFiles.exists(Self.folder(of: page) + link), "\(page): \(link)")
    }
  }

  private static func links(_ text: String) -> [Substring] {
    text.matches(of: /\]\(([^)#:]+)\)/).map { $0.1 }
  }

  private static func folder(of page: String) -> String {
    page.split(separator: "/").dropLast().map { $0 + "/" }.joined()
  }

  /// Links of the installed pages lead to files that are installed too; removing them leaves none.
  @Test func installedLinksLeadSomewhere() throws {
    let folder = try TemporaryFolder()
    // Any program will do: only the pages are looked at.
    #expect(try install("/usr/bin/true", in: folder).code == 0)
    let installed = "usr/share/doc/replk-tui/"
    for page in Self.pages {
      let text = String(decoding: try folder.read(installed + page), as: UTF8.self)
      for link in Self.links(text) {
        let path = folder.file(installed + Self.folder(of: page) + link)
        #expect(FileManager.default.fileExists(atPath: path), "\(page): \(link)")
      }
    }
    let removed = try install("--remove", in: folder)
    #expect(removed.code == 0 && removed.text == "")
  }

  /// Behind DESTDIR it would name a folder beside that.
  @Test(arguments: ["usr", ""]) func relativePrefixesAreRefused(_ prefix: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try install("/usr/bin/true", prefix, in: folder)
    #expect(outcome.code == 2 && outcome.text == "" && folder.names.isEmpty)
    #expect(
      outcome.error == "install: PREFIX is '\(prefix)': expected a whole path, such as /usr/local\n"
    )
  }

  private func install(
    _ program: String, _ prefix: String = "/usr", in folder: TemporaryFolder
  ) throws -> Outcome {
    let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
      .dropLast(3).joined(separator: "/")
    let script = #"sh "$2/Scripts/install.sh" "$3" "$4" "$PWD" && find . -type f"#
    return try Executable.run([root, program, prefix], in: folder, shell: script)
  }

  @Test func everyCommandIsDocumented() throws {
    let text = try PackageFiles.text("docs/commands.md")
    for command in Command.all {
      #expect(text.contains("`replk-tui \(command.name)"), "\(command.name)")
    }
    for match in text.matches(of: /`replk-tui ([a-z]+)[ `]/) {
      #expect(Command.all.contains { $0.name == match.1 }, "\(match.1)")
    }
  }

  /// Options that a command line of the documentation gives are options of that command.
  @Test(arguments: pages) func documentedOptionsExist(_ page: String) throws {
    let text = try PackageFiles.text(page)
    for line in text.split(separator: "\n") where line.hasPrefix("    ") {
      guard let match = line.firstMatch(of: /replk-tui ([a-z]+) ([^#|&;>]*)/),
        let command = Command.all.first(where: { $0.name == match.1 })
      else { continue }
      let known = Set((command.options + Options.help).flatMap(\.names))
      for word in match.2.split(separator: " ") where word.hasPrefix("--") {
        let name = word.split(separator: "=")[0].trimmingCharacters(in: ["\\", "\"", "'"])
        #expect(known.contains(name), "\(page): \(line)")
      }
    }
  }

  /// Only what says so installs anything; `check` tells what is missing.
  @Test func aCheckInstallsNothing() throws {
    let lines = try PackageFiles.text("Makefile").split(separator: "\n")
    let check = try #require(lines.first { $0.hasPrefix("check:") }).split(separator: " ")
      .dropFirst()
    #expect(!check.isEmpty && Set(check).isDisjoint(with: ["deps", "test-deps", "test", "run"]))
    for target in check {
      let rule = lines.drop { !$0.hasPrefix("\(target):") }.dropFirst().prefix {
        $0.hasPrefix("\t")
      }
      #expect(
        rule.allSatisfy { !$0.contains("$(PACKAGES)") || $0.contains("--check") }, "\(target)")
    }
  }

  @Test func theCitationIsOfThisVersion() throws {
    let text = try PackageFiles.text("CITATION.cff")
    let version = try #require(text.firstMatch(of: /\nversion: (.*)\n/)).1
    #expect(ProgramRecord.version == version)
    #expect(try PackageFiles.text("CHANGELOG.md").contains("## \(version)"))
  }
}
