#include "codecs.hpp"
#include "fragments.hpp"

#include <algorithm>
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
  return guarded(nullptr, LB_DCM_CORRUPT_PIXEL_DATA, [&] {
    *info = lb_dcm_pixel_data{};
    for (uint32_t tag : {0x7fe00010u, 0x7fe00008u, 0x7fe00009u}) {
      DcmElement *element = find(file, nullptr, 0, tag);
      if (element == nullptr) continue;
      info->tag = tag;
      Fragments fragments = tag == 0x7fe00010 ? fragments_of(file) : Fragments();
      if (fragments.sequence != nullptr) {
        info->is_encapsulated = 1;
        info->byte_count = fragments.byte_count();
        info->fragment_count = fragments.count();
      } else {
        info->byte_count = element->getLength();
      }
      break;
    }
    return LB_DCM_OK;
  });
}

lb_dcm_status lb_dcm_native_pixels(
    lb_dcm_file *file, uint64_t offset, size_t count, int bits_allocated, uint8_t *pixels,
    lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_CORRUPT_PIXEL_DATA, [&]() -> lb_dcm_status {
    lb_dcm_pixel_data info;
    lb_dcm_pixel_data_info(file, &info);
    DcmElement *element = info.tag == 0 ? nullptr : find(file, nullptr, 0, info.tag);
    if (element == nullptr || offset + count > info.byte_count) {
      set_reason(reason, "the pixel data ends before the last pixel");
      return LB_DCM_TRUNCATED_PIXEL_DATA;
    }
    OFCondition condition = element->getPartialValue(
        pixels, (Uint32)offset, (Uint32)count, nullptr, EBO_LittleEndian);
    if (condition.bad()) {
      set_reason(reason, condition.text());
      return LB_DCM_TRUNCATED_PIXEL_DATA;
    }
    // DCMTK swaps big endian words of two bytes; samples of four bytes need their halves swapped
    // too.
    bool is_big = file->format.getDataset()->getOriginalXfer() == EXS_BigEndianExplicit;
    if (is_big && bits_allocated == 32 && info.tag == 0x7fe00010 &&
        element->getVR() == EVR_OW) {
      for (size_t i = 0; i + 4 <= count; i += 4) {
        std::swap(pixels[i], pixels[i + 2]);
        std::swap(pixels[i + 1], pixels[i + 3]);
      }
    }
    return LB_DCM_OK;
  });
}

lb_dcm_status lb_dcm_decode_frame(
    lb_dcm_file *file, const lb_dcm_layout *layout, int frame, uint8_t *pixels, size_t capacity,
    lb_dcm_decoded *decoded, lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_CORRUPT_PIXEL_DATA, [&]() -> lb_dcm_status {
    *decoded = lb_dcm_decoded{1, 0, -1};
    Fragments fragments = fragments_of(file);
    Family family = family_of(fragments.syntax);
    if (fragments.sequence == nullptr || family == Family::none || family == Family::native) {
      set_reason(reason, "there is no decoder for the transfer syntax");
      return LB_DCM_UNSUPPORTED_TRANSFER_SYNTAX;
    }
    uint32_t first = 0, last = 0;
    std::vector<uint8_t> stream;
    if (!fragments_of_frame(file, fragments, frame, layout->frame_count, &first, &last)) {
      set_reason(reason, "the fragments do not match the number of frames");
      return LB_DCM_CORRUPT_PIXEL_DATA;
    }
    if (!join(fragments, first, last, &stream)) {
      set_reason(reason, "the fragments cannot be read");
      return LB_DCM_TRUNCATED_PIXEL_DATA;
    }
    if (family == Family::rle) {
      decoded->bytes_per_sample = std::max(1, layout->bits_allocated / 8);
      return decode_rle(stream, *layout, pixels, reason) ? LB_DCM_OK : LB_DCM_CORRUPT_PIXEL_DATA;
    }
    if (family == Family::jpeg_2000) {
      decoded->bytes_per_sample = 4;
      int failed = lb_jpeg2000_decode(
          stream.data(), stream.size(), layout->rows, layout->columns, layout->samples,
          (int32_t *)(void *)pixels, &decoded->precision, &decoded->is_signed,
          reason->text, sizeof reason->text);
      return failed ? LB_DCM_CORRUPT_PIXEL_DATA : LB_DCM_OK;
    }
    FrameHeader header;
    if (!find_frame_header(stream, &header)) {
      set_reason(reason, "the code stream has no JPEG frame header");
      return LB_DCM_CORRUPT_PIXEL_DATA;
    }
    if (!fits(header, *layout, reason)) return LB_DCM_CORRUPT_PIXEL_DATA;
    decoded->precision = header.precision;
    bool is_sequential_8 = header.precision == 8 && header.marker <= 0xc2;
    if (family == Family::jpeg && is_sequential_8) {
      int failed = lb_jpeg_decode_samples(
          stream.data(), stream.size(), layout->rows, layout->columns, layout->samples, pixels,
          reason->text, sizeof reason->text);
      return failed ? LB_DCM_CORRUPT_PIXEL_DATA : LB_DCM_OK;
    }
    return decode_by_dcmtk(
        std::move(stream), header, fragments.syntax, pixels, capacity, decoded, reason);
  });
}

} // extern "C"
