// Entry point: dispatches to a subcommand or the explorer, and turns errors into one line and an
// exit code: 2 for what was asked wrongly, 1 for what failed.

import CommitRecord
import ERFEngine

ProgramRecord.commit = CommitRecord.commit
StandardStreams.holdClosedPlaces()
StandardStreams.reportBrokenPipes()
QuitSignal.endPlainly()
ProcessMemory.spareAddressSpace()
Program.reportFileSizeLimits()
Program.exit(Program.run(Array(SystemPath.arguments.dropFirst())))
