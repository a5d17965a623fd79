import DataBlocks
import Datasets
import Files
import Foundation
import Imaging
import Interpret
import Runs
import TestSupport
import Testing
import Training

@Suite("Unreadable images and frames of a plan")
struct UnreadableAndFrameTests {
  @Test("images seen are those that were trained on; all skipped files are listed")
  func imagesSeen() throws {
    let work = try Workspace()
    var plan = work.plan(try work.table(train: 10))
    plan.epochs = 3
    plan.unreadable = .skip
    for number in [1, 4] { try work.write("", to: "\(number).png") }
    let result = try plan.quietRun(in: work.file("run"))
    #expect(result.skipped.map { $0.place.file } == [work.file("1.png"), work.file("4.png")])
    // Three epochs of two batches of four, which lack two of the ten images each time, or fewer.
    #expect(result.imagesSeen < 24 && result.imagesSeen >= 3 * 6 - 3)
    plan.unreadable = .stop
    let all = try Workspace()
    var whole = all.plan(try all.table(train: 9))
    whole.epochs = 2
    #expect(try whole.quietRun(in: all.file("run")).imagesSeen == 16)
  }

  @Test("all unreadable files are named at once; missing ones too")
  func listed() throws {
    let work = try Workspace()
    let plan = work.plan(try work.table())
    for number in [1, 9] { try work.write("", to: "\(number).png") }
    try FileManager.default.removeItem(atPath: work.file("3.png"))
    let error = #expect(throws: DataError.self) { try plan.quietRun(in: work.file("run")) }
    guard case .unreadableFiles(let errors, 12, 12)? = error?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(errors.compactMap(\.place.file) == [1, 3, 9].map { work.file("\($0).png") })
    #expect(!work.exists("run"))
    // One file alone is named as before.
    try work.writeImage("1.png", seed: 101)
    try work.writeImage("9.png", seed: 109)
    #expect(throws: DataError.self) { try plan.quietRun(in: work.file("run")) }
    try work.writeImage("3.png", seed: 103)
    try plan.quietRun(in: work.file("run"))
    try work.write("", to: "0.png")
    try work.write("", to: "8.png")
    let run = try SavedRun(work.file("run"))
    let items = try plan.table.items()
    let two = #expect(throws: DataError.self) { try run.predictor.predictions(for: items) }
    guard case .unreadableFiles(let both, _, _)? = two?.reason else {
      Issue.record("\(String(describing: two))")
      return
    }
    #expect(both.count == 2)
    let kept = try run.predictor.predictions(for: items, unreadable: .skip)
    #expect(kept.count == 10 && kept.skipped == both)
    #expect(kept.itemIndices == Array(1...7) + Array(9...11))
  }

  @Test("the choice of frames is stored; settings of earlier versions keep their frame")
  func stored() throws {
    for (reader, choice) in [
      (ReadImage(), FrameChoice.refuse), (ReadImage(frames: .all), .all),
      (ReadImage(frame: 0), .first), (ReadImage(frames: .first), .first),
    ] {
      let pipeline = Pipeline([reader, Resize(16)])
      #expect(pipeline.frames == choice)
      let again = try JSONDecoder().decode(Pipeline.self, from: JSONEncoder().encode(pipeline))
      #expect(again == pipeline)
    }
    let old = #"{"intensity": {"kind": "automatic"}, "frame": 0}"#
    let read = try JSONDecoder().decode(ReadImage.self, from: Data(old.utf8))
    #expect(Pipeline([read, Resize(16)]).frames == .first)
  }

  @Test("one item per frame, with the values of that frame")
  func frames() throws {
    let work = try Workspace()
    try Data(SmallDICOM.file(frames: [10, 120, 240])).write(
      to: URL(fileURLWithPath: work.file("m.dcm")))
    try work.writeImage("s.png")
    let items = ["s.png", "m.dcm", "none.dcm"].map { DataItem(path: work.file($0), label: "a") }
    func pipeline(_ frames: FrameChoice) -> Pipeline {
      Pipeline([ReadImage(intensity: .stored, frames: frames), Resize(16)])
    }
    #expect(pipeline(.first).itemsPerFrame(items) == items)
    #expect(pipeline(.refuse).itemsPerFrame(items) == items)
    let all = pipeline(.all).itemsPerFrame(items)
    #expect(all.map(\.frame) == [nil, 0, 1, 2, nil] && all.allSatisfy { $0.label == "a" })
    #expect(all[3].name == work.file("m.dcm") + "#3")
    for (item, value) in zip(all[1...3], [10, 120, 240] as [UInt8]) {
      let image = try pipeline(.all).prepare(item.path, frame: item.frame)
      #expect(image.original.samples.allSatisfy { $0 == value })
    }
    #expect(try pipeline(.first).prepare(work.file("m.dcm")).original.samples[0] == 10)
    for choice in [FrameChoice.refuse, .all] {
      #expect(throws: DataError(.severalFrames(3), path: work.file("m.dcm"))) {
        try pipeline(choice).prepare(work.file("m.dcm"))
      }
    }
  }

  @Test("masks of several sizes in one file, and masks that were drawn on a smaller copy")
  func masks() throws {
    let work = try Workspace()
    try work.plan(try work.table()).quietRun(in: work.file("run"))
    let run = try SavedRun(work.file("run"))
    let files = [
      try work.writeImage("small.png", width: 32, height: 32),
      try work.writeImage("large.png", width: 96, height: 128, seed: 2),
      try work.writeImage("1.2.840.1.png", width: 64, height: 64, seed: 3),
    ]
    try work.write(
      """
      ImageId, EncodedPixels
      small, 0 1024
      large, 0 12288
      1.2.840.1, 0 4096

      """, to: "masks.csv")
    let whole = MaskComparison(work.file("masks.csv"), className: "a")
    _ = try run.interpret(files, to: work.file("maps"), masks: whole)
    #expect(whole.images == 3 && whole.averagePrecision == 1)
    // The left half of an image of 16 x 16.
    try work.write("ImageId, EncodedPixels\nsmall, 0 128\n", to: "half.csv")
    let half = MaskComparison(
      work.file("half.csv"), className: "a", size: ImageSize(height: 16, width: 16))
    _ = try run.interpret([files[0]], to: work.file("maps"), masks: half)
    #expect(half.images == 1 && (half.averagePrecision ?? 1) < 1)
    let other = MaskComparison(
      work.file("half.csv"), className: "a", size: ImageSize(height: 16, width: 8))
    #expect(throws: SIIMMaskError.self) {
      _ = try run.interpret([files[0]], to: work.file("maps"), masks: other)
    }
  }
}
