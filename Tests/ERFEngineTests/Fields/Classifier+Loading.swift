// Classifiers of networks that are loaded for them.

@testable import ERFEngine

extension Classifier {
  init(_ spec: NetworkSpec, size: InputSize? = nil, threads: Int? = nil) throws {
    try self.init(Network(size.map(spec.bound) ?? spec), size: size, threads: threads)
  }
}
