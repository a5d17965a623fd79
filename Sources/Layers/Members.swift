/// The children, parameters and buffers in a module's stored properties, by reflection, with PyTorch's names.
struct Members {
  private(set) var children: [(name: String, module: Module)] = []
  private(set) var parameters: [(name: String, parameter: Parameter)] = []
  private(set) var buffers: [(name: String, buffer: ModuleBuffer)] = []

  /// Inspects a module; properties of its superclass come first.
  init(of module: Module) {
    var levels: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: module)
    while let level = mirror, level.subjectType != Module.self {
      levels.append(level)
      mirror = level.superclassMirror
    }
    for level in levels.reversed() {
      for (label, value) in level.children {
        guard let label else { continue }
        // These casts unwrap optionals.
        if let module = value as? Module {
          children.append((snakeCased(label), module))
        } else if let parameter = value as? Parameter {
          parameters.append((snakeCased(label), parameter))
        } else if let buffer = value as? ModuleBuffer {
          buffers.append((snakeCased(label), buffer))
        }
      }
    }
  }
}

/// The path of a child.
func joined(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : name.isEmpty ? path : "\(path).\(name)"
}

/// `runningMean` as `running_mean`.
private func snakeCased(_ name: String) -> String {
  // Most names are one lowercase ASCII word; Unicode lookups per character would dominate the time.
  if name.utf8.allSatisfy({ $0 < 0x80 && !(0x41...0x5A).contains($0) }) { return name }
  return name.reduce(into: "") { text, character in
    if character.isUppercase {
      text += "_" + character.lowercased()
    } else {
      text.append(character)
    }
  }
}
