public import Imaging

extension SIIMMask: ImageMask {}
