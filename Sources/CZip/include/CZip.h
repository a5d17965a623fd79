#pragma once

#include <stddef.h>
#include <stdint.h>

// Zip archives in memory and in files, read by libzip, and CRC-32.

typedef struct lb_zip lb_zip;

// A record of the central directory.
typedef struct {
  const char *name;  // raw bytes, owned by the archive; NULL if the record is unreadable
  uint64_t size;     // uncompressed size
  uint64_t stored;   // compressed size
  int is_plain;      // 1 if stored or deflated, and not encrypted
} lb_zip_record;

// Opens an archive of `count` bytes in memory, or in a file if `bytes` is NULL, without copying them; they must
// stay valid, and the file open, until it is closed. Returns NULL and writes a message if it is not a valid
// archive. An archive is for one thread; several archives can share the bytes or the file.
lb_zip *lb_zip_open(const void *bytes, int descriptor, size_t count, char *message,
                    size_t message_size);
void lb_zip_close(lb_zip *zip);
int64_t lb_zip_count(lb_zip *zip);
void lb_zip_describe(lb_zip *zip, int64_t index, lb_zip_record *record);

// Reads a record of exactly `size` bytes and checks its CRC-32. Returns 1, or 0 and a message. Never writes
// more than `size` bytes.
int lb_zip_read(lb_zip *zip, int64_t index, void *out, size_t size, char *message,
                size_t message_size);

// The CRC-32 of zip, continued from `crc`; start with 0.
uint32_t lb_crc32(uint32_t crc, const void *bytes, size_t count);

// ---- gzip, as a stream of one or more members

typedef struct lb_gunzip lb_gunzip;

enum {
  LB_GUNZIP_OK = 0,
  LB_GUNZIP_ENDED = 1,    // only zeros or nothing followed the last member
  LB_GUNZIP_CORRUPT = 2,  // including a wrong checksum
};

// Returns NULL if memory is short.
lb_gunzip *lb_gunzip_create(void);
void lb_gunzip_free(lb_gunzip *state);
// Reads up to `in_count` bytes and writes up to `out_count`; says how many of each.
int lb_gunzip_run(lb_gunzip *state, const uint8_t *in, size_t in_count, size_t *used, uint8_t *out,
                  size_t out_count, size_t *made);
// 1 if the last member has ended and its checksum was right.
int lb_gunzip_is_complete(const lb_gunzip *state);
