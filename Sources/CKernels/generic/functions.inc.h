// Functions of single numbers, of two broadcast rows, and of whole rows (softmax, standardisation), for
// every vector variant; in plain C that the compiler vectorises. What is rare is left to the scalar
// variant.
#include "../kernels.h"
#include "gelu.inc.h"

// exp(x) without branches: infinite above 88.7, zero below -86.6, NaN stays NaN.
CK_INLINE float ck_exponential(float x) {
  const float log2_e = 1.44269504f, ln2 = 0.693147182f, ln2_rest = -1.90465421e-9f;
  float bounded = x > 88.8f ? 88.8f : x < -87.4f ? -87.4f : x;
  const float magic = 12582912.0f;
  float shifted = ck_fused(bounded, log2_e, magic);
  float doublings = shifted - magic;
  float r = ck_fused(-doublings, ln2, bounded);
  r = ck_fused(-doublings, ln2_rest, r);
  float p = 0.00139508094f;
  p = ck_fused(p, r, 0.00836907327f);
  p = ck_fused(p, r, 0.0416662022f);
  p = ck_fused(p, r, 0.166665167f);
  p = ck_fused(p, r, 0.5f);
  p = ck_fused(p, r, 1.0f);
  p = ck_fused(p, r, 1.0f);
  uint32_t bits, steps;
  __builtin_memcpy(&steps, &shifted, sizeof steps);
  // One doubling less, made up for by the product: 2^128 has no place among the exponents.
  __builtin_memcpy(&bits, &p, sizeof bits);
  bits += (steps - 1) << 23;
  __builtin_memcpy(&p, &bits, sizeof p);
  p = p * 2;
  p = x > 88.72284f ? __builtin_inff() : p;
  p = x < -86.6f ? 0 : p;
  return x == x ? p : x;
}

// 1 / (1 + exp(-x)).
CK_INLINE float ck_logistic(float x) { return 1 / (1 + ck_exponential(-x)); }

// tanh(x): a polynomial near zero (Cephes' tanhf), where the quotient would cancel.
CK_INLINE float ck_hyperbolic_tangent(float x) {
  float a = __builtin_fabsf(x);
  float s = x * x;
  float p = -5.70498872745e-3f;
  p = ck_fused(p, s, 2.06390887954e-2f);
  p = ck_fused(p, s, -5.37397155531e-2f);
  p = ck_fused(p, s, 1.33314422036e-1f);
  p = ck_fused(p, s, -3.33332819422e-1f);
  float near = ck_fused(p * s, x, x);
  float far = 1 - 2 / (ck_exponential(2 * a) + 1);
  far = x < 0 ? -far : far;
  return a < 0.625f ? near : far;
}

#define CK_EACH(value, derivative)       \
  if (slope == NULL) {                   \
    CK_VECTORISE                         \
    for (size_t i = 0; i < count; ++i) { \
      float x = input[i];                \
      output[i] = (value);               \
    }                                    \
  } else {                               \
    CK_VECTORISE                         \
    for (size_t i = 0; i < count; ++i) { \
      float x = input[i];                \
      slope[i] = (derivative);           \
      output[i] = (value);               \
    }                                    \
  }                                      \
  return

CK_INLINE float ck_bounded(float x, float low, float high) {
  float y = x < low ? low : x;
  return y > high ? high : y;
}

// Whether x lies between limits, of which infinite ones are none.
CK_INLINE bool ck_inside(float x, float low, float high) {
  return (x > low || low == -__builtin_inff()) && (x < high || high == __builtin_inff());
}

CK_INLINE float ck_silu_slope(float x) {
  float s = ck_logistic(x);
  return s * (1 + x * (1 - s));
}

// The argument of GELU's approximation by tanh, sqrt(2 / pi) (x + 0.044715 x^3), and its derivative.
CK_INLINE float ck_cubic(float x) { return 0.7978845608f * ck_fused(0.044715f * x * x, x, x); }

CK_INLINE float ck_cubic_slope(float x) {
  float t = ck_hyperbolic_tangent(ck_cubic(x));
  float inner = 0.7978845608f * (1 + 0.134145f * x * x);
  return 0.5f * (1 + t) + 0.5f * x * (1 - t * t) * inner;
}

