// Before each build, writes down which commit is built.

import PackagePlugin

@main
struct CommitPlugin: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let package = context.package.directoryURL
    return [
      .prebuildCommand(
        displayName: "Recording the commit",
        executable: package.appending(path: "Scripts/record-commit.sh"),
        arguments: [package.path(), context.pluginWorkDirectoryURL.path()],
        outputFilesDirectory: context.pluginWorkDirectoryURL)
    ]
  }
}
