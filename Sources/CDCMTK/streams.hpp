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

// The bytes [start, end) of a file.
class FileProducer : public DcmFileProducer {
public:
  FileProducer(const OFFilename &name, offile_off_t start, offile_off_t end)
      : DcmFileProducer(name, start), left_(end - start) {}

  OFBool good() const override { return !guard_.tripped() && DcmFileProducer::good(); }
  OFCondition status() const override {
    return guard_.tripped() ? OFCondition(EC_CorruptedData) : DcmFileProducer::status();
  }
  OFBool eos() override { return guard_.tripped() || left_ <= 0 || DcmFileProducer::eos(); }
  offile_off_t avail() override {
    return guard_.tripped() ? 0 : std::min(left_, DcmFileProducer::avail());
  }
  offile_off_t read(void *buffer, offile_off_t count) override {
    if (guard_.is_too_deep()) return 0;
    offile_off_t got = DcmFileProducer::read(buffer, std::min(count, left_));
    left_ -= got;
    return got;
  }
  offile_off_t skip(offile_off_t count) override {
    offile_off_t got = DcmFileProducer::skip(std::min(count, left_));
    left_ -= got;
    return got;
  }
  void putback(offile_off_t count) override {
    DcmFileProducer::putback(count);
    left_ += count;
  }

private:
  DepthGuard guard_;
  offile_off_t left_;
};

class FileStream : public DcmInputStream {
public:
  FileStream(const OFFilename &name, uint64_t start, uint64_t end)
      : DcmInputStream(&producer_), producer_(name, (offile_off_t)start, (offile_off_t)end),
        name_(name), start_((offile_off_t)start) {}

  // Large values stay in the file.
  DcmInputStreamFactory *newFactory() const override {
    return new DcmInputFileStreamFactory(name_, start_ + tell());
  }

private:
  FileProducer producer_;
  OFFilename name_;
  offile_off_t start_;
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
