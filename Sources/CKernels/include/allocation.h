// Aligned memory, and memory figures of the system and the process.
#pragma once
#include <stddef.h>

#pragma clang assume_nonnull begin

/// 64-byte aligned; from 1 MiB on 2 MiB aligned and advised to use huge pages. NULL if there is not enough memory.
void *_Nullable lb_memory_allocate(size_t bytes);
void lb_memory_free(void *pointer, size_t bytes);
/// Resident memory of this process that no file backs, in bytes.
size_t lb_memory_resident(void);
/// Peak resident size of this process in bytes.
size_t lb_memory_peak_resident(void);

#pragma clang assume_nonnull end
