// The thread sanitizer sees no lock in Mutex: it reports a race in this program, which has none.
import Foundation
import Synchronization

final class Counter: Sendable { let value = Mutex([0]) }
let counter = Counter()
let threads = (0..<2).map { _ in Thread { for _ in 0..<100_000 { counter.value.withLock { $0[0] += 1 } } } }
for thread in threads { thread.start() }
while counter.value.withLock({ $0[0] }) < 200_000 { usleep(1000) }
print("done")
