#include "onednn.hpp"

#include <CKernels.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <unordered_map>

using namespace lightbox;

namespace {

// Streams are cheap and not thread-safe, so each thread has its own.
dnnl_stream_t stream() {
  thread_local struct Holder {
    dnnl_stream_t s = nullptr;
    Holder() { dnnl().stream_create(&s, engine(), dnnl_stream_default_flags); }
    ~Holder() { if (s) dnnl().stream_destroy(s); }
  } holder;
  return holder.s;
}

// Scratchpad of the primitives: one block per executing thread, of the largest size needed so far. A scratchpad
// managed by oneDNN belongs to the thread that created the primitive and is not safe for concurrent execution.
std::atomic<size_t> all_scratch;

struct Scratch {
  void *memory = nullptr;
  size_t bytes = 0;
  ~Scratch() { release(); }
  void release() {
    free(memory);
    all_scratch -= bytes;
    memory = nullptr;
    bytes = 0;
  }
};
thread_local Scratch scratch;

// Huge pages: Winograd needs more than 100 MB.
size_t scratch_page(size_t bytes) { return bytes < ((size_t)1 << 20) ? 4096 : (size_t)2 << 20; }

void *scratch_of(size_t bytes) {
  if (bytes > scratch.bytes) {
    scratch.release();
    const size_t page = scratch_page(bytes), rounded = (bytes + page - 1) / page * page;
    scratch.memory = aligned_alloc(page, rounded);
    if (!scratch.memory) return nullptr;
    scratch.bytes = rounded;
    all_scratch += rounded;
    if (page > 4096) madvise(scratch.memory, rounded, MADV_HUGEPAGE);
  }
  return scratch.memory;
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
  dnnl_status_t status = dnnl().primitive_create(&made->primitive, descriptor);
  if (status != dnnl_success) {
    dnnl().primitive_desc_destroy(descriptor);
    return status;
  }
  const char *name = nullptr;
  if (dnnl().primitive_desc_query(descriptor, dnnl_query_impl_info_str, 0, &name) == dnnl_success && name)
    made->implementation = name;
  const dnnl_memory_desc_t *md = dnnl().primitive_desc_query_md(descriptor, dnnl_query_scratchpad_md, 0);
  if (md) made->scratch = dnnl().memory_desc_get_size(md);
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
    dnnl().engine_create(&e, dnnl_cpu, 0);
    return e;
  }();
  return value;
}

dnnl_primitive_attr_t lightbox::attributes() {
  dnnl_primitive_attr_t a = nullptr;
  dnnl().primitive_attr_create(&a);
  dnnl().primitive_attr_set_scratchpad_mode(a, dnnl_scratchpad_mode_user);
  return a;
}

std::string lightbox::key_of(char kind, const void *bytes, size_t count) {
  std::string s(1, kind);
  int threads = lb_threads();
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
    dnnl().primitive_desc_query_md(primitive->descriptor, dnnl_query_exec_arg_md, argument);
  return md ? intern(*md) : nullptr;
}

const char *lb_primitive_implementation(const lb_primitive *primitive) {
  return primitive->implementation.c_str();
}

size_t lb_primitive_scratch_growth(const lb_primitive *primitive) {
  return primitive->scratch > scratch.bytes ? primitive->scratch - scratch.bytes : 0;
}

size_t lb_scratch_bytes(void) { return all_scratch; }

int lb_primitive_execute(
  const lb_primitive *primitive, int count, const int32_t *arguments, void *const *pointers) {
  dnnl_exec_arg_t list[16];
  int made = 0;
  dnnl_status_t status = dnnl_success;
  for (; made < count && made < 16; ++made) {
    const dnnl_memory_desc_t *md = dnnl().primitive_desc_query_md(
      primitive->descriptor, dnnl_query_exec_arg_md, arguments[made]);
    list[made].arg = arguments[made];
    status = dnnl().memory_create(&list[made].memory, md, engine(), pointers[made]);
    if (status != dnnl_success) break;
  }
  if (status == dnnl_success && primitive->scratch > 0 && made < 16) {
    void *memory = scratch_of(primitive->scratch);
    const dnnl_memory_desc_t *md =
      dnnl().primitive_desc_query_md(primitive->descriptor, dnnl_query_scratchpad_md, 0);
    list[made].arg = DNNL_ARG_SCRATCHPAD;
    status = memory ? dnnl().memory_create(&list[made].memory, md, engine(), memory) : dnnl_out_of_memory;
    if (status == dnnl_success) ++made;
  }
  if (status == dnnl_success) {
    status = dnnl().primitive_execute(primitive->primitive, stream(), made, list);
    if (status == dnnl_success) status = dnnl().stream_wait(stream());
  }
  for (int i = 0; i < made; ++i) dnnl().memory_destroy(list[i].memory);
  return status;
}

const char *lb_status_name(int status) { return dnnl().status2str((dnnl_status_t)status); }

int lb_make_reorder(const lb_layout *from, const lb_layout *to, const lb_primitive **out) {
  struct { const lb_layout *a, *b; } key = {from, to};
  return make(key_of('r', key), out, [=](dnnl_primitive_desc_t *d) {
    dnnl_primitive_attr_t a = attributes();
    int status = dnnl().reorder_primitive_desc_create(d, &from->md, engine(), &to->md, engine(), a);
    dnnl().primitive_attr_destroy(a);
    return status;
  });
}

}  // extern "C"
