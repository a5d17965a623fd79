/// The images of a synthetic data set: their patients, findings and split.
package struct SyntheticPlan {
  /// The splits.
  package enum DataSplit: String, CaseIterable, Sendable {
    case train, valid, test

    /// The folder of the images; training and validation images share one, as in SIIM_SMALL.
    package var folder: String { self == .test ? "test" : "train" }
  }

  /// One image.
  package struct PlannedImage: Sendable, Equatable {
    package let index: Int
    package let patient: Int
    /// The number of the image among those of the patient, from 1.
    package let number: Int
    package let hasPneumothorax: Bool
    /// Whether the stored values are inverted (MONOCHROME1).
    package let isInverted: Bool
    package var split: DataSplit

    /// The file name without extension, which is the ImageId in `masks.csv`.
    package var name: String {
      let digits = String(index)
      return String(repeating: "0", count: max(6 - digits.count, 0)) + digits
    }

    /// The path of the file in the data set.
    package var file: String { "\(split.folder)/\(name).dcm" }
    /// The label in `labels.csv`.
    package var label: String { hasPneumothorax ? "Pneumothorax" : "No Pneumothorax" }
    /// The identifier of the patient.
    package var patientID: String {
      let digits = String(patient)
      return "synthetic-" + String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }
  }

  /// The images by index.
  package let images: [PlannedImage]

  /// Plans a data set: half of the images have a pneumothorax, a quarter of the patients several
  /// images.
  package init(count: Int, seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .plan, index: 0)
    // Exactly half, in random order.
    let order = random.permutation(of: count)
    var images: [PlannedImage] = []
    var patient = 0
    while images.count < count {
      let draw = random.uniform()
      let wanted = draw < 0.75 ? 1 : draw < 0.92 ? 2 : 3
      for number in 1...min(wanted, count - images.count) {
        let index = images.count
        images.append(
          PlannedImage(
            index: index, patient: patient, number: number,
            hasPneumothorax: order[index] < count / 2, isInverted: false, split: .train))
      }
      patient += 1
    }
    // One image in ten is stored inverted, in both classes alike.
    let places = random.permutation(of: count)
    let inverted = Set(places.prefix((count + 5) / 10))
    images = images.map { image in
      PlannedImage(
        index: image.index, patient: image.patient, number: image.number,
        hasPneumothorax: image.hasPneumothorax, isInverted: inverted.contains(image.index),
        split: .train)
    }
    self.images = Self.split(images, patients: patient, random: &random)
  }

  /// Assigns patients to the splits, so that each class is split approximately 64, 16 and 20 %.
  private static func split(
    _ images: [PlannedImage], patients: Int, random: inout RandomStream
  ) -> [PlannedImage] {
    var counts = [[Int]](repeating: [0, 0], count: patients)
    for image in images { counts[image.patient][image.hasPneumothorax ? 1 : 0] += 1 }
    // The number of images that each split lacks, per class.
    var lacking: [[Int]] = [[0, 0], [0, 0], [0, 0]]
    for label in 0...1 {
      let total = counts.reduce(0) { $0 + $1[label] }
      let test = (total * 20 + 50) / 100
      let valid = (total * 16 + 50) / 100
      lacking[0][label] = total - test - valid
      lacking[1][label] = valid
      lacking[2][label] = test
    }
    // Patients with many images are assigned first; those with one fill the rest.
    let shuffled = random.permutation(of: patients)
    let order = (1...3).reversed().flatMap { size in
      shuffled.filter { counts[$0][0] + counts[$0][1] == size }
    }
    var part = [Int](repeating: 0, count: patients)
    for patient in order {
      let wanted = counts[patient]
      var best = 0
      var bestScore = Float.infinity
      for candidate in 0...2 {
        // Avoids exceeding the target of a split, and prefers the split that lacks most.
        var score: Float = 0
        for label in 0...1 where wanted[label] > 0 {
          score += 1000 * Float(max(wanted[label] - max(lacking[candidate][label], 0), 0))
          score -= Float(lacking[candidate][label])
        }
        if score < bestScore { (best, bestScore) = (candidate, score) }
      }
      part[patient] = best
      for label in 0...1 { lacking[best][label] -= wanted[label] }
    }
    return images.map { image in
      var image = image
      image.split = DataSplit.allCases[part[image.patient]]
      return image
    }
  }
}
