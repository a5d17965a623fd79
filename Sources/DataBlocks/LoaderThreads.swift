import Foundation
import Tensors

/// Batches made in the calling thread.
struct PlainBatches: BatchIterator {
  let loader: DataLoader
  let plan: [[Int]]
  let epoch: Int
  var index = 0

  init(loader: DataLoader, plan: [[Int]], epoch: Int) {
    self.loader = loader
    self.plan = plan
    self.epoch = epoch
  }

  mutating func next() throws -> Batch? {
    while index < plan.count {
      let indices = plan[index]
      let inputs = loader.makeInputs(count: indices.count)
      var failures: [Int: DataError] = [:]
      for (slot, item) in indices.enumerated() {
        do {
          try loader.load(item, epoch: epoch, batch: index, into: inputs, slot: slot)
        } catch {
          failures[slot] = error
        }
      }
      index += 1
      if let batch = try loader.assemble(inputs, indices, failures: failures) { return batch }
    }
    return nil
  }
}

/// Batches made by threads ahead of the one that is wanted.
final class ThreadedBatches: BatchIterator {
  private let pipeline: LoaderPipeline
  private let loader: DataLoader
  private let plan: [[Int]]
  private var index = 0

  init(loader: DataLoader, plan: [[Int]], epoch: Int) {
    self.loader = loader
    self.plan = plan
    pipeline = LoaderPipeline(loader: loader, plan: plan, epoch: epoch)
    pipeline.start()
  }

  deinit { pipeline.stop() }

  func next() throws -> Batch? {
    while index < plan.count {
      let (inputs, failures) = pipeline.wait(for: index)
      defer { index += 1 }
      if let batch = try loader.assemble(inputs, plan[index], failures: failures) { return batch }
    }
    pipeline.stop()
    return nil
  }
}

/// The threads of one epoch and what they share.
private final class LoaderPipeline: @unchecked Sendable {
  // @unchecked: everything that changes is touched with `condition` locked only; batches' memory is
  // written by the thread that took a slot, before it says so under the lock.

  private struct Job {
    let inputs: Tensor
    var remaining: Int
    var failures: [Int: DataError] = [:]
  }

  private let loader: DataLoader
  private let plan: [[Int]]
  private let epoch: Int
  private let condition = NSCondition()
  private var jobs: [Int: Job] = [:]
  private var nextBatch = 0
  private var nextSlot = 0
  private var wanted = 0
  private var isStopped = false
  private var running = 0
  private let ahead: Int

  init(loader: DataLoader, plan: [[Int]], epoch: Int) {
    self.loader = loader
    self.plan = plan
    self.epoch = epoch
    ahead = max(2, loader.workers)
  }

  func start() {
    for number in 0..<min(loader.workers, max(plan.reduce(0) { $0 + $1.count }, 1)) {
      running += 1
      let thread = Thread { [self] in work() }
      thread.name = "loader \(number)"
      thread.stackSize = 4 << 20
      thread.start()
    }
  }

  /// The next slot to fill; nil when there is none left or the epoch was given up.
  private func take() -> (batch: Int, slot: Int, inputs: Tensor)? {
    condition.lock()
    defer { condition.unlock() }
    while !isStopped, nextBatch < plan.count, nextBatch >= wanted + ahead { condition.wait() }
    guard !isStopped, nextBatch < plan.count else { return nil }
    let (batch, slot) = (nextBatch, nextSlot)
    if slot == 0 {
      jobs[batch] = Job(
        inputs: loader.makeInputs(count: plan[batch].count), remaining: plan[batch].count)
    }
    nextSlot += 1
    if nextSlot == plan[batch].count { (nextBatch, nextSlot) = (nextBatch + 1, 0) }
    guard let inputs = jobs[batch]?.inputs else { return nil }
    return (batch, slot, inputs)
  }

  private func work() {
    while let (batch, slot, inputs) = take() {
      var failure: DataError?
      do {
        try loader.load(plan[batch][slot], epoch: epoch, batch: batch, into: inputs, slot: slot)
      } catch {
        failure = error
      }
      condition.lock()
      jobs[batch]?.remaining -= 1
      if let failure { jobs[batch]?.failures[slot] = failure }
      if jobs[batch]?.remaining == 0 { condition.broadcast() }
      condition.unlock()
    }
    condition.lock()
    running -= 1
    condition.broadcast()
    condition.unlock()
  }

  func wait(for batch: Int) -> (Tensor, [Int: DataError]) {
    condition.lock()
    defer { condition.unlock() }
    wanted = batch
    condition.broadcast()
    while true {
      if let job = jobs[batch], job.remaining == 0 {
        jobs[batch] = nil
        wanted = batch + 1
        condition.broadcast()
        return (job.inputs, job.failures)
      }
      condition.wait()
    }
  }

  /// Ends the threads and waits until they are gone.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    while running > 0 { condition.wait() }
    jobs = [:]
    condition.unlock()
  }
}
