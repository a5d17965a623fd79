#define _GNU_SOURCE
#include "COpenBLAS.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void (*lb_sgemm_function)(
  int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
  const float *b, int ldb, float beta, float *c, int ldc);
static lb_sgemm_function sgemm;
static void (*set_threads)(int);
static char *(*get_config)(void);
static char *(*get_corename)(void);
static char error[512];
static int wanted_threads;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
      && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0);
#endif
  const char *names[] = {"libopenblas.so.0", "libopenblas.so"};
  void *handle = NULL;
  for (int i = 0; i < 2 && !handle; ++i) handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    snprintf(error, sizeof error, "%s", dlerror());
    return;
  }
  sgemm = (lb_sgemm_function)dlsym(handle, "cblas_sgemm");
  set_threads = (void (*)(int))dlsym(handle, "openblas_set_num_threads");
  get_config = (char *(*)(void))dlsym(handle, "openblas_get_config");
  get_corename = (char *(*)(void))dlsym(handle, "openblas_get_corename");
  if (!sgemm) snprintf(error, sizeof error, "the library has no symbol cblas_sgemm");
  if (set_threads && wanted_threads > 0) set_threads(wanted_threads);
}

bool lb_blas_load(void) {
  pthread_once(&once, load);
  return sgemm != NULL;
}
const char *lb_blas_error(void) { return error; }
const char *lb_blas_description(void) { return lb_blas_load() && get_config ? get_config() : ""; }
const char *lb_blas_core(void) { return lb_blas_load() && get_corename ? get_corename() : ""; }

void lb_blas_set_threads(int threads) {
  wanted_threads = threads;
  if (set_threads) set_threads(threads);
}

void lb_sgemm(
  bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a, size_t lda,
  const float *b, size_t ldb, float beta, float *c, size_t ldc) {
  enum { row_major = 101, plain = 111, transposed = 112 };
  sgemm(row_major, ta ? transposed : plain, tb ? transposed : plain, (int)m, (int)n, (int)k, alpha,
        a, (int)lda, b, (int)ldb, beta, c, (int)ldc);
}
