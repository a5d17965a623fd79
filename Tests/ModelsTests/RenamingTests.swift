import Models
import Testing

@Suite("Names of weights in published files")
struct RenamingTests {
  private let dense: Set = [
    "features.conv0.weight", "features.denseblock1.denselayer1.norm1.weight",
    "features.denseblock1.denselayer1.conv2.weight", "classifier.weight", "classifier.bias",
  ]
  private let old = [
    "features.conv0.weight", "features.denseblock1.denselayer1.norm.1.weight",
    "features.denseblock1.denselayer1.conv.2.weight", "classifier.0.weight", "classifier.0.bias",
    "other.weight",
  ]

  @Test(
    "prefixes, DenseNet's older names and wrapped classifiers are recognized, with reasons",
    arguments: ["", "module.densenet121.", "model.", "backbone.body.net."])
  func reasons(prefix: String) {
    let found = Renaming.matches(
      old.map { prefix + $0 }, to: dense, rules: DenseNet.olderNames)
    #expect(Set(found.compactMap(\.name)) == dense)
    #expect(found.last?.name == nil)
    #expect(found[0].reasons == (prefix.isEmpty ? [] : [.prefix(prefix)]))
    #expect(found[1].reasons.last?.description.contains("norm.1") == true)
    #expect(found[3].reasons.last?.description.contains("CheXNet") == true)
  }

  @Test("a network that has the older names keeps them")
  func unchanged() {
    let found = Renaming.matches(old, to: Set(old), rules: DenseNet.olderNames)
    #expect(found.allSatisfy { $0.name == $0.stored && $0.reasons.isEmpty })
  }

  @Test("only DenseNet's rules recognize DenseNet's older names")
  func ruleOfTheNetwork() {
    let found = Renaming.matches(old, to: dense)
    #expect(found.map { $0.name != nil } == [true, false, false, true, true, false])
  }

  @Test("one of several networks in a file is chosen by its prefix")
  func several() {
    let moco = Renaming.matches(
      ["encoder_q.conv1.weight", "encoder_q.fc.0.weight", "encoder_k.conv1.weight", "queue"],
      to: ["conv1.weight", "fc.weight"])
    #expect(moco.map(\.name) == ["conv1.weight", "fc.weight", nil, nil])
  }

  @Test("of two names for the same tensor, the one with fewer changes wins")
  func rivals() {
    let two = Renaming.matches(["fc.0.weight", "fc.weight"], to: ["fc.weight"])
    #expect(two.map(\.name) == [nil, "fc.weight"])
    #expect(Renaming.matches([], to: ["a"]).isEmpty)
  }
}
