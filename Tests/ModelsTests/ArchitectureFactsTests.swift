import Models
import Testing

@Suite("Facts of architectures")
struct ArchitectureFactsTests {
  @Test(
    "the facts of a list are those of the network", arguments: Architecture.all.map(\.name))
  func facts(name: String) throws {
    let architecture = try Architecture.named(name)
    let counted = Architecture.Facts(counting: architecture)
    #expect(architecture.facts == counted, "in Architecture+Facts.swift: \(counted)")
  }

  @Test("a custom network with the name of a built-in one has its own facts")
  func own() throws {
    let small = try Architecture.named("resnet20")
    let own = Architecture("resnet18", classCount: 3) {
      small.makeModel(classCount: $0, inputChannels: $1)
    }
    #expect(own.facts == Architecture.Facts(counting: own))
    #expect(own.facts.parameters < 300_000)
  }
}
