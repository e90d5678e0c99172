// The variant for AVX-512 (F, BW, DQ, VL): 16 lanes a vector, 32 vector registers.
#include "../kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma,avx2"))), apply_to = function)

#define CK_VARIANT avx512
#define CK_VECTOR __m512
#define CK_VECTOR_LANES 16
#define CK_LOAD(pointer) _mm512_loadu_ps(pointer)
#define CK_STORE(pointer, vector) _mm512_storeu_ps(pointer, vector)
#define CK_BROADCAST(value) _mm512_set1_ps(value)
#define CK_FMA(a, b, sum) _mm512_fmadd_ps(a, b, sum)
// The second operand is returned where either is NaN.

// 16 sums, 8 weights and a pixel leave registers over for the loads of the next pixels.
#define CK_TILE_TAPS 8
#define CK_TILE_WIDEST 16
#define CK_TAPS(X, width) \
  X(width, 1) X(width, 2) X(width, 3) X(width, 4) X(width, 5) X(width, 6) X(width, 7) X(width, 8)
#define CK_TILES(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(10) X(12) X(14) X(16)

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
typedef int ck_avx512_absent;
#endif
