/// The version of Lightbox, as runs record it.
public let lightboxVersion = "0.2.0"
