/// The classes and functions that a pickle refers to.
///
/// Those of tensors and plain values are built. Of all others only the name is kept (`inert`), except those that
/// are refused (`ForbiddenGlobals`).
enum KnownClass: Sendable, Equatable {
  /// `dict`, `OrderedDict` and `Counter`, built as a dictionary.
  case dictionary
  /// `collections.defaultdict`: a dictionary whose first argument is a factory.
  case defaultDictionary
  /// `list`, `set` and `frozenset`, built as a list.
  case list
  case tuple
  /// `_codecs.encode`, by which protocol 2 represents bytes.
  case encode
  case storage(ScalarType)
  /// `UntypedStorage`, counted in bytes.
  case untypedStorage
  case dtype(ScalarType)
  case tensor
  case rebuildTensor
  case rebuildTensorV2
  case rebuildTensorV3
  case rebuildParameter
  /// Rebuilds a tensor of a subclass; the arguments are a function, a class and the function's arguments.
  case rebuildFromType
  /// fastai's `_fa_rebuild_tensor`; the arguments are a class, then those of `rebuildTensorV2`.
  case rebuildFastai
  /// A NumPy scalar.
  case numpyScalar
  /// `builtins.getattr`, by which Python 3.11 writes members of an enumeration.
  case attribute
  /// A class or function of which only the name is kept, and what the pickle gives to it.
  case inert(String)

  /// The class of a module and a name; nil if it is refused.
  static func named(_ module: String, _ name: String) -> KnownClass? {
    if let known = table["\(module).\(name)"] { return known }
    if module == "torch" {
      if let type = ScalarType.allCases.first(where: { $0.storageClass == name }) {
        return .storage(type)
      }
      if let type = dtypes[name] { return .dtype(type) }
    }
    if ForbiddenGlobals.contains(module, name) { return nil }
    return .inert("\(module).\(name)")
  }

  /// The ends of names of functions that create an object of the class that is their first argument.
  static let constructors = ["._reconstructor", "._reconstruct", ".__newobj__", ".__newobj_ex__"]

  /// The name of a class of which only the name is kept.
  var inertName: String? { if case .inert(let name) = self { name } else { nil } }

  /// PyTorch's scalar types that are not supported.
  static let unsupportedTypes: Set = [
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
    // Protocols 0 to 2 write Python 2's name __builtin__.
    for module in ["builtins", "__builtin__"] {
      table["\(module).dict"] = .dictionary
      for name in ["list", "set", "frozenset"] { table["\(module).\(name)"] = .list }
      table["\(module).tuple"] = .tuple
      table["\(module).getattr"] = .attribute
      for name in ["int", "float", "str", "bool", "bytes", "object", "complex", "slice", "range"] {
        table["\(module).\(name)"] = .inert("\(module).\(name)")
      }
    }
    // Allowed in packages that are refused otherwise.
    let inert = ["torch.device", "numpy.dtype", "numpy.ndarray"]
    for name in inert { table[name] = .inert(name) }
    return table
  }()
}
