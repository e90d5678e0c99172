// Max pooling of one window, for every vector variant; in plain C that the compiler vectorises.
#include "../kernels.h"

// What is found of so many channels stays in registers while the taps go by.
enum { CK_POOLED = 32 };

CK_INLINE void ck_maximum_block(const float *const *pixels, const uint8_t *taps, size_t count,
                                size_t first, const size_t width, float *largest,
                                uint8_t *winners) {
  float best[CK_POOLED];
  int32_t won[CK_POOLED];
  for (size_t c = 0; c < width; ++c) best[c] = -__builtin_inff(), won[c] = 0;
  for (size_t t = 0; t < count; ++t) {
    const float *pixel = pixels[t] + first;
    const int32_t tap = taps[t];
    CK_VECTORISE
    for (size_t c = 0; c < width; ++c) {
      float value = pixel[c];
      bool wins = (value > best[c]) | (value != value);
      best[c] = wins ? value : best[c];
      won[c] = wins ? tap : won[c];
    }
  }
  for (size_t c = 0; c < width; ++c) largest[first + c] = best[c];
  if (winners == NULL) return;
  CK_VECTORISE
  for (size_t c = 0; c < width; ++c) winners[first + c] = (uint8_t)won[c];
}

void CK_NAME(window_maximum)(const float *const *pixels, const uint8_t *taps, size_t count,
                             size_t channels, float *largest, uint8_t *winners) {
  size_t done = 0;
  for (; done + CK_POOLED <= channels; done += CK_POOLED)
    ck_maximum_block(pixels, taps, count, done, CK_POOLED, largest, winners);
  if (done < channels)
    ck_maximum_block(pixels, taps, count, done, channels - done, largest, winners);
}

CK_INLINE void ck_won_block(const float *const *gradients, const uint8_t *const *winners,
                            const uint8_t *taps, size_t count, size_t first, const size_t width,
                            float *sum) {
  float total[CK_POOLED];
  for (size_t c = 0; c < width; ++c) total[c] = 0;
  for (size_t t = 0; t < count; ++t) {
    const float *gradient = gradients[t] + first;
    const uint8_t *won = winners[t] + first;
    const uint8_t tap = taps[t];
    CK_VECTORISE
    for (size_t c = 0; c < width; ++c) total[c] += won[c] == tap ? gradient[c] : 0;
  }
  for (size_t c = 0; c < width; ++c) sum[first + c] = total[c];
}

void CK_NAME(window_gradient)(const float *const *gradients, const uint8_t *const *winners,
                              const uint8_t *taps, size_t count, size_t channels, float *sum) {
  size_t done = 0;
  for (; done + CK_POOLED <= channels; done += CK_POOLED)
    ck_won_block(gradients, winners, taps, count, done, CK_POOLED, sum);
  if (done < channels) ck_won_block(gradients, winners, taps, count, done, channels - done, sum);
}
