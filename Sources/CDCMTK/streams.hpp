// Input streams that fail before deeply nested data sets overflow the stack.
#pragma once

#include "internal.hpp"

#include <dcmtk/dcmdata/dcistrma.h>
#include <dcmtk/dcmdata/dcistrmf.h>

#include <algorithm>
#include <cstring>

namespace lightbox {

// DCMTK reads nested sequences recursively and without a limit: 20 bytes of a file use about a
// kilobyte of stack. Every level reads from the stream, so the stream checks how far the stack has
// grown.
class DepthGuard {
public:
  DepthGuard() : base_((char *)__builtin_frame_address(0)) {}

  bool is_too_deep() {
    char *here = (char *)__builtin_frame_address(0);
    if (base_ - here > kLimit) tripped_ = true;
    return tripped_;
  }

  bool tripped() const { return tripped_; }

private:
  static const ptrdiff_t kLimit = 384 * 1024;
  char *base_;
  bool tripped_ = false;
};

class FileProducer : public DcmFileProducer {
public:
  explicit FileProducer(const OFFilename &name) : DcmFileProducer(name, 0) {}

  OFBool good() const override { return !guard_.tripped() && DcmFileProducer::good(); }
  OFCondition status() const override {
    return guard_.tripped() ? OFCondition(EC_CorruptedData) : DcmFileProducer::status();
  }
  OFBool eos() override { return guard_.tripped() || DcmFileProducer::eos(); }
  offile_off_t avail() override { return guard_.tripped() ? 0 : DcmFileProducer::avail(); }
  offile_off_t read(void *buffer, offile_off_t count) override {
    return guard_.is_too_deep() ? 0 : DcmFileProducer::read(buffer, count);
  }

private:
  DepthGuard guard_;
};

class FileStream : public DcmInputStream {
public:
  explicit FileStream(const OFFilename &name)
      : DcmInputStream(&producer_), producer_(name), name_(name) {}

  // Large values stay in the file unless it is deflated.
  DcmInputStreamFactory *newFactory() const override {
    return currentProducer() == &producer_ ? new DcmInputFileStreamFactory(name_, tell())
                                           : nullptr;
  }

private:
  FileProducer producer_;
  OFFilename name_;
};

class MemoryProducer : public DcmProducer {
public:
  MemoryProducer(const uint8_t *bytes, size_t count) : bytes_(bytes), count_((offile_off_t)count) {}

  OFBool good() const override { return !guard_.tripped(); }
  OFCondition status() const override {
    return guard_.tripped() ? OFCondition(EC_CorruptedData) : OFCondition(EC_Normal);
  }
  OFBool eos() override { return guard_.tripped() || at_ >= count_; }
  offile_off_t avail() override { return guard_.tripped() ? 0 : count_ - at_; }
  offile_off_t read(void *buffer, offile_off_t wanted) override {
    if (guard_.is_too_deep()) return 0;
    offile_off_t n = std::max<offile_off_t>(0, std::min(wanted, count_ - at_));
    if (n > 0) std::memcpy(buffer, bytes_ + at_, (size_t)n);
    at_ += n;
    return n;
  }
  offile_off_t skip(offile_off_t wanted) override {
    offile_off_t n = std::max<offile_off_t>(0, std::min(wanted, count_ - at_));
    at_ += n;
    return n;
  }
  void putback(offile_off_t n) override { at_ -= std::min(n, at_); }

private:
  const uint8_t *bytes_;
  offile_off_t count_, at_ = 0;
  DepthGuard guard_;
};

class MemoryStream : public DcmInputStream {
public:
  MemoryStream(const uint8_t *bytes, size_t count)
      : DcmInputStream(&producer_), producer_(bytes, count) {}
  DcmInputStreamFactory *newFactory() const override { return nullptr; }

private:
  MemoryProducer producer_;
};

} // namespace lightbox
