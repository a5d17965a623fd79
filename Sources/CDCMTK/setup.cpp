#include "internal.hpp"

#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#include <dcmtk/oflog/oflog.h>

#include <cstring>
#include <mutex>

namespace lightbox {

void prepare() {
  static std::once_flag once;
  std::call_once(once, [] {
    OFLog::configure(OFLogger::OFF_LOG_LEVEL);
    dcmDataDict.isDictionaryLoaded();
    // No color conversion; the caller converts with documented formulas.
    DJDecoderRegistration::registerCodecs(EDC_never, EUC_never, EPC_colorByPixel);
    DJLSDecoderRegistration::registerCodecs(EJLSUC_never, EJLSPC_colorByPixel);
  });
}

void set_reason(lb_dcm_reason *reason, const char *text) {
  if (reason == nullptr) return;
  std::strncpy(reason->text, text == nullptr ? "" : text, sizeof reason->text - 1);
  reason->text[sizeof reason->text - 1] = 0;
}

} // namespace lightbox
