extension Module {
  /// This module and all its submodules with their paths; the path of this module is empty
  /// (`named_modules`).
  public final var namedModules: [(path: String, module: Module)] {
    var found: [(path: String, module: Module)] = []
    visit("") { path, module, _ in found.append((path, module)) }
    return found
  }

  /// This module and all its submodules (`modules`).
  public final var modules: [Module] { namedModules.map(\.module) }

  /// All parameters with PyTorch's names, in PyTorch's order (`named_parameters`).
  public final var namedParameters: [(name: String, parameter: Parameter)] {
    var found: [(name: String, parameter: Parameter)] = []
    visit("") { path, _, members in
      for (name, parameter) in members().parameters {
        found.append((joined(path, name), parameter))
      }
    }
    return found
  }

  /// All parameters (`parameters`).
  public final var parameters: [Parameter] { namedParameters.map(\.parameter) }

  /// All buffers with PyTorch's names (`named_buffers`).
  package final var namedBuffers: [(name: String, buffer: ModuleBuffer)] {
    var found: [(name: String, buffer: ModuleBuffer)] = []
    visit("") { path, _, members in
      for (name, buffer) in members().buffers { found.append((joined(path, name), buffer)) }
    }
    return found
  }

  /// Calls `body` for this module and all its submodules, parents first, with their paths.
  ///
  /// Reflection is slow: the members of each module are inspected only if `body` asks for them.
  final func visit(_ path: String, _ body: (String, Module, () -> Members) -> Void) {
    body(path, self) { Members(of: self) }
    for (name, child) in namedChildren { child.visit(joined(path, name), body) }
  }

  /// The module at a path such as `layer4.2.conv3`; nil if there is none (`get_submodule`).
  ///
  /// A negative index counts from the end: `layer4.-1`.
  public final subscript(path: String) -> Module? {
    guard !path.isEmpty else { return self }
    var module = self
    for part in path.split(separator: ".") {
      let children = module.namedChildren
      let position = Int(part).flatMap { $0 < 0 ? children.count + $0 : nil }
      if let child = children.first(where: { $0.name == part })?.module {
        module = child
      } else if let position, children.indices.contains(position) {
        module = children[position].module
      } else {
        return nil
      }
    }
    return module
  }

  /// Labels every module with its path, for profiles.
  package final func labelForProfile() {
    for (path, module) in namedModules { module.label = path }
  }
}
