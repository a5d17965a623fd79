/// Functions that a file of weights has no reason to name.
///
/// Nothing that a pickle names is called, whatever it is. All other classes and functions are kept as names; a file
/// that names one of these is refused, because it was made to attack programs that run pickles, or needs code
/// to build its tensors.
enum ForbiddenGlobals {
  /// Whether a file that names a class or function is refused.
  static func contains(_ module: String, _ name: String) -> Bool {
    let root = module.prefix { $0 != "." }
    switch root {
    case "builtins", "__builtin__", "torch", "numpy": return !isHarmless(module, name)
    case "types": return !["SimpleNamespace", "MappingProxyType", "NoneType"].contains(name)
    default: return modules.contains(String(root))
    }
  }

  /// Python's modules that run code, or read and write files, processes and connections.
  private static let modules: Set = [
    "_codecs", "_frozen_importlib", "_io", "_pickle", "_posixsubprocess", "_socket", "_thread",
    "ast", "asyncio",
    "atexit", "bdb", "cPickle", "cProfile", "cffi", "cloudpickle", "code", "codecs", "codeop",
    "commands",
    "concurrent", "ctypes", "dill", "distutils", "fileinput", "ftplib", "http", "imaplib",
    "imp", "importlib", "io", "joblib", "marshal", "mmap", "multiprocessing", "nt", "ntpath",
    "operator", "os", "pdb", "pickle", "pickletools", "pip", "pkgutil", "popen2", "poplib",
    "posix", "posixpath", "profile", "pty", "pydoc", "requests", "runpy", "setuptools", "shelve",
    "shutil", "signal", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys",
    "tarfile", "telnetlib", "tempfile", "timeit", "urllib", "urllib2", "urllib3",
    "webbrowser", "xmlrpc", "zipfile", "zipimport",
  ]

  /// Parts of packages that are refused otherwise.
  private static let harmless = [
    // Layers and losses, optimizers and schedules, samplers, gradient scalers, versions.
    "torch.nn.", "torch.optim.", "torch.utils.data.", "torch.amp.", "torch.cuda.amp.",
    "torch.distributions.",
    "torch.torch_version.", "torch.version.", "torch.random.", "torch._C.Generator",
    "torch.Generator",
    "torch.memory_format", "torch.layout", "torch.strided", "torch.contiguous_format",
    "torch.channels_last",
    "torch.distributed.optim.", "torch.nested.", "torch.quantization.observer.",
    "torch.ao.quantization.observer.",
    // Arrays, their types, and random states.
    "numpy.random.", "numpy.core.", "numpy._core.", "numpy.ma.core.", "numpy.polynomial.",
    "numpy.dtypes.", "numpy.matrix", "numpy.record", "numpy.recarray", "numpy.datetime64",
    "numpy.timedelta64",
    "numpy.bool", "numpy.int", "numpy.uint", "numpy.float", "numpy.complex", "numpy.str",
    "numpy.bytes",
    "numpy.void", "numpy.object", "numpy.generic", "numpy.number",
  ]

  private static let exceptions: Set = [
    "BaseException", "Exception", "NotImplementedType", "ellipsis",
  ]

  private static func isHarmless(_ module: String, _ name: String) -> Bool {
    if module == "builtins" || module == "__builtin__" {
      return exceptions.contains(name) || name.hasSuffix("Error") || name.hasSuffix("Warning")
    }
    let full = "\(module).\(name)"
    // A name in a package of harmless classes can still be a path to something else, as in protocol 4.
    if name.contains(".") && module.hasPrefix("numpy") { return false }
    if unsafeNames.contains(String(full.split(separator: ".").last ?? "")) { return false }
    return harmless.contains { full.hasPrefix($0) }
  }

  private static let unsafeNames: Set = [
    "load", "loads", "load_url", "load_state_dict_from_url", "eval", "exec", "compile", "system",
    "fromfile", "open",
    "memmap", "runstring",
  ]
}
