#define _GNU_SOURCE
#include "control_groups.h"
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { path_size = 4096 };
typedef enum { v2, v1_memory, v1_cpu } hierarchy;

/// Version 1 stores "unlimited" as the largest multiple of a page below 2^63.
static const uint64_t unlimited = (uint64_t)1 << 60;

/// Reads the first line of a file of a group; false if there is none.
static bool read_line(const char *folder, const char *name, char *line, size_t size) {
  char path[path_size];
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path) return false;
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool found = fgets(line, (int)size, file) != NULL;
  fclose(file);
  return found;
}

/// Reads a number; false if there is none, as for "max".
static bool read_number(const char *folder, const char *name, uint64_t *value) {
  char line[64], *end;
  if (!read_line(folder, name, line, sizeof line) || !isdigit((unsigned char)line[0])) return false;
  *value = strtoull(line, &end, 10);
  return end != line;
}

/// The bytes of files in a group's memory that the kernel can drop. Half of the recently used ones are left, since they
/// include the program itself.
static uint64_t reclaimable(const char *folder, const char *inactive, const char *active) {
  char path[path_size], line[256], name[128];
  if (snprintf(path, sizeof path, "%s/memory.stat", folder) >= (int)sizeof path) return 0;
  FILE *file = fopen(path, "re");
  if (!file) return 0;
  unsigned long long value, sum = 0;
  while (fgets(line, sizeof line, file)) {
    if (sscanf(line, "%127s %llu", name, &value) != 2) continue;
    if (strcmp(name, inactive) == 0) sum += value;
    else if (strcmp(name, active) == 0) sum += value / 2;
  }
  fclose(file);
  return sum;
}

static void read_memory(const char *folder, hierarchy kind, lb_control_group_limits *limits) {
  uint64_t limit, usage = 0;
  bool is_v2 = kind == v2;
  if (!read_number(folder, is_v2 ? "memory.max" : "memory.limit_in_bytes", &limit) || limit >= unlimited) return;
  read_number(folder, is_v2 ? "memory.current" : "memory.usage_in_bytes", &usage);
  uint64_t files = is_v2 ? reclaimable(folder, "inactive_file", "active_file")
                         : reclaimable(folder, "total_inactive_file", "total_active_file");
  usage -= files < usage ? files : usage;
  uint64_t left = limit > usage ? limit - usage : 0;
  if (limit < limits->memory_limit) limits->memory_limit = limit;
  if (left < limits->memory_available) limits->memory_available = left;
}

static void read_quota(const char *folder, hierarchy kind, lb_control_group_limits *limits) {
  double quota = 0, period = 0;
  char line[64];
  if (kind == v2) {
    if (!read_line(folder, "cpu.max", line, sizeof line) || sscanf(line, "%lf %lf", &quota, &period) != 2) return;
  } else {
    uint64_t value, length;
    // -1 is "unlimited", which is not a number here.
    if (!read_number(folder, "cpu.cfs_quota_us", &value) || !read_number(folder, "cpu.cfs_period_us", &length)) return;
    quota = (double)value;
    period = (double)length;
  }
  if (!(quota > 0 && period > 0)) return;
  if (limits->quota == 0 || quota / period < limits->quota) limits->quota = quota / period;
}

/// Reads a group and all groups above it, up to the mount point, whose path has `top` characters.
static void read_upwards(char *folder, size_t top, hierarchy kind, lb_control_group_limits *limits) {
  while (true) {
    if (kind != v1_cpu) read_memory(folder, kind, limits);
    if (kind != v1_memory) read_quota(folder, kind, limits);
    char *slash = strrchr(folder, '/');
    if (strlen(folder) <= top || !slash || (size_t)(slash - folder) < top) return;
    *slash = 0;
  }
}

static bool has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = list; (at = strstr(at, word)); at += length)
    if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == 0)) return true;
  return false;
}

/// The path of the process's group in a hierarchy, from /proc/self/cgroup; false if it has none.
static bool find_group(const char *root, hierarchy kind, char *group, size_t size) {
  char path[path_size], line[path_size + 256];
  snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool found = false;
  while (!found && fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *controllers = strchr(line, ':'), *name = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!name) continue;
    *name++ = 0;
    ++controllers;
    found = kind == v2 ? *controllers == 0 : has_word(controllers, kind == v1_memory ? "memory" : "cpu");
    if (found && snprintf(group, size, "%s", name) >= (int)size) found = false;
  }
  fclose(file);
  return found;
}

/// Replaces the octal escapes of /proc/self/mountinfo, such as \040 for a blank.
static void unescape(char *text) {
  char *to = text;
  for (char *from = text; *from; ++to) {
    unsigned code;
    if (*from == '\\' && sscanf(from + 1, "%3o", &code) == 1) {
      *to = (char)code;
      from += 4;
    } else {
      *to = *from++;
    }
  }
  *to = 0;
}

/// Finds where a hierarchy is mounted and which of its groups is the root of the mount.
static bool find_mount(const char *root, hierarchy kind, char *mount, char *top) {
  char path[path_size], *line = NULL;
  size_t capacity = 0;
  snprintf(path, sizeof path, "%s/proc/self/mountinfo", root);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool found = false;
  while (!found && getline(&line, &capacity, file) > 0) {
    char type[64], options[1024];
    char *tail = strstr(line, " - ");
    if (!tail || sscanf(tail, " - %63s %*s %1023s", type, options) != 2) continue;
    if (sscanf(line, "%*s %*s %*s %4095s %4095s", top, mount) != 2) continue;
    found = kind == v2 ? strcmp(type, "cgroup2") == 0
                       : strcmp(type, "cgroup") == 0 && has_word(options, kind == v1_memory ? "memory" : "cpu");
  }
  free(line);
  fclose(file);
  if (found) {
    unescape(mount);
    unescape(top);
  }
  return found;
}

static void read_hierarchy(const char *root, hierarchy kind, lb_control_group_limits *limits) {
  char group[path_size], mount[path_size], top[path_size], folder[3 * path_size];
  if (!find_group(root, kind, group, sizeof group) || !find_mount(root, kind, mount, top)) return;
  // In a container, the group may be named as on the host while the mount shows a part of the tree only.
  const char *below = group;
  size_t length = strlen(top);
  if (strcmp(top, "/") != 0 && strncmp(group, top, length) == 0 && (group[length] == '/' || group[length] == 0))
    below = group + length;
  // A group outside of the namespace or of the mount cannot be read: the mount's own limits count.
  if (strcmp(below, "/") == 0 || strstr(below, "/..")) below = "";
  int mounted = snprintf(folder, sizeof folder, "%s%s", root, mount);
  snprintf(folder + mounted, sizeof folder - (size_t)mounted, "%s", below);
  struct stat found;
  if (stat(folder, &found) != 0) folder[mounted] = 0;
  read_upwards(folder, (size_t)mounted, kind, limits);
}

lb_control_group_limits lb_read_control_groups(const char *root) {
  lb_control_group_limits limits = {0, UINT64_MAX, UINT64_MAX};
  read_hierarchy(root, v2, &limits);
  read_hierarchy(root, v1_memory, &limits);
  read_hierarchy(root, v1_cpu, &limits);
  return limits;
}
