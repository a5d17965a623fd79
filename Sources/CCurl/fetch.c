#include "CCurl.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

// The constants of curl/curl.h, which are part of its ABI.
typedef void CURL;
enum {
  OPT_LONG = 0, OPT_POINTER = 10000, OPT_FUNCTION = 20000, OPT_OFFSET = 30000,
  WRITEDATA = OPT_POINTER + 1, URL = OPT_POINTER + 2, ERRORBUFFER = OPT_POINTER + 10,
  USERAGENT = OPT_POINTER + 18, XFERINFODATA = OPT_POINTER + 57,
  WRITEFUNCTION = OPT_FUNCTION + 11, XFERINFOFUNCTION = OPT_FUNCTION + 219,
  LOW_SPEED_LIMIT = OPT_LONG + 19, LOW_SPEED_TIME = OPT_LONG + 20, NOPROGRESS = OPT_LONG + 43,
  FAILONERROR = OPT_LONG + 45, FOLLOWLOCATION = OPT_LONG + 52, MAXREDIRS = OPT_LONG + 68,
  CONNECTTIMEOUT = OPT_LONG + 78, NOSIGNAL = OPT_LONG + 99, PROTOCOLS = OPT_LONG + 181,
  REDIR_PROTOCOLS = OPT_LONG + 182, RESUME_FROM_LARGE = OPT_OFFSET + 116,
  INFO_RESPONSE_CODE = 0x200000 + 2,
  HTTP_AND_HTTPS = 3,
  E_HTTP_RETURNED_ERROR = 22, E_WRITE_ERROR = 23, E_RANGE_ERROR = 33,
};

typedef struct {
  CURL *(*easy_init)(void);
  int (*easy_setopt)(CURL *, int, ...);
  int (*easy_perform)(CURL *);
  int (*easy_getinfo)(CURL *, int, ...);
  const char *(*easy_strerror)(int);
  void (*easy_cleanup)(CURL *);
} library;

static int open_library(library *curl) {
  void *handle = NULL;
  const char *names[] = {"libcurl.so.4", "libcurl-gnutls.so.4"};
  for (size_t i = 0; !handle && i < 2; ++i) handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!handle) return 0;
  *(void **)&curl->easy_init = dlsym(handle, "curl_easy_init");
  *(void **)&curl->easy_setopt = dlsym(handle, "curl_easy_setopt");
  *(void **)&curl->easy_perform = dlsym(handle, "curl_easy_perform");
  *(void **)&curl->easy_getinfo = dlsym(handle, "curl_easy_getinfo");
  *(void **)&curl->easy_strerror = dlsym(handle, "curl_easy_strerror");
  *(void **)&curl->easy_cleanup = dlsym(handle, "curl_easy_cleanup");
  return curl->easy_init && curl->easy_setopt && curl->easy_perform && curl->easy_getinfo &&
         curl->easy_strerror && curl->easy_cleanup;
}

typedef struct {
  void *context;
  lb_fetch_receive receive;
  lb_fetch_progress progress;
} receiver;

static size_t on_bytes(char *bytes, size_t size, size_t count, void *data) {
  receiver *to = data;
  return to->receive(to->context, bytes, size * count) ? size * count : 0;
}

static int on_progress(void *data, int64_t total, int64_t done, int64_t upload_total,
                       int64_t upload_done) {
  receiver *to = data;
  to->progress(to->context, done, total);
  return 0;
}

int lb_fetch(const char *url, const char *agent, int64_t from, void *context,
             lb_fetch_receive receive, lb_fetch_progress progress, lb_fetch_result *result) {
  memset(result, 0, sizeof *result);
  library curl;
  CURL *easy = open_library(&curl) ? curl.easy_init() : NULL;
  if (!easy) return LB_FETCH_NO_LIBRARY;
  receiver to = {context, receive, progress};
  char message[256] = "";  // CURL_ERROR_SIZE
  curl.easy_setopt(easy, URL, url);
  curl.easy_setopt(easy, USERAGENT, agent);
  curl.easy_setopt(easy, ERRORBUFFER, message);
  curl.easy_setopt(easy, WRITEFUNCTION, on_bytes);
  curl.easy_setopt(easy, WRITEDATA, &to);
  curl.easy_setopt(easy, XFERINFOFUNCTION, on_progress);
  curl.easy_setopt(easy, XFERINFODATA, &to);
  curl.easy_setopt(easy, NOPROGRESS, 0L);
  curl.easy_setopt(easy, FAILONERROR, 1L);
  curl.easy_setopt(easy, FOLLOWLOCATION, 1L);
  curl.easy_setopt(easy, MAXREDIRS, 10L);
  curl.easy_setopt(easy, PROTOCOLS, (long)HTTP_AND_HTTPS);
  curl.easy_setopt(easy, REDIR_PROTOCOLS, (long)HTTP_AND_HTTPS);
  curl.easy_setopt(easy, CONNECTTIMEOUT, 30L);
  curl.easy_setopt(easy, LOW_SPEED_LIMIT, 1L);
  curl.easy_setopt(easy, LOW_SPEED_TIME, 30L);
  curl.easy_setopt(easy, NOSIGNAL, 1L);
  curl.easy_setopt(easy, RESUME_FROM_LARGE, from);
  int code = curl.easy_perform(easy);
  curl.easy_getinfo(easy, INFO_RESPONSE_CODE, &result->status);
  snprintf(result->message, sizeof result->message, "%s",
           message[0] ? message : curl.easy_strerror(code));
  curl.easy_cleanup(easy);
  switch (code) {
  case 0: return LB_FETCH_OK;
  case E_HTTP_RETURNED_ERROR: return LB_FETCH_HTTP;
  case E_RANGE_ERROR: return LB_FETCH_NO_RANGE;
  case E_WRITE_ERROR: return LB_FETCH_STOPPED;
  default: return LB_FETCH_FAILED;
  }
}
