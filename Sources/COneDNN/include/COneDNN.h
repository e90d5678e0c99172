// Dense convolution and matrix products by oneDNN, one call a thread; versions 2 and 3 alike.
//
// Whatever runs here runs on the calling thread alone: oneDNN threads with OpenMP, whose idle workers
// spin and would fight with the threads of the caller. A primitive may be used by several threads at
// once. Maps are channels-last (N, H, W, C).
#ifndef CONEDNN_H
#define CONEDNN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// One dense or grouped convolution over maps of one size. Channels count all groups together; a
// `dilation` of 1 is none. What the windows reach beyond the input, above and left by the pads and
// below and right by the rest, counts as zero; less than a stride of the input may stay unread there.
typedef struct {
  int32_t batch, groups;
  int32_t input_height, input_width, input_channels;
  int32_t output_height, output_width, output_channels;
  int32_t kernel_height, kernel_width;
  int32_t stride, dilation;
  int32_t pad_top, pad_left;
  // From the weights of one output, or input, of a group to those of the next, as they are stored; the
  // taps of one pair lie together.
  int32_t output_step, input_step;
  // What is read, weights and map, is rounded to bfloat16 first; sums and what is written stay float32.
  bool bfloat16;
} cd_convolution;

// Machine code for one convolution: forward, or its gradient with respect to the input.
typedef struct cd_primitive cd_primitive;

// NULL where oneDNN has no such convolution, or no memory. `bias`: forward, one is added.
cd_primitive *cd_create(const cd_convolution *convolution, bool gradient, bool bias);
void cd_destroy(cd_primitive *primitive);

// Bytes of working memory that a run wants, aligned to 64 bytes.
size_t cd_scratch_bytes(const cd_primitive *primitive);
// Bytes of weights in the layout that the primitive wants.
size_t cd_packed_bytes(const cd_primitive *primitive);
// Whether both primitives want the same layout.
bool cd_same_layout(const cd_primitive *one, const cd_primitive *other);
// weights (outputs, inputs / groups, KH, KW), by their steps -> packed, 64-byte aligned; false: out of
// memory.
bool cd_pack(const cd_primitive *primitive, const float *weights, void *packed);

// Forward: source is the input, destination the output, `bias` (outputs) or NULL. Gradient: source is
// the gradient of the output, destination that of the input. All of the destination is written.
// false: out of memory.
bool cd_run(cd_primitive *primitive, const float *source, const void *packed, const float *bias,
            float *destination, void *scratch);

// Row-major C (rows, columns) = A (rows, inner) * B (inner, columns), or added to C. A flag tells that
// a matrix is stored the other way round; strides are the distances between stored rows.
typedef struct {
  int64_t rows, columns, inner;
  bool transposed_a, transposed_b, accumulates;
  int64_t stride_a, stride_b, stride_c;
} cd_product;

bool cd_multiply(const cd_product *product, const float *a, const float *b, float *c);

// Gives back the code of primitives that were destroyed, which oneDNN keeps for others like them.
void cd_forget_unused(void);

// The widest vectors that oneDNN may use; false, and no effect, once it has been used.
typedef enum { CD_VECTORS_SSE41, CD_VECTORS_AVX2, CD_VECTORS_ANY } cd_vectors;
bool cd_limit(cd_vectors vectors);

// Whether the processor multiplies bfloat16 itself; elsewhere such a convolution is slow, or there is
// none.
bool cd_has_bfloat16(void);

// The version of oneDNN that runs, which may be newer than the one compiled for.
typedef struct {
  int32_t major, minor, patch;
} cd_version;
cd_version cd_library_version(void);

#endif
