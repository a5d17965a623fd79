#include "codecs.hpp"
#include "fragments.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace lightbox {

namespace {

enum class Family { native, jpeg, jpeg_ls, jpeg_2000, rle, none };

Family family_of(E_TransferSyntax syntax) {
  switch (syntax) {
  case EXS_LittleEndianImplicit: case EXS_LittleEndianExplicit: case EXS_BigEndianExplicit:
  case EXS_DeflatedLittleEndianExplicit:
    return Family::native;
  case EXS_JPEGProcess1: case EXS_JPEGProcess2_4: case EXS_JPEGProcess6_8:
  case EXS_JPEGProcess10_12: case EXS_JPEGProcess14: case EXS_JPEGProcess14SV1:
    return Family::jpeg;
  case EXS_JPEGLSLossless: case EXS_JPEGLSLossy:
    return Family::jpeg_ls;
  case EXS_JPEG2000LosslessOnly: case EXS_JPEG2000:
    return Family::jpeg_2000;
  case EXS_RLELossless:
    return Family::rle;
  default:
    return Family::none;
  }
}

bool fits(const FrameHeader &header, const lb_dcm_layout &layout, lb_dcm_reason *reason) {
  if (header.rows == layout.rows && header.columns == layout.columns &&
      header.samples == layout.samples && header.precision >= 2 && header.precision <= 16)
    return true;
  set_reason(reason, "the code stream and the header state different rows, columns or samples");
  return false;
}

bool starts_with(const std::vector<uint8_t> &stream, std::initializer_list<uint8_t> start) {
  return stream.size() >= start.size() && std::equal(start.begin(), start.end(), stream.begin());
}

// The family of a stream by its first bytes, which decide: transfer syntaxes are mistaken at times.
Family family_of(const std::vector<uint8_t> &stream, const FrameHeader *header, Family stated) {
  if (header != nullptr) return header->marker == 0xf7 ? Family::jpeg_ls : Family::jpeg;
  if (starts_with(stream, {0xff, 0x4f, 0xff, 0x51}) ||
      starts_with(stream, {0, 0, 0, 12, 'j', 'P', ' ', ' '}))
    return Family::jpeg_2000;
  return stated;
}

// The transfer syntax for DCMTK's decoder.
E_TransferSyntax decoder_syntax(E_TransferSyntax stated, const FrameHeader &header) {
  Family family = family_of(stated);
  if (header.marker == 0xf7)
    return family == Family::jpeg_ls ? stated : EXS_JPEGLSLossless;
  if (family == Family::jpeg) return stated;
  return header.marker == 0xc3 ? EXS_JPEGProcess14SV1 : EXS_JPEGProcess2_4;
}

// Native values of more than one byte are swapped in big endian files, words of OW even if a sample
// has one byte.
int word_width(const Structure &structure, int bits_allocated) {
  if (!structure.encoding.is_big) return 1;
  if (structure.pixel_tag == 0x7fe00008) return 4;
  if (structure.pixel_tag == 0x7fe00009) return 8;
  bool is_bytes = std::memcmp(structure.pixel_vr, "OB", 2) == 0 ||
      std::memcmp(structure.pixel_vr, "UN", 2) == 0;
  return is_bytes ? 1 : bits_allocated == 32 ? 4 : 2;
}

lb_dcm_status decode_stream(
    std::vector<uint8_t> stream, E_TransferSyntax syntax, const lb_dcm_layout &layout,
    uint8_t *pixels, size_t capacity, lb_dcm_decoded *decoded, lb_dcm_reason *reason) {
  FrameHeader header;
  bool is_jpeg = read_frame_header(stream, &header);
  Family family = family_of(stream, is_jpeg ? &header : nullptr, family_of(syntax));
  uint64_t samples = (uint64_t)layout.rows * (uint64_t)layout.columns * (uint64_t)layout.samples;
  if ((family == Family::jpeg_2000 || family == Family::jpeg_ls) &&
      !is_plausible(samples, stream.size(), reason))
    return LB_DCM_CORRUPT_PIXEL_DATA;
  switch (family) {
  case Family::rle:
    decoded->bytes_per_sample = std::max(1, layout.bits_allocated / 8);
    return decode_rle(stream, layout, pixels, reason) ? LB_DCM_OK : LB_DCM_CORRUPT_PIXEL_DATA;
  case Family::jpeg_2000: {
    size_t from = 0;
    if (!check_jpeg2000(stream, layout, &from, reason)) return LB_DCM_CORRUPT_PIXEL_DATA;
    decoded->bytes_per_sample = 4;
    int failed = lb_jpeg2000_decode(
        stream.data() + from, stream.size() - from, layout.rows, layout.columns, layout.samples,
        (int32_t *)(void *)pixels, &decoded->precision, &decoded->is_signed, reason->text,
        sizeof reason->text);
    return failed ? LB_DCM_CORRUPT_PIXEL_DATA : LB_DCM_OK;
  }
  case Family::jpeg:
  case Family::jpeg_ls:
    break;
  case Family::native:
    set_reason(reason, "the pixel data is compressed in a way that the transfer syntax does not state");
    return LB_DCM_UNSUPPORTED_TRANSFER_SYNTAX;
  case Family::none:
    set_reason(reason, "there is no decoder for the transfer syntax");
    return LB_DCM_UNSUPPORTED_TRANSFER_SYNTAX;
  }
  if (!is_jpeg) {
    set_reason(reason, "the code stream has no JPEG frame header");
    return LB_DCM_CORRUPT_PIXEL_DATA;
  }
  if (!fits(header, layout, reason) || !is_proportionate(header, stream.size(), reason))
    return LB_DCM_CORRUPT_PIXEL_DATA;
  decoded->precision = header.precision;
  decoded->color = header.color;
  if (header.precision == 8 && header.marker <= 0xc2) {
    int failed = lb_jpeg_decode_samples(
        stream.data(), stream.size(), layout.rows, layout.columns, layout.samples, pixels,
        reason->text, sizeof reason->text);
    return failed ? LB_DCM_CORRUPT_PIXEL_DATA : LB_DCM_OK;
  }
  return decode_by_dcmtk(
      std::move(stream), header, decoder_syntax(syntax, header), pixels, capacity, decoded,
      reason);
}

} // namespace
} // namespace lightbox

