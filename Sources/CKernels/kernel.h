#pragma once
#include "CKernels.h"
// One plain loop, compiled for three generations of processors and chosen when the program loads.
#if defined(__x86_64__)
#define LB_KERNEL __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define LB_KERNEL
#endif
#define LB_INLINE static inline __attribute__((always_inline))
// Below this many elements a second thread costs more than it saves.
#define LB_GRAIN ((size_t)16384)
