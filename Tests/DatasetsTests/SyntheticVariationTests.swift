import Datasets
import Foundation
import Imaging
import Testing

@Suite("Synthetic films differ in what varies among films")
struct SyntheticVariationTests {
  @Test("findings and inverted images are spread over the images and the patients")
  func plan() {
    let images = SyntheticPlan(count: 400, seed: 7).images
    #expect(images.count { $0.hasPneumothorax } == 200 && images.count { $0.isInverted } == 40)
    // A random order of as many has 201 changes on average, and 72 of neighbors with an inverted one.
    func changes(_ value: (SyntheticPlan.PlannedImage) -> Bool) -> Int {
      zip(images, images.dropFirst()).count { value($0) != value($1) }
    }
    #expect((160...240).contains(changes(\.hasPneumothorax)))
    #expect((45...80).contains(changes(\.isInverted)))
    let patients = Dictionary(grouping: images, by: \.patient).values.filter { $0.count > 1 }
    let mixed = patients.count { Set($0.map(\.hasPneumothorax)).count == 2 }
    #expect(patients.count > 60 && mixed > patients.count / 4, "\(mixed) of \(patients.count)")
    #expect(SyntheticPlan(count: 400, seed: 8).images != images)
  }

  @Test("ages, sexes, views and spacings vary; those of a patient are the same on all films")
  func attributes() throws {
    let scratch = try ScratchFolder()
    let folder = scratch.path + "/films"
    let files = SyntheticPlan(count: 60, seed: 7).images.map(\.file)
    try SyntheticSIIM(count: 60, size: 64, seed: 7, threads: 2).write(to: folder)
    let headers = try files.map { try DICOMFile.readHeader(of: "\(folder)/\($0)") }
    func values(_ tag: DICOMTag) -> Set<String> { Set(headers.compactMap { $0.string(tag) }) }
    #expect(values("PatientAge").count > 20 && values("PatientSex") == ["F", "M"])
    #expect(
      values("PatientAge").allSatisfy { $0.count == 4 && $0.hasPrefix("0") && $0.hasSuffix("Y") })
    #expect(values("ViewPosition") == ["AP", "PA"])
    let views = headers.count { $0.viewPosition == "AP" }
    #expect((12...30).contains(views), "\(views) of 60 are AP")
    #expect(
      values("PixelSpacing") == ["6.672\\6.672", "6.703\\6.703", "6.562\\6.562", "6.500\\6.500"])
    for films in Dictionary(grouping: headers, by: \.patientID).values {
      #expect(Set(films.map { $0.string("PatientAge") }).count == 1)
      #expect(Set(films.map { $0.string("PatientSex") }).count == 1)
    }
  }
}
