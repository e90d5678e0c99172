// Sums over the pixels of a channels-last map, a channel at a time, and the element-wise part of batch
// normalisation's gradient, for every vector variant; in plain C that the compiler vectorises.
#include "../kernels.h"

// Pixels are summed in groups, and the groups' sums again: rounding errors stay those of short sums.
enum { CK_COLUMNS = 64, CK_GROUPED = 32 };

// Blocks of 64 channels keep their sums in registers; the rest is short.
CK_INLINE void ck_sums_block(const float *input, const float *centre, size_t pixels,
                             size_t channels, const size_t width, float *sums, const bool squares) {
  float total[CK_COLUMNS] = {0}, middle[CK_COLUMNS] = {0};
  for (size_t c = 0; c < width; ++c) middle[c] = squares ? centre[c] : 0;
  for (size_t begin = 0; begin < pixels; begin += CK_GROUPED) {
    size_t end = pixels - begin < CK_GROUPED ? pixels : begin + CK_GROUPED;
    float partial[CK_COLUMNS] = {0};
    for (size_t p = begin; p < end; ++p, input += channels) {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < width; ++c) {
        float x = input[c] - middle[c];
        partial[c] += squares ? x * x : x;
      }
    }
    for (size_t c = 0; c < width; ++c) total[c] += partial[c];
  }
  for (size_t c = 0; c < width; ++c) sums[c] = total[c];
}

CK_INLINE void ck_products_block(const float *gradient, const float *input, const float *centre,
                                 size_t pixels, size_t channels, const size_t width, float *sums,
                                 float *products) {
  float totals[2][CK_COLUMNS] = {{0}}, middle[CK_COLUMNS] = {0};
  for (size_t c = 0; c < width; ++c) middle[c] = centre[c];
  for (size_t begin = 0; begin < pixels; begin += CK_GROUPED) {
    size_t end = pixels - begin < CK_GROUPED ? pixels : begin + CK_GROUPED;
    float sum[CK_COLUMNS] = {0}, product[CK_COLUMNS] = {0};
    for (size_t p = begin; p < end; ++p, input += channels, gradient += channels) {
#pragma clang loop vectorize(assume_safety)
      for (size_t c = 0; c < width; ++c) {
        sum[c] += gradient[c];
        product[c] += gradient[c] * (input[c] - middle[c]);
      }
    }
    for (size_t c = 0; c < width; ++c) {
      totals[0][c] += sum[c];
      totals[1][c] += product[c];
    }
  }
  for (size_t c = 0; c < width; ++c) {
    sums[c] = totals[0][c];
    products[c] = totals[1][c];
  }
}

// The next block of channels: a constant width where there are enough for one.
#define CK_BY_BLOCKS(channels, CALL)                   \
  for (size_t first = 0, left = channels; left > 0;) { \
    size_t taken;                                      \
    if (left >= 64) {                                  \
      enum { WIDTH = 64 };                             \
      CALL(WIDTH);                                     \
      taken = 64;                                      \
    } else if (left >= 32) {                           \
      enum { WIDTH = 32 };                             \
      CALL(WIDTH);                                     \
      taken = 32;                                      \
    } else if (left >= 16) {                           \
      enum { WIDTH = 16 };                             \
      CALL(WIDTH);                                     \
      taken = 16;                                      \
    } else {                                           \
      const size_t WIDTH = left;                       \
      CALL(WIDTH);                                     \
      taken = left;                                    \
    }                                                  \
    first += taken;                                    \
    left -= taken;                                     \
  }

void CK_NAME(channel_sums)(const float *input, size_t pixels, size_t channels, float *sums) {
#define CK_CALL(width) \
  ck_sums_block(input + first, NULL, pixels, channels, width, sums + first, false)
  CK_BY_BLOCKS(channels, CK_CALL)
#undef CK_CALL
}

void CK_NAME(channel_squares)(const float *input, const float *centre, size_t pixels,
                              size_t channels, float *sums) {
#define CK_CALL(width) \
  ck_sums_block(input + first, centre + first, pixels, channels, width, sums + first, true)
  CK_BY_BLOCKS(channels, CK_CALL)
#undef CK_CALL
}

void CK_NAME(channel_products)(const float *gradient, const float *input, const float *centre,
                               size_t pixels, size_t channels, float *sums, float *products) {
#define CK_CALL(width)                                                                        \
  ck_products_block(gradient + first, input + first, centre + first, pixels, channels, width, \
                    sums + first, products + first)
  CK_BY_BLOCKS(channels, CK_CALL)
#undef CK_CALL
}

void CK_NAME(norm_gradient)(const float *gradient, const float *input, const float *centre,
                            const float *slope, const float *shift, const float *scale,
                            size_t pixels, size_t channels, float *output) {
  for (size_t p = 0; p < pixels; ++p) {
    const float *from = gradient + p * channels, *x = input + p * channels;
    float *to = output + p * channels;
#pragma clang loop vectorize(assume_safety)
    for (size_t c = 0; c < channels; ++c) {
      to[c] = (from[c] + (x[c] - centre[c]) * slope[c] + shift[c]) * scale[c];
    }
  }
}
