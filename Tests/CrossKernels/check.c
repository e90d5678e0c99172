// Every variant of the kernels that runs here against the scalar one, and hashes of the bytes of those
// kernels whose results are the same in every instruction set. A program of its own, so that it can be
// built for another processor and run under an emulator: `make test-arm64`.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

enum { LARGEST = 40000 };

static uint64_t checks, mismatches;
static uint64_t state = 1;

// Numbers of -1 to 1, the same on every machine.
static float number(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return (float)(int32_t)(state >> 40) / (float)(1 << 23) - 1;
}

static void fill(float *values, size_t count, uint64_t seed) {
  state = seed * 0x9E3779B97F4A7C15u + 1;
  for (size_t i = 0; i < count; i++) values[i] = number();
}

static uint64_t fnv(uint64_t hash, const void *bytes, size_t count) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < count; i++) hash = (hash ^ byte[i]) * 0x100000001B3u;
  return hash;
}

static const uint64_t fnv_start = 0xCBF29CE484222325u;

static void compare(const char *name, const char *isa, const float *found, const float *expected,
                    size_t count, float tolerance) {
  for (size_t i = 0; i < count; i++) {
    checks++;
    const int is_same = memcmp(found + i, expected + i, sizeof *found) == 0 ||
                        (isnan(found[i]) && isnan(expected[i])) ||
                        fabsf(found[i] - expected[i]) <= tolerance * fmaxf(1, fabsf(expected[i]));
    if (!is_same && mismatches++ < 20)
      printf("%s %s: [%zu] is %.9g, scalar %.9g\n", isa, name, i, found[i], expected[i]);
  }
}

// Buffers with room for vectors that read or write too far: what lies behind has to stay.
static float a[LARGEST], b[LARGEST], c[LARGEST], d[LARGEST], e[LARGEST], f[LARGEST];
static float x[LARGEST], y[LARGEST], z[LARGEST], w[LARGEST];
static uint8_t bits_x[LARGEST], bits_y[LARGEST];
static uint16_t codes_x[LARGEST], codes_y[LARGEST];

static void expect(const char *name, const char *isa, int is_true) {
  checks++;
  if (!is_true && mismatches++ < 20) printf("%s %s: differs\n", isa, name);
}

static const size_t counts[] = {0,  1,  2,  3,  4,  5,  7,  8,   9,   15,  16,  17,  31,
                                32, 33, 47, 63, 64, 65, 66, 100, 127, 128, 129, 1000};
enum { COUNTS = sizeof counts / sizeof *counts };

static uint64_t hash_relu, hash_mask, hash_sums, hash_shift, hash_pack, hash_norm, hash_scores,
    hash_pool;

