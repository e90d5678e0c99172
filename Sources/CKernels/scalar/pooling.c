// Max pooling of one window written as its definition, the oracle of the other variants.
#define CK_VARIANT scalar
#include "../kernels.h"

void CK_NAME(window_maximum)(const float *const *pixels, const uint8_t *taps, size_t count,
                             size_t channels, float *largest, uint8_t *winners) {
  for (size_t c = 0; c < channels; ++c) {
    float best = -__builtin_inff();
    uint8_t won = 0;
    for (size_t t = 0; t < count; ++t) {
      float value = pixels[t][c];
      if (value > best || value != value) best = value, won = taps[t];
    }
    largest[c] = best;
    if (winners) winners[c] = won;
  }
}

void CK_NAME(window_gradient)(const float *const *gradients, const uint8_t *const *winners,
                              const uint8_t *taps, size_t count, size_t channels, float *sum) {
  for (size_t c = 0; c < channels; ++c) {
    float total = 0;
    for (size_t t = 0; t < count; ++t) total += winners[t][c] == taps[t] ? gradients[t][c] : 0;
    sum[c] = total;
  }
}
