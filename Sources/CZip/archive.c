#include "CZip.h"

#include <stdio.h>
#include <zip.h>
#include <zlib.h>

// lb_zip is an opaque name for libzip's zip_t, so that Swift does not import zip.h.

static void write_message(zip_error_t *error, char *message, size_t size) {
  snprintf(message, size, "%s", zip_error_strerror(error));
}

lb_zip *lb_zip_open(const void *bytes, size_t count, char *message, size_t message_size) {
  zip_error_t error;
  zip_error_init(&error);
  zip_t *zip = NULL;
  zip_source_t *source = zip_source_buffer_create(bytes, count, 0, &error);
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
