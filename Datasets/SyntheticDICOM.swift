import Imaging

struct SyntheticDICOM {
  let film: SyntheticPlan.Film
  let drawn: PhantomFilm
  let seed: UInt64
  func write(to path: String) throws -> Int {
    try StagedFolder.write(drawn.samples, to: path)
    return drawn.samples.count
  }
}
