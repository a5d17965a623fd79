import Files
import Foundation
import Testing

/// Control groups in a folder that stands for the machine.
@Suite("Limits of the process")
struct ProcessLimitsTests {
  private static let mib = 1 << 20

  /// Writes files below a temporary folder and reads the limits there.
  private func limits(_ files: [String: String]) throws -> ProcessLimits {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: root) }
    for (path, text) in files {
      let file = root.appendingPathComponent(path)
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return ProcessLimits(root: root.path)
  }

  private static let meminfo = "MemTotal: 8388608 kB\nMemFree: 1 kB\nMemAvailable:    4194304 kB\n"
  private static let unified =
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate\n"

  @Test("without control groups the machine counts")
  func machine() throws {
    let found = try limits(["proc/meminfo": Self.meminfo])
    #expect(found.memoryLimit == nil)
    #expect(found.availableMemory == 4096 * Self.mib)
    #expect(found.quota == nil)
    #expect(found.cores == found.affinity && found.cores > 0)
    #expect(try limits([:]).availableMemory == .max)
  }

  @Test("version 2: the smallest limit on the way to the root counts, and memory of files is free")
  func version2() throws {
    let found = try limits([
      "proc/meminfo": Self.meminfo,
      "proc/self/cgroup": "0::/slice/job/task\n",
      "proc/self/mountinfo": Self.unified,
      "sys/fs/cgroup/slice/memory.max": "524288000\n",
      "sys/fs/cgroup/slice/memory.current": "314572800\n",
      "sys/fs/cgroup/slice/memory.stat":
        "anon 1\nfile 3\ninactive_file 104857600\nactive_file 20971520\n",
      "sys/fs/cgroup/slice/job/memory.max": "max\n",
      "sys/fs/cgroup/slice/job/memory.current": "1\n",
      "sys/fs/cgroup/slice/job/task/memory.max": "1048576000\n",
      "sys/fs/cgroup/slice/job/task/memory.current": "0\n",
      "sys/fs/cgroup/slice/cpu.max": "max 100000\n",
      "sys/fs/cgroup/slice/job/task/cpu.max": "50000 100000\n",
    ])
    #expect(found.memoryLimit == 500 * Self.mib)
    #expect(found.availableMemory == (500 - 300 + 100 + 10) * Self.mib)
    #expect(found.quota == 0.5)
    #expect(found.cores == 1)
  }

  @Test("version 1: each controller has a hierarchy of its own")
  func version1() throws {
    let found = try limits([
      "proc/meminfo": Self.meminfo,
      "proc/self/cgroup":
        "9:name=systemd:/\n4:memory:/a/b\n3:cpuset:/\n2:cpuacct,cpu:/c\n0::/\n",
      "proc/self/mountinfo": """
      31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755
      32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct
      34 31 0:31 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset
      35 31 0:32 / /sys/fs/cgroup/my\\040memory rw shared:9 - cgroup cgroup rw,memory
      41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw

      """,
      "sys/fs/cgroup/my memory/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/my memory/a/memory.limit_in_bytes": "209715200\n",
      "sys/fs/cgroup/my memory/a/memory.usage_in_bytes": "188743680\n",
      "sys/fs/cgroup/my memory/a/memory.stat": "inactive_file 7\ntotal_inactive_file 10485760\n",
      "sys/fs/cgroup/my memory/a/b/memory.limit_in_bytes": "9223372036854771712\n",
      "sys/fs/cgroup/cpu/c/cpu.cfs_quota_us": "100001\n",
      "sys/fs/cgroup/cpu/c/cpu.cfs_period_us": "100000\n",
      "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
      "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
    ])
    #expect(found.memoryLimit == 200 * Self.mib)
    #expect(found.availableMemory == 30 * Self.mib)
    #expect(found.cores == 1, "a quota of 1.00001 cores is one core")
  }

  @Test(
    "in a container the group may be named as on the host, or lie outside of what is mounted",
    arguments: [
      ("/docker/4f", "0::/docker/4f\n"), ("/docker/4f", "0::/docker/4f/\n"), ("/", "0::/../..\n"),
      ("/", "0::/gone\n"), ("/", "0::/\n"),
    ])
  func containers(top: String, group: String) throws {
    let found = try limits([
      "proc/meminfo": Self.meminfo,
      "proc/self/cgroup": group,
      "proc/self/mountinfo": "29 23 0:26 \(top) /sys/fs/cgroup rw - cgroup2 cgroup rw\n",
      "sys/fs/cgroup/memory.max": "157286400\n",
      "sys/fs/cgroup/memory.current": "52428800\n",
    ])
    #expect(found.memoryLimit == 150 * Self.mib)
    #expect(found.availableMemory == 100 * Self.mib)
  }

  @Test("damaged files are no limits")
  func damaged() throws {
    let found = try limits([
      "proc/meminfo": "MemAvailable: x kB\n",
      "proc/self/cgroup": "\n::\n0\n0::/\(String(repeating: "x/", count: 9000))\n",
      "proc/self/mountinfo": Self.unified + " - \n- cgroup2",
      "sys/fs/cgroup/memory.max": "-5\n", "sys/fs/cgroup/cpu.max": "0 0\n",
    ])
    #expect(found.memoryLimit == nil && found.availableMemory == .max && found.quota == nil)
  }

  @Test("a group above its limit leaves nothing")
  func exceeded() throws {
    let found = try limits([
      "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/\n",
      "proc/self/mountinfo": Self.unified,
      "sys/fs/cgroup/memory.max": "100\n", "sys/fs/cgroup/memory.current": "200\n",
    ])
    #expect(found.availableMemory == 0)
  }

  @Test("the limits are described")
  func text() throws {
    let found = try limits([
      "proc/meminfo": Self.meminfo, "proc/self/cgroup": "0::/\n",
      "proc/self/mountinfo": Self.unified, "sys/fs/cgroup/memory.max": "157286400\n",
    ])
    #expect(found.memoryText == "150 MiB (control group)")
    #expect(try limits([:]).memoryText == "none")
  }
}
