// Random access to the bytes of a file, in memory or on disk.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <cstddef>
#include <string>
#include <vector>

namespace lightbox {

class Bytes {
public:
  virtual ~Bytes() = default;
  uint64_t size() const { return size_; }
  // Copies up to `count` bytes from `at`; fewer at the end, or if they cannot be read.
  virtual size_t read(uint64_t at, void *to, size_t count) const = 0;

protected:
  uint64_t size_ = 0;
};

// Borrows memory.
class MemoryBytes : public Bytes {
public:
  MemoryBytes(const uint8_t *bytes, size_t count) : bytes_(bytes) { size_ = count; }
  size_t read(uint64_t at, void *to, size_t count) const override;

private:
  const uint8_t *bytes_;
};

// Opens a regular file for as long as it lives; a pipe or a device is an error, not a wait.
class FileBytes : public Bytes {
public:
  explicit FileBytes(const char *path);
  ~FileBytes() override;
  FileBytes(const FileBytes &) = delete;
  FileBytes &operator=(const FileBytes &) = delete;

  size_t read(uint64_t at, void *to, size_t count) const override;
  // Why the file cannot be read; empty if it can.
  const std::string &fault() const { return fault_; }
  // Whether it is the file that `other` was, unchanged.
  bool is_same(const struct stat &other) const;
  const struct stat &facts() const { return facts_; }

private:
  int descriptor_ = -1;
  struct stat facts_ = {};
  std::string fault_;
};

// A view of a few bytes at any position, read in larger pieces.
class Window {
public:
  explicit Window(const Bytes &source) : source_(source), buffer_(kSize) {}

  uint64_t size() const { return source_.size(); }
  // `count` (up to 64) bytes at `at`; NULL if there are fewer.
  const uint8_t *peek(uint64_t at, size_t count);

private:
  static const size_t kSize = 8192;
  const Bytes &source_;
  std::vector<uint8_t> buffer_;
  uint64_t start_ = 0;
  size_t filled_ = 0;
};

} // namespace lightbox
