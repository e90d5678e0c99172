// The private list of kernel families and variants, from which the declarations and the dispatch
// tables are made; holds no code.
#ifndef CK_PRIVATE_KERNELS_H
#define CK_PRIVATE_KERNELS_H

#include "CKernels.h"

// clang-format off

// X(variant name, instruction set) for each variant that this binary holds.
#if defined(__x86_64__)
#define CK_VARIANTS(X) \
  X(scalar, CK_ISA_SCALAR) \
  X(avx2, CK_ISA_AVX2) \
  X(avx512, CK_ISA_AVX512)
#elif defined(__aarch64__)
#define CK_VARIANTS(X) \
  X(scalar, CK_ISA_SCALAR) \
  X(neon, CK_ISA_NEON)
#else
#define CK_VARIANTS(X) \
  X(scalar, CK_ISA_SCALAR)
#endif

// X(variant, result, family, parameters, arguments) for each family.
#define CK_FAMILIES(X, variant) \
  X(variant, void, depthwise_forward, \
    (const ck_depthwise *shape, const float *input, const float *weights, const float *bias, \
     float *output), \
    (shape, input, weights, bias, output)) \
  X(variant, void, depthwise_input_gradient, \
    (const ck_depthwise *shape, const float *output_gradient, const float *weights, \
     float *input_gradient), \
    (shape, output_gradient, weights, input_gradient)) \
  X(variant, void, fir_split, \
    (const float *row, const float *other, ptrdiff_t columns, ptrdiff_t first, ck_fir_part part, \
     size_t count, float *result), \
    (row, other, columns, first, part, count, result)) \
  X(variant, void, fir_join, \
    (const float *even, const float *odd, const float *both, size_t columns, const float *bias, \
     bool adds, float *plus, float *minus), \
    (even, odd, both, columns, bias, adds, plus, minus)) \
  X(variant, void, relu, \
    (const float *input, size_t count, float *output, uint8_t *signs), \
    (input, count, output, signs)) \
  X(variant, void, relu6, \
    (const float *input, size_t count, float *output, uint8_t *signs), \
    (input, count, output, signs)) \
  X(variant, void, mask, \
    (const float *gradient, const uint8_t *signs, size_t count, float *output), \
    (gradient, signs, count, output)) \
  X(variant, void, gelu, \
    (const float *input, size_t count, float *output, float *derivative), \
    (input, count, output, derivative)) \
  X(variant, void, pack_slopes, \
    (const float *slopes, size_t count, uint16_t *codes), \
    (slopes, count, codes)) \
  X(variant, void, multiply_slopes, \
    (const float *gradient, const uint16_t *codes, size_t count, float *output), \
    (gradient, codes, count, output)) \
  X(variant, void, add, \
    (const float *left, const float *right, size_t count, float *output), \
    (left, right, count, output)) \
  X(variant, void, multiply, \
    (const float *left, const float *right, size_t count, float *output), \
    (left, right, count, output)) \
  X(variant, void, scale_shift, \
    (const float *input, const float *scale, const float *shift, size_t pixels, \
     size_t channels, float *output), \
    (input, scale, shift, pixels, channels, output)) \
  X(variant, void, unary, \
    (ck_function function, float a, float b, const float *input, size_t count, float *output, \
     float *slope), \
    (function, a, b, input, count, output, slope)) \
  X(variant, void, binary, \
    (ck_pairing pairing, const float *left, size_t left_step, const float *right, \
     size_t right_step, size_t count, float *output), \
    (pairing, left, left_step, right, right_step, count, output)) \
  X(variant, void, softmax, \
    (const float *input, size_t rows, size_t columns, float *output), \
    (input, rows, columns, output)) \
  X(variant, void, softmax_gradient, \
    (const float *output, const float *gradient, size_t rows, size_t columns, float *result), \
    (output, gradient, rows, columns, result)) \
  X(variant, void, standardize, \
    (const float *input, size_t rows, size_t columns, float epsilon, bool centred, \
     float *output, float *inverse), \
    (input, rows, columns, epsilon, centred, output, inverse)) \
  X(variant, void, standardize_gradient, \
    (const float *output, const float *inverse, const float *gradient, size_t rows, \
     size_t columns, bool centred, float *result), \
    (output, inverse, gradient, rows, columns, centred, result)) \
  X(variant, bool, all_finite, \
    (const float *values, size_t count), \
    (values, count)) \
  X(variant, void, pack_channels, \
    (const float *source, size_t pixels, size_t channels, size_t first, size_t count, \
     float *packed), \
    (source, pixels, channels, first, count, packed)) \
  X(variant, void, unpack_channels, \
    (const float *packed, size_t pixels, size_t channels, size_t first, size_t count, \
     float *destination), \
    (packed, pixels, channels, first, count, destination)) \
  X(variant, void, channel_sums, \
    (const float *input, size_t pixels, size_t channels, float *sums), \
    (input, pixels, channels, sums)) \
  X(variant, void, channel_squares, \
    (const float *input, const float *centre, size_t pixels, size_t channels, float *sums), \
    (input, centre, pixels, channels, sums)) \
  X(variant, void, channel_products, \
    (const float *gradient, const float *input, const float *centre, size_t pixels, \
     size_t channels, float *sums, float *products), \
    (gradient, input, centre, pixels, channels, sums, products)) \
  X(variant, void, norm_gradient, \
    (const float *gradient, const float *input, const float *centre, const float *slope, \
     const float *shift, const float *scale, size_t pixels, size_t channels, float *output), \
    (gradient, input, centre, slope, shift, scale, pixels, channels, output)) \
  X(variant, void, window_maximum, \
    (const float *const *pixels, const uint8_t *taps, size_t count, size_t channels, \
     float *largest, uint8_t *winners), \
    (pixels, taps, count, channels, largest, winners)) \
  X(variant, void, window_gradient, \
    (const float *const *gradients, const uint8_t *const *winners, const uint8_t *taps, \
     size_t count, size_t channels, float *sum), \
    (gradients, winners, taps, count, channels, sum)) \
  X(variant, size_t, add_scores, \
    (ck_score score, const float *gradient, size_t pixels, size_t channels, double *sums, \
     double *errors), \
    (score, gradient, pixels, channels, sums, errors)) \
  X(variant, uint64_t, multiply_adds, \
    (size_t rounds, float *sink), \
    (rounds, sink))

// clang-format on

#define CK_DECLARE(variant, result, family, parameters, arguments) \
  result ck_##family##_##variant parameters;
#define CK_DECLARE_ALL(variant, isa) CK_FAMILIES(CK_DECLARE, variant)
CK_VARIANTS(CK_DECLARE_ALL)
#undef CK_DECLARE_ALL
#undef CK_DECLARE

// Sanitised and instrumented builds cannot follow every request to unroll or vectorise; they need
// not.
#pragma clang diagnostic ignored "-Wpass-failed"

// For bodies whose constant arguments must reach the optimiser.
#define CK_INLINE static inline __attribute__((always_inline))

// The name of a kernel in the file of the variant that defines CK_VARIANT.
#define CK_PASTE(family, variant) ck_##family##_##variant
#define CK_PASTE_EXPANDED(family, variant) CK_PASTE(family, variant)
#define CK_NAME(family) CK_PASTE_EXPANDED(family, CK_VARIANT)

#endif