static void elementwise(const ck_variant *v, const ck_variant *s, const char *isa) {
  hash_relu = hash_mask = hash_sums = hash_shift = hash_pack = fnv_start;
  for (size_t k = 0; k < COUNTS; k++) {
    const size_t n = counts[k];
    fill(a, n, 3 + k);
    fill(b, n, 103 + k);
    for (size_t i = 0; i < n; i++) a[i] *= 8;
    if (n > 5) a[n / 2] = NAN, a[n / 3] = INFINITY, a[n / 4] = -INFINITY, a[n / 5] = -0.0f;
    const size_t bytes = (n + 7) / 8;
    for (int six = 0; six < 2; six++) {
      memset(bits_x, 0, sizeof bits_x), memset(bits_y, 0, sizeof bits_y);
      x[n] = y[n] = 77;
      (six ? v->relu6 : v->relu)(a, n, x, bits_x);
      (six ? s->relu6 : s->relu)(a, n, y, bits_y);
      compare("relu", isa, x, y, n + 1, 0);
      expect("signs", isa, memcmp(bits_x, bits_y, bytes) == 0);
      hash_relu = fnv(hash_relu, bits_x, bytes);
      for (size_t i = 0; i < n; i++)
        if (!isnan(x[i])) hash_relu = fnv(hash_relu, x + i, sizeof *x);
    }
    x[n] = y[n] = 77;
    v->mask(b, bits_y, n, x), s->mask(b, bits_y, n, y);
    compare("mask", isa, x, y, n + 1, 0);
    hash_mask = fnv(hash_mask, x, n * sizeof *x);
    fill(a, n, 7 + k);
    v->add(a, b, n, x), s->add(a, b, n, y);
    compare("add", isa, x, y, n, 0);
    hash_sums = fnv(hash_sums, x, n * sizeof *x);
    v->multiply(a, b, n, x), s->multiply(a, b, n, y);
    compare("multiply", isa, x, y, n, 0);
    hash_sums = fnv(hash_sums, x, n * sizeof *x);
    expect("finite", isa, v->all_finite(a, n) && s->all_finite(a, n));
    if (n > 0) {
      a[n - 1] = NAN;
      expect("not finite", isa, !v->all_finite(a, n));
    }
    for (size_t i = 0; i < n; i++) a[i] = b[i] * 15;
    v->gelu(a, n, x, z), s->gelu(a, n, y, w);
    compare("gelu", isa, x, y, n, 4e-7f);
    compare("gelu slope", isa, z, w, n, 1e-6f);
    codes_x[n] = codes_y[n] = 7;
    v->pack_slopes(w, n, codes_x), s->pack_slopes(w, n, codes_y);
    expect("codes", isa, memcmp(codes_x, codes_y, (n + 1) * sizeof *codes_x) == 0);
    v->multiply_slopes(b, codes_y, n, x), s->multiply_slopes(b, codes_y, n, y);
    compare("slopes", isa, x, y, n, 1e-6f);
    // As pixels of n channels.
    const size_t pixels = 5;
    fill(a, pixels * n, 9 + k), fill(c, n, 11 + k), fill(d, n, 12 + k);
    v->scale_shift(a, c, d, pixels, n, x), s->scale_shift(a, c, d, pixels, n, y);
    compare("scale_shift", isa, x, y, pixels * n, 0);
    hash_shift = fnv(hash_shift, x, pixels * n * sizeof *x);
    for (size_t first = 0; first < n; first += 7) {
      const size_t lanes = n - first < CK_LANES ? n - first : CK_LANES;
      v->pack_channels(a, pixels, n, first, lanes, x),
          s->pack_channels(a, pixels, n, first, lanes, y);
      compare("pack", isa, x, y, pixels * CK_LANES, 0);
      hash_pack = fnv(hash_pack, x, pixels * CK_LANES * sizeof *x);
      memset(z, 0, pixels * n * sizeof *z), memset(w, 0, pixels * n * sizeof *w);
      v->unpack_channels(y, pixels, n, first, lanes, z);
      s->unpack_channels(y, pixels, n, first, lanes, w);
      compare("unpack", isa, z, w, pixels * n, 0);
    }
  }
}

static void statistics(const ck_variant *v, const ck_variant *s, const char *isa) {
  hash_norm = fnv_start;
  for (size_t k = 1; k < COUNTS; k++) {
    const size_t n = counts[k] < 130 ? counts[k] : 130, pixels = 1 + k * 3;
    fill(a, pixels * n, 21 + k), fill(b, pixels * n, 22 + k), fill(c, n, 23 + k);
    fill(d, n, 24 + k), fill(e, n, 25 + k), fill(f, n, 26 + k);
    v->channel_sums(a, pixels, n, x), s->channel_sums(a, pixels, n, y);
    compare("sums", isa, x, y, n, 2e-5f);
    v->channel_squares(a, c, pixels, n, x), s->channel_squares(a, c, pixels, n, y);
    compare("squares", isa, x, y, n, 2e-5f);
    v->channel_products(b, a, c, pixels, n, x, z), s->channel_products(b, a, c, pixels, n, y, w);
    compare("gradients", isa, x, y, n, 2e-5f);
    compare("products", isa, z, w, n, 2e-5f);
    v->norm_gradient(b, a, c, d, e, f, pixels, n, x);
    s->norm_gradient(b, a, c, d, e, f, pixels, n, y);
    compare("norm_gradient", isa, x, y, pixels * n, 0);
    hash_norm = fnv(hash_norm, x, pixels * n * sizeof *x);
  }
}

