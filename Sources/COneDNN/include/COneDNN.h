// oneDNN (v2 API) as this project uses it: layouts with an identity, and primitives made once.
//
// A layout (`lb_layout`) is an interned oneDNN memory descriptor: dimensions, scalar type and physical
// order. Equal descriptors are one pointer, and none is ever freed, so a layout can be compared, hashed
// and kept by address. A primitive (`lb_primitive`) is looked up by what it computes; the first call
// makes it, later calls find it.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct lb_layout lb_layout;
typedef struct lb_primitive lb_primitive;

typedef enum lb_scalar { LB_SCALAR_F32 = 0, LB_SCALAR_BF16 = 1, LB_SCALAR_S32 = 2, LB_SCALAR_U8 = 3 } lb_scalar;

// MARK: Layouts

/// Row-major, dense.
const lb_layout *lb_layout_plain(int rank, const int64_t *dims, lb_scalar scalar);
/// The same order of other scalars.
const lb_layout *lb_layout_with_scalar(const lb_layout *layout, lb_scalar scalar);
/// Images with channels innermost in blocks of `block`: 1 is row-major, the number of channels is
/// channels-last, otherwise 4, 8 or 16 with padded channels. NULL: no such layout.
const lb_layout *lb_layout_in_channel_blocks(const int64_t *dims, int64_t block, lb_scalar scalar);
/// Filters of 1x1 pixels whose outputs and inputs have changed places: [dims[1], dims[0], 1, 1] over the
/// row-major memory of [dims[0], dims[1], 1, 1], float32.
const lb_layout *lb_layout_of_exchanged_filters(const int64_t *dims);
/// The block of such a layout, so that memory is [batch, blocks, height, width, block], dense; 0: another order.
int64_t lb_layout_channel_block(const lb_layout *layout);
size_t lb_layout_bytes(const lb_layout *layout);
bool lb_layout_is_plain(const lb_layout *layout);
/// True: scalars in some order, with at most padding between; false: a private packing (Winograd).
bool lb_layout_is_blocked(const lb_layout *layout);
lb_scalar lb_layout_scalar(const lb_layout *layout);
/// Such as "16x64x56x56 f32 blocked 16c"; valid until the thread's next call.
const char *lb_layout_describe(const lb_layout *layout);

// MARK: Primitives

typedef enum lb_argument {
  LB_ARG_SRC = 1, LB_ARG_SRC_1 = 2, LB_ARG_DST = 17, LB_ARG_WEIGHTS = 33, LB_ARG_BIAS = 41,
  LB_ARG_WORKSPACE = 64, LB_ARG_DIFF_SRC = 129, LB_ARG_DIFF_DST = 145, LB_ARG_DIFF_WEIGHTS = 161,
  LB_ARG_DIFF_BIAS = 169,
  LB_ARG_ADDEND = 16386  // the second operand of the first operation behind a convolution
} lb_argument;

/// What the primitive wants for an argument; NULL: nothing.
const lb_layout *lb_primitive_layout(const lb_primitive *primitive, lb_argument argument);
/// oneDNN's name of the implementation, such as "jit:avx512_core".
const char *lb_primitive_implementation(const lb_primitive *primitive);
/// 0, or oneDNN's status.
int lb_primitive_execute(
  const lb_primitive *primitive, int count, const int32_t *arguments, void *const *pointers);
const char *lb_status_name(int status);

// Every lb_make_ returns 0 and the primitive, or oneDNN's status.

int lb_make_reorder(const lb_layout *from, const lb_layout *to, const lb_primitive **out);

typedef enum lb_order {
  LB_ORDER_ANY = 0,           // what oneDNN prefers
  LB_ORDER_BLOCKS = 1,        // channels in blocks of 16 where they fill them
  LB_ORDER_CHANNELS_LAST = 2
} lb_order;

typedef struct lb_convolution {
  int64_t n, ic, ih, iw, oc, oh, ow, kh, kw, groups, sh, sw, dh, dw, pt, pl, pb, pr;
  uintptr_t addend;      // layout of LB_ARG_ADDEND, added before ReLU (inference only); 0: none
  int32_t scalar;        // lb_scalar of images and filters
  int32_t has_bias;
  int32_t winograd;      // 1: oneDNN may choose Winograd; 2: it must
  int32_t plain_source;  // 1: the source stays row-major (few channels)
  int32_t inference;     // 1: forward only, filters may be packed
  int32_t relu;          // 1: with ReLU behind (inference only)
  int32_t order;         // lb_order of images in and out
  int32_t kind;          // set by the functions below
} lb_convolution;
int lb_make_convolution_forward(lb_convolution shape, const lb_primitive **out);
int lb_make_convolution_backward_data(lb_convolution shape, const lb_primitive **out);
int lb_make_convolution_backward_weights(lb_convolution shape, const lb_primitive **out);

/// DST [outputs, inputs] = SRC [rows, outputs] transposed times WEIGHTS [rows, inputs]; the result is
/// row-major float32, whatever the rows are.
typedef struct lb_row_product {
  int64_t rows, outputs, inputs;
  int64_t scalar;  // lb_scalar of the rows
} lb_row_product;
int lb_make_row_product(lb_row_product shape, const lb_primitive **out);

typedef struct lb_pooling {
  uintptr_t source;         // address of the lb_layout
  int64_t oh, ow, kh, kw, sh, sw, pt, pl, pb, pr;
  int32_t maximum;          // 0: average
  int32_t include_padding;  // average only
  int32_t training;
  int32_t kind;
} lb_pooling;
int lb_make_pooling_forward(lb_pooling shape, const lb_primitive **out);
int lb_make_pooling_backward(lb_pooling shape, const lb_primitive **out);

const char *lb_onednn_version(void);
/// The instruction set that oneDNN uses, such as "AVX-512 with VNNI".
const char *lb_onednn_isa(void);
bool lb_has_bfloat16(void);
/// The processor multiplies bfloat16 matrices (AMX), and the system lets us.
bool lb_has_matrix_tiles(void);
/// True: no bfloat16 instructions, but AVX-512, with which oneDNN computes the same.
bool lb_emulates_bfloat16(void);

#ifdef __cplusplus
}
#endif
