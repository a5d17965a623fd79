import Datasets
import Foundation
import Imaging
import Testing

@Suite struct SyntheticPetsTests {
  @Test("names are those of PETS: breeds of cats begin with a capital, breeds take turns")
  func names() throws {
    let scratch = try ScratchFolder()
    let paths = try SyntheticPets(count: 17, size: 48, seed: 3).write(to: scratch.path + "/pets")
    let names = paths.map { String($0.split(separator: "/").last ?? "") }
    #expect(names[0] == "Abyssinian_1.jpg" && names[4] == "beagle_1.jpg")
    #expect(names[8] == "Abyssinian_2.jpg" && names[16] == "Abyssinian_3.jpg")
    #expect(names.count { $0.first?.isUppercase == true } == 9)
    #expect(
      try scratch.files(in: "pets") == (names.map { "images/\($0)" } + ["README.txt"]).sorted())
    let first = try PixelBuffer(contentsOfImage: paths[0])
    #expect(first.width == 48 && first.height == 48 && first.channels == 3)
    #expect(throws: DatasetError.self) {
      try SyntheticPets(count: 8, size: 48).write(to: scratch.path + "/pets")
    }
    #expect(
      try SyntheticPets(count: 8, size: 48).write(
        to: scratch.path + "/pets", overwrite: true
      ).count == 8)
  }

  @Test("the same seed gives the same bytes; pictures of a breed differ")
  func repeats() throws {
    let scratch = try ScratchFolder()
    for name in ["a", "b"] {
      try SyntheticPets(count: 9, size: 40, seed: 5).write(to: "\(scratch.path)/\(name)")
    }
    for file in try scratch.files(in: "a") {
      #expect(try scratch.bytes("a/\(file)") == scratch.bytes("b/\(file)"))
    }
    let pets = SyntheticPets(size: 64, seed: 5)
    let pictures = (1...6).map { pets.image(of: "pug", $0) }
    for (index, picture) in pictures.enumerated() {
      #expect(!pictures[..<index].contains(picture))
    }
    #expect(pets.image(of: "pug", 1) != SyntheticPets(size: 64, seed: 6).image(of: "pug", 1))
  }

  @Test("a picture shows the same at another size, and its animal in the middle")
  func sizes() {
    let (small, large) = (
      SyntheticPets(size: 32, seed: 1).image(of: "Siamese", 1),
      SyntheticPets(size: 64, seed: 1).image(of: "Siamese", 1)
    )
    // The mean of four pixels, up to grain and edges.
    var difference = 0.0
    for y in 0..<32 {
      for x in 0..<32 {
        for channel in 0..<3 {
          let four = [(0, 0), (1, 0), (0, 1), (1, 1)].map {
            Double(large.samples[((2 * y + $0.1) * 64 + 2 * x + $0.0) * 3 + channel])
          }
          let one = Double(small.samples[(y * 32 + x) * 3 + channel])
          difference += abs(four.reduce(0, +) / 4 - one)
        }
      }
    }
    #expect(difference / Double(32 * 32 * 3) < 6)
    #expect(Set(large.samples).count > 50)
  }

  @Test(
    "arguments out of range are errors with the range", arguments: [(0, 64), (5, 31), (5, 2049)])
  func ranges(count: Int, size: Int) throws {
    let scratch = try ScratchFolder()
    #expect(throws: DatasetError.self) {
      try SyntheticPets(count: count, size: size).write(to: scratch.path + "/pets")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.path + "/pets"))
  }
}
