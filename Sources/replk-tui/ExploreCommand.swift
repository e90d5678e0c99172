// The explorer: the default command.

import ERFEngine

extension Command {
  static let explore = Command(
    name: "", synopsis: "[MODEL [MODEL]] [options]", summary: "open the explorer",
    options: Options.network + Options.images + Options.unit + Options.run
  ) { _ in
  }
}
