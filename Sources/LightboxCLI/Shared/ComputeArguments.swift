public import ArgumentParser
public import Lightbox

extension Compute.Precision: ExpressibleByArgument {}
extension Compute.ConvolutionAlgorithm: ExpressibleByArgument {}
