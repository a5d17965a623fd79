#include "CZip.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zip.h>
#include <zlib.h>

// lb_zip is an opaque name for libzip's zip_t, so that Swift does not import zip.h.

static void write_message(zip_error_t *error, char *message, size_t size) {
  snprintf(message, size, "%s", zip_error_strerror(error));
}

// A file that is read by offset, so that several archives can share its descriptor.
typedef struct {
  int descriptor;
  uint64_t size, position;
  zip_error_t error;
} file_source;

static zip_int64_t read_file(file_source *file, char *out, uint64_t count) {
  uint64_t left = file->position < file->size ? file->size - file->position : 0;
  if (count > left) count = left;
  uint64_t done = 0;
  while (done < count) {
    ssize_t got = pread(file->descriptor, out + done, count - done, (off_t)(file->position + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      // 0: the file became shorter.
      zip_error_set(&file->error, got < 0 ? ZIP_ER_READ : ZIP_ER_EOF, got < 0 ? errno : 0);
      return -1;
    }
    done += (uint64_t)got;
  }
  file->position += done;
  return (zip_int64_t)done;
}

static zip_int64_t on_file(void *state, void *data, zip_uint64_t count, zip_source_cmd_t command) {
  file_source *file = state;
  switch (command) {
  case ZIP_SOURCE_SUPPORTS:
    return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE,
                                          ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE,
                                          ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, -1);
  case ZIP_SOURCE_OPEN: file->position = 0; return 0;
  case ZIP_SOURCE_READ: return read_file(file, data, count);
  case ZIP_SOURCE_CLOSE: return 0;
  case ZIP_SOURCE_STAT: {
    zip_stat_t *stat = data;
    zip_stat_init(stat);
    stat->size = file->size;
    stat->valid = ZIP_STAT_SIZE;
    return sizeof *stat;
  }
  case ZIP_SOURCE_SEEK: {
    zip_int64_t to =
      zip_source_seek_compute_offset(file->position, file->size, data, count, &file->error);
    if (to < 0) return -1;
    file->position = (uint64_t)to;
    return 0;
  }
  case ZIP_SOURCE_TELL: return (zip_int64_t)file->position;
  case ZIP_SOURCE_ERROR: return zip_error_to_data(&file->error, data, count);
  case ZIP_SOURCE_FREE:
    zip_error_fini(&file->error);
    free(file);
    return 0;
  default: zip_error_set(&file->error, ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

static zip_source_t *file_source_create(int descriptor, uint64_t size, zip_error_t *error) {
  file_source *file = calloc(1, sizeof *file);
  if (!file) return NULL;
  file->descriptor = descriptor;
  file->size = size;
  zip_error_init(&file->error);
  zip_source_t *source = zip_source_function_create(on_file, file, error);
  if (!source) free(file);
  return source;
}

lb_zip *lb_zip_open(const void *bytes, int descriptor, size_t count, char *message,
                    size_t message_size) {
  zip_error_t error;
  zip_error_init(&error);
  zip_t *zip = NULL;
  zip_source_t *source = bytes ? zip_source_buffer_create(bytes, count, 0, &error)
                               : file_source_create(descriptor, count, &error);
  if (source) {
    zip = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (!zip) zip_source_free(source);
  }
  if (!zip) write_message(&error, message, message_size);
  zip_error_fini(&error);
  return (lb_zip *)zip;
}

void lb_zip_close(lb_zip *zip) { zip_discard((zip_t *)zip); }

int64_t lb_zip_count(lb_zip *zip) { return zip_get_num_entries((zip_t *)zip, 0); }

void lb_zip_describe(lb_zip *zip, int64_t index, lb_zip_record *record) {
  zip_stat_t stat;
  zip_stat_init(&stat);
  const zip_uint64_t needed = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
  *record = (lb_zip_record){.name = zip_get_name((zip_t *)zip, index, ZIP_FL_ENC_RAW)};
  if (zip_stat_index((zip_t *)zip, index, 0, &stat) != 0 || (stat.valid & needed) != needed) {
    record->name = NULL;
    return;
  }
  record->size = stat.size;
  record->stored = stat.comp_size;
  record->is_plain = (stat.comp_method == ZIP_CM_STORE || stat.comp_method == ZIP_CM_DEFLATE) &&
                     (!(stat.valid & ZIP_STAT_ENCRYPTION_METHOD) ||
                      stat.encryption_method == ZIP_EM_NONE);
}

int lb_zip_read(lb_zip *zip, int64_t index, void *out, size_t size, char *message,
                size_t message_size) {
  zip_file_t *file = zip_fopen_index((zip_t *)zip, index, 0);
  if (!file) {
    write_message(zip_get_error((zip_t *)zip), message, message_size);
    return 0;
  }
  size_t done = 0;
  zip_int64_t got = 1;
  while (done < size && (got = zip_fread(file, (char *)out + done, size - done)) > 0)
    done += (size_t)got;
  // libzip checks the CRC-32 when a read reaches the end.
  char beyond;
  zip_int64_t more = got < 0 ? got : zip_fread(file, &beyond, 1);
  if (more < 0)
    write_message(zip_file_get_error(file), message, message_size);
  else if (more > 0 || done < size)
    snprintf(message, message_size, "it has %s bytes than its size in the central directory",
             more > 0 ? "more" : "fewer");
  zip_fclose(file);
  return more == 0 && done == size;
}

uint32_t lb_crc32(uint32_t crc, const void *bytes, size_t count) {
  return (uint32_t)crc32_z(crc, bytes, count);
}
