/// The classes and functions that a pickle may name.
///
/// All others are refused where they are named.
enum KnownClass: Sendable, Equatable {
  /// `OrderedDict` and its like: built as a dictionary.
  case dictionary
  /// `collections.defaultdict`: a dictionary whose first argument is a type.
  case defaultDictionary
  /// Lists, sets and tuples: built as a list.
  case list
  case tuple
  /// `_codecs.encode`: how protocol 2 writes bytes.
  case encode
  case storage(ScalarType)
  /// Untyped memory, counted in bytes.
  case untypedStorage
  case dtype(ScalarType)
  case tensor
  case rebuildTensor
  case rebuildTensorV2
  case rebuildTensorV3
  case rebuildParameter
  /// Rebuilds a tensor of a subclass: a function, a class, the function's arguments.
  case rebuildFromType
  /// fastai's `_fa_rebuild_tensor`: a class, then the arguments of version 2.
  case rebuildFastai
  /// A number of NumPy's.
  case numpyScalar
  /// Kept as a name and a state, and otherwise ignored.
  case inert(String)

  /// What a module and a name mean; nil: refused.
  static func named(_ module: String, _ name: String) -> KnownClass? {
    if let known = table["\(module).\(name)"] { return known }
    if module == "torch" {
      if let type = ScalarType.allCases.first(where: { $0.storageClass == name }) {
        return .storage(type)
      }
      if let type = dtypes[name] { return .dtype(type) }
    }
    return nil
  }

  /// Types of PyTorch's that no network here has a use for.
  static let otherNumbers: Set = [
    "ComplexFloatStorage", "ComplexDoubleStorage", "QInt8Storage", "QUInt8Storage", "QInt32Storage",
    "QUInt4x2Storage", "QUInt2x4Storage", "uint16", "uint32", "uint64", "complex32", "complex64",
    "complex128", "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz",
  ]

  private static let dtypes: [String: ScalarType] = {
    var names = Dictionary(uniqueKeysWithValues: ScalarType.allCases.map { ($0.pyTorchName, $0) })
    names["half"] = .float16
    names["float"] = .float32
    names["double"] = .float64
    names["long"] = .int64
    return names
  }()

  private static let table: [String: KnownClass] = {
    var table: [String: KnownClass] = [
      "collections.OrderedDict": .dictionary,
      "collections.Counter": .dictionary,
      "collections.defaultdict": .defaultDictionary,
      "_codecs.encode": .encode,
      "torch.Size": .tuple,
      "torch.Tensor": .tensor,
      "torch.nn.Parameter": .tensor,
      "torch.nn.parameter.Parameter": .tensor,
      "torch.nn.parameter.Buffer": .tensor,
      "torch.storage.UntypedStorage": .untypedStorage,
      "torch._utils._rebuild_tensor": .rebuildTensor,
      "torch._utils._rebuild_tensor_v2": .rebuildTensorV2,
      "torch._utils._rebuild_tensor_v3": .rebuildTensorV3,
      "torch._utils._rebuild_parameter": .rebuildParameter,
      "torch._utils._rebuild_parameter_with_state": .rebuildParameter,
      "torch._tensor._rebuild_from_type": .rebuildFromType,
      "torch._tensor._rebuild_from_type_v2": .rebuildFromType,
      "fastai.torch_core._rebuild_from_type": .rebuildFromType,
      "fastai.torch_core._fa_rebuild_tensor": .rebuildFastai,
      "numpy.core.multiarray.scalar": .numpyScalar,
      "numpy._core.multiarray.scalar": .numpyScalar,
    ]
    // Python 2 wrote __builtin__, Python 3's protocol 2 does so still.
    for module in ["builtins", "__builtin__"] {
      table["\(module).dict"] = .dictionary
      for name in ["list", "set", "frozenset"] { table["\(module).\(name)"] = .list }
      table["\(module).tuple"] = .tuple
      for name in ["int", "float", "str", "bool", "bytes", "object", "complex", "slice", "range"] {
        table["\(module).\(name)"] = .inert("\(module).\(name)")
      }
    }
    // Met beside weights in real checkpoints: settings, paths, results. They hold no weights.
    let inert = [
      "fastcore.foundation.L", "fastcore.basics.L", "fastcore.basics.AttrDict",
      "fastai.torch_core.TensorBase", "fastai.torch_core.TensorImage",
      "fastai.torch_core.TensorImageBW", "fastai.torch_core.TensorCategory",
      "fastai.torch_core.TensorMask", "argparse.Namespace", "types.SimpleNamespace",
      "copyreg._reconstructor", "copy_reg._reconstructor", "pathlib.PosixPath",
      "pathlib.WindowsPath", "pathlib.PurePosixPath", "pathlib.Path", "pathlib._local.PosixPath",
      "datetime.datetime", "datetime.timedelta", "datetime.date", "torch.device", "numpy.dtype",
      "easydict.EasyDict", "yacs.config.CfgNode", "addict.addict.Dict",
      "pytorch_lightning.utilities.parsing.AttributeDict",
      "lightning.pytorch.utilities.parsing.AttributeDict",
      "lightning_fabric.utilities.data.AttributeDict",
      "lightning.fabric.utilities.data.AttributeDict", "numpy.ndarray",
      "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct",
    ]
    for name in inert { table[name] = .inert(name) }
    return table
  }()
}
