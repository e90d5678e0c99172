// Exact sums of pixels' scores, for every vector variant; in plain C that the compiler vectorises.
#include "../kernels.h"

enum { CK_SCORED = 64 };

CK_INLINE double ck_channel_score(const ck_score score, double value) {
  // What is positive, without a branch: signs of gradients cannot be predicted.
  if (score == CK_SCORE_POSITIVE) return value > 0 ? value : 0;
  return score == CK_SCORE_ABSOLUTE ? (value < 0 ? -value : value) : value;
}

CK_INLINE void ck_scores_block(const ck_score score, const float *gradient, const size_t channels,
                               double *scores) {
#pragma clang loop vectorize(enable)
  for (size_t p = 0; p < CK_SCORED; ++p) {
    double sum = 0;
    for (size_t c = 0; c < channels; ++c)
      sum += ck_channel_score(score, gradient[p * channels + c]);
    if (score == CK_SCORE_ABSOLUTE || score == CK_SCORE_MEAN_POSITIVE) sum /= (double)channels;
    scores[p] = score == CK_SCORE_MEAN_POSITIVE && sum < 0 ? 0 : sum;
  }
}

// Knuth's TwoSum: a + b as the nearest double and, in `rest`, what that leaves out.
CK_INLINE double ck_two_sum(double a, double b, double *rest) {
  double sum = a + b, part = sum - a;
  *rest = (a - (sum - part)) + (b - part);
  return sum;
}

CK_INLINE size_t ck_add_scores_by(const ck_score score, const float *gradient, size_t pixels,
                                  const size_t channels, double *sums, double *errors) {
  double scores[CK_SCORED], sum[CK_SCORED], error[CK_SCORED];
  size_t done = 0;
  for (; done + CK_SCORED <= pixels; done += CK_SCORED) {
    ck_scores_block(score, gradient + done * channels, channels, scores);
    double left = 0;
#pragma clang loop vectorize(enable)
    for (size_t p = 0; p < CK_SCORED; ++p) {
      double carried, rest;
      double large = ck_two_sum(sums[done + p], scores[p], &carried);
      double small = ck_two_sum(errors[done + p], carried, &rest);
      sum[p] = ck_two_sum(large, small, &error[p]);
      scores[p] = rest;
    }
    for (size_t p = 0; p < CK_SCORED; ++p) left = scores[p] != 0 ? 1 : left;
    if (left != 0) break;
    for (size_t p = 0; p < CK_SCORED; ++p) sums[done + p] = sum[p], errors[done + p] = error[p];
  }
  return done;
}

size_t CK_NAME(add_scores)(ck_score score, const float *gradient, size_t pixels, size_t channels,
                           double *sums, double *errors) {
#define CK_ADD_SCORES(score)                                                  \
  (channels == 3 ? ck_add_scores_by(score, gradient, pixels, 3, sums, errors) \
                 : ck_add_scores_by(score, gradient, pixels, channels, sums, errors))
  switch (score) {
    case CK_SCORE_POSITIVE: return CK_ADD_SCORES(CK_SCORE_POSITIVE);
    case CK_SCORE_ABSOLUTE: return CK_ADD_SCORES(CK_SCORE_ABSOLUTE);
    case CK_SCORE_SUM: return CK_ADD_SCORES(CK_SCORE_SUM);
    case CK_SCORE_MEAN_POSITIVE: return CK_ADD_SCORES(CK_SCORE_MEAN_POSITIVE);
  }
#undef CK_ADD_SCORES
  return 0;
}
