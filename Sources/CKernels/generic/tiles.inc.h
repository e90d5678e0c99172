// The register tiles of the depth-wise convolution, for any vector type; leaves geometry out.
// Needs CK_VECTOR, CK_LOAD, CK_STORE, CK_BROADCAST, CK_FMA, CK_TILE_TAPS, CK_TILE_WIDEST,
// CK_TAPS and CK_TILES.

// One row of results: where it starts in each plane, and the kernel rows that meet the source.
// All offsets count floats and add up with those of a block.
typedef struct {
  ptrdiff_t source, weights, result;
  ptrdiff_t taps;
} dw_row;

// A tile of results along a row together with up to CK_TILE_TAPS neighbouring taps.
// Bit q of `pixels` tells whether the q-th source pixel that the block meets lies in the plane.
typedef struct {
  ptrdiff_t source, weights, result;
  ptrdiff_t taps;
  uint32_t pixels;
  bool first;
} dw_block;

_Static_assert(CK_TILE_WIDEST + CK_TILE_TAPS <= 32, "a bit for every pixel that a block meets");

typedef struct {
  const float *source, *weights, *bias;
  float *result;
  ptrdiff_t source_row_step, weight_row_step;
  ptrdiff_t source_step, tap_step, result_step;
} dw_job;

// The optimiser would split `pixels` into one spilled flag a pixel and `source` into one spilled
// multiple of the step a pixel; opaque values stay in a register each.
#define CK_OPAQUE(value) __asm__("" : "+r"(value))

// The sums of one kernel row: each source pixel is loaded once and serves every result it meets.
CK_INLINE void dw_accumulate(const int width, const int taps, const dw_job *job,
                             const dw_block *block, ptrdiff_t source, ptrdiff_t weights,
                             CK_VECTOR *sums) {
  CK_VECTOR weight[CK_TILE_TAPS];
  ptrdiff_t step = job->source_step;
#pragma clang loop unroll(full)
  for (int tap = 0; tap < taps; ++tap) {
    weight[tap] = CK_LOAD(job->weights + weights + tap * job->tap_step);
  }
  uint32_t pixels = block->pixels;
#pragma clang loop unroll(full)
  for (int q = 0; q < width + taps - 1; ++q) {
    CK_OPAQUE(pixels);
    if (__builtin_expect((pixels >> q & 1) != 0, 1)) {
      CK_VECTOR pixel = CK_LOAD(job->source + source);
#pragma clang loop unroll(full)
      for (int tap = taps - 1; tap >= 0; --tap) {
        int u = q - tap;
        if (u >= 0 && u < width) sums[u] = CK_FMA(pixel, weight[tap], sums[u]);
      }
    }
    source += step;
    CK_OPAQUE(source);
  }
}

// Adds a block to each of `count` rows. The sums of a row do not depend on the other rows.
CK_INLINE void dw_tile(const int width, const int taps, const dw_job *job, const dw_row *rows,
                       ptrdiff_t count, const dw_block *block) {
  for (const dw_row *row = rows; row < rows + count; ++row) {
    CK_VECTOR sums[CK_TILE_WIDEST];
    float *result = job->result + row->result + block->result;
    if (block->first) {
      CK_VECTOR start = job->bias ? CK_LOAD(job->bias) : CK_BROADCAST(0);
#pragma clang loop unroll(full)
      for (int u = 0; u < width; ++u) sums[u] = start;
    } else {
#pragma clang loop unroll(full)
      for (int u = 0; u < width; ++u) sums[u] = CK_LOAD(result + u * job->result_step);
    }
    ptrdiff_t source = row->source + block->source, weights = row->weights + block->weights;
    for (ptrdiff_t ky = 0; ky < row->taps; ++ky) {
      dw_accumulate(width, taps, job, block, source, weights, sums);
      source += job->source_row_step;
      weights += job->weight_row_step;
    }
#pragma clang loop unroll(full)
    for (int u = 0; u < width; ++u) CK_STORE(result + u * job->result_step, sums[u]);
  }
}

#define CK_DEFINE_TILE(width, taps)                                                            \
  static void dw_tile_##width##_##taps(const dw_job *job, const dw_row *rows, ptrdiff_t count, \
                                       const dw_block *block) {                                \
    dw_tile(width, taps, job, rows, count, block);                                             \
  }
#define CK_DEFINE_TILES(width) CK_TAPS(CK_DEFINE_TILE, width)
CK_TILES(CK_DEFINE_TILES)

typedef struct {
  ptrdiff_t width;
  void (*run[CK_TILE_TAPS])(const dw_job *, const dw_row *, ptrdiff_t, const dw_block *);
} dw_tiles;

#define CK_TILE_ENTRY(width, taps) dw_tile_##width##_##taps,
#define CK_TILE_ROW(width) {width, {CK_TAPS(CK_TILE_ENTRY, width)}},
static const dw_tiles dw_tile_table[] = {CK_TILES(CK_TILE_ROW)};
