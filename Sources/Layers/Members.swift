/// What a module's stored properties hold, found by reflection, under PyTorch's names.
struct Members {
  private(set) var children: [(name: String, module: Module)] = []
  private(set) var parameters: [(name: String, parameter: Parameter)] = []
  private(set) var buffers: [(name: String, buffer: ModuleBuffer)] = []

  /// Looks at a module, its superclass's properties first.
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
        // These casts look into optionals, too.
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

/// A name below a path.
func joined(_ path: String, _ name: String) -> String {
  path.isEmpty ? name : name.isEmpty ? path : "\(path).\(name)"
}

/// `runningMean` as `running_mean`.
private func snakeCased(_ name: String) -> String {
  // Most names are one word; asking Unicode about every character would take longer than all the rest.
  if name.utf8.allSatisfy({ $0 < 0x80 && !(0x41...0x5A).contains($0) }) { return name }
  return name.reduce(into: "") { text, character in
    if character.isUppercase {
      text += "_" + character.lowercased()
    } else {
      text.append(character)
    }
  }
}
