#include "onednn.hpp"

#include <sys/mman.h>

#include <cstdlib>
#include <memory>
#include <mutex>
#include <unordered_map>

using namespace lightbox;

// From libgomp, the OpenMP runtime that oneDNN uses.
extern "C" int omp_get_max_threads(void);

namespace {

// Streams are cheap and not thread-safe, so each thread has its own.
dnnl_stream_t stream() {
  thread_local struct Holder {
    dnnl_stream_t s = nullptr;
    Holder() { dnnl_stream_create(&s, engine(), dnnl_stream_default_flags); }
    ~Holder() { if (s) dnnl_stream_destroy(s); }
  } holder;
  return holder.s;
}

// Scratchpad of the primitives: one block per executing thread, of the largest size needed so far. A scratchpad
// managed by oneDNN belongs to the thread that created the primitive and is not safe for concurrent execution.
void *scratch(size_t bytes) {
  thread_local struct Block {
    void *memory = nullptr;
    size_t bytes = 0;
    ~Block() { free(memory); }
  } block;
  if (bytes > block.bytes) {
    free(block.memory);
    // Huge pages: Winograd needs more than 100 MB.
    const size_t page = bytes < ((size_t)1 << 20) ? 4096 : (size_t)2 << 20;
    block.bytes = (bytes + page - 1) / page * page;
    block.memory = aligned_alloc(page, block.bytes);
    if (!block.memory) block.bytes = 0;
    else if (page > 4096) madvise(block.memory, block.bytes, MADV_HUGEPAGE);
  }
  return block.memory;
}

std::mutex primitives_lock;
std::unordered_map<std::string, std::unique_ptr<lb_primitive>> &primitives() {
  static auto *map = new std::unordered_map<std::string, std::unique_ptr<lb_primitive>>;
  return *map;
}

/// Creates and caches a primitive; takes ownership of `descriptor`.
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

}  // namespace

dnnl_engine_t lightbox::engine() {
  static dnnl_engine_t value = [] {
    dnnl_engine_t e = nullptr;
    dnnl_engine_create(&e, dnnl_cpu, 0);
    return e;
  }();
  return value;
}

dnnl_primitive_attr_t lightbox::attributes() {
  dnnl_primitive_attr_t a = nullptr;
  dnnl_primitive_attr_create(&a);
  dnnl_primitive_attr_set_scratchpad_mode(a, dnnl_scratchpad_mode_user);
  return a;
}

std::string lightbox::key_of(char kind, const void *bytes, size_t count) {
  std::string s(1, kind);
  int threads = omp_get_max_threads();
  s.append(reinterpret_cast<const char *>(&threads), sizeof threads);
  s.append(static_cast<const char *>(bytes), count);
  return s;
}

// An unsupported operation is cached as a null primitive: creating its descriptor again would take longer than a
// small convolution.
int lightbox::make(
  const std::string &key, const lb_primitive **out, const std::function<int(dnnl_primitive_desc_t *)> &describe) {
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

extern "C" {

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

}  // extern "C"
