#include "library.hpp"

#include <CKernels.h>
#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>

namespace {

void *find(void *library, const char *name) {
  void *found = dlsym(library, name);
  if (found) return found;
  fprintf(stderr, "Lightbox: libdnnl.so.2 has no function %s\n", name);
  abort();
}

lightbox::Functions load() {
  lb_load_openmp();
  const char *names[] = {"libdnnl.so.2"};
  char message[512] = "";
  void *library = lb_load_library(names, 1, nullptr, 0, message, sizeof message);
  if (!library) {
    fprintf(stderr, "Lightbox: oneDNN cannot be loaded: %s; install the package libdnnl2\n", message);
    abort();
  }
  lightbox::Functions f;
#define LB_FIND(name) f.name = reinterpret_cast<decltype(f.name)>(find(library, "dnnl_" #name));
  LB_DNNL_FUNCTIONS(LB_FIND)
#undef LB_FIND
  return f;
}

}  // namespace

const lightbox::Functions &lightbox::dnnl() {
  static const Functions functions = load();
  return functions;
}
