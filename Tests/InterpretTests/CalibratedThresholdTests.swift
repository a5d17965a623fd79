import Foundation
import Imaging
import Interpret
import TestSupport
import Testing

@Suite("A threshold chosen on masks")
struct CalibratedThresholdTests {
  private func row(_ values: [Float]) -> ScalarImage {
    ScalarImage(width: values.count, height: 1, values: values)
  }

  private func mask(_ values: [Int]) -> PixelMask {
    PixelMask(width: values.count, height: 1, values: values.map { $0 == 1 })
  }

  /// Shares of the maximum: 1, 0.7, 0.5, 0.3 and 0.1.
  private var falling: ScalarImage { row([10, 7, 5, 3, 1]) }

  @Test("the share of the maximum with the highest mean IoU, and what it reaches, by hand")
  func byHand() throws {
    let pairs = [
      // The mask is the first 3 pixels: IoU 3/3 for thresholds above 0.3 and up to 0.5.
      (falling, mask([1, 1, 1, 0, 0])),
      // The first 2: 2/3 there; 1 above 0.5.
      (falling, mask([1, 1, 0, 0, 0])),
      // No overlap.
      (falling, mask([0, 0, 0, 0, 1])),
      // Nothing positive: IoU 0.
      (row([-1, -2, 0, -1, -1]), mask([1, 1, 0, 0, 0])),
      // Not counted.
      (falling, mask([0, 0, 0, 0, 0])),
    ]
    let found = try #require(CalibratedThreshold(choosing: pairs))
    // Sums of IoU: above 0.3, 1 + 2/3 = 1.667; above 0.5, 2/3 + 1 = 1.667; above 0.1, 3/4 + 1/2 = 1.25;
    // up to 0.1, 3/5 + 2/5 + 1/5 = 1.2. Of equal ones the lowest: the first candidate above 0.3.
    #expect(found.threshold == 0.32)
    #expect(found.images == 4 && found.imagesWithoutEvidence == 1)
    expectClose([found.meanIoU], [(1 + 2.0 / 3) / 4], absolute: 1e-12)
    // Boxes of 3 pixels against 3, 2 and 1: IoU 1, 2/3, 0; no box.
    #expect(found.boxAccuracy == 0.5)
    // Kept 9 pixels, 5 of them in masks of 3 + 2 + 1 + 2 pixels.
    expectClose([found.precision, found.recall], [5.0 / 9, 5.0 / 8], absolute: 1e-12)
  }

  @Test("the scale of a map and its negative part change nothing")
  func scale() throws {
    let truth = mask([1, 1, 0, 0, 0])
    let first = try #require(CalibratedThreshold(choosing: [(falling, truth)]))
    let second = try #require(
      CalibratedThreshold(choosing: [(row([1000, 700, 500, 300, -900]), truth)]))
    #expect(first.threshold == 0.52 && first.meanIoU == 1)
    #expect(second == first)
  }

  @Test("the box with the most evidence counts, against the regions of a mask too")
  func boxes() throws {
    // Two regions; that with the lower peak holds more.
    let map = row([9, 0, 8, 8, 8, 8])
    func found(_ masks: [[Int]]) throws -> CalibratedThreshold {
      try #require(CalibratedThreshold(choosing: masks.map { (map, mask($0)) }))
    }
    #expect(try found([[0, 0, 1, 1, 1, 1]]).boxAccuracy == 1)
    // Only above 8/9 the first pixel is alone.
    let first = try found([[1, 0, 0, 0, 0, 0]])
    #expect(first.threshold == 0.9 && first.boxAccuracy == 1)
    // Low thresholds reach 4/5 + 1/5, high ones 0 + 1: the lower counts, and its first box is the long one.
    let both = try found([[0, 0, 1, 1, 1, 1], [1, 0, 0, 0, 0, 0]])
    #expect(both.threshold == 0.02 && both.meanIoU == 0.5 && both.boxAccuracy == 0.5)
    // The mask's own box spans all; one of its regions is met.
    #expect(try found([[1, 0, 1, 1, 1, 1]]).boxAccuracy == 1)
    // Half of the four pixels is an intersection over union of 0.5, a quarter is not.
    #expect(try found([[0, 0, 1, 1, 0, 0]]).boxAccuracy == 1)
    #expect(try found([[0, 0, 1, 0, 0, 0]]).boxAccuracy == 0)
  }

  @Test("NaN is no evidence; without a mask there is no threshold")
  func nothing() throws {
    let truth = mask([1, 0, 0, 0, 0])
    let found = try #require(
      CalibratedThreshold(choosing: [(row([.nan, 1, 0, 0, 0]), truth), (falling, truth)]))
    #expect(found.images == 2 && found.imagesWithoutEvidence == 1 && found.meanIoU == 0.5)
    #expect(CalibratedThreshold(choosing: [(falling, mask([0, 0, 0, 0, 0]))]) == nil)
    #expect(CalibratedThreshold(choosing: []) == nil)
    #expect(ThresholdChoice().best == nil)
    // All maps without evidence: nothing is kept, and every number is finite.
    let blank = try #require(CalibratedThreshold(choosing: [(row([0, 0, 0, 0, 0]), truth)]))
    #expect(blank.meanIoU == 0 && blank.precision == 0 && blank.recall == 0)
  }

  @Test("coded, and strict when it is decoded")
  func coding() throws {
    let found = try #require(
      CalibratedThreshold(choosing: [(falling, mask([1, 1, 0, 0, 0]))]))
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = String(decoding: try encoder.encode(found), as: UTF8.self)
    #expect(
      text == #"{"boxAccuracy":1,"images":1,"imagesWithoutEvidence":0,"meanIoU":1,"precision":1,"#
        + #""recall":1,"threshold":0.52}"#)
    func decoded(_ text: String) throws -> CalibratedThreshold {
      try JSONDecoder().decode(CalibratedThreshold.self, from: Data(text.utf8))
    }
    #expect(try decoded(text) == found)
    for (old, new) in [
      ("0.52", "0"), ("0.52", "1.5"), ("\"images\":1", "\"images\":0"),
      ("\"meanIoU\":1", "\"meanIoU\":-1"), ("Evidence\":0", "Evidence\":2"),
      ("\"recall\":1,", ""),
    ] {
      let changed = text.replacingOccurrences(of: old, with: new)
      #expect(changed != text && refuses(DecodingError.self) { try decoded(changed) })
    }
  }

  private func refuses<E: Error>(_: E.Type, _ body: () throws -> some Any) -> Bool {
    do { _ = try body() } catch { return error is E }
    return false
  }
}
