// Shared libraries that are loaded when they are first needed, with settings that they read only then.
//
// A linked library reads its environment before the first line of a program runs. One that is loaded later gets the same
// settings in every program, test and server.
#pragma once
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma clang assume_nonnull begin

/// An environment variable during the loading of a library.
typedef struct lb_variable {
  const char *name;
  const char *_Nullable value;  // NULL: not set
  bool keeps_users;             // leave a value that the user has set
} lb_variable;

/// Loads the first library that exists, and restores the environment. Returns NULL and writes a message if there is none.
void *_Nullable lb_load_library(
  const char *const _Nonnull *_Nonnull names, size_t name_count, const lb_variable *variables, size_t variable_count,
  char *message, size_t message_size);

/// Loads the OpenMP runtime (libgomp) once, so that its waiting threads sleep; exits if there is none. It must come before
/// any library that uses OpenMP.
void lb_load_openmp(void);
/// False if another library had loaded the OpenMP runtime before, so that it has read the user's environment.
bool lb_openmp_sleeps(void);

#pragma clang assume_nonnull end
#ifdef __cplusplus
}
#endif