CK_INLINE float ck_error_function(float x) {
  // erf(x) = 2 Phi(sqrt(2) x) - 1; near zero by its series, where the difference would cancel.
  float z = 1.41421356f * x;
  float s = x * x;
  float p = ck_fused(s, 0.00522397762f, -0.0268661706f);
  p = ck_fused(p, s, 0.112837917f);
  p = ck_fused(p, s, -0.376126389f);
  p = ck_fused(p, s, 1.12837917f);
  float far = 2 * ck_gelu_parts_of(z).distribution - 1;
  return s < 0.09f ? p * x : far;
}

void CK_NAME(unary)(ck_function function, float a, float b, const float *input, size_t count,
                    float *output, float *slope) {
  switch (function) {
    case CK_SIGMOID: CK_EACH(ck_logistic(x), ck_logistic(x) * (1 - ck_logistic(x)));
    case CK_SILU: CK_EACH(x * ck_logistic(x), ck_silu_slope(x));
    case CK_TANH:
      CK_EACH(ck_hyperbolic_tangent(x), 1 - ck_hyperbolic_tangent(x) * ck_hyperbolic_tangent(x));
    case CK_EXP: CK_EACH(ck_exponential(x), ck_exponential(x));
    case CK_ERF: CK_EACH(ck_error_function(x), 1.12837917f * ck_exponential(-x * x));
    case CK_GELU_TANH:
      CK_EACH(0.5f * x * (1 + ck_hyperbolic_tangent(ck_cubic(x))), ck_cubic_slope(x));
    case CK_HARD_SIGMOID:
      CK_EACH(ck_bounded(ck_fused(a, x, b), 0, 1), a * x + b > 0 && a * x + b < 1 ? a : 0);
    case CK_HARD_SWISH:
      CK_EACH(x * (ck_bounded(x + 3, 0, 6) / 6), x <= -3 ? 0 : x >= 3 ? 1 : x * (1.0f / 3) + 0.5f);
    case CK_LEAKY_RELU: CK_EACH(x < 0 ? a * x : x, x > 0 ? 1 : a);
    case CK_CLIP: CK_EACH(ck_bounded(x, a, b), ck_inside(x, a, b) ? 1 : 0);
    case CK_SQRT: CK_EACH(__builtin_sqrtf(x), 0.5f / __builtin_sqrtf(x));
    case CK_RECIPROCAL: CK_EACH(1 / x, -1 / (x * x));
    case CK_ABS: CK_EACH(__builtin_fabsf(x), x > 0 ? 1 : x < 0 ? -1 : 0);
    case CK_AFFINE: CK_EACH(a * x + b, a);
    case CK_SQUARE: CK_EACH(x * x, 2 * x);
    default: ck_unary_scalar(function, a, b, input, count, output, slope);
  }
}

#undef CK_EACH

#define CK_PAIRS(value)                    \
  if (left_step == 1 && right_step == 1) { \
    CK_VECTORISE                           \
    for (size_t i = 0; i < count; ++i) {   \
      float x = left[i], y = right[i];     \
      output[i] = (value);                 \
    }                                      \
  } else if (left_step == 1) {             \
    float y = *right;                      \
    CK_VECTORISE                           \
    for (size_t i = 0; i < count; ++i) {   \
      float x = left[i];                   \
      output[i] = (value);                 \
    }                                      \
  } else {                                 \
    float x = *left;                       \
    CK_VECTORISE                           \
    for (size_t i = 0; i < count; ++i) {   \
      float y = right[i * right_step];     \
      output[i] = (value);                 \
    }                                      \
  }                                        \
  return

void CK_NAME(binary)(ck_pairing pairing, const float *left, size_t left_step, const float *right,
                     size_t right_step, size_t count, float *output) {
  switch (pairing) {
    case CK_ADD: CK_PAIRS(x + y);
    case CK_SUBTRACT: CK_PAIRS(x - y);
    case CK_MULTIPLY: CK_PAIRS(x * y);
    case CK_DIVIDE: CK_PAIRS(x / y);
    default: ck_binary_scalar(pairing, left, left_step, right, right_step, count, output);
  }
}

#undef CK_PAIRS

