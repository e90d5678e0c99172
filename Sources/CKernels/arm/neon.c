// The variant for 64-bit ARM: 4 lanes a vector, 32 vector registers.
#include "../kernels.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#define CK_VARIANT neon
#define CK_VECTOR float32x4_t
#define CK_VECTOR_LANES 4
#define CK_LOAD(pointer) vld1q_f32(pointer)
#define CK_STORE(pointer, vector) vst1q_f32(pointer, vector)
#define CK_BROADCAST(value) vdupq_n_f32(value)
#define CK_FMA(a, b, sum) vfmaq_f32(sum, a, b)

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
#else
typedef int ck_neon_absent;
#endif
