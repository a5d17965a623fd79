public import Foundation

/// The reference files that travel with the tests.
public enum Fixture {
  /// Where a fixture lies; `path` is relative to `Tests/TestSupport/Fixtures`.
  public static func url(_ path: String) -> URL {
    Bundle.module.bundleURL.appendingPathComponent("Fixtures").appendingPathComponent(path)
  }

  /// The path of a fixture; `path` is relative to `Tests/TestSupport/Fixtures`.
  public static func path(_ path: String) -> String {
    url(path).path
  }

  /// The bytes of a fixture.
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: url(path)))
  }

  /// A fixture's JSON, decoded.
  public static func json<Value: Decodable>(_ path: String, as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: url(path)))
  }
}
