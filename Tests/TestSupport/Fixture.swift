public import Foundation

/// The files that tests compare with.
public enum Fixture {
  /// The place of a fixture, such as `dicom/expected.json`.
  public static func url(_ path: String) -> URL {
    Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(path)
  }
}
