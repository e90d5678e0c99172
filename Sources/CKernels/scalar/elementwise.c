// The element-wise kernels written as their definitions, the oracle of the other variants; leaves
// speed out.
#include <math.h>

#define CK_VARIANT scalar
#include "../kernels.h"

static void set_bit(uint8_t *signs, size_t index, bool passes) {
  uint8_t bit = (uint8_t)(1u << (index % 8));
  // The first bit of a byte clears the bits after the last element too.
  if (index % 8 == 0) signs[index / 8] = 0;
  if (passes) signs[index / 8] |= bit;
}

// Comparisons are turned so that NaN fails them and is kept.
void CK_NAME(relu)(const float *input, size_t count, float *output, uint8_t *signs) {
  for (size_t i = 0; i < count; ++i) {
    float x = input[i];
    output[i] = x <= 0 ? 0 : x;
    if (signs) set_bit(signs, i, x > 0);
  }
}

void CK_NAME(relu6)(const float *input, size_t count, float *output, uint8_t *signs) {
  for (size_t i = 0; i < count; ++i) {
    float x = input[i];
    output[i] = x <= 0 ? 0 : x >= 6 ? 6 : x;
    if (signs) set_bit(signs, i, x > 0 && x < 6);
  }
}

void CK_NAME(mask)(const float *gradient, const uint8_t *signs, size_t count, float *output) {
  for (size_t i = 0; i < count; ++i) {
    output[i] = (signs[i / 8] >> (i % 8) & 1) != 0 ? gradient[i] : 0;
  }
}

void CK_NAME(gelu)(const float *input, size_t count, float *output, float *derivative) {
  const double sqrt_half = 0.70710678118654752440, density_at_zero = 0.39894228040143267794;
  for (size_t i = 0; i < count; ++i) {
    double x = input[i];
    double distribution = 0.5 * erfc(-x * sqrt_half);
    double density = density_at_zero * exp(-0.5 * x * x);
    // Infinity times a vanished distribution or density would be NaN.
    output[i] = distribution == 0 ? 0 : (float)(x * distribution);
    if (derivative) derivative[i] = (float)(distribution + (density == 0 ? 0 : x * density));
  }
}

void CK_NAME(pack_slopes)(const float *slopes, size_t count, uint16_t *codes) {
  for (size_t i = 0; i < count; ++i) {
    float code = slopes[i] * CK_SLOPE_SCALE + (CK_SLOPE_ZERO + 0.5f);
    code = code > 0 ? code : 0;
    codes[i] = (uint16_t)(int32_t)(code < 65535 ? code : 65535);
  }
}

void CK_NAME(multiply_slopes)(const float *gradient, const uint16_t *codes, size_t count,
                              float *output) {
  for (size_t i = 0; i < count; ++i) {
    output[i] = gradient[i] * ((float)(codes[i] - CK_SLOPE_ZERO) * (1.0f / CK_SLOPE_SCALE));
  }
}

void CK_NAME(add)(const float *left, const float *right, size_t count, float *output) {
  for (size_t i = 0; i < count; ++i) output[i] = left[i] + right[i];
}

void CK_NAME(multiply)(const float *left, const float *right, size_t count, float *output) {
  for (size_t i = 0; i < count; ++i) output[i] = left[i] * right[i];
}

void CK_NAME(scale_shift)(const float *input, const float *scale, const float *shift, size_t pixels,
                          size_t channels, float *output) {
  for (size_t p = 0; p < pixels; ++p) {
    for (size_t c = 0; c < channels; ++c) {
      float value = input[p * channels + c];
      if (scale) value *= scale[c];
      if (shift) value += shift[c];
      output[p * channels + c] = value;
    }
  }
}

bool CK_NAME(all_finite)(const float *values, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (!isfinite(values[i])) return false;
  }
  return true;
}

void CK_NAME(pack_channels)(const float *source, size_t pixels, size_t channels, size_t first,
                            size_t count, float *packed) {
  for (size_t p = 0; p < pixels; ++p) {
    for (size_t lane = 0; lane < CK_LANES; ++lane) {
      packed[p * CK_LANES + lane] = lane < count ? source[p * channels + first + lane] : 0;
    }
  }
}

void CK_NAME(unpack_channels)(const float *packed, size_t pixels, size_t channels, size_t first,
                              size_t count, float *destination) {
  for (size_t p = 0; p < pixels; ++p) {
    for (size_t lane = 0; lane < count; ++lane) {
      destination[p * channels + first + lane] = packed[p * CK_LANES + lane];
    }
  }
}
