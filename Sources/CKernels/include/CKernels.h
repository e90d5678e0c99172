// The whole C surface of the kernels: pure functions over pointers and sizes.
//
// Nothing here allocates, starts threads or keeps state between calls (the chosen instruction set
// aside). Unless a function says otherwise, pointers need no alignment, must not overlap unless
// they are equal, and counts may be zero.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---------------------------------------------------------------- instruction sets

typedef enum {
  CK_ISA_SCALAR = 0,
  CK_ISA_AVX2 = 1,    // with FMA
  CK_ISA_AVX512 = 2,  // F, BW, DQ, VL
  CK_ISA_NEON = 3,
} ck_isa;

enum { CK_ISA_COUNT = 4 };

// Whether this binary holds the variant and this processor can run it.
bool ck_isa_supported(ck_isa isa);
// The widest supported instruction set; asks the processor once.
ck_isa ck_isa_best(void);
// The instruction set that the dispatching functions below use now.
ck_isa ck_isa_selected(void);
// Makes the dispatching functions use `isa`; false, and no change, where it is not supported.
bool ck_select(ck_isa isa);
const char *ck_isa_name(ck_isa isa);

// ---------------------------------------------------------------- depth-wise convolution

// Channels are processed in blocks of 16. A block of an image is packed into a contiguous plane
// [row][column][16] first, because the column stride of a channels-last image is often a power of
// two and would thrash the first-level cache.
enum { CK_LANES = 16 };

// Copies `count` (1...16) channels from `first` on out of `pixels` pixels of `channels` floats into
// packed planes [pixel][16]; lanes past `count` become zero.
void ck_pack_channels(const float *source, size_t pixels, size_t channels, size_t first,
                      size_t count, float *packed);
// The inverse of ck_pack_channels; other channels of `destination` stay as they are.
void ck_unpack_channels(const float *packed, size_t pixels, size_t channels, size_t first,
                        size_t count, float *destination);

// Geometry of one depth-wise convolution over one block of channels. Output pixel (y, x) reads input
// pixels (y * stride + ky * dilation - pad_top, x * stride + kx * dilation - pad_left); whatever
// lies outside the plane counts as zero, and taps that only meet such positions cost nothing. Sizes
// may be zero; kernel sides, stride and dilation are at least 1 and pads at least 0.
typedef struct {
  int32_t input_height, input_width;
  int32_t output_height, output_width;
  int32_t kernel_height, kernel_width;
  int32_t stride, dilation;
  int32_t pad_top, pad_left;
  // Floats from one pixel to the next: CK_LANES in packed planes, the channels of a map where one block
  // of them is computed in place.
  int32_t input_step, output_step;
} ck_depthwise;

// The convolution of one packed plane.
//   input   (input_height, input_width, 16)
//   weights (kernel_height, kernel_width, 16)
//   bias    (16) or NULL
//   output  (output_height, output_width, 16)
// A row comes out the same, to the bit, in a plane of fewer rows, but not the same in each instruction
// set. The planes must not overlap.
void ck_depthwise_forward(const ck_depthwise *shape, const float *input, const float *weights,
                          const float *bias, float *output);

// The gradient with respect to the input of one packed plane.
//   output_gradient (output_height, output_width, 16)
//   weights         (kernel_height, kernel_width, 16), as for the forward pass
//   input_gradient  (input_height, input_width, 16)
void ck_depthwise_input_gradient(const ck_depthwise *shape, const float *output_gradient,
                                 const float *weights, float *input_gradient);

// ---------------------------------------------------------------- fast FIR filters

// A filter of K taps over pixels x[n], y[n] = sum over k of h[k] x[n + k], splits into three of about
// K / 2 taps over half as many pixels: with h0[j] = h[2 j], h1[j] = h[2 j + 1], x0[m] = x[2 m] and
// x1[m] = x[2 m - 1],
//     even[m] = (h0 * x0)[m],  odd[m] = (h1 * x1)[m],  both[m] = ((h0 + h1) * (x0 + x1))[m],
//     y[2 m] = even[m] + odd[m + 1],  y[2 m - 1] = both[m] - even[m] - odd[m]:
// three products where the definition has four, along rows as along columns, at the price of a few
// additions a pixel. (The two-parallel fast FIR algorithm, turned to the correlation that neural
// networks call convolution.)
typedef enum { CK_FIR_EVEN, CK_FIR_ODD, CK_FIR_BOTH } ck_fir_part;

