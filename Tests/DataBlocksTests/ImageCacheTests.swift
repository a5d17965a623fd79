import DataBlocks
import Imaging
import Synchronization
import Testing

@Suite("The cache of images")
struct ImageCacheTests {
  private static func entry(_ count: Int) -> ImageCache.Entry {
    ImageCache.Entry(
      sample: Sample(.pixels(PixelBuffer(width: count, height: 1, channels: 1))), next: 1)
  }

  @Test("it stops growing before the available memory is used up, and keeps what it has")
  func stops() {
    let available = Mutex(100 << 20)
    let cache = ImageCache(available: { available.withLock { $0 } })
    let size = 2 << 20
    cache.keep(Self.entry(size), for: 0)
    #expect(cache[0] != nil)
    available.withLock { $0 = 13 << 20 }
    cache.keep(Self.entry(size), for: 1)
    available.withLock { $0 = 100 << 20 }
    cache.keep(Self.entry(size), for: 2)
    #expect(cache[0] != nil && cache[1] == nil && cache[2] == nil)
  }

  @Test("it holds a quarter of the memory that was available at first")
  func limit() {
    let cache = ImageCache(available: { 16 << 20 })
    for index in 0..<8 { cache.keep(Self.entry(1 << 20), for: index) }
    #expect((0..<8).filter { cache[$0] != nil }.count == 4)
  }
}
