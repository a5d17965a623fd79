// What the files of this target share; nobody else includes it.
#pragma once
#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

#include <functional>
#include <string>

struct lb_layout {
  dnnl_memory_desc_t md;
  size_t bytes;
  bool plain;
};

struct lb_primitive {
  dnnl_primitive_t primitive = nullptr;
  size_t scratch = 0;  // bytes of working memory that an execution needs
  dnnl_primitive_desc_t descriptor = nullptr;
  std::string implementation;
};

namespace lightbox {

dnnl_engine_t engine();

inline dnnl_data_type_t data_type(int scalar) {
  switch (scalar) {
    case LB_SCALAR_BF16: return dnnl_bf16;
    case LB_SCALAR_S32: return dnnl_s32;
    case LB_SCALAR_U8: return dnnl_u8;
    default: return dnnl_f32;
  }
}

/// The layout that says this; one pointer for all that are equal. NULL: no dimensions.
const lb_layout *intern(const dnnl_memory_desc_t &given);

inline const lb_layout *layout_of(uintptr_t address) { return reinterpret_cast<const lb_layout *>(address); }

/// Scalars in whatever order oneDNN prefers.
inline dnnl_memory_desc_t any(int rank, const dnnl_dim_t *dims, int scalar) {
  dnnl_memory_desc_t md;
  dnnl_memory_desc_init_by_tag(&md, rank, dims, data_type(scalar), dnnl_format_tag_any);
  return md;
}

/// Attributes that say that we bring the working memory; the caller destroys them.
dnnl_primitive_attr_t attributes();

template <typename Descriptor>
dnnl_status_t describe_primitive(
  dnnl_primitive_desc_t *out, const Descriptor *d, dnnl_primitive_desc_t hint) {
  dnnl_primitive_attr_t a = attributes();
  dnnl_status_t status = dnnl_primitive_desc_create(out, d, a, engine(), hint);
  dnnl_primitive_attr_destroy(a);
  return status;
}

/// The key of a primitive: what it computes, and the number of threads that it divides its work among.
std::string key_of(char kind, const void *bytes, size_t count);

template <typename Key>
std::string key_of(char kind, const Key &key) { return key_of(kind, &key, sizeof key); }

/// Looks a primitive up, or makes it from the descriptor that `describe` gives; 0 or oneDNN's status.
int make(
  const std::string &key, const lb_primitive **out, const std::function<int(dnnl_primitive_desc_t *)> &describe);

}  // namespace lightbox
