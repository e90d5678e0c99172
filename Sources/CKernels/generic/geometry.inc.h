// The integer geometry of a depth-wise convolution along one axis, for both directions; holds no
// arithmetic on pixels.
//
// Every case becomes a plain correlation with stride 1. Call the axis that is written "result" and
// the one that is read "source". With g = gcd(stride, dilation), the results split into lanes that
// lie `lane_step` apart, and the taps that a lane uses split into groups of evenly spaced taps, so
// that result u of a lane meets tap j of a group at the source position
//     source_first + source_step * (u + j),
// which depends on u + j only: a loaded pixel serves as many results as the group has taps.
//   forward:  lanes are dilation / g apart, and each has stride / g groups.
//   gradient: lanes are stride * dilation / g apart, and each has one group or none. Its taps run
//             backwards, so that u + j appears with a plus sign here too.
#ifndef CK_GEOMETRY_INC_H
#define CK_GEOMETRY_INC_H

#include "../kernels.h"

typedef struct {
  ptrdiff_t source_size, result_size, kernel, stride, dilation, pad;
  ptrdiff_t source_step, tap_step, lane_step;
  bool gradient;
} dw_axis;

typedef struct {
  ptrdiff_t tap_first, taps, source_first;
} dw_group;

static ptrdiff_t dw_divide_down(ptrdiff_t a, ptrdiff_t b) { return a / b - (a % b < 0); }
static ptrdiff_t dw_divide_up(ptrdiff_t a, ptrdiff_t b) { return a / b + (a % b > 0); }
static ptrdiff_t dw_min(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static ptrdiff_t dw_max(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

static dw_axis dw_make_axis(const ck_depthwise *shape, bool vertical, bool gradient) {
  ptrdiff_t input = vertical ? shape->input_height : shape->input_width;
  ptrdiff_t output = vertical ? shape->output_height : shape->output_width;
  ptrdiff_t g = shape->stride, rest = shape->dilation;
  while (rest != 0) {
    ptrdiff_t remainder = g % rest;
    g = rest;
    rest = remainder;
  }
  ptrdiff_t tap_step = shape->stride / g, reach = shape->dilation / g;
  return (dw_axis){
      .source_size = gradient ? output : input,
      .result_size = gradient ? input : output,
      .kernel = vertical ? shape->kernel_height : shape->kernel_width,
      .stride = shape->stride,
      .dilation = shape->dilation,
      .pad = vertical ? shape->pad_top : shape->pad_left,
      .source_step = gradient ? reach : reach * shape->stride,
      .tap_step = gradient ? -tap_step : tap_step,
      .lane_step = gradient ? reach * shape->stride : reach,
      .gradient = gradient,
  };
}

// An axis whose taps form one group, for u = 0 only: rows are walked one by one and share nothing.
static dw_axis dw_make_row_axis(const ck_depthwise *shape, bool gradient) {
  dw_axis axis = dw_make_axis(shape, true, gradient);
  if (!gradient) {
    axis.tap_step = 1;
    axis.source_step = axis.dilation;
  }
  return axis;
}

static ptrdiff_t dw_group_count(const dw_axis *axis) { return axis->gradient ? 1 : axis->tap_step; }

// Group `index` of the lane whose first result is `result`.
static dw_group dw_make_group(const dw_axis *axis, ptrdiff_t result, ptrdiff_t index) {
  ptrdiff_t first = index, spacing = axis->tap_step;
  if (axis->gradient) {
    // The residues repeat after `spacing` taps: at most one of the first ones meets the lattice.
    spacing = -axis->tap_step;
    while (first < spacing && (result + axis->pad - first * axis->dilation) % axis->stride != 0) {
      ++first;
    }
    if (first == spacing) return (dw_group){0, 0, 0};
  }
  if (first >= axis->kernel) return (dw_group){0, 0, 0};
  dw_group group = {.tap_first = first, .taps = (axis->kernel - 1 - first) / spacing + 1};
  if (axis->gradient) {
    group.tap_first += spacing * (group.taps - 1);
    group.source_first = (result + axis->pad - group.tap_first * axis->dilation) / axis->stride;
  } else {
    group.source_first = result * axis->stride + first * axis->dilation - axis->pad;
  }
  return group;
}

// The values of u + j whose source position lies inside the plane: begin ..< end.
static ptrdiff_t dw_valid_begin(const dw_axis *axis, const dw_group *group) {
  return dw_divide_up(-group->source_first, axis->source_step);
}
static ptrdiff_t dw_valid_end(const dw_axis *axis, const dw_group *group) {
  return dw_divide_down(axis->source_size - 1 - group->source_first, axis->source_step) + 1;
}

#endif
