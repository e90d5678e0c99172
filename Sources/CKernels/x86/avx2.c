// The variant for AVX2 with FMA: 8 lanes a vector, 16 vector registers.
#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define CK_VARIANT avx2
#define CK_VECTOR __m256
#define CK_VECTOR_LANES 8
#define CK_LOAD(pointer) _mm256_loadu_ps(pointer)
#define CK_STORE(pointer, vector) _mm256_storeu_ps(pointer, vector)
#define CK_BROADCAST(value) _mm256_set1_ps(value)
#define CK_FMA(a, b, sum) _mm256_fmadd_ps(a, b, sum)
// The second operand is returned where either is NaN.

// 8 sums hide the latency of an FMA; 6 weights leave two registers for pixels (7 were slower).
#define CK_TILE_TAPS 6
#define CK_TILE_WIDEST 8
#define CK_TAPS(X, width) X(width, 1) X(width, 2) X(width, 3) X(width, 4) X(width, 5) X(width, 6)
#define CK_TILES(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)

#include "../generic/depthwise.inc.h"
#include "../generic/elementwise.inc.h"
#include "../generic/fir.inc.h"
#include "../generic/functions.inc.h"
#include "../generic/peak.inc.h"
#include "../generic/pooling.inc.h"
#include "../generic/scores.inc.h"
#include "../generic/statistics.inc.h"

#pragma clang attribute pop
#else
typedef int ck_avx2_absent;
#endif
