import Tensors

/// The process-wide computing settings before the first of several runs.
///
/// What a plan leaves open is taken from the process, so a run would get the threads of the one before it.
struct ProcessCompute {
  private let threads = Compute.threads

  func restore() { Compute.threads = threads }
}
