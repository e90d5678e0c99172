// Temporary demonstration of the explorer with synthetic maps, until the engine is plugged in.

import ERFCurses
import ERFEngine
import ERFInterface

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct Synthetic: ERFComputing {
  func compute(
    _ request: ERFRequest, cancellation: Cancellation, progress: (ERFProgress) -> Void
  ) throws -> ERFResult {
    let size = request.size.height
    let stages = ["stage1", "stage2", "stage3", "stage4"]
    let tap = request.tap ?? "stage4"
    let stage = Double((stages.firstIndex(of: tap) ?? 3) + 1)
    if request.model == "bad" { struct E: Error, CustomStringConvertible { var description: String { "no network is called bad; try replknet-13, replknet-31, resnet-101" } }; throw E() }
    let big = request.model.contains("31")
    let subject = ERFSubject(
      model: request.model.lowercased(), weights: request.weights.description,
      weightsHash: "3f9a0c1d22b7e481", input: request.size, stages: stages, tap: tap,
      mapSize: InputSize(height: 1 + size / 32, width: 1 + size / 32),
      unit: Unit(row: (1 + size / 32) / 2, column: (1 + size / 32) / 2), rule: .paper)
    usleep(300_000)
    progress(.prepared(subject))
    let images = 4
    var sums = [Double](repeating: 0, count: size * size)
    var state: UInt64 = 7
    let sigma = Double(big ? 20 : 9) * stage * 0.8
    for image in 0..<images {
      for layer in 0..<40 {
        try cancellation.check()
        usleep(15_000)
        progress(.layer(name: "stages.\(layer / 10).blocks.\(layer % 10)", image: image, images: images,
          fraction: (Double(image) + Double(layer + 1) / 40) / Double(images)))
      }
      for row in 0..<size {
        for column in 0..<size {
          state = state &* 6364136223846793005 &+ 1442695040888963407
          let noise = Double(state >> 40) / Double(1 << 24)
          let dy = Double(row) - Double(size) / 2, dx = Double(column) - Double(size) / 2
          let box = big ? exp(-pow(max(abs(dx), abs(dy)) / sigma / 1.6, 6)) * 0.6 : 0
          let g = exp(-(dx * dx + dy * dy) / (2 * sigma * sigma))
          sums[row * size + column] += (g + box * 0.2) * (0.3 + noise) * (big ? 8 : 20)
        }
      }
      progress(.image(image, of: images, map: ERFMap(height: size, width: size,
        values: sums.map { $0 / Double(image + 1) }, images: image + 1)))
    }
    let map = ERFMap(height: size, width: size, values: sums.map { $0 / Double(images) }, images: images)
    return ERFResult(subject: subject, map: map, metrics: ERFMetrics(map),
      imageNames: ["a", "b", "c", "d"], seconds: ERFSeconds(total: 2.4), peakBytes: 512 << 20)
  }
}

struct NoExport: HeatmapExporting {
  func export(result: ERFResult, path: String, colours: String) throws { usleep(100_000) }
}

var options = TerminalOptions()
var models: [String] = []
for argument in CommandLine.arguments.dropFirst() {
  if argument.hasPrefix("--color="), let choice = ColourChoice(rawValue: String(argument.dropFirst(8))) {
    options.colour = choice
  } else if argument == "--ascii" { options.ascii = true } else { models.append(argument) }
}
if models.isEmpty { models = ["RepLKNet-13", "RepLKNet-31"] }
do {
  let terminal = try CursesTerminal.open(options)
  let code = Explorer.run(
    requests: models.map { ERFRequest(model: $0, images: .builtIn(4)) }, terminal: terminal,
    computing: Synthetic(), exporting: NoExport())
  CursesTerminal.exit(code)
} catch {
  print("replk-tui: \(error)")
  exit(2)
}
