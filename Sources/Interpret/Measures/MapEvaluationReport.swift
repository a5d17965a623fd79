/// What maps reach on images with masks, beside maps that know nothing: `evaluation.json`.
public struct MapEvaluationReport: Sendable, Equatable, Codable {
  /// The format of the file.
  public internal(set) var format = 1
  /// The class of the masks.
  public let className: String
  /// The images.
  public let images: Images
  /// The margin of `hitNear` in pixels of the model's input: 15 pixels at 224 x 224.
  public let margin: Double
  /// Resamples of the intervals, which are of 95 % confidence and drawn by patient.
  public let resamples: Int
  /// Where the mean mask comes from: "128 training masks".
  public let meanMask: String?
  /// One row per map, then one per baseline.
  public let rows: [Row]
  /// By the size of the region; empty for fewer than six images.
  public let bySize: [SizeGroup]
  /// Sanity checks of the first map; nil: not made.
  public let sanity: Sanity?

  /// Creates a report.
  package init(
    className: String, images: Images, margin: Double, resamples: Int, meanMask: String?,
    tables: Tables, sanity: Sanity?
  ) {
    self.className = className
    self.images = images
    self.margin = margin
    self.resamples = resamples
    self.meanMask = meanMask
    rows = tables.rows
    bySize = tables.bySize
    self.sanity = sanity
  }

  /// The rows of both tables.
  package struct Tables: Sendable, Equatable {
    /// One row per map and baseline.
    package let rows: [Row]
    /// By the size of the region.
    package let bySize: [SizeGroup]
  }

  /// What became of the images.
  public struct Images: Sendable, Equatable, Codable {
    /// Images that were given.
    public let given: Int
    /// Images whose key is in the file of masks.
    public let matched: Int
    /// Those with a mask that is not empty.
    public let withMask: Int
    /// Those whose mask lies outside of what the model sees; not measured.
    public let outsideOfView: Int
    /// Images that were measured.
    public let measured: Int
    /// Patients of the measured images, as far as they are known.
    public let patients: Int?
    /// Files that could not be read, or whose output is not finite, with the reason.
    public let errors: [String]

    /// Creates the numbers.
    package init(
      given: Int, matched: Int, withMask: Int, outsideOfView: Int, measured: Int, patients: Int?,
      errors: [String]
    ) {
      self.given = given
      self.matched = matched
      self.withMask = withMask
      self.outsideOfView = outsideOfView
      self.measured = measured
      self.patients = patients
      self.errors = errors
    }
  }

  /// What a map reaches.
  public struct Row: Sendable, Equatable, Codable {
    /// The map.
    public let name: String
    /// Whether it knows nothing of the image.
    public let isBaseline: Bool
    /// Images that were measured.
    public let images: Int
    /// Images whose map shows nothing; they count as missed.
    public let blank: Int
    /// The share of images whose highest point is inside of the region (pointing game).
    public let hit: MapEstimate
    /// The same with the margin.
    public let hitNear: MapEstimate
    /// The average precision of the pixels.
    public let averagePrecision: MapEstimate
    /// The share of the positive map inside of the region.
    public let energyInside: MapEstimate
    /// Intersection over union of the region and the pixels at or above the threshold.
    public let intersectionOverUnion: MapEstimate
    /// The share of the map's highest value from which pixels count.
    public let threshold: Double
    /// Whether the threshold was given; otherwise it is the best one on these images, which flatters.
    public let isThresholdGiven: Bool
    /// Intersection over union of the largest component's box and the region's, at the threshold that is best on these
    /// images.
    public let boxIntersectionOverUnion: MapEstimate
    /// MaxBoxAcc (Choe et al., arXiv:2001.07437).
    public let maxBoxAcc: MapEstimate
    /// MaxBoxAccV2 of the largest component's box.
    public let maxBoxAccV2: MapEstimate
    /// The area under the deletion curve; lower is better; nil: not measured.
    public let deletion: MapEstimate?
    /// The area under the insertion curve; higher is better.
    public let insertion: MapEstimate?
    /// ROAD, combined; higher is better.
    public let road: MapEstimate?
    /// Average drop; lower is better.
    public let averageDrop: MapEstimate?
    /// The share of images whose score rises when the input is multiplied by the map.
    public let increase: MapEstimate?
    /// The comparison with the strongest baseline; nil for baselines.
    public internal(set) var comparison: Comparison?
  }

  /// A map beside the baseline with the highest average precision.
  public struct Comparison: Sendable, Equatable, Codable {
    /// The baseline.
    public let baseline: String
    /// The difference of the average precisions, paired by image.
    public let difference: MapEstimate
    /// Whether the map is above the baseline: the whole interval is above 0.
    public var isAbove: Bool { difference.low.map { $0 > 0 } ?? false }
    /// Whether it is not, as far as there are enough patients to say.
    public var isBelow: Bool { difference.low != nil && !isAbove }
  }

  /// Images whose regions are of similar size.
  public struct SizeGroup: Sendable, Equatable, Codable {
    /// "small", "medium" or "large".
    public let name: String
    /// The number of images.
    public let images: Int
    /// The smallest share of the model's input that a region covers.
    public let smallestShare: Double
    /// The largest share.
    public let largestShare: Double
    /// The maps, and the strongest baseline.
    public let rows: [Row]

    /// What a map reaches in a group.
    public struct Row: Sendable, Equatable, Codable {
      /// The map.
      public let name: String
      /// The share of images whose highest point is inside of the region.
      public let hit: MapEstimate
      /// The average precision of the pixels.
      public let averagePrecision: MapEstimate
    }
  }

  /// Whether a map depends on the weights, the class, and little on small changes of the image.
  public struct Sanity: Sendable, Equatable, Codable {
    /// How alike two maps are, in the mean over images.
    public struct Likeness: Sendable, Equatable, Codable {
      /// What was changed: "layer4" and everything behind it, for random weights.
      public let name: String
      /// The structural similarity.
      public let ssim: Double?
      /// Spearman's rank correlation.
      public let spearman: Double?

      /// Creates a likeness.
      package init(name: String, ssim: Double?, spearman: Double?) {
        self.name = name
        self.ssim = ssim
        self.spearman = spearman
      }
    }

    /// The map.
    public let map: String
    /// The images that were used.
    public let images: Int
    /// With weights that are random from the head down to a part; low values are good.
    public let randomization: [Likeness]
    /// Under small rotations, scales, shifts and changes of light; high values are good.
    public let repeatability: Likeness
    /// With the map of another class; low or negative values are good.
    public let otherClass: Likeness

    /// Creates the results.
    package init(
      map: String, images: Int, randomization: [Likeness], repeatability: Likeness,
      otherClass: Likeness
    ) {
      self.map = map
      self.images = images
      self.randomization = randomization
      self.repeatability = repeatability
      self.otherClass = otherClass
    }
  }
}
