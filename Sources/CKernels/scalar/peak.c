// Multiply-adds at the limit of plain C.
#define CK_VARIANT scalar
#include "../kernels.h"

uint64_t CK_NAME(multiply_adds)(size_t rounds, float *sink) {
  enum { CHAINS = 8 };
  float sums[CHAINS];
  for (int i = 0; i < CHAINS; ++i) sums[i] = (float)i;
  for (size_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < CHAINS; ++i) sums[i] = sums[i] * 0.5f + 1;
  }
  *sink = 0;
  for (int i = 0; i < CHAINS; ++i) *sink += sums[i] / CHAINS;
  return (uint64_t)rounds * CHAINS;
}
