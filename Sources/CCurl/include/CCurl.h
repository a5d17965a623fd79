#pragma once

#include <stddef.h>
#include <stdint.h>

// Downloads over HTTP by libcurl, which is loaded by dlopen on first use: linking libcurl or
// FoundationNetworking would add 12 ms to every start of the program.

enum {
  LB_FETCH_OK = 0,
  LB_FETCH_NO_LIBRARY = 1,
  LB_FETCH_HTTP = 2,       // HTTP error; see status
  LB_FETCH_NO_RANGE = 3,   // the server does not support ranges
  LB_FETCH_STOPPED = 4,    // the receiver returned 0
  LB_FETCH_FAILED = 5,     // other errors of libcurl; see message
};

// The result of a download.
typedef struct {
  long status;  // HTTP status; 0 without a response
  char message[300];
} lb_fetch_result;

// Receives bytes; returns 0 to stop the download.
typedef int (*lb_fetch_receive)(void *context, const void *bytes, size_t count);
// Receives the number of bytes so far and in total (0: unknown), both counted from `from`.
typedef void (*lb_fetch_progress)(void *context, int64_t done, int64_t total);

// Downloads an http or https URL from byte `from` on. Follows redirects. Times out after 30 seconds
// without data.
int lb_fetch(const char *url, const char *agent, int64_t from, void *context,
             lb_fetch_receive receive, lb_fetch_progress progress, lb_fetch_result *result);
