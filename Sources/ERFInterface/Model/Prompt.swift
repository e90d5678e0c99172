// A line of input over the panels.

/// A line of text that a command asks for.
public struct Prompt: Sendable, Equatable {
  public enum Purpose: Sendable, Equatable {
    case saveSession, addImages
    /// What the network with that letter is trained on.
    case train(letter: String)
  }

  public var purpose: Purpose
  public var text: String {
    didSet { isSuggestion = false }
  }
  /// Whether the text was put there for the user, who has not touched it.
  private(set) var isSuggestion = false
  /// What is wrong with the text, or what Enter would do.
  public var complaint: String?
  /// What is good to know, where nothing is wrong.
  var hint: String?
  /// Whether Enter was said to replace a file or to make a folder, and is pressed again.
  var isSure = false
  /// The work whose end closes the prompt.
  var waitsFor: RequestID?

  init(purpose: Purpose, text: String) {
    self.purpose = purpose
    self.text = text
  }

  init(purpose: Purpose, suggestion: String) {
    self.init(purpose: purpose, text: suggestion)
    isSuggestion = true
  }

  /// What stands before the text.
  var label: String {
    switch purpose {
    case .saveSession: "write the session to"
    case .addImages: "image, or folder of images"
    case .train(let letter):
      "train \(letter) on a folder with one folder per class; empty: built-in shapes"
    }
  }

  /// What Enter does, in a word.
  var action: String {
    switch purpose {
    case .saveSession: "write"
    case .addImages: "add"
    case .train: "train"
    }
  }

  /// What is asked for where nothing is typed; nil: something has to be.
  var complaintWhereEmpty: String? {
    if case .train = purpose { nil } else { "no name given" }
  }
}