static void scores(const ck_variant *v, const ck_variant *s, const char *isa) {
  static double sums[2][1024], errors[2][1024];
  hash_scores = fnv_start;
  for (int rule = CK_SCORE_POSITIVE; rule <= CK_SCORE_MEAN_POSITIVE; rule++) {
    memset(sums, 0, sizeof sums), memset(errors, 0, sizeof errors);
    for (size_t image = 0; image < 5; image++) {
      fill(a, 1024 * 3, 50 + image);
      size_t done = v->add_scores((ck_score)rule, a, 1024, 3, sums[0], errors[0]);
      size_t all = s->add_scores((ck_score)rule, a, 1024, 3, sums[1], errors[1]);
      expect("scores", isa, done == 1024 && all == 1024);
    }
    expect("sums of scores", isa, memcmp(sums[0], sums[1], sizeof *sums) == 0);
    expect("errors of scores", isa, memcmp(errors[0], errors[1], sizeof *errors) == 0);
    hash_scores = fnv(hash_scores, sums[0], sizeof *sums);
  }
}

static void pooling(const ck_variant *v, const ck_variant *s, const char *isa) {
  enum { TAPS = 9 };
  static const uint8_t taps[TAPS] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  static uint8_t won[2][TAPS][130];
  const float *pixels[TAPS];
  const uint8_t *winners[TAPS];
  hash_pool = fnv_start;
  for (size_t k = 1; k < COUNTS; k++) {
    const size_t n = counts[k] < 130 ? counts[k] : 130;
    fill(a, TAPS * n, 60 + k);
    for (size_t t = 0; t < TAPS; t++) pixels[t] = a + t * n, winners[t] = won[0][t];
    for (size_t count = 0; count <= TAPS; count++) {
      size_t last = count ? count - 1 : 0;
      v->window_maximum(pixels, taps, count, n, x, won[0][last]);
      s->window_maximum(pixels, taps, count, n, y, won[1][last]);
      compare("maximum", isa, x, y, n, 0);
      expect("winners", isa, memcmp(won[0][last], won[1][last], n) == 0);
      v->window_gradient(pixels, winners, taps, count, n, z);
      s->window_gradient(pixels, winners, taps, count, n, w);
      compare("gradient of a maximum", isa, z, w, n, 0);
      hash_pool = fnv(hash_pool, z, n * sizeof *z);
    }
  }
}

static void filters(const ck_variant *v, const ck_variant *s, const char *isa) {
  static const ptrdiff_t firsts[] = {-3, -1, 0, 1, 4};
  for (ptrdiff_t columns = 0; columns < 40; columns++) {
    const size_t count = (size_t)columns / 2 + 3, all = (size_t)columns * CK_LANES;
    fill(a, all, 31), fill(b, all, 32);
    for (size_t k = 0; k < 5; k++)
      for (int part = CK_FIR_EVEN; part <= CK_FIR_BOTH; part++)
        for (int two = 0; two < 2; two++) {
          v->fir_split(a, two ? b : NULL, columns, firsts[k], (ck_fir_part)part, count, x);
          s->fir_split(a, two ? b : NULL, columns, firsts[k], (ck_fir_part)part, count, y);
          compare("split", isa, x, y, count * CK_LANES, 1e-6f);
        }
    fill(c, count * CK_LANES, 33), fill(d, CK_LANES, 34);
    for (int adds = 0; adds < 2; adds++) {
      fill(x, all, 35), fill(z, all, 36), memcpy(y, x, all * sizeof *x),
          memcpy(w, z, all * sizeof *z);
      v->fir_join(c, a, b, (size_t)columns, d, adds, x, z);
      s->fir_join(c, a, b, (size_t)columns, d, adds, y, w);
      compare("join", isa, x, y, all, 1e-6f);
      compare("join minus", isa, z, w, all, 1e-6f);
    }
  }
}

