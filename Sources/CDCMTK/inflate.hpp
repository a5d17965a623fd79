// The deflated transfer syntax (PS3.5 A.5).
#pragma once

#include "bytes.hpp"

namespace lightbox {

// The bytes that a data set may expand to.
const size_t kInflatedLimit = (size_t)256 << 20;

enum class Inflation { done, truncated, invalid, excessive };

// Inflates the bytes from `start`; bytes behind the deflated stream are ignored.
Inflation inflate_from(const Bytes &source, uint64_t start, std::vector<uint8_t> *out);

} // namespace lightbox
