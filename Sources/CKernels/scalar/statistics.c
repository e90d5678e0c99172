// The sums over pixels and batch normalisation's gradient written as their definitions, the oracle of
// the other variants.
#define CK_VARIANT scalar
#include "../kernels.h"

void CK_NAME(channel_sums)(const float *input, size_t pixels, size_t channels, float *sums) {
  for (size_t c = 0; c < channels; ++c) {
    sums[c] = 0;
    for (size_t p = 0; p < pixels; ++p) sums[c] += input[p * channels + c];
  }
}

void CK_NAME(channel_squares)(const float *input, const float *centre, size_t pixels,
                              size_t channels, float *sums) {
  for (size_t c = 0; c < channels; ++c) {
    sums[c] = 0;
    for (size_t p = 0; p < pixels; ++p) {
      float distance = input[p * channels + c] - centre[c];
      sums[c] += distance * distance;
    }
  }
}

void CK_NAME(channel_products)(const float *gradient, const float *input, const float *centre,
                               size_t pixels, size_t channels, float *sums, float *products) {
  for (size_t c = 0; c < channels; ++c) {
    sums[c] = products[c] = 0;
    for (size_t p = 0; p < pixels; ++p) {
      size_t i = p * channels + c;
      sums[c] += gradient[i];
      products[c] += gradient[i] * (input[i] - centre[c]);
    }
  }
}

void CK_NAME(norm_gradient)(const float *gradient, const float *input, const float *centre,
                            const float *slope, const float *shift, const float *scale,
                            size_t pixels, size_t channels, float *output) {
  for (size_t p = 0; p < pixels; ++p) {
    const float *from = gradient + p * channels, *x = input + p * channels;
    float *to = output + p * channels;
    for (size_t c = 0; c < channels; ++c) {
      to[c] = (from[c] + (x[c] - centre[c]) * slope[c] + shift[c]) * scale[c];
    }
  }
}