// result[i] = x0, x1 or x0 + x1 of a row of `columns` pixels of 16 lanes, where x0[i] is the pixel at
// column first + 2 i and x1[i] the one before it; zero outside. With `other`, of the sum of two rows.
// `row` may be NULL: zeros.
void ck_fir_split(const float *row, const float *other, ptrdiff_t columns, ptrdiff_t first,
                  ck_fir_part part, size_t count, float *result);

// The `columns` pixels y of a row: `even` from m = 0 on, columns / 2 + 1 of them; `odd` and `both` from
// m = 1 on, (columns + 1) / 2 and columns / 2 of them. Where `adds`, plus += y and minus -= y, else
// plus = bias + y and minus = bias - y; bias (16), plus and minus may be NULL.
void ck_fir_join(const float *even, const float *odd, const float *both, size_t columns,
                 const float *bias, bool adds, float *plus, float *minus);

// ---------------------------------------------------------------- element-wise

// Bit i of `signs` (least significant bit first within each byte) tells whether element i passes
// its gradient. `signs` holds (count + 7) / 8 bytes and may be NULL where no gradient is wanted.

// output = max(input, 0), with bit = input > 0. NaN stays NaN. input may equal output.
void ck_relu(const float *input, size_t count, float *output, uint8_t *signs);
// output = min(max(input, 0), 6), with bit = 0 < input < 6. NaN stays NaN. input may equal output.
void ck_relu6(const float *input, size_t count, float *output, uint8_t *signs);
// output = bit ? gradient : 0. gradient may equal output.
void ck_mask(const float *gradient, const uint8_t *signs, size_t count, float *output);

// output = x * Phi(x) with the exact (erf) normal distribution, and, unless NULL,
// derivative = Phi(x) + x * phi(x). Largest error 2e-7 relative to max(1, |x|), 5e-7 in the
// derivative. NaN stays NaN; infinity gives infinity and 1, minus infinity 0 and 0.
// input may equal output or derivative.
void ck_gelu(const float *input, size_t count, float *output, float *derivative);

// GELU's derivative lies between -0.1290 and 1.1290, so that 16 bits hold it to 1e-5: code / 52000 -
// 0.13, in which 0 and 1 are exact. A float of 16 bits would be 25 times coarser.
enum { CK_SLOPE_SCALE = 52000, CK_SLOPE_ZERO = 6760 };
// codes = slopes in this form, rounded to nearest; what lies outside (NaN too) is cut to the ends.
void ck_pack_slopes(const float *slopes, size_t count, uint16_t *codes);
// output[i] = gradient[i] * the slope that codes[i] stands for; gradient may equal output.
void ck_multiply_slopes(const float *gradient, const uint16_t *codes, size_t count, float *output);

// output[i] = left[i] + right[i]; may be in place.
void ck_add(const float *left, const float *right, size_t count, float *output);
// output[i] = left[i] * right[i]; may be in place.
void ck_multiply(const float *left, const float *right, size_t count, float *output);
// output[p][c] = input[p][c] * scale[c] + shift[c] over (pixels, channels); scale or shift may be
// NULL (1, 0); may be in place.
void ck_scale_shift(const float *input, const float *scale, const float *shift, size_t pixels,
                    size_t channels, float *output);

// ---------------------------------------------------------------- functions of numbers, pairs, rows

// A function of one number x, with up to two settings a and b.
typedef enum {
  CK_SIGMOID,
  CK_SILU,
  CK_TANH,
  CK_EXP,
  CK_ERF,
  CK_GELU_TANH,
  CK_HARD_SIGMOID,  // a * x + b between 0 and 1
  CK_HARD_SWISH,
  CK_LEAKY_RELU,  // a * x below zero
  CK_CLIP,        // between a and b
  CK_SQRT,
  CK_RECIPROCAL,
  CK_ABS,
  CK_AFFINE,  // a * x + b
  CK_SQUARE,
  CK_ELU,  // b * (x, or a * (exp(x) - 1) below zero)
  CK_SOFTPLUS,
  CK_POWER,  // x to the power a
  CK_LOG,
  CK_MISH,
  CK_SOFTSIGN,
  CK_SIN,
  CK_COS,
  CK_FLOOR,
  CK_CEIL,
  CK_ROUND,  // to the nearest integer, ties to even
  CK_SIGN,
} ck_function;

