// OpenBLAS, loaded when first needed.
//
// OpenBLAS picks its kernels when it loads and knows fewer processors than there are: OPENBLAS_CORETYPE
// must be in the environment before. Loading it ourselves makes that hold in programs, in tests and in
// a library inside somebody's server alike, and keeps its 30 MB out of every start.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Loads OpenBLAS once. False: it cannot be loaded; `lb_blas_error` says why.
bool lb_blas_load(void);
const char *lb_blas_error(void);
/// Such as "OpenBLAS 0.3.21 … SkylakeX"; empty when not loaded.
const char *lb_blas_description(void);
const char *lb_blas_core(void);
void lb_blas_set_threads(int threads);
/// Row-major C [m, n] = alpha * op(A) op(B) + beta * C.
void lb_sgemm(
  bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a,
  size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

#pragma clang assume_nonnull end
