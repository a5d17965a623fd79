#define _GNU_SOURCE
#include "library.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;

static void set(const char *name, const char *value) {
  if (value) setenv(name, value, 1);
  else unsetenv(name);
}

void *lb_load_library(
  const char *const *names, size_t name_count, const lb_variable *variables, size_t variable_count, char *message,
  size_t message_size) {
  enum { most = 8 };
  char *before[most] = {0};
  bool is_set[most] = {0};
  if (variable_count > most) variable_count = most;
  pthread_mutex_lock(&loading);
  for (size_t i = 0; i < variable_count; ++i) {
    const char *user = getenv(variables[i].name);
    if (user && variables[i].keeps_users) continue;
    before[i] = user ? strdup(user) : NULL;
    is_set[i] = true;
    set(variables[i].name, variables[i].value);
  }
  void *handle = NULL;
  for (size_t i = 0; i < name_count && !handle; ++i) handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char *reason = dlerror();
    snprintf(message, message_size, "%s", reason ? reason : "unknown reason");
  }
  for (size_t i = 0; i < variable_count; ++i) {
    if (is_set[i]) set(variables[i].name, before[i]);
    free(before[i]);
  }
  pthread_mutex_unlock(&loading);
  return handle;
}
