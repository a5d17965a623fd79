#define _GNU_SOURCE
#include "openmp.h"
#include "library.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static lb_openmp_functions functions;
static bool sleeps;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void *symbol(void *handle, const char *name) {
  void *found = dlsym(handle, name);
  if (found) return found;
  fprintf(stderr, "Lightbox: libgomp.so.1 has no symbol %s\n", name);
  abort();
}

static void load(void) {
  const char *const names[] = {"libgomp.so.1"};
  void *before = dlopen(names[0], RTLD_NOW | RTLD_NOLOAD);
  sleeps = before == NULL;
  if (before) dlclose(before);
  // Threads that wait for work or for each other look for it a thousand times (a few microseconds), then sleep. The
  // default of 3 ms takes the cores from the threads that are waited for as soon as other programs are busy: an epoch
  // takes five times as long. Sleeping at once (PASSIVE) doubles the time of small kernels on an idle machine.
  // OMP_THREAD_LIMIT counts in lb_process_cores: oneDNN waits without end for threads that it does not get.
  const lb_variable variables[] = {
      {"OMP_WAIT_POLICY", NULL, false}, {"GOMP_SPINCOUNT", "1000", false}, {"OMP_THREAD_LIMIT", NULL, false}};
  char message[512] = "";
  void *handle = lb_load_library(names, 1, variables, 3, message, sizeof message);
  if (!handle) {
    fprintf(stderr, "Lightbox: libgomp.so.1 cannot be loaded: %s; install the package libgomp1\n", message);
    abort();
  }
  functions.parallel = (void (*)(void (*)(void *), void *, unsigned, unsigned))symbol(handle, "GOMP_parallel");
  functions.thread_num = (int (*)(void))symbol(handle, "omp_get_thread_num");
  functions.num_threads = (int (*)(void))symbol(handle, "omp_get_num_threads");
  functions.max_threads = (int (*)(void))symbol(handle, "omp_get_max_threads");
  functions.in_parallel = (int (*)(void))symbol(handle, "omp_in_parallel");
  functions.set_num_threads = (void (*)(int))symbol(handle, "omp_set_num_threads");
}

const lb_openmp_functions *lb_openmp(void) {
  pthread_once(&once, load);
  return &functions;
}

void lb_load_openmp(void) { lb_openmp(); }

bool lb_openmp_sleeps(void) {
  lb_openmp();
  return sleeps;
}
