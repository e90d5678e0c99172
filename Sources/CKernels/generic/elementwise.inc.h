// The element-wise kernels of every vector variant, in plain C that the compiler vectorises for the
// target of the including file; GELU's arithmetic is in gelu.inc.h.
#include "../kernels.h"
#include "gelu.inc.h"

// Results may be written in place, element for element, so there is no dependency between
// iterations; a run-time test for overlap would send in-place calls down the scalar path.
#define CK_VECTORISE _Pragma("clang loop vectorize(assume_safety)")
// For the few elements after the last group, where vector code would only be bulk.
#define CK_TAIL _Pragma("clang loop vectorize(disable) unroll(disable)")

enum { CK_GROUP = 16 };
typedef float ck_floats __attribute__((ext_vector_type(CK_GROUP)));
typedef int32_t ck_integers __attribute__((ext_vector_type(CK_GROUP)));
typedef bool ck_bits __attribute__((ext_vector_type(CK_GROUP)));

// Comparisons are turned so that NaN fails them and is kept. Only a `bounded` clamp has a limit:
// infinity passes the other one, its gradient too.
CK_INLINE float ck_clamp(float x, bool bounded, float limit) {
  return x <= 0 ? 0 : bounded && x >= limit ? limit : x;
}

// Clamps whole groups of 16 and writes their 2 bytes of signs; returns how many elements that were.
CK_INLINE size_t ck_clamp_groups(const float *input, size_t count, bool bounded, float limit,
                                 float *output, uint8_t *signs) {
  const ck_floats zero = 0, top = limit;
  size_t i = 0;
  for (; i + CK_GROUP <= count; i += CK_GROUP) {
    ck_floats x;
    __builtin_memcpy(&x, input + i, sizeof x);
    ck_integers passes = x > zero;
    if (bounded) passes &= x < top;
    ck_bits bits = __builtin_convertvector(passes, ck_bits);
    x = x <= zero ? zero : x;
    if (bounded) x = x >= top ? top : x;
    __builtin_memcpy(output + i, &x, sizeof x);
    __builtin_memcpy(signs + i / 8, &bits, CK_GROUP / 8);
  }
  return i;
}

CK_INLINE void ck_clamp_all(const float *input, size_t count, bool bounded, float limit,
                            float *output, uint8_t *signs) {
  if (signs == NULL) {
    CK_VECTORISE
    for (size_t i = 0; i < count; ++i) output[i] = ck_clamp(input[i], bounded, limit);
    return;
  }
  size_t i = ck_clamp_groups(input, count, bounded, limit, output, signs);
  while (i < count) {
    unsigned byte = 0;
    size_t end = i + 8 < count ? i + 8 : count;
    uint8_t *destination = signs + i / 8;
    CK_TAIL
    for (unsigned bit = 0; i < end; ++i, ++bit) {
      float x = input[i];
      byte |= (unsigned)(x > 0 && (!bounded || x < limit)) << bit;
      output[i] = ck_clamp(x, bounded, limit);
    }
    *destination = (uint8_t)byte;
  }
}

void CK_NAME(relu)(const float *input, size_t count, float *output, uint8_t *signs) {
  ck_clamp_all(input, count, false, 0, output, signs);
}

void CK_NAME(relu6)(const float *input, size_t count, float *output, uint8_t *signs) {
  ck_clamp_all(input, count, true, 6, output, signs);
}

void CK_NAME(mask)(const float *gradient, const uint8_t *signs, size_t count, float *output) {
  size_t i = 0;
  for (; i + CK_GROUP <= count; i += CK_GROUP) {
    ck_floats x;
    ck_bits bits;
    __builtin_memcpy(&x, gradient + i, sizeof x);
    __builtin_memcpy(&bits, signs + i / 8, CK_GROUP / 8);
    x = __builtin_convertvector(bits, ck_integers) != 0 ? x : (ck_floats)0;
    __builtin_memcpy(output + i, &x, sizeof x);
  }
  CK_TAIL
  for (; i < count; ++i) output[i] = (signs[i / 8] >> (i % 8) & 1) != 0 ? gradient[i] : 0;
}

