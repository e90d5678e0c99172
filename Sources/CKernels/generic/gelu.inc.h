// The exact GELU x * Phi(x) of one number without branches or library calls, so that a loop over it
// vectorises; needs CK_INLINE and a target with fused multiply-add.
//
// With a = |x| both the normal density and the upper tail of its distribution hold the factor
// exp(-a^2 / 2):
//     phi(x) = exp(-a^2 / 2) / sqrt(2 pi),    Phi(-a) = exp(-a^2 / 2) * ratio(a).
// ratio falls smoothly from 1/2 like 1 / a, so in u = 1 / (1 + a / 4), which maps 0 ... infinity to
// 1 ... 0, it is u times a polynomial of degree 8. The coefficients come from a minimax fit
// (iteratively reweighted least squares in double precision over 0 ... 13), whose largest error is
// 8e-9 in Phi and 5e-7 relative to the tail; rounding in single precision adds the rest.
#ifndef CK_GELU_INC_H
#define CK_GELU_INC_H

#include "../kernels.h"

// Beyond 13 the tail is below the smallest normal number; it counts as zero there, which keeps
// infinity from meeting a product with it.
static const float ck_gelu_reach = 13;

// a * b + sum with one rounding.
CK_INLINE float ck_fused(float a, float b, float sum) { return __builtin_fmaf(a, b, sum); }

// exp(-a * a / 2) for 0 <= a <= ck_gelu_reach; NaN stays NaN.
CK_INLINE float ck_gelu_exponential(float a) {
  const float log2_e = 1.44269504f, ln2 = 0.693147182f, ln2_rest = -1.90465421e-9f;
  float exponent = 0.5f * a * a;
  // Adding 1.5 * 2^23 leaves the nearest integer in the low bits: no conversion that NaN upsets.
  const float magic = 12582912.0f;
  float shifted = ck_fused(exponent, log2_e, magic);
  float halvings = shifted - magic;
  float r = ck_fused(halvings, ln2, -exponent);
  r = ck_fused(halvings, ln2_rest, r);
  // exp(r) = 1 + r + r^2 * polynomial(r) on |r| <= ln(2) / 2, fitted like the ratio; error 5e-9.
  float p = 0.00139508094f;
  p = ck_fused(p, r, 0.00836907327f);
  p = ck_fused(p, r, 0.0416662022f);
  p = ck_fused(p, r, 0.166665167f);
  p = ck_fused(p, r, 0.5f);
  p = ck_fused(p, r, 1.0f);
  p = ck_fused(p, r, 1.0f);
  uint32_t bits, steps;
  __builtin_memcpy(&bits, &p, sizeof bits);
  __builtin_memcpy(&steps, &shifted, sizeof steps);
  // Left of the integer the shift drops what the magic number put there.
  bits -= steps << 23;
  __builtin_memcpy(&p, &bits, sizeof p);
  return p;
}

typedef struct {
  float distribution, weighted_density;
} ck_gelu_parts;

// Phi(x) and x * phi(x).
CK_INLINE ck_gelu_parts ck_gelu_parts_of(float x) {
  float magnitude = __builtin_fabsf(x);
  float a = magnitude > ck_gelu_reach ? ck_gelu_reach : magnitude;
  float exponential = magnitude >= ck_gelu_reach ? 0 : ck_gelu_exponential(a);
  float u = 1 / ck_fused(a, 0.25f, 1.0f);
  float p = 0.0348014794f;
  p = ck_fused(p, u, -0.198632866f);
  p = ck_fused(p, u, 0.394785166f);
  p = ck_fused(p, u, -0.323848784f);
  p = ck_fused(p, u, 0.28741321f);
  p = ck_fused(p, u, -0.00553992717f);
  p = ck_fused(p, u, 0.114159718f);
  p = ck_fused(p, u, 0.0969677642f);
  p = ck_fused(p, u, 0.0998942479f);
  float tail = exponential * (p * u);
  float weighted = 0.398942280f * a * exponential;
  return (ck_gelu_parts){
      .distribution = x < 0 ? tail : 1 - tail,
      .weighted_density = x < 0 ? -weighted : weighted,
  };
}

// The finite factor where the distribution is zero: minus infinity times zero would be NaN.
CK_INLINE float ck_gelu_value(float x, ck_gelu_parts parts) {
  return (x < -ck_gelu_reach ? -ck_gelu_reach : x) * parts.distribution;
}

CK_INLINE float ck_gelu_slope(ck_gelu_parts parts) {
  return parts.distribution + parts.weighted_density;
}

#endif
