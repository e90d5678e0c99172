/// What runs write as safetensors, by what their metadata calls it: no networks.
public enum ResultFile: String, Sendable, CaseIterable {
  case part = "replk-tui.erf"
  case features = "replk-tui.features"
}
