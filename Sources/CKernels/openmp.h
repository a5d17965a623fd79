// The OpenMP runtime that oneDNN uses (libgomp).
#pragma once

typedef struct {
  // What code compiled by GCC calls for a parallel region.
  void (*parallel)(void (*body)(void *), void *data, unsigned threads, unsigned flags);
  int (*thread_num)(void);
  int (*num_threads)(void);
  int (*max_threads)(void);
  int (*in_parallel)(void);
  void (*set_num_threads)(int);
} lb_openmp_functions;

/// The functions; loads the runtime at the first call.
const lb_openmp_functions *lb_openmp(void);
