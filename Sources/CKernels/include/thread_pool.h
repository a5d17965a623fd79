// libgomp's thread pool, shared with oneDNN.
#pragma once
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

typedef void (*lb_range_body)(void *context, size_t begin, size_t end);
/// Runs `body` over [0, count), split into at most `threads` ranges of at least `grain` elements.
void lb_parallel_for(size_t count, size_t grain, void *context, lb_range_body body);
/// The same for items that cost as much as `cost` elements each; a range may begin at any item.
void lb_parallel_items(size_t count, size_t cost, void *context, lb_range_body body);
/// Sets the number of threads for all calling threads. Default: OMP_NUM_THREADS, or the cores of this process.
void lb_set_threads(int count);
/// Applies the number of threads to the calling thread's OpenMP; call it before a library that uses OpenMP.
void lb_use_threads(void);
int lb_threads(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
