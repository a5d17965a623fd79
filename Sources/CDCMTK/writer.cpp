#include "internal.hpp"

#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcwcache.h>
#include <dcmtk/dcmjpeg/djrploss.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace lightbox;

namespace {

// Inserts the pixels as one JPEG Baseline fragment, with the attributes for the compression.
OFCondition put_jpeg(DcmDataset *set, const lb_dcm_image &image) {
  uint8_t *stream = nullptr;
  size_t count = 0;
  if (lb_jpeg_encode_gray(
          image.pixels, image.rows, image.columns, image.jpeg_quality, &stream, &count))
    return EC_MemoryExhausted;
  auto *sequence = new DcmPixelSequence(DcmTag(DCM_PixelData, EVR_OB));
  auto *table = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
  sequence->insert(table);
  DcmOffsetList offsets;
  OFCondition condition =
      sequence->storeCompressedFrame(offsets, stream, (Uint32)count, 0);
  std::free(stream);
  if (condition.good()) condition = table->createOffsetTable(offsets);
  if (condition.bad()) {
    delete sequence;
    return condition;
  }
  auto *pixels = new DcmPixelData(DCM_PixelData);
  DJ_RPLossy parameter(image.jpeg_quality);
  pixels->putOriginalRepresentation(EXS_JPEGProcess1, &parameter, sequence);
  condition = set->insert(pixels, OFTrue);
  if (condition.bad()) {
    delete pixels;
    return condition;
  }
  double ratio = (double)image.rows * image.columns / (double)count;
  char text[32];
  std::snprintf(text, sizeof text, "%.4f", ratio);
  set->putAndInsertString(DCM_LossyImageCompression, "01");
  set->putAndInsertString(DCM_LossyImageCompressionRatio, text);
  set->putAndInsertString(DCM_LossyImageCompressionMethod, "ISO_10918_1");
  return EC_Normal;
}

// Encodes a file in memory, as DcmFileFormat::saveFile does on disk.
OFCondition encode(DcmFileFormat *format, E_TransferSyntax syntax, std::vector<uint8_t> *bytes) {
  std::vector<uint8_t> buffer(1 << 20);
  DcmOutputBufferStream stream(buffer.data(), (offile_off_t)buffer.size());
  DcmWriteCache cache;
  format->transferInit();
  OFCondition condition;
  do {
    condition = format->write(stream, syntax, EET_ExplicitLength, &cache, EGL_recalcGL);
    void *chunk = nullptr;
    offile_off_t length = 0;
    stream.flushBuffer(chunk, length);
    const uint8_t *start = (const uint8_t *)chunk;
    bytes->insert(bytes->end(), start, start + length);
  } while (condition == EC_StreamNotifyClient);
  format->transferEnd();
  return condition;
}

} // namespace

extern "C" lb_dcm_status lb_dcm_encode(
    const lb_dcm_image *image, uint8_t **bytes, size_t *count, lb_dcm_reason *reason) {
  *bytes = nullptr;
  *count = 0;
  return guarded(reason, LB_DCM_UNWRITABLE, [&]() -> lb_dcm_status {
    prepare();
    DcmFileFormat format;
    DcmDataset *set = format.getDataset();
    for (size_t i = 0; i < image->count; ++i) {
      DcmTag tag;
      if (DcmTag::findTagFromName(image->keywords[i], tag).bad()) {
        set_reason(reason, (std::string("unknown keyword ") + image->keywords[i]).c_str());
        return LB_DCM_INVALID_ATTRIBUTE;
      }
      if (set->putAndInsertOFStringArray(tag, image->values[i]).bad()) {
        set_reason(reason, (std::string("invalid value of ") + image->keywords[i]).c_str());
        return LB_DCM_INVALID_ATTRIBUTE;
      }
    }
    set->putAndInsertUint16(DCM_SamplesPerPixel, 1);
    set->putAndInsertUint16(DCM_Rows, (Uint16)image->rows);
    set->putAndInsertUint16(DCM_Columns, (Uint16)image->columns);
    set->putAndInsertUint16(DCM_BitsAllocated, (Uint16)image->bits_allocated);
    set->putAndInsertUint16(DCM_BitsStored, (Uint16)image->bits_stored);
    set->putAndInsertUint16(DCM_HighBit, (Uint16)(image->bits_stored - 1));
    set->putAndInsertUint16(DCM_PixelRepresentation, image->is_signed ? 1 : 0);
    size_t samples = (size_t)image->rows * (size_t)image->columns;
    OFCondition condition;
    E_TransferSyntax syntax = EXS_LittleEndianExplicit;
    if (image->jpeg_quality > 0) {
      syntax = EXS_JPEGProcess1;
      condition = put_jpeg(set, *image);
    } else if (image->bits_allocated == 16) {
      condition = set->putAndInsertUint16Array(
          DCM_PixelData, (const Uint16 *)(const void *)image->pixels, samples);
    } else {
      // Values have an even length.
      std::vector<uint8_t> padded(image->pixels, image->pixels + samples);
      if (padded.size() % 2 == 1) padded.push_back(0);
      condition = set->putAndInsertUint8Array(DCM_PixelData, padded.data(), padded.size());
    }
    std::vector<uint8_t> encoded;
    if (condition.good()) condition = encode(&format, syntax, &encoded);
    if (condition.good()) {
      *bytes = (uint8_t *)std::malloc(encoded.size());
      if (*bytes == nullptr) condition = EC_MemoryExhausted;
    }
    if (condition.bad()) {
      set_reason(reason, condition.text());
      return LB_DCM_UNWRITABLE;
    }
    std::memcpy(*bytes, encoded.data(), encoded.size());
    *count = encoded.size();
    return LB_DCM_OK;
  });
}
