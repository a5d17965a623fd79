#include "onednn.hpp"

using namespace lightbox;

namespace {

int pooling_forward_descriptor(const lb_pooling &p, dnnl_primitive_desc_t *out) {
  dnnl_dim_t dims[] = {layout_of(p.source)->md.dims[0], layout_of(p.source)->md.dims[1], p.oh, p.ow};
  dnnl_memory_desc_t destination;
  dnnl().memory_desc_init_by_tag(&destination, 4, dims, layout_of(p.source)->md.data_type, dnnl_format_tag_any);
  dnnl_dim_t strides[] = {p.sh, p.sw}, kernel[] = {p.kh, p.kw}, before[] = {p.pt, p.pl}, after[] = {p.pb, p.pr};
  dnnl_alg_kind_t algorithm = p.maximum ? dnnl_pooling_max
    : p.include_padding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
  dnnl_pooling_desc_t d;
  dnnl_status_t status = dnnl().pooling_forward_desc_init(
    &d, p.training ? dnnl_forward_training : dnnl_forward_inference, algorithm, &layout_of(p.source)->md,
    &destination, strides, kernel, before, after);
  if (status != dnnl_success) return status;
  return describe_primitive(out, &d, nullptr);
}

}  // namespace

extern "C" {

int lb_make_pooling_forward(lb_pooling p, const lb_primitive **out) {
  p.kind = 0;
  return make(key_of('p', p), out, [=](dnnl_primitive_desc_t *d) { return pooling_forward_descriptor(p, d); });
}

int lb_make_pooling_backward(lb_pooling p, const lb_primitive **out) {
  p.kind = 1;
  return make(key_of('p', p), out, [=](dnnl_primitive_desc_t *d) -> int {
    dnnl_primitive_desc_t hint;
    int status = pooling_forward_descriptor(p, &hint);
    if (status != dnnl_success) return status;
    const dnnl_memory_desc_t *destination = dnnl().primitive_desc_query_md(hint, dnnl_query_dst_md, 0);
    dnnl_dim_t strides[] = {p.sh, p.sw}, kernel[] = {p.kh, p.kw}, before[] = {p.pt, p.pl}, after[] = {p.pb, p.pr};
    dnnl_alg_kind_t algorithm = p.maximum ? dnnl_pooling_max
      : p.include_padding ? dnnl_pooling_avg_include_padding : dnnl_pooling_avg_exclude_padding;
    dnnl_pooling_desc_t od;
    status = dnnl().pooling_backward_desc_init(
      &od, algorithm, &layout_of(p.source)->md, destination, strides, kernel, before, after);
    if (status == dnnl_success) status = describe_primitive(d, &od, hint);
    dnnl().primitive_desc_destroy(hint);
    return status;
  });
}

}  // extern "C"
