#include "internal.hpp"

#include <dcmtk/dcmdata/dcpixel.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmjpeg/djrploss.h>

#include <cstdlib>
#include <cstring>

using namespace lightbox;

namespace {

// Puts the pixels in as one JPEG Baseline fragment; says how much smaller they became.
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

} // namespace

extern "C" lb_dcm_status lb_dcm_write(
    const char *path, const lb_dcm_image *image, lb_dcm_reason *reason) {
  return guarded(reason, LB_DCM_UNWRITABLE, [&]() -> lb_dcm_status {
    prepare();
    DcmFileFormat format;
    DcmDataset *set = format.getDataset();
    for (size_t i = 0; i < image->count; ++i) {
      DcmTag tag;
      if (DcmTag::findTagFromName(image->keywords[i], tag).bad()) {
        say(reason, (std::string("no attribute is called ") + image->keywords[i]).c_str());
        return LB_DCM_INVALID_ATTRIBUTE;
      }
      if (set->putAndInsertOFStringArray(tag, image->values[i]).bad()) {
        say(reason, (std::string("this value cannot be that of ") + image->keywords[i]).c_str());
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
      // A value has an even number of bytes.
      std::vector<uint8_t> padded(image->pixels, image->pixels + samples);
      if (padded.size() % 2 == 1) padded.push_back(0);
      condition = set->putAndInsertUint8Array(DCM_PixelData, padded.data(), padded.size());
    }
    if (condition.good())
      condition = format.saveFile(path, syntax, EET_ExplicitLength, EGL_recalcGL);
    if (condition.bad()) {
      say(reason, condition.text());
      return LB_DCM_UNWRITABLE;
    }
    return LB_DCM_OK;
  });
}
