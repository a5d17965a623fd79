// Elementwise operations on bfloat16: computed in float32, rounded to nearest, ties to even.
#pragma once
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// y = max(x, 0).
void lb_relu_bf16(const uint16_t *x, uint16_t *y, size_t n);
/// dx = dy where y > 0, else 0.
void lb_relu_mask_bf16(const uint16_t *y, const uint16_t *dy, uint16_t *dx, size_t n);
/// y = y + x.
void lb_accumulate_bf16(const uint16_t *x, uint16_t *y, size_t n);
/// y = a + b.
void lb_add_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n);
/// y = max(a + b, 0).
void lb_add_relu_bf16(const uint16_t *a, const uint16_t *b, uint16_t *y, size_t n);

#pragma clang assume_nonnull end
