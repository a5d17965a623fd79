import Files
import Foundation
import Tensors

/// Batches that the calling thread fills.
struct PlainBatches: BatchIterator {
  let loader: DataLoader
  let plan: [[Int]]
  let epoch: Int
  private var index: Int
  private var hasBatches: Bool

  init(loader: DataLoader, plan: [[Int]], epoch: Int, from start: Int) {
    self.loader = loader
    self.plan = plan
    self.epoch = epoch
    index = start
    hasBatches = start > 0
  }

  var position: Int? { index }

  mutating func next() throws -> Batch? {
    while index < plan.count {
      let indices = plan[index]
      var slots = FilledSlots(inputs: loader.makeInputs(count: indices.count))
      for (slot, item) in indices.enumerated() {
        slots.record(
          slot, loader.result(item, epoch: epoch, batch: index, into: slots.inputs, slot: slot))
      }
      index += 1
      if let batch = try loader.assemble(slots, indices) {
        hasBatches = true
        return batch
      }
    }
    try loader.endEpoch(hasBatches: hasBatches)
    return nil
  }
}

/// Batches that loader threads fill ahead of their use.
final class ThreadedBatches: BatchIterator {
  private let threads: LoaderThreads
  private let loader: DataLoader
  private let plan: [[Int]]
  private var index: Int
  private var hasBatches: Bool

  init(loader: DataLoader, plan: [[Int]], epoch: Int, from start: Int) {
    self.loader = loader
    self.plan = plan
    index = start
    hasBatches = start > 0
    threads = LoaderThreads(loader: loader, plan: plan, epoch: epoch, from: start)
    threads.start()
  }

  deinit { threads.stop() }

  var position: Int? { index }

  func next() throws -> Batch? {
    while index < plan.count {
      let slots = threads.wait(for: index)
      index += 1
      if let batch = try loader.assemble(slots, plan[index - 1]) {
        hasBatches = true
        return batch
      }
    }
    threads.stop()
    try loader.endEpoch(hasBatches: hasBatches)
    return nil
  }
}

/// The threads of one epoch and their shared state.
private final class LoaderThreads: @unchecked Sendable {
  // @unchecked: mutable state is accessed with `condition` locked only; a slot's memory is written by the
  // thread that took it, before it reports so under the lock.

  private struct Job {
    var slots: FilledSlots
    var remaining: Int
  }

  private let loader: DataLoader
  private let plan: [[Int]]
  private let epoch: Int
  private let condition = NSCondition()
  private var jobs: [Int: Job] = [:]
  private var nextBatch: Int
  private var nextSlot = 0
  private var wanted: Int
  private var isStopped = false
  private var running = 0
  private let ahead: Int

  init(loader: DataLoader, plan: [[Int]], epoch: Int, from start: Int) {
    self.loader = loader
    self.plan = plan
    self.epoch = epoch
    (nextBatch, wanted) = (start, start)
    ahead = max(2, loader.workers)
  }

  /// Starts the threads, as many as the system allows.
  func start() {
    let count = min(
      loader.workers, max(plan.dropFirst(nextBatch).reduce(0) { $0 + $1.count }, 1))
    condition.lock()
    defer { condition.unlock() }
    for number in 0..<count {
      guard startThread("loader \(number)", stackSize: 4 << 20, { [self] in work() }) else {
        return
      }
      running += 1
    }
  }

  /// The next slot to fill; nil if none is left or the epoch was abandoned.
  private func take() -> (batch: Int, slot: Int, inputs: Tensor)? {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped, nextBatch < plan.count, nextBatch >= wanted + ahead { condition.wait() }
    guard !isStopped, nextBatch < plan.count else { return nil }
    let (batch, slot) = (nextBatch, nextSlot)
    if slot == 0 {
      jobs[batch] = Job(
        slots: FilledSlots(inputs: loader.makeInputs(count: plan[batch].count)),
        remaining: plan[batch].count)
    }
    nextSlot += 1
    if nextSlot == plan[batch].count { (nextBatch, nextSlot) = (nextBatch + 1, 0) }
    guard let inputs = jobs[batch]?.slots.inputs else { return nil }
    return (batch, slot, inputs)
  }

  /// Fills the next slot; false if none is left.
  private func fillNext() -> Bool {
    guard let (batch, slot, inputs) = take() else { return false }
    let result = loader.result(
      plan[batch][slot], epoch: epoch, batch: batch, into: inputs, slot: slot)
    condition.lock()
    jobs[batch]?.remaining -= 1
    jobs[batch]?.slots.record(slot, result)
    if jobs[batch]?.remaining == 0 { condition.broadcast() }
    condition.unlock()
    return true
  }

  private func work() {
    while fillNext() {}
    condition.lock()
    running -= 1
    condition.broadcast()
    condition.unlock()
  }

  func wait(for batch: Int) -> FilledSlots {
    condition.lock()
    defer { condition.unlock() }
    wanted = batch
    condition.broadcast()
    while true {
      if let job = jobs[batch], job.remaining == 0 {
        jobs[batch] = nil
        wanted = batch + 1
        condition.broadcast()
        return job.slots
      }
      if running > 0 {
        condition.wait()
      } else {
        // No thread could be started: this one does the work.
        condition.unlock()
        _ = fillNext()
        condition.lock()
      }
    }
  }

  /// Stops the threads and waits until they have ended.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    while running > 0 { condition.wait() }
    jobs = [:]
    condition.unlock()
  }
}