// output[i] = function(input[i]) and, unless slope is NULL, slope[i] = its derivative; may be in place.
void ck_unary(ck_function function, float a, float b, const float *input, size_t count,
              float *output, float *slope);

// A function of two numbers.
typedef enum {
  CK_ADD,
  CK_SUBTRACT,
  CK_MULTIPLY,
  CK_DIVIDE,
  CK_MAXIMUM,
  CK_MINIMUM,
  CK_POWER_OF,
  CK_REMAINDER,  // with the sign of the left number
  CK_GREATER,    // 1, 0.5 where equal, 0
} ck_pairing;

// output[i] = pairing(left[i * left_step], right[i * right_step]); steps are 0 or 1; may be in place.
void ck_binary(ck_pairing pairing, const float *left, size_t left_step, const float *right,
               size_t right_step, size_t count, float *output);

// Each row's exponentials over their sum; may be in place.
void ck_softmax(const float *input, size_t rows, size_t columns, float *output);
// result = output * (gradient - <output, gradient>) a row; result may equal gradient.
void ck_softmax_gradient(const float *output, const float *gradient, size_t rows, size_t columns,
                         float *result);
// Each row minus its mean (unless not `centred`) over the root of its mean square plus epsilon; that
// factor goes to `inverse` unless it is NULL. May be in place.
void ck_standardize(const float *input, size_t rows, size_t columns, float epsilon, bool centred,
                    float *output, float *inverse);
// The gradient through ck_standardize from what it put out; result may equal gradient.
void ck_standardize_gradient(const float *output, const float *inverse, const float *gradient,
                             size_t rows, size_t columns, bool centred, float *result);

// ---------------------------------------------------------------- checks
// Whether every element is finite.
bool ck_all_finite(const float *values, size_t count);

// ---------------------------------------------------------------- sums over pixels, for training

// Over a map (pixels, channels), one result a channel, summed in float32 pixel by pixel: callers cut
// long maps and add up the parts in double precision.

// sums[c] = sum over p of input[p][c].
void ck_channel_sums(const float *input, size_t pixels, size_t channels, float *sums);
// sums[c] = sum over p of (input[p][c] - centre[c])^2.
void ck_channel_squares(const float *input, const float *centre, size_t pixels, size_t channels,
                        float *sums);
// sums[c] = sum over p of gradient[p][c];
// products[c] = sum over p of gradient[p][c] * (input[p][c] - centre[c]).
void ck_channel_products(const float *gradient, const float *input, const float *centre,
                         size_t pixels, size_t channels, float *sums, float *products);
// output[p][c] = (gradient[p][c] + (input[p][c] - centre[c]) * slope[c] + shift[c]) * scale[c]: the
// gradient through a batch normalisation. output may equal gradient.
void ck_norm_gradient(const float *gradient, const float *input, const float *centre,
                      const float *slope, const float *shift, const float *scale, size_t pixels,
                      size_t channels, float *output);

// ---------------------------------------------------------------- max pooling

// The largest of `count` pixels by channel, and where `winners` is not NULL the tap that it came from:
// the first of equal ones wins, and NaN over all. No pixel: minus infinity, and tap 0.
void ck_window_maximum(const float *const *pixels, const uint8_t *taps, size_t count,
                       size_t channels, float *largest, uint8_t *winners);
// The gradient of a pixel that `count` windows look at: the sum, by channel, of the gradients of those
// whose winner it is, taps[i] being its place in window i.
void ck_window_gradient(const float *const *gradients, const uint8_t *const *winners,
                        const uint8_t *taps, size_t count, size_t channels, float *sum);

// ---------------------------------------------------------------- contribution scores

