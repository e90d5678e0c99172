// What a session comes to before anything is drawn.

public import ERFEngine

extension Session {
  /// What is asked of the engine for all of its networks, saved maps aside, at their last layers.
  ///
  /// - Parameter engine: knows which networks stay at the size of their files.
  public func requests(threads: Int?, engine: any Engine) -> [ERFRequest] {
    var model = Model(
      session: self, display: Display(depth: .mono, unicode: false, cellAspect: 2),
      size: ScreenSize(rows: 24, columns: 80), threads: threads)
    return (networks + gallery).filter { $0.savedMap == nil }.map { network in
      model.session.networks = [network]
      var request = model.request(0)
      if network.needsOpening,
        let facts = try? engine.facts(of: network, size: size, cancellation: Cancellation())
      {
        request.size = facts.input
      }
      return request
    }
  }
}
