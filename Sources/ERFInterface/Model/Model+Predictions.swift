// Which predictions the session asks for.

import ERFEngine

extension Model {
  /// The image that classes are named of: the first that the maps are averaged over; nil for prepared
  /// tensors, which are no pictures.
  private var predictedImage: PredictionRequest.Picture? {
    let index = session.images.range.lowerBound
    return switch session.images.source {
    case .builtIn: .builtIn(index)
    case .files(let paths): paths.indices.contains(index) ? .file(paths[index]) : nil
    case .tensor: nil
    }
  }

  /// Why a network names no classes; nil where it is asked.
  func noPrediction(_ side: Int) -> String? {
    let network = session.networks[side]
    if network.savedMap != nil { return "a saved map names no classes" }
    if network.isRandom { return "random weights: no prediction" }
    return predictedImage == nil ? "a prepared tensor is not a picture to name" : nil
  }

  /// Whether a network's weights were trained on the built-in shapes: here, or as their file says.
  func knowsShapesAlone(_ side: Int) -> Bool {
    if sides[side].opened == session.networks[side],
      sides[side].subject?.training?.isOfShapes == true
    {
      return true
    }
    guard let film, film.folder == nil else { return false }
    let weights = session.networks[side].weights
    return film.moments.contains { weights == .file($0.path) }
  }

  /// What the picture is called that classes are named of.
  var predictedName: String { session.images.name(session.images.range.lowerBound) }

  /// What is asked of a network as edited; nil: there is no picture, or nobody to ask.
  func prediction(_ side: Int) -> PredictionRequest? {
    guard noPrediction(side) == nil else { return nil }
    return predictedImage.map { PredictionRequest(network: session.networks[side], image: $0) }
  }

  /// What is asked of a network as it was opened; nil where it is not edited.
  func predictionBefore(_ side: Int) -> PredictionRequest? {
    let network = session.networks[side]
    guard network.isEdited, noPrediction(side) == nil, let image = predictedImage else {
      return nil
    }
    return PredictionRequest(network: network.unedited, image: image)
  }
}
