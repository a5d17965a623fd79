import Files

/// Data sets that `untarData` downloads: fastai's `URLs`.
public enum URLs {
  /// 250 chest films with and without a pneumothorax, 33 MB (`SIIM_SMALL`).
  public static let siimSmall = DatasetArchive(
    "siim_small", "imagelocal/siim_small.tgz", 33_276_453, "2f88ac350dce1d971ecbb5ec722da75f",
    "250 chest films (DICOM) with and without a pneumothorax")
  /// Dogs and cats of 37 breeds, 812 MB (`PETS`).
  public static let pets = DatasetArchive(
    "oxford-iiit-pet", "imageclas/oxford-iiit-pet.tgz", 811_706_944,
    "e4db5c768afd933bb91f5f594d7417a4", "7,390 photographs of 37 breeds of dogs and cats",
    aliases: ["pets"])
  /// Ten classes of ImageNet, 1.6 GB (`IMAGENETTE`).
  public static let imagenette = DatasetArchive(
    "imagenette2", "imageclas/imagenette2.tgz", 1_557_161_267, "2c774ecb40005b35d7937d50f5d42336",
    "ten classes of ImageNet", aliases: ["imagenette"])
  /// Ten classes of ImageNet with a shorter side of 320 pixels, 342 MB (`IMAGENETTE_320`).
  public static let imagenette320 = DatasetArchive(
    "imagenette2-320", "imageclas/imagenette2-320.tgz", 341_663_724,
    "1f1f74f133caff120e575856659b87a2", "ten classes of ImageNet, shorter side 320",
    aliases: ["imagenette_320", "imagenette-320"])
  /// Ten classes of ImageNet with a shorter side of 160 pixels, 99 MB (`IMAGENETTE_160`).
  public static let imagenette160 = DatasetArchive(
    "imagenette2-160", "imageclas/imagenette2-160.tgz", 99_003_388,
    "c475f8f7617a200ba35b9facc48443c3", "ten classes of ImageNet, shorter side 160",
    aliases: ["imagenette_160", "imagenette-160"])
  /// 60,000 images of 32 pixels in ten classes, 168 MB (`CIFAR`).
  public static let cifar = DatasetArchive(
    "cifar10", "sample/cifar10.tgz", 168_168_549, "a5f8c31371b63a406b23368042812d3c",
    "60,000 images of 32 pixels in ten classes", aliases: ["cifar"])
  /// The digits 3 and 7 of MNIST, 3 MB (`MNIST_SAMPLE`).
  public static let mnistSample = DatasetArchive(
    "mnist_sample", "sample/mnist_sample.tgz", 3_214_948, "2dbc7ec6f9259b583af0072c55816a88",
    "the digits 3 and 7 of MNIST")
  /// A few digits of MNIST, 0.3 MB (`MNIST_TINY`).
  public static let mnistTiny = DatasetArchive(
    "mnist_tiny", "sample/mnist_tiny.tgz", 342_207, "56143e8f24db90d925d82a5a74141875",
    "1,428 digits 3 and 7 of MNIST")

  /// All that a program may download, ordered by name.
  public static let all = [
    cifar, imagenette, imagenette160, imagenette320, mnistSample, mnistTiny, pets, siimSmall,
  ].sorted { $0.name < $1.name }

  /// What to do for data sets whose terms a person has to accept, by name.
  package static let byHand = [
    "siim-acr": """
    log in at https://www.kaggle.com/c/siim-acr-pneumothorax-segmentation, accept the rules, \
    download and unpack the data, and give its folder of DICOM files to "lightbox data scan"; \
    train-rle.csv has the masks, with -1 for films without a pneumothorax. "lightbox data fetch \
    siim_small" has 250 of the films, "lightbox data synth" makes films in the same layout
    """
  ]

  /// Looks up a data set by its name, such as "siim_small" or "SIIM_SMALL"; case and `_` or `-` do not count.
  ///
  /// - Throws: `DownloadError` with similar names, or with instructions.
  public static func named(_ name: String) throws(DownloadError) -> DatasetArchive {
    func plain(_ name: String) -> String {
      name.lowercased().filter { $0 != "_" && $0 != "-" }
    }
    let wanted = plain(name)
    let found = all.first { ([$0.name] + $0.aliases).contains { plain($0) == wanted } }
    if let found { return found }
    if let instructions = byHand.first(where: { plain($0.key) == wanted })?.value {
      throw DownloadError(.byHand(instructions: instructions), name)
    }
    let names = all.flatMap { [$0.name] + $0.aliases } + Array(byHand.keys)
    let nearest = NearestName.ranked(name.lowercased(), among: names.sorted()).prefix(3)
    throw DownloadError(.unknownDataset(name, nearest: Array(nearest)))
  }
}
