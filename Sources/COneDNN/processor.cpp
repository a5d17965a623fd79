#include "onednn.hpp"

#include <cstdio>

using lightbox::dnnl;

namespace {

/// oneDNN's instruction sets: the values of ONEDNN_MAX_CPU_ISA, and names for display.
const struct { dnnl_cpu_isa_t isa; const char *name, *text; } sets[] = {
  {dnnl_cpu_isa_sse41, "SSE41", "SSE4.1"},
  {dnnl_cpu_isa_avx, "AVX", "AVX"},
  {dnnl_cpu_isa_avx2, "AVX2", "AVX2"},
  {dnnl_cpu_isa_avx2_vnni, "AVX2_VNNI", "AVX2 with VNNI"},
  {dnnl_cpu_isa_avx512_core, "AVX512_CORE", "AVX-512"},
  {dnnl_cpu_isa_avx512_core_vnni, "AVX512_CORE_VNNI", "AVX-512 with VNNI"},
  {dnnl_cpu_isa_avx512_core_bf16, "AVX512_CORE_BF16", "AVX-512 with VNNI and BF16"},
  {dnnl_cpu_isa_avx512_core_amx, "AVX512_CORE_AMX", "AVX-512 with AMX"},
};

}  // namespace

extern "C" {

const char *lb_onednn_version(void) {
  static char text[32];
  const dnnl_version_t *v = dnnl().version();
  snprintf(text, sizeof text, "%d.%d.%d", v->major, v->minor, v->patch);
  return text;
}

const char *lb_onednn_isa(void) {
  for (const auto &set : sets)
    if (set.isa == dnnl().get_effective_cpu_isa()) return set.text;
  return "other";
}

const char *lb_onednn_isa_name(void) {
  for (const auto &set : sets)
    if (set.isa == dnnl().get_effective_cpu_isa()) return set.name;
  return "";
}

bool lb_has_bfloat16(void) {
  dnnl_cpu_isa_t isa = dnnl().get_effective_cpu_isa();
  return isa == dnnl_cpu_isa_avx512_core_bf16 || isa == dnnl_cpu_isa_avx512_core_amx;
}

bool lb_has_matrix_tiles(void) { return dnnl().get_effective_cpu_isa() == dnnl_cpu_isa_avx512_core_amx; }

bool lb_emulates_bfloat16(void) {
  dnnl_cpu_isa_t isa = dnnl().get_effective_cpu_isa();
  return isa == dnnl_cpu_isa_avx512_core || isa == dnnl_cpu_isa_avx512_core_vnni;
}

}  // extern "C"
