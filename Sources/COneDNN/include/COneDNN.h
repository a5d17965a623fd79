// Wrapper of oneDNN (v2 API): interned layouts and cached primitives.
//
// A layout (`lb_layout`) is an interned oneDNN memory descriptor: dimensions, scalar type and physical
// order. Equal descriptors share one pointer and are never freed, so layouts can be compared, hashed
// and stored by address. Primitives (`lb_primitive`) are cached by what they compute.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_layout lb_layout;
typedef struct lb_primitive lb_primitive;

typedef enum lb_scalar { LB_SCALAR_F32 = 0, LB_SCALAR_BF16 = 1 } lb_scalar;

// MARK: Layouts

/// Row-major, dense.
const lb_layout *lb_layout_plain(int rank, const int64_t *dims, lb_scalar scalar);
/// The same order with another scalar type.
const lb_layout *lb_layout_with_scalar(const lb_layout *layout, lb_scalar scalar);
/// Images with channels innermost in blocks of `block`: 1 is row-major, the number of channels is
/// channels-last, otherwise 4, 8 or 16 with padded channels. NULL if there is no such layout.
const lb_layout *lb_layout_in_channel_blocks(const int64_t *dims, int64_t block, lb_scalar scalar);
/// 1x1 filters with outputs and inputs transposed: a view as [dims[1], dims[0], 1, 1] of the row-major memory of
/// [dims[0], dims[1], 1, 1], float32.
const lb_layout *lb_layout_of_transposed_filters(const int64_t *dims);
/// The block of a layout whose memory is [batch, blocks, height, width, block], dense; 0 for any other order.
int64_t lb_layout_channel_block(const lb_layout *layout);
size_t lb_layout_bytes(const lb_layout *layout);
bool lb_layout_is_plain(const lb_layout *layout);
/// False for opaque formats that only one primitive can read (Winograd).
bool lb_layout_is_blocked(const lb_layout *layout);
lb_scalar lb_layout_scalar(const lb_layout *layout);
/// For messages, such as "16x64x56x56 blocked 16@1"; valid until the next call on the same thread.
const char *lb_layout_describe(const lb_layout *layout);

// MARK: Primitives

typedef enum lb_argument {
  LB_ARG_SRC = 1, LB_ARG_DST = 17, LB_ARG_WEIGHTS = 33, LB_ARG_BIAS = 41,
  LB_ARG_WORKSPACE = 64, LB_ARG_DIFF_SRC = 129, LB_ARG_DIFF_DST = 145, LB_ARG_DIFF_WEIGHTS = 161,
  LB_ARG_DIFF_BIAS = 169,
  LB_ARG_ADDEND = 16386  // second operand of the first post-op of a convolution
} lb_argument;

/// The layout that the primitive requires for an argument; NULL if it has no such argument.
const lb_layout *lb_primitive_layout(const lb_primitive *primitive, lb_argument argument);
/// oneDNN's name of the implementation, such as "jit:avx512_core".
const char *lb_primitive_implementation(const lb_primitive *primitive);
/// The bytes by which the scratchpad of the calling thread grows if it executes the primitive.
size_t lb_primitive_scratch_growth(const lb_primitive *primitive);
/// The bytes in the scratchpads of all threads.
size_t lb_scratch_bytes(void);
/// Returns 0 or the oneDNN status.
int lb_primitive_execute(
  const lb_primitive *primitive, int count, const int32_t *arguments, void *const *pointers);
const char *lb_status_name(int status);

// The lb_make_ functions return 0 and the primitive, or the oneDNN status.

int lb_make_reorder(const lb_layout *from, const lb_layout *to, const lb_primitive **out);

typedef enum lb_order {
  LB_ORDER_ANY = 0,           // the order that oneDNN prefers
  LB_ORDER_BLOCKS = 1,        // channels in blocks of 16 if they are a multiple of 16
  LB_ORDER_CHANNELS_LAST = 2
} lb_order;

typedef struct lb_convolution {
  int64_t n, ic, ih, iw, oc, oh, ow, kh, kw, groups, sh, sw, dh, dw, pt, pl, pb, pr;
  uintptr_t addend;      // layout of LB_ARG_ADDEND, added before ReLU (inference only); 0 if none
  int32_t scalar;        // lb_scalar of images and filters
  int32_t has_bias;
  int32_t winograd;      // 1: allowed; 2: required
  int32_t plain_source;  // 1: the source is row-major (few channels)
  int32_t inference;     // 1: forward only, filters may be in an opaque format
  int32_t relu;          // 1: followed by ReLU (inference only)
  int32_t order;         // lb_order of input and output images
  int32_t kind;          // set by the functions below
} lb_convolution;
int lb_make_convolution_forward(lb_convolution shape, const lb_primitive **out);
int lb_make_convolution_backward_data(lb_convolution shape, const lb_primitive **out);
int lb_make_convolution_backward_weights(lb_convolution shape, const lb_primitive **out);

/// DST [outputs, inputs] = transpose of SRC [rows, outputs] times WEIGHTS [rows, inputs]. DST is always row-major
/// float32.
typedef struct lb_row_product {
  int64_t rows, outputs, inputs;
  int64_t scalar;  // lb_scalar of the rows
} lb_row_product;
int lb_make_row_product(lb_row_product shape, const lb_primitive **out);

typedef struct lb_pooling {
  uintptr_t source;         // address of the lb_layout
  int64_t oh, ow, kh, kw, sh, sw, pt, pl, pb, pr;
  int32_t maximum;          // 1: max pooling; 0: average pooling
  int32_t include_padding;  // average only
  int32_t training;
  int32_t kind;
} lb_pooling;
int lb_make_pooling_forward(lb_pooling shape, const lb_primitive **out);
int lb_make_pooling_backward(lb_pooling shape, const lb_primitive **out);

const char *lb_onednn_version(void);
/// The instruction set that oneDNN uses, such as "AVX-512 with VNNI".
const char *lb_onednn_isa(void);
/// The same as a value of ONEDNN_MAX_CPU_ISA, such as "AVX512_CORE_VNNI"; empty if unknown.
const char *lb_onednn_isa_name(void);
/// True if the processor has bfloat16 instructions.
bool lb_has_bfloat16(void);
/// True if the processor has matrix tiles (AMX) and the operating system enables them.
bool lb_has_matrix_tiles(void);
/// True if oneDNN emulates bfloat16 with AVX-512.
bool lb_emulates_bfloat16(void);

#ifdef __cplusplus
}
#endif
