// The fast FIR filter's additions written as their definitions, the oracle of the other variants.
#define CK_VARIANT scalar
#include "../kernels.h"

static float pixel_at(const float *row, ptrdiff_t columns, ptrdiff_t column, int lane) {
  bool inside = row != NULL && column >= 0 && column < columns;
  return inside ? row[column * CK_LANES + lane] : 0;
}

void CK_NAME(fir_split)(const float *row, const float *other, ptrdiff_t columns, ptrdiff_t first,
                        ck_fir_part part, size_t count, float *result) {
  for (size_t i = 0; i < count; ++i) {
    ptrdiff_t column = first + 2 * (ptrdiff_t)i;
    for (int lane = 0; lane < CK_LANES; ++lane) {
      float x0 = pixel_at(row, columns, column, lane) + pixel_at(other, columns, column, lane);
      float x1 =
          pixel_at(row, columns, column - 1, lane) + pixel_at(other, columns, column - 1, lane);
      result[i * CK_LANES + lane] = part == CK_FIR_EVEN ? x0 : part == CK_FIR_ODD ? x1 : x0 + x1;
    }
  }
}

void CK_NAME(fir_join)(const float *even, const float *odd, const float *both, size_t columns,
                       const float *bias, bool adds, float *plus, float *minus) {
  for (size_t x = 0; x < columns; ++x) {
    for (int lane = 0; lane < CK_LANES; ++lane) {
      // `odd` and `both` start at m = 1.
      size_t here = (x + 1) / 2 * CK_LANES + lane, at = x * CK_LANES + lane;
      size_t before = here - CK_LANES;
      float y = x % 2 == 0 ? even[here] + odd[here] : both[before] - (even[here] + odd[before]);
      float start = bias == NULL ? 0 : bias[lane];
      if (plus != NULL) plus[at] = (adds ? plus[at] : start) + y;
      if (minus != NULL) minus[at] = (adds ? minus[at] : start) - y;
    }
  }
}
