#pragma once

#include <stddef.h>
#include <stdint.h>

// Fetching a file over HTTP, by libcurl, which is loaded when it is first needed: linking it, or
// Foundation's networking over it, would make every start of the program slower by 12 ms.

enum {
  LB_FETCH_OK = 0,
  LB_FETCH_NO_LIBRARY = 1,
  LB_FETCH_HTTP = 2,       // the server answered with an error; see status
  LB_FETCH_NO_RANGE = 3,   // the server cannot go on in the middle of a file
  LB_FETCH_STOPPED = 4,    // the receiver refused bytes
  LB_FETCH_FAILED = 5,     // no connection, no name, a broken transfer: see message
};

// What came of it.
typedef struct {
  long status;  // HTTP's, 0 if there was no answer
  char message[300];
} lb_fetch_result;

// Takes bytes, and says whether it wants more.
typedef int (*lb_fetch_receive)(void *context, const void *bytes, size_t count);
// Told now and then how many bytes are here and how many there are in all (0: unknown), both
// counted from `from`.
typedef void (*lb_fetch_progress)(void *context, int64_t done, int64_t all);

// Fetches an http or https address from a byte on, following redirects; gives up if nothing comes for
// half a minute.
int lb_fetch(const char *url, const char *agent, int64_t from, void *context,
             lb_fetch_receive receive, lb_fetch_progress progress, lb_fetch_result *result);
