import Files
import Foundation
import Testing

@Suite("Files are whole or not there")
struct AtomicFileTests {
  private func withFolder(_ body: (String) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("files-\(UUID())")
      .path
    try createFolder(folder)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await body(folder)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test("a limit on the file size is an error; the old file stays and nothing else")
  func fileSizeLimit() async throws {
    try await withFolder { folder in
      try AtomicFile.write("old", to: folder + "/a")
      await #expect(processExitsWith: .success) { [folder = folder as String] in
        signal(SIGXFSZ, SIG_IGN)
        var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
        setrlimit(__rlimit_resource_t(1), &limit)  // RLIMIT_FSIZE
        let error = #expect(throws: FileError.self) {
          try AtomicFile.write([UInt8](repeating: 1, count: 10_000), to: folder + "/a")
        }
        #expect(error == FileError(.unwritable(errno: EFBIG), path: folder + "/a"))
        try AtomicFile.write("small", to: folder + "/b")
      }
      #expect(try names(folder) == ["a", "b"])
      #expect(try String(contentsOfFile: folder + "/a", encoding: .utf8) == "old")
    }
  }

  @Test("the temporary file of a killed writer is removed by the next writer, one in use is not")
  func killedWriter() async throws {
    try await withFolder { folder in
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String] in
        try AtomicFile.write(to: folder + "/a") { file in
          try file.write(contentsOf: Data("half".utf8))
          kill(getpid(), SIGKILL)
        }
      }
      #expect(try names(folder).count == 1)
      let others = [".b.1-1.part", ".a.txt.part", ".a.part", "a.1.part"]
      for name in others { try Data().write(to: URL(fileURLWithPath: "\(folder)/\(name)")) }
      try Data().write(to: URL(fileURLWithPath: "\(folder)/.a.77-3.part"))
      let descriptor = open("\(folder)/.a.77-3.part", O_RDONLY)
      flock(descriptor, LOCK_EX)
      defer { close(descriptor) }
      // In another process, which has not looked into the folder yet.
      await #expect(processExitsWith: .success) { [folder = folder as String] in
        try AtomicFile.write("whole", to: folder + "/a")
      }
      #expect(try names(folder) == (others + [".a.77-3.part", "a"]).sorted())
    }
  }

  @Test("threads that write one file do not disturb each other")
  func threads() async throws {
    try await withFolder { folder in
      await withTaskGroup(of: Void.self) { group in
        for number in 0..<50 {
          group.addTask {
            let text = String(repeating: "\(number % 10)", count: 10_000)
            #expect(throws: Never.self) { try AtomicFile.write(text, to: folder + "/a") }
          }
        }
      }
      let text = try String(contentsOfFile: folder + "/a", encoding: .utf8)
      #expect(Set(text).count == 1 && text.count == 10_000)
      #expect(try names(folder) == ["a"])
    }
  }

  @Test(
    "a device is written, not replaced; a link is followed; permissions and long names are kept")
  func kinds() async throws {
    try await withFolder { folder in
      let error = #expect(throws: FileError.self) { try AtomicFile.write("x", to: "/dev/full") }
      #expect(error == FileError(.unwritable(errno: ENOSPC), path: "/dev/full"))
      try AtomicFile.write("x", to: "/dev/null")
      var status = stat()
      #expect(stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)

      try AtomicFile.write("old", to: folder + "/a")
      chmod(folder + "/a", 0o600)
      symlink("a", folder + "/link")
      try AtomicFile.write("new", to: folder + "/link")
      #expect(try String(contentsOfFile: folder + "/a", encoding: .utf8) == "new")
      #expect(stat(folder + "/a", &status) == 0 && status.st_mode & 0o777 == 0o600)
      #expect(lstat(folder + "/link", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)

      let long = String(repeating: "x", count: 255)
      try AtomicFile.write("long", to: "\(folder)/\(long)")
      #expect(try names(folder) == ["a", "link", long])
    }
  }

  @Test("a folder is created with its parents, and says which it created")
  func folders() async throws {
    try await withFolder { folder in
      #expect(try createFolder(folder + "/a/b") == [folder + "/a", folder + "/a/b"])
      #expect(try createFolder(folder + "/a/b/").isEmpty)
      try AtomicFile.write("", to: folder + "/file")
      for path in ["/file", "/file/c"] {
        let error = #expect(throws: FileError.self) { try createFolder(folder + path) }
        #expect(error == FileError(.folderNotCreated(errno: ENOTDIR), path: folder + path))
      }
    }
  }

  @Test("paths are split at the last slash, also names of one character")
  func parts() {
    #expect(PathParts("a//b").parent == "a" && PathParts("/a").parent == "/")
    #expect(PathParts("a").parent == "" && PathParts("ä/é/x").parent == "ä/é")
    for (path, folder, name) in [
      ("a", "", "a"), ("a/", "", "a"), ("a/b", "a/", "b"), ("/a", "/", "a"), ("/", "/", ""),
      ("", "", ""), ("./", "", "."), ("x/y//", "x/", "y"),
    ] {
      let parts = PathParts(path)
      #expect(parts.folder == folder && parts.name == name, "\(path)")
    }
  }

  @Test("only files up to a limit are read")
  func bounded() async throws {
    try await withFolder { folder in
      try AtomicFile.write("12345", to: folder + "/a")
      #expect(try readFile(folder + "/a", limit: 5) == Data("12345".utf8))
      #expect(throws: FileError(.tooLarge(bytes: 5, limit: 4), path: folder + "/a")) {
        try readFile(folder + "/a", limit: 4)
      }
      mkfifo(folder + "/pipe", 0o600)
      for path in [folder + "/pipe", "/dev/zero", folder] {
        #expect(throws: FileError(.notAFile, path: path)) { try readFile(path, limit: 10) }
      }
    }
  }

  @Test(
    "a folder's lock is held, released, and left by a killed process", arguments: [true, false])
  func lock(usesFlock: Bool) async throws {
    try await withFolder { folder in
      let path = folder + "/run.lock"
      #expect(FolderLock.state(of: path) == .free)
      let lock = try #require(try FolderLock.acquire(path, usesFlock: usesFlock))
      #expect(try FolderLock.acquire(path, usesFlock: usesFlock) == nil)
      #expect(FolderLock.state(of: path) == .held(.current(isLocked: usesFlock)))
      lock.release()
      #expect(try FolderLock.state(of: path) == .free && names(folder).isEmpty)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, usesFlock = usesFlock as Bool] in
        let lock = try FolderLock.acquire(path, usesFlock: usesFlock)
        withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
      }
      guard case .left(let owner?) = FolderLock.state(of: path) else {
        Issue.record("\(FolderLock.state(of: path))")
        return
      }
      #expect(
        owner.pid != getpid() && !owner.mayRun && FolderLock.Owner.current(isLocked: true).mayRun)
      let winners = await withTaskGroup(of: FolderLock?.self) { group in
        for _ in 0..<16 {
          group.addTask { (try? FolderLock.acquire(path, usesFlock: usesFlock)) ?? nil }
        }
        return await group.reduce(into: []) { if let lock = $1 { $0.append(lock) } }
      }
      // Without file locks, a lock that was left is not taken over.
      #expect(winners.count == (usesFlock ? 1 : 0))
    }
  }
}