// Sums in 16 lanes whose order is the same for every vector width.
CK_INLINE float ck_row_sum(const float *row, size_t count) {
  ck_floats lanes = 0;
  size_t i = 0;
  for (; i + CK_GROUP <= count; i += CK_GROUP) {
    ck_floats x;
    __builtin_memcpy(&x, row + i, sizeof x);
    lanes += x;
  }
  float sum = 0;
  for (int lane = 0; lane < CK_GROUP; ++lane) sum += lanes[lane];
  CK_TAIL
  for (; i < count; ++i) sum += row[i];
  return sum;
}

// The sum of left[i] * right[i].
CK_INLINE float ck_row_product(const float *left, const float *right, size_t count) {
  ck_floats lanes = 0;
  size_t i = 0;
  for (; i + CK_GROUP <= count; i += CK_GROUP) {
    ck_floats x, y;
    __builtin_memcpy(&x, left + i, sizeof x);
    __builtin_memcpy(&y, right + i, sizeof y);
    lanes += x * y;
  }
  float sum = 0;
  for (int lane = 0; lane < CK_GROUP; ++lane) sum += lanes[lane];
  CK_TAIL
  for (; i < count; ++i) sum += left[i] * right[i];
  return sum;
}

CK_INLINE float ck_row_maximum(const float *row, size_t count) {
  ck_floats lanes = -__builtin_inff();
  size_t i = 0;
  for (; i + CK_GROUP <= count; i += CK_GROUP) {
    ck_floats x;
    __builtin_memcpy(&x, row + i, sizeof x);
    lanes = x > lanes ? x : lanes;
  }
  float most = -__builtin_inff();
  for (int lane = 0; lane < CK_GROUP; ++lane) most = lanes[lane] > most ? lanes[lane] : most;
  CK_TAIL
  for (; i < count; ++i) most = row[i] > most ? row[i] : most;
  return most;
}

void CK_NAME(softmax)(const float *input, size_t rows, size_t columns, float *output) {
  for (size_t row = 0; row < rows; ++row, input += columns, output += columns) {
    float most = ck_row_maximum(input, columns);
    // A row of nothing but minus infinity has no largest number to subtract.
    if (most == -__builtin_inff()) most = 0;
    CK_VECTORISE
    for (size_t i = 0; i < columns; ++i) output[i] = ck_exponential(input[i] - most);
    float scale = 1 / ck_row_sum(output, columns);
    CK_VECTORISE
    for (size_t i = 0; i < columns; ++i) output[i] *= scale;
  }
}

void CK_NAME(softmax_gradient)(const float *output, const float *gradient, size_t rows,
                               size_t columns, float *result) {
  for (size_t row = 0; row < rows; ++row) {
    float mean = ck_row_product(output, gradient, columns);
    CK_VECTORISE
    for (size_t i = 0; i < columns; ++i) result[i] = output[i] * (gradient[i] - mean);
    output += columns;
    gradient += columns;
    result += columns;
  }
}

void CK_NAME(standardize)(const float *input, size_t rows, size_t columns, float epsilon,
                          bool centred, float *output, float *inverse) {
  float share = 1 / (float)columns;
  for (size_t row = 0; row < rows; ++row, input += columns, output += columns) {
    float mean = centred ? ck_row_sum(input, columns) * share : 0;
    CK_VECTORISE
    for (size_t i = 0; i < columns; ++i) output[i] = input[i] - mean;
    float variance = ck_row_product(output, output, columns) * share;
    float scale = 1 / __builtin_sqrtf(variance + epsilon);
    CK_VECTORISE
    for (size_t i = 0; i < columns; ++i) output[i] *= scale;
    if (inverse) inverse[row] = scale;
  }
}

void CK_NAME(standardize_gradient)(const float *output, const float *inverse, const float *gradient,
                                   size_t rows, size_t columns, bool centred, float *result) {
  float share = 1 / (float)columns;
  for (size_t row = 0; row < rows; ++row) {
    float mean = centred ? ck_row_sum(gradient, columns) * share : 0;
    float slope = ck_row_product(output, gradient, columns) * share;
    float scale = inverse[row];
    CK_VECTORISE
    for (size_t i = 0; i < columns; ++i) {
      result[i] = (gradient[i] - mean - output[i] * slope) * scale;
    }
    output += columns;
    gradient += columns;
    result += columns;
  }
}
