import DataBlocks
import Datasets
import Files
import Foundation
import Imaging
import Interpret
import Layers
import Runs
import Tensors
import TestSupport
import Testing
import Training
import Vision

@Suite("Maps of a saved run")
struct SavedRunInterpretTests {
  private func savedRun(_ work: Workspace) throws -> SavedRun {
    try work.plan(try work.table()).quietRun(in: work.file("run"))
    return try SavedRun(work.file("run"))
  }

  private func stored(_ work: Workspace) throws -> [ExplanationRecord] {
    try JSONDecoder().decode(
      [ExplanationRecord].self, from: Data(try work.text("maps/interpret.json").utf8))
  }

  /// Grad-CAM as fmi draws it.
  private func fmi(
    _ layer: String = "layer3", _ classes: WantedClasses = .all
  ) -> InterpretSettings {
    var settings = InterpretSettings()
    settings.method = "grad-cam"
    settings.layers = [layer]
    settings.options = .fmi
    settings.boxes = .fmi
    settings.classes = classes
    return settings
  }

  @Test("a figure never replaces an image that is explained")
  func ownInput() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let image = try work.writeImage("maps/a.png", seed: 7)
    let before = try Data(contentsOf: URL(fileURLWithPath: image))
    let records = try run.interpret([image], to: work.file("maps"))
    #expect(records.map(\.figure) == [work.file("maps/a-2.png")])
    #expect(try Data(contentsOf: URL(fileURLWithPath: image)) == before)
  }

  @Test("a record and a figure per file; those that cannot be read are recorded with the reason")
  func records() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let image = try work.writeImage("one/x.png", width: 50, height: 30, seed: 7)
    let same = try work.writeImage("two/x.png", seed: 8)
    let numbered = try work.writeImage("two/x-2.png", seed: 9)
    let missing = work.file("none.png")
    try work.write("not an image", to: "bad.png")
    let given = [image, missing, same, work.file("bad.png"), numbered]
    let records = try run.interpret(given, to: work.file("maps"), settings: fmi())
    #expect(records.map(\.file) == given)
    #expect(
      records.map(\.figure) == [
        work.file("maps/x.png"), nil, work.file("maps/x-2.png"), nil,
        work.file("maps/x-2-2.png"),
      ])
    #expect(
      try files(in: work.file("maps"))
        == ["interpret.json", "x-2-2.png", "x-2.png", "x.png"])
    for (record, file) in zip(records, given) {
      guard let figure = record.figure else {
        #expect(record.error?.hasPrefix("\(file): ") == true)
        #expect(record.maps == nil && record.boxes == nil && record.predicted == nil)
        continue
      }
      #expect(record.error == nil)
      #expect(try PixelBuffer(contentsOfImage: figure).width > 900)
      #expect(record.predicted == (try run.predictor.predict(file)).label)
      let expected = try Explainer(
        run.predictor, GradCAM(),
        layers: [TappedLayer("layer3", run.visionModel.lastSpatialLayer)], options: .fmi)(
          run.predictor.prepare(file))
      let maps = try #require(record.maps)
      #expect(maps.map(\.className) == expected.maps.map(\.className))
      // Another batch size adds in another order.
      expectClose(
        maps.map { $0.probability ?? .nan }, expected.maps.map(\.probability), absolute: 1e-6)
      #expect(maps.map(\.status) == expected.maps.map(\.status))
      for (map, other) in zip(maps, expected.maps) {
        expectClose(
          map.values.map { $0 ?? .nan }, other.map.floatScalars, absolute: 1e-5, relative: 1e-4)
      }
      #expect(maps.allSatisfy { $0.rows == 8 && $0.columns == 8 })
      #expect(record.boxes?.map(\.box) == expected.boxes.map(\.box))
    }
    #expect(records[0].imageSize == ImageSize(height: 30, width: 50))
    #expect(records[0].inputSize == ImageSize(height: 32, width: 32))
    // The middle square of 50 x 30.
    #expect(records[0].extent == BoundingBox(x0: 10, y0: 0, x1: 40, y1: 30))
    #expect(records[0].facts == nil)
    #expect(
      records[0].maps?.allSatisfy {
        $0.grid == MapGrid.even(ImageSize(height: 32, width: 32), rows: 8, columns: 8)
      } == true)
    let read = try stored(work)
    #expect(read.map(\.file) == given && read.map(\.figure) == records.map(\.figure))
    #expect(read.map(\.error) == records.map(\.error))
    #expect(read.map(\.boxes) == records.map(\.boxes))
    #expect(read.map { $0.maps?.map(\.values) } == records.map { $0.maps?.map(\.values) })
  }

  @Test("maps of one class, of the predicted class, and at another layer")
  func choices() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let image = work.file("0.png")
    func maps(
      _ classes: WantedClasses, layer: String = "layer3"
    ) throws -> [ExplanationRecord.Map] {
      try run.interpret([image], to: work.file("maps"), settings: fmi(layer, classes))[0].maps
        ?? []
    }
    #expect(try maps(.all).count == 2)
    #expect(try maps(.named("a")).map(\.className) == ["a"])
    let predicted = try run.predictor.predict(image).label
    #expect(try maps(.predicted).map(\.className) == [predicted])
    let middle = try maps(.all, layer: "layer2")
    #expect(middle.allSatisfy { $0.rows == 16 && $0.columns == 16 })
  }

  @Test("a layer or class that does not exist is refused before a folder is created")
  func unknown() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    func refused(
      _ layer: String = "layer3", _ classes: WantedClasses = .all, masks: String? = nil
    ) -> MapError? {
      let error = #expect(throws: MapError.self) {
        try run.interpret(
          [work.file("0.png")], to: work.file("maps"), settings: fmi(layer, classes),
          masks: masks.map { MaskComparison(work.file("masks.csv"), className: $0) })
      }
      #expect(!work.exists("maps"))
      return error
    }
    guard case .unknownLayer("layer9", let known)? = refused("layer9")?.reason else {
      Issue.record("layer9 is not refused")
      return
    }
    #expect(known.contains("layer3"))
    #expect(known.allSatisfy { run.visionModel.layer($0) != nil })
    #expect(refused("layer3", .named("c"))?.reason == .unknownClass("c", known: ["a", "b"]))
    #expect(refused(masks: "c")?.reason == .unknownClass("c", known: ["a", "b"]))
    // A layer without rows and columns is found when it runs.
    #expect(throws: MapError(.notSpatial(shape: [1, 2]))) {
      try run.interpret([work.file("0.png")], to: work.file("maps"), settings: fmi("1"))
    }
  }

  /// Run lengths of some rows, in all columns.
  private func rows(_ rows: Range<Int>, width: Int, height: Int) -> String {
    (0..<width).map {
      "\($0 == 0 ? rows.lowerBound : height - rows.count) \(rows.count)"
    }.joined(separator: " ")
  }

  @Test("maps against masks: one outside of what the model sees does not count")
  func masks() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let (width, height) = (48, 64)
    let images = try ["above", "everywhere", "top row", "empty", "unlisted"].enumerated().map {
      try work.writeImage("\($1).png", width: width, height: height, seed: UInt64($0) + 20)
    }
    // The model sees rows 8 to 55.
    try work.write(
      """
      ImageId, EncodedPixels
      above, \(rows(0..<7, width: width, height: height))
      everywhere, \(rows(0..<64, width: width, height: height))
      top row, \(rows(8..<14, width: width, height: height))
      empty, -1

      """, to: "masks.csv")
    func compared(_ files: [String]) throws -> MaskComparison {
      let masks = MaskComparison(work.file("masks.csv"), className: "a")
      _ = try run.interpret(files, to: work.file("maps"), settings: fmi(), masks: masks)
      #expect(masks.className == "a")
      return masks
    }
    let above = try compared([images[0]])
    #expect(above.images == 0 && above.hits == 0 && above.averagePrecision == nil)
    let everywhere = try compared([images[1]])
    #expect(everywhere.images == 1 && everywhere.averagePrecision == 1)
    #expect(try compared([images[2]]).images == 1)
    #expect(try compared([images[3]]).images == 0)
    let all = try compared(images)
    #expect(all.images == 2)
    let explanation = try Explainer(
      run.predictor, GradCAM(),
      layers: [TappedLayer("layer3", run.visionModel.lastSpatialLayer)], options: .fmi)(
        run.predictor.prepare(images[1]))
    let map = try #require(explanation.maps.first { $0.className == "a" })
    #expect((everywhere.hits == 1) == (map.status == .evidence))

    try work.write("ImageId, EncodedPixels\nabove, 0 4000\n", to: "masks.csv")
    let error = #expect(throws: SIIMMaskError.self) { try compared([images[0]]) }
    #expect(error?.place.file == work.file("masks.csv") && error?.place.line == 2)
    // The masks name none of the images.
    #expect(throws: SIIMMaskError.self) { try compared([images[1]]) }
  }

  @Test(
    "the default is Layer-CAM fused over the stages, of classes that are findings, with regions as boxes"
  )
  func defaults() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let image = work.file("0.png")
    let record = try #require(try run.interpret([image], to: work.file("maps")).first)
    let (explainer, choice) = try run.explainer()
    #expect(choice == nil && explainer.method is LayerCAM)
    #expect(explainer.layers.map(\.path) == ["layer1", "layer2", "layer3"])
    #expect(explainer.options == .corrected && explainer.options.fusion == .product)
    let expected = try explainer(run.predictor.prepare(image))
    #expect(record.maps?.map(\.values) == expected.maps.map(\.map.floatScalars))
    #expect(record.boxes == expected.boxes(BoxOptions()))
    #expect(WantedClasses.findings(["No Pneumothorax", "Pneumothorax"]) == [1])
    #expect(WantedClasses.findings(["NORMAL", "PNEUMONIA"]) == [1])
    #expect(WantedClasses.findings(["no_finding", "Mass", "Nodule"]) == [1, 2])
    #expect(WantedClasses.findings(["No", "Yes"]) == [0, 1])
    #expect(WantedClasses.findings(["Normal", "No finding"]) == [0, 1])
    #expect(WantedClasses.findings(["Nodule", "Nothing else"]) == [0, 1])
  }

  @Test("contact sheets, SVG figures and no figures; a figure of a kind replaces its own only")
  func outputs() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    let items = (0..<3).map { DataItem(path: work.file("\($0).png"), label: "a") }
    var settings = fmi()
    settings.figureFormat = .svg
    settings.contactSheet = work.file("sheet.png")
    var seen: [String?] = []
    var done: [Int] = []
    for _ in 0..<2 {
      let summary = try run.interpret(
        items, to: work.file("maps"), settings: settings, progress: { done.append($0 * 10 + $1) },
        each: { seen.append($0.figure) })
      #expect(summary.explained == 3 && summary.failed == 0)
      #expect(summary.contactSheets == [work.file("sheet.png")])
    }
    #expect(done == [33, 33])
    #expect(seen == (0..<6).map { work.file("maps/\($0 % 3).svg") })
    #expect(
      try files(in: work.file("maps")) == ["0.svg", "1.svg", "2.svg", "interpret.json"])
    #expect(try stored(work).count == 3)
    #expect(try work.text("maps/0.svg").contains("true a"))
    #expect(try PixelBuffer(contentsOfImage: work.file("sheet.png")).width > 400)
    settings.drawsFigures = false
    settings.contactSheet = nil
    try run.interpret(items, to: work.file("none"), settings: settings)
    #expect(try files(in: work.file("none")) == ["interpret.json"])
  }

  @Test("a network with NaN names no class and draws no map")
  func notFinite() throws {
    let work = try Workspace()
    let run = try savedRun(work)
    run.visionModel.lastSpatialLayer.parameters[0].value = Tensor(
      repeating: .nan, shape: run.visionModel.lastSpatialLayer.parameters[0].shape)
    let records = try run.interpret([work.file("0.png")], to: work.file("maps"))
    #expect(records[0].predicted == nil && records[0].maps == nil && records[0].figure == nil)
    #expect(records[0].error?.contains("finite") == true)
    #expect(try files(in: work.file("maps")) == ["interpret.json"])
  }
}
