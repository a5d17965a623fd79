#include "fragments.hpp"
#include "streams.hpp"

#include <dcmtk/dcmdata/dcuid.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace lightbox;

// The first bytes of a file, to recognize DICOM.
struct Start {
  uint8_t bytes[140] = {};
  size_t count = 0;

  bool has_prefix() const { return count >= 132 && std::memcmp(bytes + 128, "DICM", 4) == 0; }

  // A file without a preamble must start with an element of group 0002 or 0008, in either byte
  // order; accepting more would recognize text files as DICOM.
  bool may_lack_preamble() const {
    if (count < 16) return false;
    unsigned little = bytes[0] | bytes[1] << 8, big = bytes[0] << 8 | bytes[1];
    return little == 2 || little == 8 || big == 8;
  }
};

bool is_end_of_data(const OFCondition &condition) {
  return condition == EC_EndOfStream || condition == EC_StreamNotifyClient ||
      condition == EC_InvalidStream ||
      condition == EC_SequDelimitationItemMissing || condition == EC_ItemDelimitationItemMissing;
}

const DcmTagKey kPixelTags[] = {
    DcmTagKey(0x7fe0, 0x0008), DcmTagKey(0x7fe0, 0x0009), DcmTagKey(0x7fe0, 0x0010)};

bool has(DcmDataset *set, const DcmTagKey &tag) { return set->tagExists(tag, OFFalse); }

bool has_pixels(DcmDataset *set) {
  return has(set, kPixelTags[0]) || has(set, kPixelTags[1]) || has(set, kPixelTags[2]);
}

OFCondition parse(lb_dcm_file &file, DcmInputStream &stream, bool header_only) {
  OFCondition condition = stream.status();
  if (condition.bad()) return condition;
  file.format.clear();
  file.format.transferInit();
  condition = header_only
      ? file.format.readUntilTag(
            stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, kPixelTags[0])
      : file.format.read(stream, EXS_Unknown);
  file.format.transferEnd();
  return condition;
}

// Reads the data set and classifies failures.
template <typename MakeStream>
lb_dcm_status open(
    const Start &start, bool header_only, MakeStream make_stream, lb_dcm_file **result,
    lb_dcm_reason *reason) {
  *result = nullptr;
  if (start.count == 0) {
    set_reason(reason, "no bytes");
    return LB_DCM_EMPTY_FILE;
  }
  bool lacks_preamble = !start.has_prefix();
  if (lacks_preamble && !start.may_lack_preamble()) {
    set_reason(reason, "neither \"DICM\" at byte 128 nor a data element at the start");
    return LB_DCM_NOT_DICOM;
  }
  prepare();
  auto file = std::make_unique<lb_dcm_file>();
  file->lacks_preamble = lacks_preamble;
  file->is_header_only = header_only;
  OFCondition condition;
  {
    auto stream = make_stream();
    condition = parse(*file, *stream, header_only);
  }
  OFString uid;
  file->format.getMetaInfo()->findAndGetOFString(DCM_TransferSyntaxUID, uid);
  while (!uid.empty() && (uid.back() == ' ' || uid.back() == 0)) uid.pop_back();
  file->transfer_syntax = uid.c_str();
  if (!uid.empty() && !header_only && DcmXfer(uid.c_str()).getXfer() == EXS_Unknown) {
    file->has_unknown_syntax = true;
    auto stream = make_stream();
    condition = parse(*file, *stream, true);
  }
  DcmDataset *set = file->format.getDataset();
  bool is_empty = set->card() == 0;
  bool looks_dicom =
      has(set, DCM_SOPClassUID) || has(set, DCM_Modality) || has(set, DCM_Rows);
  if (lacks_preamble && !looks_dicom) {
    set_reason(reason, "no preamble and no element of an image or report");
    return LB_DCM_NOT_DICOM;
  }
  if (condition.bad()) {
    bool ends = is_end_of_data(condition);
    if (!header_only && has_pixels(set)) {
      if (!ends) {
        set_reason(reason, "the structure of the pixel data is invalid");
        return LB_DCM_CORRUPT_PIXEL_DATA;
      }
      set_reason(reason, "the file ends inside the pixel data");
      // Fragments are items of a sequence, so the data set itself is truncated.
      bool is_native = fragments_of(file.get()).sequence == nullptr;
      return is_native ? LB_DCM_TRUNCATED_PIXEL_DATA : LB_DCM_TRUNCATED;
    }
    set_reason(reason, ends ? "the file ends inside the data set"
                     : "the structure of the data set is invalid");
    return LB_DCM_TRUNCATED;
  }
  if (is_empty) {
    set_reason(reason, "no data set after the header");
    return LB_DCM_TRUNCATED;
  }
  if (uid.empty() && lacks_preamble) {
    file->transfer_syntax = DcmXfer(set->getOriginalXfer()).getXferID();
  }
  *result = file.release();
  return LB_DCM_OK;
}

} // namespace

extern "C" {

lb_dcm_status lb_dcm_open_path(
    const char *path, int header_only, lb_dcm_file **file, lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_TRUNCATED, [&]() -> lb_dcm_status {
    *file = nullptr;
    Start start;
    int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
      set_reason(reason, std::strerror(errno));
      return LB_DCM_UNREADABLE;
    }
    struct stat facts;
    if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode)) {
      ::close(descriptor);
      set_reason(reason, "not a regular file");
      return LB_DCM_UNREADABLE;
    }
    ssize_t got = ::pread(descriptor, start.bytes, sizeof start.bytes, 0);
    int error = errno;
    ::close(descriptor);
    if (got < 0) {
      set_reason(reason, std::strerror(error));
      return LB_DCM_UNREADABLE;
    }
    start.count = (size_t)got;
    OFFilename name(path);
    return open(
        start, header_only != 0, [&] { return std::make_unique<FileStream>(name); }, file,
        reason);
  });
}

lb_dcm_status lb_dcm_open_bytes(
    const uint8_t *bytes, size_t count, int header_only, lb_dcm_file **file,
    lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_TRUNCATED, [&]() -> lb_dcm_status {
    Start start;
    start.count = count < sizeof start.bytes ? count : sizeof start.bytes;
    if (start.count > 0) std::memcpy(start.bytes, bytes, start.count);
    return open(
        start, header_only != 0,
        [&] { return std::make_unique<MemoryStream>(bytes, count); }, file, reason);
  });
}

void lb_dcm_close(lb_dcm_file *file) {
  try {
    delete file;
  } catch (...) {
  }
}

int lb_dcm_lacks_preamble(const lb_dcm_file *file) { return file->lacks_preamble; }

const char *lb_dcm_transfer_syntax(const lb_dcm_file *file) {
  return file->transfer_syntax.c_str();
}

void lb_dcm_uid_name(const char *uid, lb_dcm_reason *name) {
  guarded(name, LB_DCM_OK, [&] {
    prepare();
    DcmXfer syntax(uid);
    if (syntax.getXfer() != EXS_Unknown) {
      set_reason(name, syntax.getXferName());
    } else {
      const char *found = dcmFindNameOfUID(uid, uid);
      set_reason(name, found);
    }
    return LB_DCM_OK;
  });
}

} // extern "C"
