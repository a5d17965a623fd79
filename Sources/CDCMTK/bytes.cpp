#include "bytes.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace lightbox {

size_t MemoryBytes::read(uint64_t at, void *to, size_t count) const {
  if (at >= size_) return 0;
  count = (size_t)std::min<uint64_t>(count, size_ - at);
  if (count > 0) std::memcpy(to, bytes_ + at, count);
  return count;
}

FileBytes::FileBytes(const char *path) {
  // O_NONBLOCK: opening a pipe without a writer does not wait.
  descriptor_ = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor_ < 0) {
    fault_ = errno == ENXIO ? "it is not a regular file" : std::strerror(errno);
    return;
  }
  if (fstat(descriptor_, &facts_) != 0) {
    fault_ = std::strerror(errno);
  } else if (S_ISDIR(facts_.st_mode)) {
    fault_ = "it is a folder";
  } else if (!S_ISREG(facts_.st_mode)) {
    fault_ = "it is not a regular file";
  } else {
    size_ = (uint64_t)facts_.st_size;
  }
}

FileBytes::~FileBytes() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

size_t FileBytes::read(uint64_t at, void *to, size_t count) const {
  size_t done = 0;
  while (done < count && at + done < size_) {
    ssize_t got = ::pread(descriptor_, (char *)to + done, count - done, (off_t)(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += (size_t)got;
  }
  return done;
}

bool FileBytes::is_same(const struct stat &other) const {
  return facts_.st_dev == other.st_dev && facts_.st_ino == other.st_ino &&
      facts_.st_size == other.st_size && facts_.st_mtim.tv_sec == other.st_mtim.tv_sec &&
      facts_.st_mtim.tv_nsec == other.st_mtim.tv_nsec;
}

const uint8_t *Window::peek(uint64_t at, size_t count) {
  if (at + count > source_.size()) return nullptr;
  if (at < start_ || at + count > start_ + filled_) {
    start_ = at;
    filled_ = source_.read(at, buffer_.data(), buffer_.size());
    if (filled_ < count) return nullptr;
  }
  return buffer_.data() + (at - start_);
}

} // namespace lightbox
