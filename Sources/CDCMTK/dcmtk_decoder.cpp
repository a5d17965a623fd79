#include "codecs.hpp"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>

#include <algorithm>

namespace lightbox {

namespace {

bool is_jpeg_ls(E_TransferSyntax syntax) {
  return syntax == EXS_JPEGLSLossless || syntax == EXS_JPEGLSLossy;
}

// Inserts the default thresholds (T.87 C.2.4.1.1) into a JPEG-LS stream of less than 8 bits without
// thresholds: DCMTK computes wrong defaults below 8 bits.
void state_thresholds(std::vector<uint8_t> *stream, int precision) {
  if (precision >= 8) return;
  std::vector<uint8_t> &b = *stream;
  size_t at = 2;
  while (at + 4 <= b.size() && b[at] == 0xff && b[at + 1] != 0xda) {
    if (b[at + 1] == 0xf8) return;
    at += 2 + ((size_t)b[at + 2] << 8 | b[at + 3]);
  }
  if (at + 4 > b.size() || b[at] != 0xff) return;
  size_t near_at = at + 4 + 1 + 2 * (size_t)b[at + 4];
  if (near_at >= b.size()) return;
  int largest = (1 << precision) - 1, near_ = b[near_at], factor = 256 / (largest + 1);
  auto clamp = [&](int i, int low) { return i > largest || i < low ? low : i; };
  int t1 = clamp(std::max(2, 3 / factor + 3 * near_), near_ + 1);
  int t2 = clamp(std::max(3, 7 / factor + 5 * near_), t1);
  int t3 = clamp(std::max(4, 21 / factor + 7 * near_), t2);
  std::vector<uint8_t> segment = {0xff, 0xf8, 0, 13, 1};
  for (int v : {largest, t1, t2, t3, 64}) {
    segment.push_back((uint8_t)(v >> 8));
    segment.push_back((uint8_t)v);
  }
  b.insert(b.begin() + (ptrdiff_t)at, segment.begin(), segment.end());
}

} // namespace

lb_dcm_status decode_by_dcmtk(
    std::vector<uint8_t> stream, const FrameHeader &header, E_TransferSyntax syntax,
    uint8_t *pixels, size_t capacity, lb_dcm_decoded *decoded, lb_dcm_reason *reason) {
  if (is_jpeg_ls(syntax)) state_thresholds(&stream, header.precision);
  // The length of a fragment is even.
  if (stream.size() % 2 == 1) stream.push_back(0);
  Uint16 bytes = header.precision > 8 ? 2 : 1;
  DcmDataset set;
  set.putAndInsertUint16(DCM_Rows, (Uint16)header.rows);
  set.putAndInsertUint16(DCM_Columns, (Uint16)header.columns);
  set.putAndInsertUint16(DCM_SamplesPerPixel, (Uint16)header.samples);
  set.putAndInsertString(
      DCM_PhotometricInterpretation, header.samples == 1 ? "MONOCHROME2" : "RGB");
  set.putAndInsertUint16(DCM_BitsAllocated, (Uint16)(bytes * 8));
  set.putAndInsertUint16(DCM_BitsStored, (Uint16)header.precision);
  set.putAndInsertUint16(DCM_HighBit, (Uint16)(header.precision - 1));
  set.putAndInsertUint16(DCM_PixelRepresentation, 0);
  if (header.samples > 1) set.putAndInsertUint16(DCM_PlanarConfiguration, 0);
  auto *sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
  sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB)));
  auto *item = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
  sequence->insert(item);
  auto *element = new DcmPixelData(DCM_PixelData);
  element->putOriginalRepresentation(syntax, nullptr, sequence);
  set.insert(element, OFTrue);
  OFCondition condition = item->putUint8Array(stream.data(), (unsigned long)stream.size());
  if (condition.good()) {
    Uint32 start = 1;
    OFString color;
    Uint32 room = (Uint32)std::min<size_t>(capacity, 0xfffffffe);
    condition = element->getUncompressedFrame(&set, 0, start, pixels, room, color);
  }
  if (condition.bad()) {
    set_reason(reason, condition.text());
    return LB_DCM_CORRUPT_PIXEL_DATA;
  }
  decoded->bytes_per_sample = bytes;
  return LB_DCM_OK;
}

} // namespace lightbox
