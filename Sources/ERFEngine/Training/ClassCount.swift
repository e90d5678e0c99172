/// The same network with a classifier of another size: the number of classes follows the data.
extension ModelCatalogue {
  /// The canonical id of the network `model` with `classes` classes.
  ///
  /// - Throws: `ModelError`.
  public static func id(of model: String, classes: Int) throws(ModelError) -> String {
    var network = try architecture(model)
    network.classes = classes
    return network.id
  }

  /// Outputs of the classifier of the network `model`.
  ///
  /// - Throws: `ModelError`.
  public static func classes(of model: String) throws(ModelError) -> Int {
    try architecture(model).classes
  }
}
