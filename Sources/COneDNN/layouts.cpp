#include "onednn.hpp"

#include <mutex>
#include <unordered_map>
#include <vector>

using namespace lightbox;

namespace {

bool is_plain(const dnnl_memory_desc_t &md) {
  if (md.format_kind != dnnl_blocked || md.format_desc.blocking.inner_nblks != 0) return false;
  dnnl_dim_t stride = 1;
  for (int d = md.ndims - 1; d >= 0; --d) {
    // The stride of a dimension of length 1 is arbitrary.
    if (md.dims[d] != 1 && md.format_desc.blocking.strides[d] != stride) return false;
    stride *= md.dims[d];
  }
  return md.offset0 == 0;
}

std::mutex layouts_lock;

}  // namespace

const lb_layout *lightbox::intern(const dnnl_memory_desc_t &descriptor) {
  if (descriptor.ndims == 0) return nullptr;
  static auto *layouts = new std::unordered_map<size_t, std::vector<const lb_layout *>>;
  dnnl_memory_desc_t md = descriptor;
  bool plain = is_plain(md);
  if (plain) {
    // Normalize the strides of dimensions of length 1, so that all row-major layouts are equal.
    dnnl_dim_t stride = 1;
    for (int d = md.ndims - 1; d >= 0; --d) {
      md.format_desc.blocking.strides[d] = stride;
      stride *= md.dims[d];
    }
  }
  size_t hash = (size_t)md.ndims * 31 + (size_t)md.data_type;
  for (int d = 0; d < md.ndims; ++d) hash = hash * 1000003 + (size_t)md.dims[d];
  std::lock_guard<std::mutex> guard(layouts_lock);
  auto &bucket = (*layouts)[hash];
  for (auto *l : bucket)
    if (dnnl().memory_desc_equal(&l->md, &md)) return l;
  auto *l = new lb_layout{md, dnnl().memory_desc_get_size(&md), plain};
  bucket.push_back(l);
  return l;
}

extern "C" {

const lb_layout *lb_layout_plain(int rank, const int64_t *dims, lb_scalar scalar) {
  static const dnnl_format_tag_t tags[] = {
    dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde, dnnl_abcdef};
  if (rank < 1 || rank > 6) return nullptr;
  dnnl_memory_desc_t md;
  if (dnnl().memory_desc_init_by_tag(&md, rank, dims, data_type(scalar), tags[rank]) != dnnl_success)
    return nullptr;
  return intern(md);
}

const lb_layout *lb_layout_with_scalar(const lb_layout *layout, lb_scalar scalar) {
  dnnl_memory_desc_t md = layout->md;
  md.data_type = data_type(scalar);
  return intern(md);
}

const lb_layout *lb_layout_in_channel_blocks(const int64_t *dims, int64_t block, lb_scalar scalar) {
  dnnl_format_tag_t tag;
  switch (block) {
    case 1: return lb_layout_plain(4, dims, scalar);
    case 4: tag = dnnl_nChw4c; break;
    case 8: tag = dnnl_nChw8c; break;
    case 16: tag = dnnl_nChw16c; break;
    default:
      if (block != dims[1]) return nullptr;
      tag = dnnl_nhwc;
  }
  dnnl_memory_desc_t md;
  if (dnnl().memory_desc_init_by_tag(&md, 4, dims, data_type(scalar), tag) != dnnl_success) return nullptr;
  return intern(md);
}

const lb_layout *lb_layout_of_transposed_filters(const int64_t *dims) {
  dnnl_dim_t exchanged[] = {dims[1], dims[0], 1, 1}, strides[] = {1, dims[1], 1, 1};
  dnnl_memory_desc_t md;
  if (dnnl().memory_desc_init_by_strides(&md, 4, exchanged, dnnl_f32, strides) != dnnl_success) return nullptr;
  return intern(md);
}

int64_t lb_layout_channel_block(const lb_layout *layout) {
  const dnnl_memory_desc_t &md = layout->md;
  if (md.ndims != 4 || md.format_kind != dnnl_blocked || md.offset0 != 0) return 0;
  if (layout->plain) return 1;
  const auto &b = md.format_desc.blocking;
  bool last = b.inner_nblks == 0 && b.strides[1] == 1;
  if (!last && !(b.inner_nblks == 1 && b.inner_idxs[0] == 1)) return 0;
  int64_t block = last ? md.dims[1] : b.inner_blks[0], row = block * md.dims[3], plane = row * md.dims[2];
  bool dense = b.strides[3] == block && b.strides[2] == row && (last || b.strides[1] == plane)
    && b.strides[0] == plane * (md.padded_dims[1] / block) && md.padded_dims[0] == md.dims[0];
  return dense ? block : 0;
}

size_t lb_layout_bytes(const lb_layout *layout) { return layout->bytes; }
bool lb_layout_is_plain(const lb_layout *layout) { return layout->plain; }
bool lb_layout_is_blocked(const lb_layout *layout) { return layout->md.format_kind == dnnl_blocked; }
lb_scalar lb_layout_scalar(const lb_layout *layout) {
  return layout->md.data_type == dnnl_bf16 ? LB_SCALAR_BF16 : LB_SCALAR_F32;
}

const char *lb_layout_describe(const lb_layout *layout) {
  thread_local std::string text;
  text.clear();
  for (int d = 0; d < layout->md.ndims; ++d)
    text += (d ? "x" : "") + std::to_string(layout->md.dims[d]);
  if (layout->plain) text += " row-major";
  else if (layout->md.format_kind != dnnl_blocked) text += " packed";
  else {
    auto &b = layout->md.format_desc.blocking;
    text += " blocked";
    for (int i = 0; i < b.inner_nblks; ++i)
      text += " " + std::to_string(b.inner_blks[i]) + "@" + std::to_string(b.inner_idxs[i]);
  }
  return text.c_str();
}

}  // extern "C"
