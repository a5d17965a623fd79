#include "COneDNN.h"

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

// libgomp's, which oneDNN runs on.
extern "C" int omp_get_max_threads(void);

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

namespace {

dnnl_data_type_t data_type(int scalar) {
  switch (scalar) {
    case LB_SCALAR_BF16: return dnnl_bf16;
    case LB_SCALAR_S32: return dnnl_s32;
    case LB_SCALAR_U8: return dnnl_u8;
    default: return dnnl_f32;
  }
}

dnnl_engine_t engine() {
  static dnnl_engine_t value = [] {
    dnnl_engine_t e = nullptr;
    dnnl_engine_create(&e, dnnl_cpu, 0);
    return e;
  }();
  return value;
}

// A stream is cheap and not to be shared between threads.
dnnl_stream_t stream() {
  thread_local struct Holder {
    dnnl_stream_t s = nullptr;
    Holder() { dnnl_stream_create(&s, engine(), dnnl_stream_default_flags); }
    ~Holder() { if (s) dnnl_stream_destroy(s); }
  } holder;
  return holder.s;
}

// Working memory of primitives, one block per thread that executes them, as large as the largest need.
// oneDNN's own belongs to the thread that made the primitive: executing it elsewhere at the same time
// would overwrite it.
void *scratch(size_t bytes) {
  thread_local struct Block {
    void *memory = nullptr;
    size_t bytes = 0;
    ~Block() { free(memory); }
  } block;
  if (bytes > block.bytes) {
    free(block.memory);
    // Huge pages: Winograd scatters over a hundred megabytes.
    const size_t page = bytes < ((size_t)1 << 20) ? 4096 : (size_t)2 << 20;
    block.bytes = (bytes + page - 1) / page * page;
    block.memory = aligned_alloc(page, block.bytes);
    if (!block.memory) block.bytes = 0;
    else if (page > 4096) madvise(block.memory, block.bytes, MADV_HUGEPAGE);
  }
  return block.memory;
}

/// Attributes that say that we bring the working memory; the caller destroys them.
dnnl_primitive_attr_t attributes() {
  dnnl_primitive_attr_t a = nullptr;
  dnnl_primitive_attr_create(&a);
  dnnl_primitive_attr_set_scratchpad_mode(a, dnnl_scratchpad_mode_user);
  return a;
}

template <typename Descriptor>
dnnl_status_t describe_primitive(
  dnnl_primitive_desc_t *out, const Descriptor *d, dnnl_primitive_desc_t hint) {
  dnnl_primitive_attr_t a = attributes();
  dnnl_status_t status = dnnl_primitive_desc_create(out, d, a, engine(), hint);
  dnnl_primitive_attr_destroy(a);
  return status;
}

// MARK: Interning of layouts

bool is_plain(const dnnl_memory_desc_t &md) {
  if (md.format_kind != dnnl_blocked || md.format_desc.blocking.inner_nblks != 0) return false;
  dnnl_dim_t stride = 1;
  for (int d = md.ndims - 1; d >= 0; --d) {
    // The stride along a dimension of one element says nothing.
    if (md.dims[d] != 1 && md.format_desc.blocking.strides[d] != stride) return false;
    stride *= md.dims[d];
  }
  return md.offset0 == 0;
}

std::mutex layouts_lock;

const lb_layout *intern(const dnnl_memory_desc_t &given) {
  if (given.ndims == 0) return nullptr;
  static auto *layouts = new std::unordered_map<size_t, std::vector<const lb_layout *>>;
  dnnl_memory_desc_t md = given;
  bool plain = is_plain(md);
  if (plain) {
    // One spelling for all row-major layouts, whatever the strides of single elements.
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
    if (dnnl_memory_desc_equal(&l->md, &md)) return l;
  auto *l = new lb_layout{md, dnnl_memory_desc_get_size(&md), plain};
  bucket.push_back(l);
  return l;
}

const lb_layout *layout_of(uintptr_t address) { return reinterpret_cast<const lb_layout *>(address); }

// MARK: The cache of primitives

std::mutex primitives_lock;
std::unordered_map<std::string, std::unique_ptr<lb_primitive>> &primitives() {
  static auto *map = new std::unordered_map<std::string, std::unique_ptr<lb_primitive>>;
  return *map;
}

// A primitive divides its work among the threads there are when it is made.
template <typename Key>
std::string key_of(char kind, const Key &key) {
  std::string s(1, kind);
  int threads = omp_get_max_threads();
  s.append(reinterpret_cast<const char *>(&threads), sizeof threads);
  s.append(reinterpret_cast<const char *>(&key), sizeof key);
  return s;
}

/// Takes over `descriptor`.
int keep(const std::string &key, dnnl_primitive_desc_t descriptor, const lb_primitive **out) {
  auto made = std::make_unique<lb_primitive>();
  made->descriptor = descriptor;
  dnnl_status_t status = dnnl_primitive_create(&made->primitive, descriptor);
  if (status != dnnl_success) {
    dnnl_primitive_desc_destroy(descriptor);
    return status;
  }
  const char *name = nullptr;
  if (dnnl_primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &name) == dnnl_success && name)
    made->implementation = name;
  const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
  if (md) made->scratch = dnnl_memory_desc_get_size(md);
  std::lock_guard<std::mutex> guard(primitives_lock);
  auto &slot = primitives()[key];
  if (!slot) slot = std::move(made);
  *out = slot.get();
  return 0;
}

/// Looks a primitive up, or makes it from what `describe` gives. A refusal is kept like a primitive: asking
/// again for what oneDNN does not have would cost more than a small convolution.
template <typename Describe>
int make(const std::string &key, const lb_primitive **out, Describe describe) {
  *out = nullptr;
  {
    std::lock_guard<std::mutex> guard(primitives_lock);
    auto it = primitives().find(key);
    if (it != primitives().end()) {
      *out = it->second.get();
      return *out ? dnnl_success : dnnl_unimplemented;
    }
  }
  dnnl_primitive_desc_t descriptor;
  int status = describe(&descriptor);
  if (status == dnnl_success) return keep(key, descriptor, out);
  if (status == dnnl_unimplemented) {
    std::lock_guard<std::mutex> guard(primitives_lock);
    primitives().try_emplace(key);
  }
  return status;
}

dnnl_memory_desc_t any(int rank, const dnnl_dim_t *dims, int scalar) {
  dnnl_memory_desc_t md;
  dnnl_memory_desc_init_by_tag(&md, rank, dims, data_type(scalar), dnnl_format_tag_any);
  return md;
}

dnnl_memory_desc_t images_in(int order, const dnnl_dim_t *dims, int scalar) {
  bool blocks = order == LB_ORDER_BLOCKS && dims[1] % 16 == 0;
  if (!blocks && order != LB_ORDER_CHANNELS_LAST) return any(4, dims, scalar);
  dnnl_memory_desc_t md;
  dnnl_memory_desc_init_by_tag(&md, 4, dims, data_type(scalar), blocks ? dnnl_nChw16c : dnnl_nhwc);
  return md;
}

struct Images {
  dnnl_memory_desc_t source, weights, bias, destination;
  dnnl_dims_t strides, dilates, before, after;
};

Images describe(const lb_convolution &c) {
  Images i;
  dnnl_dim_t source[] = {c.n, c.ic, c.ih, c.iw}, destination[] = {c.n, c.oc, c.oh, c.ow};
  if (c.plain_source)
    dnnl_memory_desc_init_by_tag(&i.source, 4, source, data_type(c.scalar), dnnl_nchw);
  else
    i.source = images_in(c.order, source, c.scalar);
  i.destination = images_in(c.order, destination, c.scalar);
  if (c.groups > 1) {
    dnnl_dim_t weights[] = {c.groups, c.oc / c.groups, c.ic / c.groups, c.kh, c.kw};
    i.weights = any(5, weights, c.scalar);
  } else {
    dnnl_dim_t weights[] = {c.oc, c.ic, c.kh, c.kw};
    i.weights = any(4, weights, c.scalar);
  }
  dnnl_dim_t bias[] = {c.oc};
  dnnl_memory_desc_init_by_tag(&i.bias, 1, bias, dnnl_f32, dnnl_a);
  i.strides[0] = c.sh; i.strides[1] = c.sw;
  i.dilates[0] = c.dh - 1; i.dilates[1] = c.dw - 1;
  i.before[0] = c.pt; i.before[1] = c.pl;
  i.after[0] = c.pb; i.after[1] = c.pr;
  return i;
}

dnnl_alg_kind_t algorithm(const lb_convolution &c) {
  return c.winograd == 2 ? dnnl_convolution_winograd
    : c.winograd ? dnnl_convolution_auto : dnnl_convolution_direct;
}

int forward_descriptor(const lb_convolution &c, dnnl_primitive_desc_t *out) {
  Images i = describe(c);
  dnnl_convolution_desc_t d;
  dnnl_status_t status = dnnl_dilated_convolution_forward_desc_init(
    &d, c.inference ? dnnl_forward_inference : dnnl_forward_training, algorithm(c), &i.source,
    &i.weights, c.has_bias ? &i.bias : nullptr, &i.destination, i.strides, i.dilates, i.before, i.after);
  if (status != dnnl_success) return status;
  dnnl_primitive_attr_t a = attributes();
  if (c.relu || c.addend) {
    dnnl_post_ops_t operations;
    dnnl_post_ops_create(&operations);
    if (c.addend) dnnl_post_ops_append_binary(operations, dnnl_binary_add, &layout_of(c.addend)->md);
    if (c.relu) dnnl_post_ops_append_eltwise(operations, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
    dnnl_primitive_attr_set_post_ops(a, operations);
    dnnl_post_ops_destroy(operations);
  }
  status = dnnl_primitive_desc_create(out, &d, a, engine(), nullptr);
  dnnl_primitive_attr_destroy(a);
  return status;
}

int pooling_forward_descriptor(const lb_pooling &p, dnnl_primitive_desc_t *out) {
  dnnl_dim_t dims[] = {layout_of(p.source)->md.dims[0], layout_of(p.source)->md.dims[1], p.oh, p.ow};
  dnnl_memory_desc_t destination;
  dnnl_memory_desc_init_by_tag(&destination, 4, dims, layout_of(p.source)->md.data_type, dnnl_format_tag_any);
  dnnl_dim_t strides[] = {p.sh, p.sw}, kernel[] = {p.kh, p.kw}, before[] = {p.pt, p.pl}, after[] = {p.pb, p.pr};
  dnnl_alg_kind_t algorithm = p.maximum ? dnnl_pooling_max
    : p.include_padding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
  dnnl_pooling_desc_t d;
  dnnl_status_t status = dnnl_pooling_forward_desc_init(
    &d, p.training ? dnnl_forward_training : dnnl_forward_inference, algorithm, &layout_of(p.source)->md,
    &destination, strides, kernel, before, after);
  if (status != dnnl_success) return status;
  return describe_primitive(out, &d, nullptr);
}

}  // namespace

extern "C" {

const lb_layout *lb_layout_plain(int rank, const int64_t *dims, lb_scalar scalar) {
  static const dnnl_format_tag_t tags[] = {
    dnnl_format_tag_undef, dnnl_a, dnnl_ab, dnnl_abc, dnnl_abcd, dnnl_abcde, dnnl_abcdef};
  if (rank < 1 || rank > 6) return nullptr;
  dnnl_memory_desc_t md;
  if (dnnl_memory_desc_init_by_tag(&md, rank, dims, data_type(scalar), tags[rank]) != dnnl_success)
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
  if (dnnl_memory_desc_init_by_tag(&md, 4, dims, data_type(scalar), tag) != dnnl_success) return nullptr;
  return intern(md);
}

const lb_layout *lb_layout_of_exchanged_filters(const int64_t *dims) {
  dnnl_dim_t exchanged[] = {dims[1], dims[0], 1, 1}, strides[] = {1, dims[1], 1, 1};
  dnnl_memory_desc_t md;
  if (dnnl_memory_desc_init_by_strides(&md, 4, exchanged, dnnl_f32, strides) != dnnl_success) return nullptr;
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
  switch (layout->md.data_type) {
    case dnnl_bf16: return LB_SCALAR_BF16;
    case dnnl_s32: return LB_SCALAR_S32;
    case dnnl_u8: return LB_SCALAR_U8;
    default: return LB_SCALAR_F32;
  }
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

const lb_layout *lb_primitive_layout(const lb_primitive *primitive, lb_argument argument) {
  const dnnl_memory_desc_t *md =
    dnnl_primitive_desc_query_md(primitive->descriptor, dnnl_query_exec_arg_md, argument);
  return md ? intern(*md) : nullptr;
}

const char *lb_primitive_implementation(const lb_primitive *primitive) {
  return primitive->implementation.c_str();
}

int lb_primitive_execute(
  const lb_primitive *primitive, int count, const int32_t *arguments, void *const *pointers) {
  dnnl_exec_arg_t list[16];
  int made = 0;
  dnnl_status_t status = dnnl_success;
  for (; made < count && made < 16; ++made) {
    const dnnl_memory_desc_t *md = dnnl_primitive_desc_query_md(
      primitive->descriptor, dnnl_query_exec_arg_md, arguments[made]);
    list[made].arg = arguments[made];
    status = dnnl_memory_create(&list[made].memory, md, engine(), pointers[made]);
    if (status != dnnl_success) break;
  }
  if (status == dnnl_success && primitive->scratch > 0 && made < 16) {
    void *memory = scratch(primitive->scratch);
    const dnnl_memory_desc_t *md =
      dnnl_primitive_desc_query_md(primitive->descriptor, dnnl_query_scratchpad_md, 0);
    list[made].arg = DNNL_ARG_SCRATCHPAD;
    status = memory ? dnnl_memory_create(&list[made].memory, md, engine(), memory) : dnnl_out_of_memory;
    if (status == dnnl_success) ++made;
  }
  if (status == dnnl_success) {
    status = dnnl_primitive_execute(primitive->primitive, stream(), made, list);
    if (status == dnnl_success) status = dnnl_stream_wait(stream());
  }
  for (int i = 0; i < made; ++i) dnnl_memory_destroy(list[i].memory);
  return status;
}

const char *lb_status_name(int status) { return dnnl_status2str((dnnl_status_t)status); }

int lb_make_reorder(const lb_layout *from, const lb_layout *to, const lb_primitive **out) {
  struct { const lb_layout *a, *b; } key = {from, to};
  return make(key_of('r', key), out, [=](dnnl_primitive_desc_t *d) {
    dnnl_primitive_attr_t a = attributes();
    int status = dnnl_reorder_primitive_desc_create(d, &from->md, engine(), &to->md, engine(), a);
    dnnl_primitive_attr_destroy(a);
    return status;
  });
}

int lb_make_convolution_forward(lb_convolution c, const lb_primitive **out) {
  c.kind = 0;
  return make(key_of('c', c), out, [=](dnnl_primitive_desc_t *d) { return forward_descriptor(c, d); });
}

int lb_make_convolution_backward_data(lb_convolution c, const lb_primitive **out) {
  c.kind = 1;
  return make(key_of('c', c), out, [=](dnnl_primitive_desc_t *d) -> int {
    dnnl_primitive_desc_t hint;
    int status = forward_descriptor(c, &hint);
    if (status != dnnl_success) return status;
    Images i = describe(c);
    dnnl_convolution_desc_t od;
    status = dnnl_dilated_convolution_backward_data_desc_init(
      &od, algorithm(c), &i.source, &i.weights, &i.destination, i.strides, i.dilates, i.before, i.after);
    if (status == dnnl_success) status = describe_primitive(d, &od, hint);
    dnnl_primitive_desc_destroy(hint);
    return status;
  });
}

int lb_make_convolution_backward_weights(lb_convolution c, const lb_primitive **out) {
  c.kind = 2;
  return make(key_of('c', c), out, [=](dnnl_primitive_desc_t *d) -> int {
    dnnl_primitive_desc_t hint;
    int status = forward_descriptor(c, &hint);
    if (status != dnnl_success) return status;
    Images i = describe(c);
    dnnl_convolution_desc_t od;
    // Sums over the batch stay in float32, whatever the images are.
    dnnl_memory_desc_t weights = any(i.weights.ndims, i.weights.dims, LB_SCALAR_F32);
    status = dnnl_dilated_convolution_backward_weights_desc_init(
      &od, algorithm(c), &i.source, &weights, c.has_bias ? &i.bias : nullptr, &i.destination, i.strides,
      i.dilates, i.before, i.after);
    if (status == dnnl_success) status = describe_primitive(d, &od, hint);
    dnnl_primitive_desc_destroy(hint);
    return status;
  });
}

int lb_make_row_product(lb_row_product p, const lb_primitive **out) {
  return make(key_of('m', p), out, [=](dnnl_primitive_desc_t *descriptor) -> int {
    dnnl_dim_t left[] = {p.outputs, p.rows}, right[] = {p.rows, p.inputs}, product[] = {p.outputs, p.inputs};
    dnnl_memory_desc_t a, b, c;
    dnnl_memory_desc_init_by_tag(&a, 2, left, data_type((int)p.scalar), dnnl_ba);
    dnnl_memory_desc_init_by_tag(&b, 2, right, data_type((int)p.scalar), dnnl_ab);
    dnnl_memory_desc_init_by_tag(&c, 2, product, dnnl_f32, dnnl_ab);
    dnnl_matmul_desc_t d;
    dnnl_status_t status = dnnl_matmul_desc_init(&d, &a, &b, nullptr, &c);
    return status == dnnl_success ? describe_primitive(descriptor, &d, nullptr) : status;
  });
}

int lb_make_pooling_forward(lb_pooling p, const lb_primitive **out) {
  p.kind = 0;
  return make(key_of('p', p), out, [=](dnnl_primitive_desc_t *d) { return pooling_forward_descriptor(p, d); });
}

int lb_make_pooling_backward(lb_pooling p, const lb_primitive **out) {
  p.kind = 1;
  return make(key_of('p', p), out, [=](dnnl_primitive_desc_t *d) -> int {
    dnnl_primitive_desc_t hint;
    int status = pooling_forward_descriptor(p, &hint);
    if (status != dnnl_success) return status;
    const dnnl_memory_desc_t *destination = dnnl_primitive_desc_query_md(hint, dnnl_query_dst_md, 0);
    dnnl_dim_t strides[] = {p.sh, p.sw}, kernel[] = {p.kh, p.kw}, before[] = {p.pt, p.pl}, after[] = {p.pb, p.pr};
    dnnl_alg_kind_t algorithm = p.maximum ? dnnl_pooling_max
      : p.include_padding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
    dnnl_pooling_desc_t od;
    status = dnnl_pooling_backward_desc_init(
      &od, algorithm, &layout_of(p.source)->md, destination, strides, kernel, before, after);
    if (status == dnnl_success) status = describe_primitive(d, &od, hint);
    dnnl_primitive_desc_destroy(hint);
    return status;
  });
}

const char *lb_onednn_version(void) {
  static char text[32];
  const dnnl_version_t *v = dnnl_version();
  snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
  return text;
}

const char *lb_onednn_isa(void) {
  switch (dnnl_get_effective_cpu_isa()) {
    case dnnl_cpu_isa_sse41: return "SSE4.1";
    case dnnl_cpu_isa_avx: return "AVX";
    case dnnl_cpu_isa_avx2: return "AVX2";
    case dnnl_cpu_isa_avx2_vnni: return "AVX2 with VNNI";
    case dnnl_cpu_isa_avx512_core: return "AVX-512";
    case dnnl_cpu_isa_avx512_core_vnni: return "AVX-512 with VNNI";
    case dnnl_cpu_isa_avx512_core_bf16: return "AVX-512 with VNNI and BF16";
    case dnnl_cpu_isa_avx512_core_amx: return "AVX-512 with AMX";
    default: return "other";
  }
}

bool lb_has_bfloat16(void) {
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return isa == dnnl_cpu_isa_avx512_core_bf16 || isa == dnnl_cpu_isa_avx512_core_amx;
}

bool lb_has_matrix_tiles(void) { return dnnl_get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx; }

bool lb_emulates_bfloat16(void) {
  dnnl_cpu_isa_t isa = dnnl_get_effective_cpu_isa();
  return isa == dnnl_cpu_isa_avx512_core || isa == dnnl_cpu_isa_avx512_core_vnni;
}

}  // extern "C"
