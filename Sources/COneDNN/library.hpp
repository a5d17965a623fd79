// oneDNN's functions, loaded when they are first needed.
#pragma once
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_debug.h>

namespace lightbox {

#define LB_DNNL_FUNCTIONS(X)                                                                               \
  X(dilated_convolution_backward_data_desc_init) X(dilated_convolution_backward_weights_desc_init)         \
  X(dilated_convolution_forward_desc_init) X(engine_create) X(get_effective_cpu_isa) X(matmul_desc_init)   \
  X(memory_create) X(memory_desc_equal) X(memory_desc_get_size) X(memory_desc_init_by_strides)             \
  X(memory_desc_init_by_tag) X(memory_destroy) X(pooling_backward_desc_init) X(pooling_forward_desc_init)  \
  X(post_ops_append_binary) X(post_ops_append_eltwise) X(post_ops_create) X(post_ops_destroy)              \
  X(primitive_attr_create) X(primitive_attr_destroy) X(primitive_attr_set_post_ops)                        \
  X(primitive_attr_set_scratchpad_mode) X(primitive_create) X(primitive_desc_create)                       \
  X(primitive_desc_destroy) X(primitive_desc_query) X(primitive_desc_query_md) X(primitive_execute)        \
  X(reorder_primitive_desc_create) X(status2str) X(stream_create) X(stream_destroy) X(stream_wait)         \
  X(version)

struct Functions {
#define LB_DECLARE(name) decltype(&dnnl_##name) name;
  LB_DNNL_FUNCTIONS(LB_DECLARE)
#undef LB_DECLARE
};

/// oneDNN's functions without their prefix; exits with a message if the library cannot be loaded.
const Functions &dnnl();

}  // namespace lightbox
