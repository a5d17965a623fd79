/// A breed with the colors of its fur.
struct PetBreed: Sendable {
  /// The species: cats have a capital in the PETS data set.
  enum Species: Sendable { case cat, dog }

  /// The name as in PETS's file names.
  let name: String
  let species: Species
  /// The fur of head and body.
  let fur: PetColor
  /// Muzzle, chest and paws.
  let light: PetColor
  /// Ears, stripes and patches.
  let dark: PetColor
  /// The irises.
  let eyes: PetColor
  var hasStripes = false
  /// Dark ears, face, paws and tail on light fur.
  var hasPoints = false
  /// A dark saddle on the back and around the eyes.
  var hasPatches = false
  /// The relative width of the fur's outline.
  var fluff: Float = 0
  /// The length of a dog's ears.
  var ears: Float = 1

  static let all = [
    PetBreed(
      name: "Abyssinian", species: .cat, fur: [0.78, 0.50, 0.27], light: [0.93, 0.76, 0.56],
      dark: [0.47, 0.26, 0.13], eyes: [0.66, 0.72, 0.22], hasStripes: true),
    PetBreed(
      name: "Egyptian_Mau", species: .cat, fur: [0.62, 0.61, 0.58], light: [0.86, 0.85, 0.82],
      dark: [0.26, 0.26, 0.27], eyes: [0.55, 0.75, 0.35], hasStripes: true),
    PetBreed(
      name: "Persian", species: .cat, fur: [0.93, 0.88, 0.78], light: [0.99, 0.97, 0.93],
      dark: [0.78, 0.68, 0.52], eyes: [0.85, 0.55, 0.16], fluff: 1),
    PetBreed(
      name: "Siamese", species: .cat, fur: [0.90, 0.83, 0.72], light: [0.95, 0.90, 0.81],
      dark: [0.30, 0.22, 0.19], eyes: [0.32, 0.58, 0.88], hasPoints: true),
    PetBreed(
      name: "beagle", species: .dog, fur: [0.72, 0.45, 0.22], light: [0.97, 0.94, 0.89],
      dark: [0.45, 0.25, 0.12], eyes: [0.23, 0.13, 0.07], hasPatches: true, ears: 1.15),
    PetBreed(
      name: "boxer", species: .dog, fur: [0.66, 0.39, 0.20], light: [0.95, 0.91, 0.86],
      dark: [0.22, 0.15, 0.12], eyes: [0.20, 0.12, 0.07], hasPoints: true, ears: 0.8),
    PetBreed(
      name: "pug", species: .dog, fur: [0.86, 0.73, 0.54], light: [0.90, 0.80, 0.64],
      dark: [0.17, 0.15, 0.15], eyes: [0.15, 0.10, 0.08], hasPoints: true, ears: 0.65),
    PetBreed(
      name: "samoyed", species: .dog, fur: [0.94, 0.93, 0.90], light: [1.0, 0.99, 0.98],
      dark: [0.83, 0.79, 0.72], eyes: [0.18, 0.12, 0.08], fluff: 1, ears: 0.85),
  ]
}