// How the gradients of a pixel's channels become its score: what is positive of them summed; the mean
// of their absolute values; their sum; what is positive of their mean.
typedef enum {
  CK_SCORE_POSITIVE = 0,
  CK_SCORE_ABSOLUTE = 1,
  CK_SCORE_SUM = 2,
  CK_SCORE_MEAN_POSITIVE = 3,
} ck_score;

// Adds the score of each pixel of gradient (pixels, channels) to sums[p] + errors[p], which hold it
// exactly: the nearest double, and the nearest double to what that leaves out. Returns how many pixels
// it did, from the first on: fewer than all where one needs more than two doubles, or where the last
// ones are too few for a block of the variant. The others are as they were.
size_t ck_add_scores(ck_score score, const float *gradient, size_t pixels, size_t channels,
                     double *sums, double *errors);

// ---------------------------------------------------------------- the processor's limit

// Independent chains of multiply-adds in registers alone, `rounds` times over: what the processor can
// do at most. Returns the number of multiply-adds and stores a number that depends on all of them.
uint64_t ck_multiply_adds(size_t rounds, float *sink);

// ---------------------------------------------------------------- per-variant tables

// One entry for each (family, variant) pair, so that tests and benchmarks can visit every variant
// without going through the dispatch.
typedef struct {
  ck_isa isa;
  void (*depthwise_forward)(const ck_depthwise *, const float *, const float *, const float *,
                            float *);
  void (*depthwise_input_gradient)(const ck_depthwise *, const float *, const float *, float *);
  void (*fir_split)(const float *, const float *, ptrdiff_t, ptrdiff_t, ck_fir_part, size_t,
                    float *);
  void (*fir_join)(const float *, const float *, const float *, size_t, const float *, bool,
                   float *, float *);
  void (*relu)(const float *, size_t, float *, uint8_t *);
  void (*relu6)(const float *, size_t, float *, uint8_t *);
  void (*mask)(const float *, const uint8_t *, size_t, float *);
  void (*gelu)(const float *, size_t, float *, float *);
  void (*pack_slopes)(const float *, size_t, uint16_t *);
  void (*multiply_slopes)(const float *, const uint16_t *, size_t, float *);
  void (*add)(const float *, const float *, size_t, float *);
  void (*multiply)(const float *, const float *, size_t, float *);
  void (*scale_shift)(const float *, const float *, const float *, size_t, size_t, float *);
  void (*unary)(ck_function, float, float, const float *, size_t, float *, float *);
  void (*binary)(ck_pairing, const float *, size_t, const float *, size_t, size_t, float *);
  void (*softmax)(const float *, size_t, size_t, float *);
  void (*softmax_gradient)(const float *, const float *, size_t, size_t, float *);
  void (*standardize)(const float *, size_t, size_t, float, bool, float *, float *);
  void (*standardize_gradient)(const float *, const float *, const float *, size_t, size_t, bool,
                               float *);
  bool (*all_finite)(const float *, size_t);
  void (*pack_channels)(const float *, size_t, size_t, size_t, size_t, float *);
  void (*unpack_channels)(const float *, size_t, size_t, size_t, size_t, float *);
  void (*channel_sums)(const float *, size_t, size_t, float *);
  void (*channel_squares)(const float *, const float *, size_t, size_t, float *);
  void (*channel_products)(const float *, const float *, const float *, size_t, size_t, float *,
                           float *);
  void (*norm_gradient)(const float *, const float *, const float *, const float *, const float *,
                        const float *, size_t, size_t, float *);
  void (*window_maximum)(const float *const *, const uint8_t *, size_t, size_t, float *, uint8_t *);
  void (*window_gradient)(const float *const *, const uint8_t *const *, const uint8_t *, size_t,
                          size_t, float *);
  size_t (*add_scores)(ck_score, const float *, size_t, size_t, double *, double *);
  uint64_t (*multiply_adds)(size_t, float *);
} ck_variant;

// The kernels of one instruction set; NULL where the binary or the processor lacks it.
const ck_variant *ck_variant_for(ck_isa isa);

// ---------------------------------------------------------------- waiting

// Tells the processor that the calling thread looks out for what another one does.
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
