/// Where a loader keeps images after the transforms whose result is the same in each epoch.
///
/// Bits do not depend on it.
public enum ImageCaching: Sendable, Equatable {
  /// Nowhere: files are read in each epoch.
  case off
  /// In memory, up to a quarter of the available memory.
  case memory
  /// In memory, and in files of a folder, for later runs and for images that memory does not hold.
  ///
  /// An entry is found by the content of the image's file, the transforms before it, and the program with its codecs; a
  /// change of one of them leads to another entry, never to stale pixels. The folder holds pixels of patients: it is
  /// created readable by its owner only. It grows until less than a twentieth of the disk is free (at most 10 GiB);
  /// `lightbox data cache` shows and clears it. nil: `LIGHTBOX_IMAGE_CACHE`, else `lightbox/images` in `XDG_CACHE_HOME` or
  /// in `~/.cache`.
  ///
  /// Images with masks or boxes, and those of a `TargetBlock` whose `annotates` is true, are kept in memory only.
  case disk(folder: String? = nil)
}