static void depthwise(const ck_variant *v, const ck_variant *s, const char *isa) {
  static const int32_t kernels[] = {1, 2, 3, 5, 7, 13, 31};
  static const int32_t widths[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 14, 15, 16, 17, 31, 33};
  for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++)
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
      for (int32_t stride = 1; stride <= 2; stride++)
        for (int32_t dilation = 1; dilation <= 2; dilation++) {
          const int32_t side = kernels[k], height = side > 7 ? 9 : 4, width = widths[i];
          const ck_depthwise shape = {
              .input_height = height,
              .input_width = width,
              .output_height = (height + stride - 1) / stride,
              .output_width = (width + stride - 1) / stride,
              .kernel_height = side > 13 ? 5 : side,
              .kernel_width = side,
              .stride = stride,
              .dilation = dilation,
              .pad_top = (side > 13 ? 5 : side) * dilation / 2,
              .pad_left = side * dilation / 2,
              .input_step = CK_LANES,
              .output_step = CK_LANES,
          };
          const size_t inputs = (size_t)(height * width) * CK_LANES;
          const size_t outputs = (size_t)(shape.output_height * shape.output_width) * CK_LANES;
          fill(a, inputs, 41 + i), fill(c, CK_LANES, 43), fill(d, outputs, 44 + i);
          fill(b, (size_t)(shape.kernel_height * side) * CK_LANES, 42 + k);
          const float taps = (float)(shape.kernel_height * side);
          v->depthwise_forward(&shape, a, b, c, x);
          s->depthwise_forward(&shape, a, b, c, y);
          compare("forward", isa, x, y, outputs, 1e-6f * taps);
          v->depthwise_input_gradient(&shape, d, b, z);
          s->depthwise_input_gradient(&shape, d, b, w);
          compare("gradient", isa, z, w, inputs, 1e-6f * taps);
        }
}

static void functions(const ck_variant *v, const ck_variant *s, const char *isa) {
  for (int function = CK_SIGMOID; function <= CK_SIGN; function++)
    for (size_t k = 0; k < COUNTS; k++) {
      const size_t n = counts[k];
      fill(a, n, 51 + k);
      // Where all of them are defined, away from steps.
      for (size_t i = 0; i < n; i++) a[i] = fabsf(a[i]) * 3 + 0.01f;
      v->unary((ck_function)function, 0.3f, 1.7f, a, n, x, z);
      s->unary((ck_function)function, 0.3f, 1.7f, a, n, y, w);
      compare("unary", isa, x, y, n, 2e-6f);
      compare("unary slope", isa, z, w, n, 1e-5f);
    }
}

int main(void) {
  const ck_variant *scalar = ck_variant_for(CK_ISA_SCALAR);
  for (int isa = CK_ISA_SCALAR; isa < CK_ISA_COUNT; isa++) {
    const ck_variant *variant = ck_variant_for((ck_isa)isa);
    if (!variant) continue;
    const char *name = ck_isa_name((ck_isa)isa);
    const uint64_t before = checks;
    elementwise(variant, scalar, name);
    statistics(variant, scalar, name);
    scores(variant, scalar, name);
    pooling(variant, scalar, name);
    filters(variant, scalar, name);
    depthwise(variant, scalar, name);
    functions(variant, scalar, name);
    fprintf(stderr, "%s: %" PRIu64 " checks\n", name, checks - before);
    printf("%s relu %016" PRIx64 "\n", name, hash_relu);
    printf("%s mask %016" PRIx64 "\n", name, hash_mask);
    printf("%s sums-and-products %016" PRIx64 "\n", name, hash_sums);
    printf("%s scale-shift %016" PRIx64 "\n", name, hash_shift);
    printf("%s pack %016" PRIx64 "\n", name, hash_pack);
    printf("%s norm-gradient %016" PRIx64 "\n", name, hash_norm);
    printf("%s scores %016" PRIx64 "\n", name, hash_scores);
    printf("%s pool %016" PRIx64 "\n", name, hash_pool);
  }
  fprintf(stderr, "%" PRIu64 " checks, %" PRIu64 " mismatches\n", checks, mismatches);
  return mismatches > 0;
}
