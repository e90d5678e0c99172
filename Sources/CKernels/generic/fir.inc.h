// The additions before and after a fast FIR filter, for any variant; what they are for is told in
// CKernels.h. A pixel is one vector of 16 lanes, however many registers that takes.
#include "../kernels.h"

// Everything that takes or returns a pixel is inlined: no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float ck_pixel __attribute__((ext_vector_type(CK_LANES)));

CK_INLINE ck_pixel ck_fir_load(const float *pixel) {
  ck_pixel value;
  __builtin_memcpy(&value, pixel, sizeof value);
  return value;
}

CK_INLINE void ck_fir_put(float *pixel, ck_pixel value) {
  __builtin_memcpy(pixel, &value, sizeof value);
}

// The pixel at `column` of one row, or the sum of two; zero outside.
CK_INLINE ck_pixel ck_fir_at(const float *row, const float *other, ptrdiff_t columns,
                             ptrdiff_t column) {
  if (column < 0 || column >= columns) return (ck_pixel)0;
  ck_pixel pixel = ck_fir_load(row + column * CK_LANES);
  return other ? pixel + ck_fir_load(other + column * CK_LANES) : pixel;
}

CK_INLINE void ck_fir_split_row(const float *row, const float *other, ptrdiff_t columns,
                                ptrdiff_t first, ck_fir_part part, size_t count, float *result) {
  for (size_t i = 0; i < count; ++i) {
    ptrdiff_t column = first + 2 * (ptrdiff_t)i;
    ck_pixel sum = 0;
    if (part != CK_FIR_ODD) sum += ck_fir_at(row, other, columns, column);
    if (part != CK_FIR_EVEN) sum += ck_fir_at(row, other, columns, column - 1);
    ck_fir_put(result + i * CK_LANES, sum);
  }
}

void CK_NAME(fir_split)(const float *row, const float *other, ptrdiff_t columns, ptrdiff_t first,
                        ck_fir_part part, size_t count, float *result) {
  if (row == NULL) columns = 0;
  // Constant arguments, so that each loop holds only the loads it needs.
  if (other != NULL) {
    if (part == CK_FIR_EVEN) {
      ck_fir_split_row(row, other, columns, first, CK_FIR_EVEN, count, result);
    } else if (part == CK_FIR_ODD) {
      ck_fir_split_row(row, other, columns, first, CK_FIR_ODD, count, result);
    } else {
      ck_fir_split_row(row, other, columns, first, CK_FIR_BOTH, count, result);
    }
  } else if (part == CK_FIR_EVEN) {
    ck_fir_split_row(row, NULL, columns, first, CK_FIR_EVEN, count, result);
  } else if (part == CK_FIR_ODD) {
    ck_fir_split_row(row, NULL, columns, first, CK_FIR_ODD, count, result);
  } else {
    ck_fir_split_row(row, NULL, columns, first, CK_FIR_BOTH, count, result);
  }
}

// One pixel of the result into one or both of its rows.
CK_INLINE void ck_fir_give(ck_pixel sum, ck_pixel bias, bool adds, float *plus, float *minus) {
  if (plus) ck_fir_put(plus, (adds ? ck_fir_load(plus) : bias) + sum);
  if (minus) ck_fir_put(minus, (adds ? ck_fir_load(minus) : bias) - sum);
}

void CK_NAME(fir_join)(const float *even, const float *odd, const float *both, size_t columns,
                       const float *bias, bool adds, float *plus, float *minus) {
  ck_pixel start = bias ? ck_fir_load(bias) : (ck_pixel)0;
  // even[m] is the sum at m = 0, 1, ...; odd[m] and both[m] those at m + 1.
  ck_pixel a = columns > 0 ? ck_fir_load(even) : (ck_pixel)0;
  for (size_t x = 0; x < columns; x += 2) {
    ptrdiff_t m = (ptrdiff_t)(x / 2) * CK_LANES, at = (ptrdiff_t)x * CK_LANES;
    ck_pixel b = ck_fir_load(odd + m);
    ck_fir_give(a + b, start, adds, plus ? plus + at : NULL, minus ? minus + at : NULL);
    if (x + 1 == columns) break;
    a = ck_fir_load(even + m + CK_LANES);
    at += CK_LANES;
    ck_fir_give(ck_fir_load(both + m) - (a + b), start, adds, plus ? plus + at : NULL,
                minus ? minus + at : NULL);
  }
}
