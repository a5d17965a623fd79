// Declarations shared by the files of this target.
#pragma once
#include "COneDNN.h"
#include "library.hpp"

#include <functional>
#include <string>

struct lb_layout {
  dnnl_memory_desc_t md;
  size_t bytes;
  bool plain;
};

struct lb_primitive {
  dnnl_primitive_t primitive = nullptr;
  size_t scratch = 0;  // bytes of scratchpad memory per execution
  dnnl_primitive_desc_t descriptor = nullptr;
  std::string implementation;
};

namespace lightbox {

dnnl_engine_t engine();

inline dnnl_data_type_t data_type(int scalar) {
  return scalar == LB_SCALAR_BF16 ? dnnl_bf16 : dnnl_f32;
}

/// The interned layout of a descriptor; NULL if it has no dimensions.
const lb_layout *intern(const dnnl_memory_desc_t &descriptor);

inline const lb_layout *layout_of(uintptr_t address) { return reinterpret_cast<const lb_layout *>(address); }

/// A descriptor that lets oneDNN choose the order.
inline dnnl_memory_desc_t any(int rank, const dnnl_dim_t *dims, int scalar) {
  dnnl_memory_desc_t md;
  dnnl().memory_desc_init_by_tag(&md, rank, dims, data_type(scalar), dnnl_format_tag_any);
  return md;
}

/// Attributes with a user-provided scratchpad; the caller destroys them.
dnnl_primitive_attr_t attributes();

template <typename Descriptor>
dnnl_status_t describe_primitive(
  dnnl_primitive_desc_t *out, const Descriptor *d, dnnl_primitive_desc_t hint) {
  dnnl_primitive_attr_t a = attributes();
  dnnl_status_t status = dnnl().primitive_desc_create(out, d, a, engine(), hint);
  dnnl().primitive_attr_destroy(a);
  return status;
}

/// The cache key of a primitive: what it computes, and the number of threads it is created for.
std::string key_of(char kind, const void *bytes, size_t count);

template <typename Key>
std::string key_of(char kind, const Key &key) { return key_of(kind, &key, sizeof key); }

/// Looks up a primitive, or creates it from the descriptor that `describe` returns. Returns 0 or the oneDNN status.
int make(
  const std::string &key, const lb_primitive **out, const std::function<int(dnnl_primitive_desc_t *)> &describe);

}  // namespace lightbox
