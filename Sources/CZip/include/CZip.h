#pragma once

#include <stddef.h>
#include <stdint.h>

// Zip archives in memory, read by libzip, and checksums.

typedef struct lb_zip lb_zip;

// What the directory says of a record.
typedef struct {
  const char *name;  // raw bytes, belongs to the archive; NULL if the record cannot be told
  uint64_t size;     // inflated
  uint64_t stored;   // in the archive
  int is_plain;      // 1: stored or deflated, and not encrypted
} lb_zip_record;

// Opens an archive over bytes that stay where they are until it is closed; they are not copied. NULL,
// and a message, if they are no sound archive. An archive is for one thread; any number may stand
// over the same bytes.
lb_zip *lb_zip_open(const void *bytes, size_t count, char *message, size_t message_size);
void lb_zip_close(lb_zip *zip);
int64_t lb_zip_count(lb_zip *zip);
void lb_zip_describe(lb_zip *zip, int64_t index, lb_zip_record *record);

// Reads a record that must have exactly `size` bytes, and checks its CRC-32. 1 if all is well; 0 and a
// message if not. Never writes beyond `size`.
int lb_zip_read(lb_zip *zip, int64_t index, void *out, size_t size, char *message,
                size_t message_size);

// CRC-32 as zip has it, continuing from `crc`; start with 0.
uint32_t lb_crc32(uint32_t crc, const void *bytes, size_t count);
