// One import for users. Nothing of its own lives here.
@_exported import Checkpoints
@_exported import DataBlocks
@_exported import Datasets
@_exported import Downloads
@_exported import Files
@_exported import Hooks
@_exported import Imaging
@_exported import Interpret
@_exported import Layers
@_exported import Logbook
@_exported import Models
@_exported import Runs
@_exported import Scanning
@_exported import Settings
@_exported import Tensors
@_exported import Training
@_exported import Vision