void CK_NAME(gelu)(const float *input, size_t count, float *output, float *derivative) {
  if (derivative == NULL) {
    CK_VECTORISE
    for (size_t i = 0; i < count; ++i) {
      output[i] = ck_gelu_value(input[i], ck_gelu_parts_of(input[i]));
    }
    return;
  }
  CK_VECTORISE
  for (size_t i = 0; i < count; ++i) {
    float x = input[i];
    ck_gelu_parts parts = ck_gelu_parts_of(x);
    output[i] = ck_gelu_value(x, parts);
    derivative[i] = ck_gelu_slope(parts);
  }
}

void CK_NAME(pack_slopes)(const float *slopes, size_t count, uint16_t *codes) {
  CK_VECTORISE
  for (size_t i = 0; i < count; ++i) {
    float code = slopes[i] * CK_SLOPE_SCALE + (CK_SLOPE_ZERO + 0.5f);
    code = code > 0 ? code : 0;
    codes[i] = (uint16_t)(int32_t)(code < 65535 ? code : 65535);
  }
}

void CK_NAME(multiply_slopes)(const float *gradient, const uint16_t *codes, size_t count,
                              float *output) {
  CK_VECTORISE
  for (size_t i = 0; i < count; ++i) {
    output[i] = gradient[i] * ((float)(codes[i] - CK_SLOPE_ZERO) * (1.0f / CK_SLOPE_SCALE));
  }
}

void CK_NAME(add)(const float *left, const float *right, size_t count, float *output) {
  CK_VECTORISE
  for (size_t i = 0; i < count; ++i) output[i] = left[i] + right[i];
}

void CK_NAME(multiply)(const float *left, const float *right, size_t count, float *output) {
  CK_VECTORISE
  for (size_t i = 0; i < count; ++i) output[i] = left[i] * right[i];
}

// One pixel; product and sum round separately, as in every other variant.
CK_INLINE void ck_scale_shift_pixel(const float *input, const float *scale, const float *shift,
                                    size_t channels, float *output) {
  CK_VECTORISE
  for (size_t c = 0; c < channels; ++c) {
    float value = scale ? input[c] * scale[c] : input[c];
    output[c] = shift ? value + shift[c] : value;
  }
}

void CK_NAME(scale_shift)(const float *input, const float *scale, const float *shift, size_t pixels,
                          size_t channels, float *output) {
  for (size_t p = 0; p < pixels; ++p) {
    const float *from = input + p * channels;
    float *to = output + p * channels;
    if (scale && shift) {
      ck_scale_shift_pixel(from, scale, shift, channels, to);
    } else if (scale) {
      ck_scale_shift_pixel(from, scale, NULL, channels, to);
    } else if (shift) {
      ck_scale_shift_pixel(from, NULL, shift, channels, to);
    } else {
      ck_scale_shift_pixel(from, NULL, NULL, channels, to);
    }
  }
}

bool CK_NAME(all_finite)(const float *values, size_t count) {
  const uint32_t exponent = 0x7f800000;
  // Slices small enough to stop early, long enough to hide the reduction at their ends.
  enum { SLICE = 4096 };
  for (size_t begin = 0; begin < count; begin += SLICE) {
    size_t end = count - begin < SLICE ? count : begin + SLICE;
    uint32_t found = 0;
    for (size_t i = begin; i < end; ++i) {
      uint32_t bits;
      __builtin_memcpy(&bits, values + i, sizeof bits);
      found |= (bits & exponent) == exponent;
    }
    if (found != 0) return false;
  }
  return true;
}

void CK_NAME(pack_channels)(const float *source, size_t pixels, size_t channels, size_t first,
                            size_t count, float *packed) {
  source += first;
  for (size_t p = 0; p < pixels; ++p, source += channels, packed += CK_LANES) {
    if (count == CK_LANES) {
      __builtin_memcpy(packed, source, CK_LANES * sizeof *packed);
    } else {
      CK_TAIL
      for (size_t lane = 0; lane < CK_LANES; ++lane) packed[lane] = lane < count ? source[lane] : 0;
    }
  }
}

void CK_NAME(unpack_channels)(const float *packed, size_t pixels, size_t channels, size_t first,
                              size_t count, float *destination) {
  destination += first;
  for (size_t p = 0; p < pixels; ++p, packed += CK_LANES, destination += channels) {
    if (count == CK_LANES) {
      __builtin_memcpy(destination, packed, CK_LANES * sizeof *packed);
    } else {
      CK_TAIL
      for (size_t lane = 0; lane < count; ++lane) destination[lane] = packed[lane];
    }
  }
}
