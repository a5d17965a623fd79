#include "onednn.hpp"

using namespace lightbox;

namespace {

/// Channels in a block of the processor's kernels: what one vector register holds.
int64_t channel_block() {
  return (dnnl().get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core) == dnnl_cpu_isa_avx512_core ? 16 : 8;
}

dnnl_memory_desc_t images_in(int order, const dnnl_dim_t *dims, int scalar) {
  int64_t block = channel_block();
  bool blocks = order == LB_ORDER_BLOCKS && dims[1] % block == 0;
  if (!blocks && order != LB_ORDER_CHANNELS_LAST) return any(4, dims, scalar);
  dnnl_format_tag_t tag = !blocks ? dnnl_nhwc : block == 16 ? dnnl_nChw16c : dnnl_nChw8c;
  dnnl_memory_desc_t md;
  dnnl().memory_desc_init_by_tag(&md, 4, dims, data_type(scalar), tag);
  return md;
}

struct Images {
  dnnl_memory_desc_t source, weights, bias, destination;
  dnnl_dims_t strides, dilates, before, after;
};

Images describe(const lb_convolution &c) {
  Images i;
  dnnl_dim_t source[] = {c.n, c.ic, c.ih, c.iw}, destination[] = {c.n, c.oc, c.oh, c.ow};
  if (c.plain_source)
    dnnl().memory_desc_init_by_tag(&i.source, 4, source, data_type(c.scalar), dnnl_nchw);
  else
    i.source = images_in(c.order, source, c.scalar);
  i.destination = images_in(c.order, destination, c.scalar);
  if (c.groups > 1) {
    dnnl_dim_t weights[] = {c.groups, c.oc / c.groups, c.ic / c.groups, c.kh, c.kw};
    i.weights = any(5, weights, c.scalar);
  } else {
    dnnl_dim_t weights[] = {c.oc, c.ic, c.kh, c.kw};
    i.weights = any(4, weights, c.scalar);
  }
  dnnl_dim_t bias[] = {c.oc};
  dnnl().memory_desc_init_by_tag(&i.bias, 1, bias, dnnl_f32, dnnl_a);
  i.strides[0] = c.sh; i.strides[1] = c.sw;
  i.dilates[0] = c.dh - 1; i.dilates[1] = c.dw - 1;
  i.before[0] = c.pt; i.before[1] = c.pl;
  i.after[0] = c.pb; i.after[1] = c.pr;
  return i;
}

dnnl_alg_kind_t algorithm(const lb_convolution &c) {
  return c.winograd == 2 ? dnnl_convolution_winograd
    : c.winograd ? dnnl_convolution_auto : dnnl_convolution_direct;
}

int forward_descriptor(const lb_convolution &c, dnnl_primitive_desc_t *out) {
  Images i = describe(c);
  dnnl_convolution_desc_t d;
  dnnl_status_t status = dnnl().dilated_convolution_forward_desc_init(
    &d, c.inference ? dnnl_forward_inference : dnnl_forward_training, algorithm(c), &i.source,
    &i.weights, c.has_bias ? &i.bias : nullptr, &i.destination, i.strides, i.dilates, i.before, i.after);
  if (status != dnnl_success) return status;
  dnnl_primitive_attr_t a = attributes();
  if (c.relu || c.addend) {
    dnnl_post_ops_t operations;
    dnnl().post_ops_create(&operations);
    if (c.addend) dnnl().post_ops_append_binary(operations, dnnl_binary_add, &layout_of(c.addend)->md);
    if (c.relu) dnnl().post_ops_append_eltwise(operations, 1.0f, dnnl_eltwise_relu, 0.0f, 0.0f);
    dnnl().primitive_attr_set_post_ops(a, operations);
    dnnl().post_ops_destroy(operations);
  }
  status = dnnl().primitive_desc_create(out, &d, a, engine(), nullptr);
  dnnl().primitive_attr_destroy(a);
  return status;
}

/// `begin` initializes the operation descriptor; the forward primitive is the hint that oneDNN requires.
template <typename Begin>
int make_backward(const lb_convolution &c, const lb_primitive **out, Begin begin) {
  return make(key_of('c', c), out, [=](dnnl_primitive_desc_t *d) -> int {
    dnnl_primitive_desc_t hint;
    int status = forward_descriptor(c, &hint);
    if (status != dnnl_success) return status;
    dnnl_convolution_desc_t od;
    status = begin(&od, describe(c));
    if (status == dnnl_success) status = describe_primitive(d, &od, hint);
    dnnl().primitive_desc_destroy(hint);
    return status;
  });
}

}  // namespace

extern "C" {

int lb_make_convolution_forward(lb_convolution c, const lb_primitive **out) {
  c.kind = 0;
  return make(key_of('c', c), out, [=](dnnl_primitive_desc_t *d) { return forward_descriptor(c, d); });
}

int lb_make_convolution_backward_data(lb_convolution c, const lb_primitive **out) {
  c.kind = 1;
  return make_backward(c, out, [=](dnnl_convolution_desc_t *d, const Images &i) {
    return dnnl().dilated_convolution_backward_data_desc_init(
      d, algorithm(c), &i.source, &i.weights, &i.destination, i.strides, i.dilates, i.before, i.after);
  });
}

int lb_make_convolution_backward_weights(lb_convolution c, const lb_primitive **out) {
  c.kind = 2;
  return make_backward(c, out, [=](dnnl_convolution_desc_t *d, const Images &i) {
    // Gradients of weights are float32, also for bfloat16 images.
    dnnl_memory_desc_t weights = any(i.weights.ndims, i.weights.dims, LB_SCALAR_F32);
    return dnnl().dilated_convolution_backward_weights_desc_init(
      d, algorithm(c), &i.source, &weights, c.has_bias ? &i.bias : nullptr, &i.destination, i.strides,
      i.dilates, i.before, i.after);
  });
}

int lb_make_row_product(lb_row_product p, const lb_primitive **out) {
  return make(key_of('m', p), out, [=](dnnl_primitive_desc_t *descriptor) -> int {
    dnnl_dim_t left[] = {p.outputs, p.rows}, right[] = {p.rows, p.inputs}, product[] = {p.outputs, p.inputs};
    dnnl_memory_desc_t a, b, c;
    dnnl().memory_desc_init_by_tag(&a, 2, left, data_type((int)p.scalar), dnnl_ba);
    dnnl().memory_desc_init_by_tag(&b, 2, right, data_type((int)p.scalar), dnnl_ab);
    dnnl().memory_desc_init_by_tag(&c, 2, product, dnnl_f32, dnnl_ab);
    dnnl_matmul_desc_t d;
    dnnl_status_t status = dnnl().matmul_desc_init(&d, &a, &b, nullptr, &c);
    return status == dnnl_success ? describe_primitive(descriptor, &d, nullptr) : status;
  });
}

}  // extern "C"
