#pragma once
#include "thread_pool.h"
#include <stdbool.h>
#include <stdint.h>
// A loop compiled for three x86-64 levels; the dynamic loader selects one (function multiversioning). Benchmarks define
// LB_MAX_LEVEL as 3 to build a program without AVX-512.
#if defined(__x86_64__) && defined(LB_MAX_LEVEL) && LB_MAX_LEVEL < 4
#define LB_KERNEL __attribute__((target_clones("default", "arch=x86-64-v3")))
#elif defined(__x86_64__)
#define LB_KERNEL __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define LB_KERNEL
#endif
#define LB_INLINE static inline __attribute__((always_inline))
// Minimum number of elements per thread; below it a second thread costs more than it saves.
#define LB_GRAIN ((size_t)16384)
