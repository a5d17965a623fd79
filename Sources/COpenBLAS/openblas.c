#define _GNU_SOURCE
#include "COpenBLAS.h"
#include <CKernels.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef void (*lb_sgemm_function)(
  int order, int ta, int tb, int m, int n, int k, float alpha, const float *a, int lda,
  const float *b, int ldb, float beta, float *c, int ldc);
static lb_sgemm_function sgemm;
static void (*set_threads)(int);
static char *(*get_config)(void);
static char *(*get_corename)(void);
static char error[512];
static int wanted_threads;
static bool core_is_users;
static pthread_once_t once = PTHREAD_ONCE_INIT;

/// The kernels for this processor. OpenBLAS knows processors by their number and uses the kernels of 2004 on Intel's
/// that are newer than itself. The limit for oneDNN applies here too.
static const char *core_type(void) {
#if defined(__x86_64__)
  const char *limit = getenv("ONEDNN_MAX_CPU_ISA");
  if (!limit) limit = getenv("DNNL_MAX_CPU_ISA");
  if (limit && strcasecmp(limit, "SSE41") == 0) return "NEHALEM";
  if (limit && strcasecmp(limit, "AVX") == 0) return "SANDYBRIDGE";
  __builtin_cpu_init();
  bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
    && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx512 && !(limit && strncasecmp(limit, "AVX2", 4) == 0)) return "SKYLAKEX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "HASWELL";
#endif
  return NULL;
}

static void load(void) {
  // The OpenMP build of OpenBLAS shares the runtime.
  lb_load_openmp();
  char threads[16];
  snprintf(threads, sizeof threads, "%d", wanted_threads > 0 ? wanted_threads : lb_threads());
  const char *core = core_type();
  const char *users = getenv("OPENBLAS_CORETYPE");
  core_is_users = users && *users;
  // Its threads wait actively for 2^n ticks of the clock, by default 2^26 (some 20 ms).
  const lb_variable variables[] = {
    {"OPENBLAS_THREAD_TIMEOUT", "10", false},
    {"OPENBLAS_NUM_THREADS", threads, true},
    {"OPENBLAS_CORETYPE", core, true},
  };
  const char *const names[] = {"libopenblas.so.0", "libopenblas.so"};
  void *handle = lb_load_library(names, 2, variables, core ? 3 : 2, error, sizeof error);
  if (!handle) return;
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
bool lb_blas_core_is_users(void) { return lb_blas_load() && core_is_users; }

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
