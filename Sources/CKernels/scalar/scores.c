// Exact sums of pixels' scores written as their definition, the oracle of the other variants.
#define CK_VARIANT scalar
#include "../kernels.h"

static double pixel_score(ck_score score, const float *gradient, size_t channels) {
  double sum = 0;
  for (size_t c = 0; c < channels; ++c) {
    double value = gradient[c];
    if (score == CK_SCORE_POSITIVE) value = value > 0 ? value : 0;
    if (score == CK_SCORE_ABSOLUTE) value = value < 0 ? -value : value;
    sum += value;
  }
  if (score == CK_SCORE_ABSOLUTE || score == CK_SCORE_MEAN_POSITIVE) sum /= (double)channels;
  return score == CK_SCORE_MEAN_POSITIVE && sum < 0 ? 0 : sum;
}

static double two_sum(double a, double b, double *rest) {
  double sum = a + b, part = sum - a;
  *rest = (a - (sum - part)) + (b - part);
  return sum;
}

size_t CK_NAME(add_scores)(ck_score score, const float *gradient, size_t pixels, size_t channels,
                           double *sums, double *errors) {
  for (size_t p = 0; p < pixels; ++p) {
    double carried, rest;
    double value = pixel_score(score, gradient + p * channels, channels);
    double large = two_sum(sums[p], value, &carried);
    double small = two_sum(errors[p], carried, &rest);
    if (rest != 0) return p;
    sums[p] = two_sum(large, small, &errors[p]);
  }
  return pixels;
}