using namespace lightbox;

extern "C" {

int lb_dcm_is_supported_syntax(const char *uid) {
  try {
    prepare();
    return family_of(DcmXfer(uid).getXfer()) != Family::none;
  } catch (...) {
    return 0;
  }
}

lb_dcm_status lb_dcm_pixel_data_info(lb_dcm_file *file, lb_dcm_pixel_data *info) {
  const Structure &structure = file->open->structure;
  *info = lb_dcm_pixel_data{};
  info->tag = structure.pixel_tag;
  info->is_encapsulated = structure.is_encapsulated;
  info->byte_count =
      structure.is_encapsulated ? structure.fragment_bytes : structure.pixel_length;
  info->fragment_count =
      structure.fragments.empty() ? 0 : (uint32_t)structure.fragments.size() - 1;
  return LB_DCM_OK;
}

lb_dcm_status lb_dcm_native_pixels(
    lb_dcm_file *file, uint64_t offset, size_t count, int bits_allocated, uint8_t *pixels,
    lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_CORRUPT_PIXEL_DATA, [&]() -> lb_dcm_status {
    const Structure &structure = file->open->structure;
    if (offset > structure.pixel_length || count > structure.pixel_length - offset) {
      set_reason(reason, "the pixel data ends before the last pixel");
      return LB_DCM_TRUNCATED_PIXEL_DATA;
    }
    size_t width = (size_t)word_width(structure, bits_allocated);
    // Whole words, of which the first and the last may belong to other frames.
    size_t before = (size_t)(offset % width);
    size_t whole = (before + count + width - 1) / width * width;
    std::vector<uint8_t> words;
    uint8_t *to = pixels;
    if (whole != count) {
      words.resize(whole);
      to = words.data();
    }
    size_t wanted =
        (size_t)std::min<uint64_t>(whole, structure.pixel_length - (offset - before));
    size_t got = 0;
    std::string fault;
    bool is_open = file->open->with_bytes(&fault, [&](const Bytes &bytes) {
      got = bytes.read(structure.pixel_offset + offset - before, to, wanted);
    });
    if (!is_open) {
      set_reason(reason, fault.c_str());
      return LB_DCM_UNREADABLE;
    }
    if (got < wanted) {
      set_reason(reason, "the pixels cannot be read");
      return LB_DCM_TRUNCATED_PIXEL_DATA;
    }
    if (width > 1)
      for (size_t at = 0; at + width <= whole; at += width) std::reverse(to + at, to + at + width);
    if (whole != count) std::memcpy(pixels, to + before, count);
    return LB_DCM_OK;
  });
}

lb_dcm_status lb_dcm_decode_frame(
    lb_dcm_file *file, const lb_dcm_layout *layout, int frame, uint8_t *pixels, size_t capacity,
    lb_dcm_decoded *decoded, lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_CORRUPT_PIXEL_DATA, [&]() -> lb_dcm_status {
    *decoded = lb_dcm_decoded{1, 0, -1, 0};
    const std::vector<Fragment> &fragments = file->open->structure.fragments;
    std::vector<uint8_t> stream;
    lb_dcm_status status = LB_DCM_OK;
    std::string fault;
    bool is_open = file->open->with_bytes(&fault, [&](const Bytes &bytes) {
      uint32_t first = 0, last = 0;
      if (!fragments_of_frame(file, bytes, frame, layout->frame_count, &first, &last)) {
        set_reason(reason, "the fragments do not match the number of frames");
        status = LB_DCM_CORRUPT_PIXEL_DATA;
      } else if (!join(bytes, fragments, first, last, &stream)) {
        set_reason(reason, "the fragments cannot be read");
        status = LB_DCM_TRUNCATED_PIXEL_DATA;
      }
    });
    if (!is_open) {
      set_reason(reason, fault.c_str());
      return LB_DCM_UNREADABLE;
    }
    if (status != LB_DCM_OK) return status;
    E_TransferSyntax syntax = DcmXfer(file->transfer_syntax.c_str()).getXfer();
    return decode_stream(std::move(stream), syntax, *layout, pixels, capacity, decoded, reason);
  });
}

} // extern "C"
