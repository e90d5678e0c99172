// The functions of numbers, pairs and rows written as their definitions, the oracle of the other
// variants; leaves speed out.
#include <math.h>

#define CK_VARIANT scalar
#include "../kernels.h"

typedef struct {
  double value, slope;
} point;

static double logistic(double x) { return 1 / (1 + exp(-x)); }

static double bounded(double x, double low, double high) {
  double y = x < low ? low : x;
  return y > high ? high : y;
}

static point gelu_tanh(double x) {
  const double factor = 0.79788456080286535588;
  double t = tanh(factor * (x + 0.044715 * x * x * x));
  double inner = factor * (1 + 3 * 0.044715 * x * x);
  return (point){0.5 * x * (1 + t), 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * inner};
}

static point mish(double x) {
  double softplus = x > 30 ? x : log1p(exp(x));
  double t = tanh(softplus);
  return (point){x * t, t + x * (1 - t * t) * logistic(x)};
}

// Whether x lies between limits, of which infinite ones are none.
static bool inside(double x, double low, double high) {
  return (x > low || low == -INFINITY) && (x < high || high == INFINITY);
}

// What stops at a limit has no slope there, as in PyTorch.
static point at(ck_function function, double a, double b, double x) {
  double s = logistic(x), t = tanh(x);
  switch (function) {
    case CK_SIGMOID: return (point){s, s * (1 - s)};
    case CK_SILU: return (point){x * s, s * (1 + x * (1 - s))};
    case CK_TANH: return (point){t, 1 - t * t};
    case CK_EXP: return (point){exp(x), exp(x)};
    case CK_ERF: return (point){erf(x), 1.12837916709551257390 * exp(-x * x)};
    case CK_GELU_TANH: return gelu_tanh(x);
    case CK_HARD_SIGMOID:
      return (point){bounded(a * x + b, 0, 1), a * x + b > 0 && a * x + b < 1 ? a : 0};
    case CK_HARD_SWISH:
      return (point){x * bounded(x + 3, 0, 6) / 6, x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5};
    case CK_LEAKY_RELU: return (point){x < 0 ? a * x : x, x > 0 ? 1 : a};
    case CK_CLIP: return (point){bounded(x, a, b), inside(x, a, b) ? 1 : 0};
    case CK_SQRT: return (point){sqrt(x), 0.5 / sqrt(x)};
    case CK_RECIPROCAL: return (point){1 / x, -1 / (x * x)};
    case CK_ABS: return (point){fabs(x), x > 0 ? 1 : x < 0 ? -1 : 0};
    case CK_AFFINE: return (point){a * x + b, a};
    case CK_SQUARE: return (point){x * x, 2 * x};
    // b * (x, or a * (exp(x) - 1) below zero): ELU with b = 1, SELU.
    case CK_ELU: return (point){x > 0 ? b * x : b * a * expm1(x), x > 0 ? b : b * a * exp(x)};
    case CK_SOFTPLUS: return (point){x > 30 ? x : log1p(exp(x)), s};
    case CK_POWER: return (point){pow(x, a), a == 0 ? 0 : a * pow(x, a - 1)};
    case CK_LOG: return (point){log(x), 1 / x};
    case CK_MISH: return mish(x);
    case CK_SOFTSIGN: return (point){x / (1 + fabs(x)), 1 / ((1 + fabs(x)) * (1 + fabs(x)))};
    case CK_SIN: return (point){sin(x), cos(x)};
    case CK_COS: return (point){cos(x), -sin(x)};
    case CK_FLOOR: return (point){floor(x), 0};
    case CK_CEIL: return (point){ceil(x), 0};
    case CK_ROUND: return (point){nearbyint(x), 0};
    case CK_SIGN: return (point){x > 0 ? 1 : x < 0 ? -1 : 0, 0};
  }
  return (point){NAN, NAN};
}

void CK_NAME(unary)(ck_function function, float a, float b, const float *input, size_t count,
                    float *output, float *slope) {
  for (size_t i = 0; i < count; ++i) {
    float x = input[i];
    point result = at(function, a, b, x);
    output[i] = (float)result.value;
    if (slope) slope[i] = (float)result.slope;
  }
}

void CK_NAME(binary)(ck_pairing pairing, const float *left, size_t left_step, const float *right,
                     size_t right_step, size_t count, float *output) {
  for (size_t i = 0; i < count; ++i) {
    float x = left[i * left_step], y = right[i * right_step];
    switch (pairing) {
      case CK_ADD: output[i] = x + y; break;
      case CK_SUBTRACT: output[i] = x - y; break;
      case CK_MULTIPLY: output[i] = x * y; break;
      case CK_DIVIDE: output[i] = x / y; break;
      // NaN wins, as in PyTorch.
      case CK_MAXIMUM: output[i] = x > y || x != x ? x : y; break;
      case CK_MINIMUM: output[i] = x < y || x != x ? x : y; break;
      case CK_POWER_OF: output[i] = powf(x, y); break;
      case CK_REMAINDER: output[i] = fmodf(x, y); break;
      // The share of a gradient that goes to the left: ties are halved, as in PyTorch.
      case CK_GREATER: output[i] = x > y ? 1 : x == y ? 0.5f : 0; break;
    }
  }
}

void CK_NAME(softmax)(const float *input, size_t rows, size_t columns, float *output) {
  for (size_t row = 0; row < rows; ++row, input += columns, output += columns) {
    double most = -INFINITY, sum = 0;
    for (size_t i = 0; i < columns; ++i) most = input[i] > most ? input[i] : most;
    if (most == -INFINITY) most = 0;
    for (size_t i = 0; i < columns; ++i) sum += exp(input[i] - most);
    for (size_t i = 0; i < columns; ++i) output[i] = (float)(exp(input[i] - most) / sum);
  }
}

void CK_NAME(softmax_gradient)(const float *output, const float *gradient, size_t rows,
                               size_t columns, float *result) {
  for (size_t row = 0; row < rows; ++row) {
    size_t begin = row * columns;
    double mean = 0;
    for (size_t i = begin; i < begin + columns; ++i) mean += (double)output[i] * gradient[i];
    for (size_t i = begin; i < begin + columns; ++i) {
      result[i] = (float)(output[i] * (gradient[i] - mean));
    }
  }
}

void CK_NAME(standardize)(const float *input, size_t rows, size_t columns, float epsilon,
                          bool centred, float *output, float *inverse) {
  for (size_t row = 0; row < rows; ++row, input += columns, output += columns) {
    double mean = 0, variance = 0;
    for (size_t i = 0; centred && i < columns; ++i) mean += input[i];
    mean /= (double)columns;
    for (size_t i = 0; i < columns; ++i) variance += (input[i] - mean) * (input[i] - mean);
    double scale = 1 / sqrt(variance / (double)columns + epsilon);
    for (size_t i = 0; i < columns; ++i) output[i] = (float)((input[i] - mean) * scale);
    if (inverse) inverse[row] = (float)scale;
  }
}

void CK_NAME(standardize_gradient)(const float *output, const float *inverse, const float *gradient,
                                   size_t rows, size_t columns, bool centred, float *result) {
  for (size_t row = 0; row < rows; ++row) {
    size_t begin = row * columns;
    double mean = 0, slope = 0;
    for (size_t i = begin; i < begin + columns; ++i) {
      if (centred) mean += gradient[i];
      slope += (double)output[i] * gradient[i];
    }
    mean /= (double)columns;
    slope /= (double)columns;
    for (size_t i = begin; i < begin + columns; ++i) {
      result[i] = (float)((gradient[i] - mean - output[i] * slope) * inverse[row]);
    }
  }
}
