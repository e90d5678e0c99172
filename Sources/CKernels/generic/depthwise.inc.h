// The walk of a depth-wise convolution over rows, lanes, tiles and blocks of taps, for any vector
// type; the arithmetic is in tiles.inc.h.
//
// The order of the sum of one result depends on its column only (block of taps, kernel row, tap),
// never on the rows asked for, so that a split over threads does not change a bit.
#include "geometry.inc.h"
#include "tiles.inc.h"

// Rows that share a block of weights while it is in the first-level cache.
#ifndef DW_ROWS
#define DW_ROWS 8
#endif

typedef struct {
  dw_job job;
  dw_axis across, down;
  dw_row rows[DW_ROWS];
  ptrdiff_t row_count;
  // Floats from one pixel to the next.
  ptrdiff_t source_pixel, result_pixel;
} dw_walk;

// The kernel rows that meet the source when result row `y` is made.
static dw_row dw_make_row(const dw_walk *walk, ptrdiff_t y) {
  const dw_axis *down = &walk->down;
  ptrdiff_t source_pitch = walk->across.source_size * walk->source_pixel;
  ptrdiff_t weight_pitch = walk->across.kernel * CK_LANES;
  dw_group group = dw_make_group(down, y, 0);
  ptrdiff_t begin = dw_max(0, dw_valid_begin(down, &group));
  ptrdiff_t end = dw_min(group.taps, dw_valid_end(down, &group));
  return (dw_row){
      .source = (group.source_first + down->source_step * begin) * source_pitch,
      .weights = (group.tap_first + down->tap_step * begin) * weight_pitch,
      .result = y * walk->across.result_size * walk->result_pixel,
      .taps = dw_max(0, end - begin),
  };
}

// The tile width that covers `count` results with the fewest computed ones, a little work per tile
// included. Tiles overlap rather than stick out, so none is wider than the row.
static const dw_tiles *dw_choose_tiles(ptrdiff_t count) {
  const dw_tiles *best = dw_tile_table;
  ptrdiff_t best_cost = PTRDIFF_MAX;
  for (size_t i = 0; i < sizeof dw_tile_table / sizeof *dw_tile_table; ++i) {
    ptrdiff_t width = dw_tile_table[i].width;
    if (width > count) continue;
    ptrdiff_t cost = dw_divide_up(count, width) * (width + 2);
    if (cost < best_cost) {
      best_cost = cost;
      best = &dw_tile_table[i];
    }
  }
  return best;
}

// A vector may hold fewer lanes than a block of channels: then the tile runs once for each part.
static void dw_run_block(const dw_walk *walk, const dw_tiles *tiles, const dw_block *block) {
  for (ptrdiff_t lane = 0; lane < CK_LANES; lane += CK_VECTOR_LANES) {
    dw_job job = walk->job;
    job.source += lane;
    job.weights += lane;
    job.result += lane;
    if (job.bias) job.bias += lane;
    tiles->run[block->taps - 1](&job, walk->rows, walk->row_count, block);
  }
}

// Taps `begin` ..< `end` of a group, seen from the tile that starts with result `u` of its lane.
static dw_block dw_make_block(const dw_walk *walk, const dw_group *group, ptrdiff_t width,
                              ptrdiff_t u, ptrdiff_t begin, ptrdiff_t end) {
  const dw_axis *axis = &walk->across;
  ptrdiff_t position = u + begin, met = width + (end - begin) - 1;
  ptrdiff_t low = dw_max(0, dw_valid_begin(axis, group) - position);
  ptrdiff_t high = dw_min(met, dw_valid_end(axis, group) - position);
  uint32_t pixels = high > low ? (1u << high) - (1u << low) : 0;
  return (dw_block){
      .source = (group->source_first + axis->source_step * position) * walk->source_pixel,
      .weights = (group->tap_first + axis->tap_step * begin) * CK_LANES,
      .taps = end - begin,
      .pixels = pixels,
  };
}

// All taps of one tile in a lane that starts at column `lane`. A tile that no tap meets runs one block
// that meets nothing, for its bias.
static void dw_run_tile(const dw_walk *walk, const dw_tiles *tiles, ptrdiff_t lane, ptrdiff_t u) {
  const dw_axis *axis = &walk->across;
  dw_block block = {.taps = 1};
  block.result = (lane + u * axis->lane_step) * walk->result_pixel;
  block.first = true;
  for (ptrdiff_t index = 0; index < dw_group_count(axis); ++index) {
    dw_group group = dw_make_group(axis, lane, index);
    // Only taps that meet the plane somewhere in the tile.
    ptrdiff_t begin = dw_max(0, dw_valid_begin(axis, &group) - (u + tiles->width - 1));
    ptrdiff_t end = dw_min(group.taps, dw_valid_end(axis, &group) - u);
    while (begin < end) {
      ptrdiff_t blocks = dw_divide_up(end - begin, CK_TILE_TAPS);
      ptrdiff_t next = begin + dw_divide_up(end - begin, blocks);
      dw_block next_block = dw_make_block(walk, &group, tiles->width, u, begin, next);
      next_block.result = block.result;
      next_block.first = block.first;
      dw_run_block(walk, tiles, &next_block);
      block.first = false;
      begin = next;
    }
  }
  if (block.first) dw_run_block(walk, tiles, &block);
}

static void dw_run_rows(const dw_walk *walk) {
  const dw_axis *axis = &walk->across;
  for (ptrdiff_t lane = 0; lane < dw_min(axis->lane_step, axis->result_size); ++lane) {
    ptrdiff_t count = dw_divide_up(axis->result_size - lane, axis->lane_step);
    const dw_tiles *tiles = dw_choose_tiles(count);
    for (ptrdiff_t u = 0; u < count; u += tiles->width) {
      dw_run_tile(walk, tiles, lane, dw_min(u, count - tiles->width));
    }
  }
}

static void dw_run(const ck_depthwise *shape, bool gradient, dw_job job) {
  dw_walk walk = {
      .job = job,
      .across = dw_make_axis(shape, false, gradient),
      .down = dw_make_row_axis(shape, gradient),
      .source_pixel = gradient ? shape->output_step : shape->input_step,
      .result_pixel = gradient ? shape->input_step : shape->output_step,
  };
  walk.job.source_row_step = walk.down.source_step * walk.across.source_size * walk.source_pixel;
  walk.job.weight_row_step = walk.down.tap_step * walk.across.kernel * CK_LANES;
  walk.job.source_step = walk.across.source_step * walk.source_pixel;
  walk.job.tap_step = walk.across.tap_step * CK_LANES;
  walk.job.result_step = walk.across.lane_step * walk.result_pixel;
  const ptrdiff_t rows = gradient ? shape->input_height : shape->output_height;
  for (ptrdiff_t y = 0; y < rows; y += DW_ROWS) {
    walk.row_count = dw_min(DW_ROWS, rows - y);
    for (ptrdiff_t r = 0; r < walk.row_count; ++r) walk.rows[r] = dw_make_row(&walk, y + r);
    dw_run_rows(&walk);
  }
}

void CK_NAME(depthwise_forward)(const ck_depthwise *shape, const float *input, const float *weights,
                                const float *bias, float *output) {
  dw_job job = {.source = input, .weights = weights, .bias = bias, .result = output};
  dw_run(shape, false, job);
}

void CK_NAME(depthwise_input_gradient)(const ck_depthwise *shape, const float *output_gradient,
                                       const float *weights, float *input_gradient) {
  dw_job job = {.source = output_gradient, .weights = weights, .result = input_gradient};
  dw_run(shape, true, job);
}
