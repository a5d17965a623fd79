// What stays of an opened file besides its data set.
#pragma once

#include "structure.hpp"

namespace lightbox {

struct Open {
  Structure structure;
  // The encoding that the transfer syntax states.
  Encoding stated;
  bool is_deflated = false, has_no_syntax = false;
  // The bytes of a file in memory, or of an inflated data set; otherwise those of `path` are read.
  std::vector<uint8_t> memory;
  bool is_in_memory = false;
  std::string path;
  struct stat facts = {};

  // Calls `body` with the bytes that the offsets of `structure` refer to; false with a reason if the
  // file cannot be read again.
  template <typename Body> bool with_bytes(std::string *fault, Body body) const {
    if (is_in_memory) {
      body(MemoryBytes(memory.data(), memory.size()));
      return true;
    }
    FileBytes file(path.c_str());
    if (!file.fault().empty()) {
      *fault = file.fault();
      return false;
    }
    if (!file.is_same(facts)) {
      *fault = "the file has changed since it was opened";
      return false;
    }
    body(file);
    return true;
  }
};

} // namespace lightbox
