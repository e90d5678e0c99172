// Time that is computed in, without pauses.

import Testing

@testable import ERFEngine

@Suite struct ComputingClockTests {
  @Test func pausesDoNotCount() {
    let start = SuspendingClock.now
    func at(_ seconds: Int) -> SuspendingClock.Instant { start.advanced(by: .seconds(seconds)) }
    var time = PausedTime(since: start)
    #expect(time.reading(at: at(3)) == .seconds(3))
    time.pause(at: at(4))
    #expect(time.reading(at: at(90)) == .seconds(4))
    time.goOn(at: at(100))
    #expect(time.reading(at: at(100)) == .seconds(4) && time.reading(at: at(105)) == .seconds(9))
    // Two that overlap.
    time.pause(at: at(110))
    time.pause(at: at(150))
    time.goOn(at: at(190))
    time.goOn(at: at(210))
    #expect(time.reading(at: at(211)) == .seconds(15))
  }

  /// Nothing seems to take less than no time, however threads wake.
  @Test func theClockStandsStillWithinAPause() {
    let before = ComputingClock.now
    var within: [Duration] = []
    ComputingClock.pause { within = [ComputingClock.now, ComputingClock.now] }
    #expect(within[0] == within[1] && before <= within[0] && within[0] <= ComputingClock.now)
  }
}
