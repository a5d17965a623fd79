/// Where a loader keeps images after the transforms whose result is the same in each epoch.
public enum ImageCaching: Sendable, Equatable {
  /// Nowhere: files are read in each epoch.
  case off
  /// In memory, up to a quarter of the available memory.
  case memory
}
