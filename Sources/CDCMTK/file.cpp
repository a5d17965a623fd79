#include "inflate.hpp"
#include "open.hpp"
#include "streams.hpp"

#include <dcmtk/dcmdata/dcuid.h>

#include <cstring>

lb_dcm_file::lb_dcm_file() : open(std::make_unique<lightbox::Open>()) {}
lb_dcm_file::~lb_dcm_file() = default;

namespace {

using namespace lightbox;

const char kDeflated[] = "1.2.840.10008.1.2.1.99";

// Where the file meta information of a file starts.
struct Start {
  uint64_t meta = 0;
  bool has_prefix = false, may_be_dicom = false;

  explicit Start(Window &window) {
    const uint8_t *b = window.peek(128, 4);
    has_prefix = b != nullptr && std::memcmp(b, "DICM", 4) == 0;
    if (has_prefix) {
      meta = 132;
      may_be_dicom = true;
      return;
    }
    b = window.peek(0, 16);
    if (b == nullptr) return;
    if (std::memcmp(b, "DICM", 4) == 0) {
      meta = 4;
      b += 4;
    }
    // A file without a preamble must start with an element of group 0002 or 0008, in either byte
    // order; accepting more would recognize text files as DICOM.
    unsigned little = b[0] | b[1] << 8, big = b[0] << 8 | b[1];
    may_be_dicom = little == 2 || little == 8 || big == 8;
  }
};

Encoding stated_encoding(const std::string &uid) {
  if (uid == "1.2.840.10008.1.2") return Encoding{false, false};
  if (uid == "1.2.840.10008.1.2.2") return Encoding{true, true};
  return Encoding{true, false};
}

bool has(DcmDataset *set, const DcmTagKey &tag) { return set->tagExists(tag, OFFalse); }

std::unique_ptr<DcmInputStream> stream(const Open &open, uint64_t start, uint64_t end) {
  if (open.is_in_memory)
    return std::make_unique<MemoryStream>(open.memory.data() + start, (size_t)(end - start));
  return std::make_unique<FileStream>(OFFilename(open.path.c_str()), start, end);
}

void parse_meta(lb_dcm_file &file, uint64_t start, uint64_t end) {
  if (end <= start) return;
  auto bytes = stream(*file.open, start, end);
  DcmMetaInfo *meta = file.format.getMetaInfo();
  meta->transferInit();
  // What cannot be read is missing: the transfer syntax is known already.
  meta->read(*bytes, EXS_Unknown, EGL_noChange, DCM_MaxReadLength);
  meta->transferEnd();
}

OFCondition parse_set(lb_dcm_file &file) {
  const Structure &structure = file.open->structure;
  auto bytes = stream(*file.open, structure.set_start, structure.set_end);
  OFCondition condition = bytes->status();
  if (condition.bad()) return condition;
  DcmDataset *set = file.format.getDataset();
  set->transferInit();
  condition = set->read(
      *bytes, structure.encoding.syntax(), EGL_noChange, DCM_MaxReadLength);
  set->transferEnd();
  return condition;
}

lb_dcm_status inflate_set(lb_dcm_file &file, const Bytes &source, uint64_t start,
    lb_dcm_reason *reason) {
  std::vector<uint8_t> inflated;
  switch (inflate_from(source, start, &inflated)) {
  case Inflation::done:
    break;
  case Inflation::truncated:
    set_reason(reason, "the file ends inside the deflated data set");
    return LB_DCM_TRUNCATED;
  case Inflation::invalid:
    set_reason(reason, "the deflated data set is invalid");
    return LB_DCM_TRUNCATED;
  case Inflation::excessive:
    set_reason(reason, "the deflated data set expands to more than 256 MiB");
    return LB_DCM_EXCESSIVE;
  }
  file.open->memory = std::move(inflated);
  file.open->is_in_memory = true;
  return LB_DCM_OK;
}

// The status of a structure that is not complete.
lb_dcm_status status_of(const Structure &structure) {
  switch (structure.fault) {
  case Structure::Fault::none:
    return LB_DCM_OK;
  case Structure::Fault::excessive:
    return LB_DCM_EXCESSIVE;
  case Structure::Fault::invalid_pixels:
    return LB_DCM_CORRUPT_PIXEL_DATA;
  case Structure::Fault::ends_in_pixels:
    // Fragments are items of a sequence, so the data set itself is truncated.
    return structure.is_encapsulated ? LB_DCM_TRUNCATED : LB_DCM_TRUNCATED_PIXEL_DATA;
  case Structure::Fault::ends_in_set:
  case Structure::Fault::invalid_set:
    return LB_DCM_TRUNCATED;
  }
  return LB_DCM_TRUNCATED;
}

// Reads the data set from the bytes of the file and classifies failures.
lb_dcm_status open_set(lb_dcm_file &file, const Bytes &source, lb_dcm_reason *reason) {
  if (source.size() == 0) {
    set_reason(reason, "no bytes");
    return LB_DCM_EMPTY_FILE;
  }
  Open &open = *file.open;
  auto window = std::make_unique<Window>(source);
  Start start(*window);
  if (!start.may_be_dicom) {
    set_reason(reason, "neither \"DICM\" at byte 128 nor a data element at the start");
    return LB_DCM_NOT_DICOM;
  }
  prepare();
  file.lacks_preamble = !start.has_prefix;
  MetaHeader meta = find_meta_header(*window, start.meta);
  file.transfer_syntax = meta.transfer_syntax;
  parse_meta(file, start.has_prefix ? 0 : start.meta, meta.end);
  open.stated = stated_encoding(meta.transfer_syntax);
  Encoding encoding = find_encoding(*window, meta.end, open.stated);
  uint64_t set_start = meta.end;
  std::unique_ptr<MemoryBytes> inflated;
  // The first bytes of a deflated stream are no element of explicit representation.
  if (meta.transfer_syntax == kDeflated && !encoding.is_explicit) {
    lb_dcm_status status = inflate_set(file, source, meta.end, reason);
    if (status != LB_DCM_OK) return status;
    open.is_deflated = true;
    inflated = std::make_unique<MemoryBytes>(open.memory.data(), open.memory.size());
    window = std::make_unique<Window>(*inflated);
    set_start = 0;
    encoding = find_encoding(*window, 0, open.stated);
  }
  open.structure = find_structure(*window, set_start, encoding, file.is_header_only);
  const Structure &structure = open.structure;
  // Meta information without a transfer syntax is an error; a bare data set shows its own.
  if (meta.transfer_syntax.empty() && (file.lacks_preamble || meta.end == meta.start)) {
    open.has_no_syntax = true;
    file.transfer_syntax = DcmXfer(encoding.syntax()).getXferID();
  }
  OFCondition condition = EC_Normal;
  if (structure.fault != Structure::Fault::excessive) condition = parse_set(file);
  DcmDataset *set = file.format.getDataset();
  bool looks_dicom =
      has(set, DCM_SOPClassUID) || has(set, DCM_Modality) || has(set, DCM_Rows);
  if (file.lacks_preamble && !looks_dicom) {
    set_reason(reason, "no preamble and no element of an image or report");
    return LB_DCM_NOT_DICOM;
  }
  if (structure.fault != Structure::Fault::none) {
    set_reason(reason, structure.detail);
    return status_of(structure);
  }
  if (condition.bad()) {
    set_reason(reason, "the structure of the data set is invalid");
    return LB_DCM_TRUNCATED;
  }
  if (set->card() == 0) {
    set_reason(reason, "no data set after the header");
    return LB_DCM_TRUNCATED;
  }
  return LB_DCM_OK;
}

} // namespace

