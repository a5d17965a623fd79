// OpenBLAS, loaded on first use.
//
// OpenBLAS selects its kernels when it is loaded and does not recognize every processor, so OPENBLAS_CORETYPE must
// be set before, as must the time that its threads wait actively. Loading it with dlopen ensures this in every process,
// and programs that do not need it start faster.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

/// Loads OpenBLAS once. Returns false if it cannot be loaded; `lb_blas_error` returns the reason.
bool lb_blas_load(void);
const char *lb_blas_error(void);
/// Such as "OpenBLAS 0.3.21 … SkylakeX"; empty if not loaded.
const char *lb_blas_description(void);
const char *lb_blas_core(void);
/// Whether the environment chose the kernels, by OPENBLAS_CORETYPE.
bool lb_blas_core_is_users(void);
void lb_blas_set_threads(int threads);
/// Row-major C [m, n] = alpha * op(A) op(B) + beta * C.
void lb_sgemm(
  bool transpose_a, bool transpose_b, size_t m, size_t n, size_t k, float alpha, const float *a,
  size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc);

#pragma clang assume_nonnull end
