import Models
import Testing

@Suite struct ImageNetTests {
  @Test("1000 names, each once, with known indices")
  func names() {
    let names = ImageNet.classNames
    #expect(names.count == 1000 && Set(names).count == 1000)
    #expect(names.allSatisfy { !$0.isEmpty && $0.first != " " && $0.last != " " })
    // The indices that papers and tutorials use.
    let known = [
      0: "tench", 134: "crane bird", 162: "beagle", 207: "golden retriever",
      217: "English springer",
      243: "bull mastiff", 281: "tabby", 285: "Egyptian cat", 417: "balloon", 517: "crane",
      701: "parachute", 999: "toilet tissue",
    ]
    for (index, name) in known { #expect(names[index] == name) }
  }
}