extern "C" {

lb_dcm_status lb_dcm_open_path(
    const char *path, int header_only, lb_dcm_file **result, lb_dcm_reason *reason) {
  *result = nullptr;
  return guarded(reason, LB_DCM_TRUNCATED, [&]() -> lb_dcm_status {
    FileBytes bytes(path);
    if (!bytes.fault().empty()) {
      set_reason(reason, bytes.fault().c_str());
      return LB_DCM_UNREADABLE;
    }
    auto file = std::make_unique<lb_dcm_file>();
    file->is_header_only = header_only != 0;
    file->open->path = path;
    file->open->facts = bytes.facts();
    lb_dcm_status status = open_set(*file, bytes, reason);
    if (status == LB_DCM_OK) *result = file.release();
    return status;
  });
}

lb_dcm_status lb_dcm_open_bytes(
    const uint8_t *bytes, size_t count, int header_only, lb_dcm_file **result,
    lb_dcm_reason *reason) {
  *result = nullptr;
  return guarded(reason, LB_DCM_TRUNCATED, [&]() -> lb_dcm_status {
    auto file = std::make_unique<lb_dcm_file>();
    file->is_header_only = header_only != 0;
    file->open->is_in_memory = true;
    if (count > 0) file->open->memory.assign(bytes, bytes + count);
    lb_dcm_status status = open_set(*file, MemoryBytes(bytes, count), reason);
    if (status == LB_DCM_OK) *result = file.release();
    return status;
  });
}

void lb_dcm_close(lb_dcm_file *file) {
  try {
    delete file;
  } catch (...) {
  }
}

lb_dcm_facts lb_dcm_facts_of(const lb_dcm_file *file) {
  const Open &open = *file->open;
  return lb_dcm_facts{
      file->lacks_preamble,
      open.has_no_syntax,
      !open.has_no_syntax && !(open.structure.encoding == open.stated),
      open.structure.encoding.is_explicit,
      open.structure.has_bytes_behind,
  };
}

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
