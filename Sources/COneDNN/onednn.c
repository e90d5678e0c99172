// Wraps oneDNN's primitives; the two versions of its interface differ in how a convolution and the
// layout of a tensor are described, and in nothing else that is used here.
#include "COneDNN.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// ---------------------------------------------------------------- threads, engine

static dnnl_engine_t engine;
static void (*set_threads)(int);

static void start(void) {
  // Found where oneDNN was built with OpenMP, which keeps this setting by thread.
  void *symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  memcpy(&set_threads, &symbol, sizeof symbol);
  if (dnnl_engine_create(&engine, dnnl_cpu, 0) != dnnl_success) engine = NULL;
}

// The engine, with the calling thread set to compute alone; NULL: out of memory.
static dnnl_engine_t engine_alone(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, start);
  if (set_threads) set_threads(1);
  return engine;
}

// ---------------------------------------------------------------- descriptions by version

enum { MOST_EXTENTS = 5 };

#if DNNL_VERSION_MAJOR >= 3

typedef const_dnnl_memory_desc_t layout_ref;
typedef struct {
  dnnl_memory_desc_t value;
} layout;

static bool make_layout(layout *made, int rank, const dnnl_dims_t extents, dnnl_format_tag_t tag) {
  made->value = NULL;
  return dnnl_memory_desc_create_with_tag(&made->value, rank, extents, dnnl_f32, tag) ==
         dnnl_success;
}
static bool make_stepped_layout(layout *made, int rank, const dnnl_dims_t extents,
                                const dnnl_dims_t steps) {
  made->value = NULL;
  return dnnl_memory_desc_create_with_strides(&made->value, rank, extents, dnnl_f32, steps) ==
         dnnl_success;
}
static layout_ref ref(const layout *made) { return made->value; }
static void free_layout(layout *made) {
  if (made->value) dnnl_memory_desc_destroy(made->value);
}

static dnnl_primitive_desc_t describe(bool gradient, const layout *source, const layout *weights,
                                      const layout *bias, const layout *result,
                                      const dnnl_dims_t strides, const dnnl_dims_t dilates,
                                      const dnnl_dims_t before, const dnnl_dims_t after,
                                      const_dnnl_primitive_attr_t attributes) {
  dnnl_primitive_desc_t forward = NULL, backward = NULL;
  dnnl_status_t status = dnnl_convolution_forward_primitive_desc_create(
      &forward, engine, gradient ? dnnl_forward_training : dnnl_forward_inference,
      dnnl_convolution_direct, ref(source), ref(weights), bias ? ref(bias) : NULL, ref(result),
      strides, dilates, before, after, attributes);
  if (status != dnnl_success) return NULL;
  if (!gradient) return forward;
  status = dnnl_convolution_backward_data_primitive_desc_create(
      &backward, engine, dnnl_convolution_direct, ref(source), ref(weights), ref(result), strides,
      dilates, before, after, forward, attributes);
  dnnl_primitive_desc_destroy(forward);
  return status == dnnl_success ? backward : NULL;
}

#else

typedef const dnnl_memory_desc_t *layout_ref;
typedef struct {
  dnnl_memory_desc_t value;
} layout;

static bool make_layout(layout *made, int rank, const dnnl_dims_t extents, dnnl_format_tag_t tag) {
  return dnnl_memory_desc_init_by_tag(&made->value, rank, extents, dnnl_f32, tag) == dnnl_success;
}
static bool make_stepped_layout(layout *made, int rank, const dnnl_dims_t extents,
                                const dnnl_dims_t steps) {
  return dnnl_memory_desc_init_by_strides(&made->value, rank, extents, dnnl_f32, steps) ==
         dnnl_success;
}
static layout_ref ref(const layout *made) { return &made->value; }
static void free_layout(layout *made) { (void)made; }

static dnnl_primitive_desc_t describe(bool gradient, const layout *source, const layout *weights,
                                      const layout *bias, const layout *result,
                                      const dnnl_dims_t strides, const dnnl_dims_t dilates,
                                      const dnnl_dims_t before, const dnnl_dims_t after,
                                      const_dnnl_primitive_attr_t attributes) {
  dnnl_convolution_desc_t convolution;
  dnnl_status_t status = gradient
                             ? dnnl_dilated_convolution_backward_data_desc_init(
                                   &convolution, dnnl_convolution_direct, ref(source), ref(weights),
                                   ref(result), strides, dilates, before, after)
                             : dnnl_dilated_convolution_forward_desc_init(
                                   &convolution, dnnl_forward_inference, dnnl_convolution_direct,
                                   ref(source), ref(weights), bias ? ref(bias) : NULL, ref(result),
                                   strides, dilates, before, after);
  dnnl_primitive_desc_t description = NULL;
  if (status != dnnl_success) return NULL;
  status = dnnl_primitive_desc_create(&description, &convolution, attributes, engine, NULL);
  return status == dnnl_success ? description : NULL;
}

#endif

// ---------------------------------------------------------------- primitives

// Most that one call hands over: source, weights, bias, destination, scratch.
enum { MOST_ARGUMENTS = 5 };

// What a run of a primitive is handed. It is kept for the next one, which only sets the addresses: a
// small layer takes no longer than making it anew.
typedef struct call {
  struct call *next;
  dnnl_stream_t stream;
  dnnl_exec_arg_t items[MOST_ARGUMENTS];
  const void *data[MOST_ARGUMENTS];
  int count;
} call;

struct cd_primitive {
  dnnl_primitive_t primitive;
  dnnl_primitive_desc_t description;
  layout plain_weights;
  bool gradient, bias;
  pthread_mutex_t lock;
  // Those that no thread uses now.
  call *idle;
};

static layout_ref query(const cd_primitive *primitive, dnnl_query_t what) {
  return dnnl_primitive_desc_query_md(primitive->description, what, 0);
}

// The padding behind that the sizes imply; the last windows may also leave input unread.
static dnnl_dim_t after(dnnl_dim_t input, dnnl_dim_t output, dnnl_dim_t kernel,
                        const cd_convolution *c, dnnl_dim_t before) {
  dnnl_dim_t reach = (output - 1) * c->stride + (kernel - 1) * c->dilation + 1;
  return reach > input + before ? reach - input - before : 0;
}

static dnnl_primitive_desc_t describe_maps(const cd_convolution *c, bool gradient, bool bias,
                                           const layout *weights) {
  const dnnl_dims_t inputs = {c->batch, c->input_channels, c->input_height, c->input_width};
  const dnnl_dims_t outputs = {c->batch, c->output_channels, c->output_height, c->output_width};
  const dnnl_dims_t biases = {c->output_channels};
  const dnnl_dims_t strides = {c->stride, c->stride};
  const dnnl_dims_t dilates = {c->dilation - 1, c->dilation - 1};
  const dnnl_dims_t before = {c->pad_top, c->pad_left};
  const dnnl_dims_t behind = {
      after(c->input_height, c->output_height, c->kernel_height, c, c->pad_top),
      after(c->input_width, c->output_width, c->kernel_width, c, c->pad_left)};
  dnnl_primitive_attr_t attributes = NULL;
  layout source, result, shift;
  memset(&source, 0, sizeof source);
  memset(&result, 0, sizeof result);
  memset(&shift, 0, sizeof shift);
  dnnl_primitive_desc_t description = NULL;
  if (make_layout(&source, 4, inputs, dnnl_nhwc) && make_layout(&result, 4, outputs, dnnl_nhwc) &&
      make_layout(&shift, 1, biases, dnnl_x) &&
      dnnl_primitive_attr_create(&attributes) == dnnl_success &&
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) ==
          dnnl_success) {
    description = describe(gradient, &source, weights, bias ? &shift : NULL, &result, strides,
                           dilates, before, behind, attributes);
  }
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  free_layout(&source);
  free_layout(&result);
  free_layout(&shift);
  return description;
}

cd_primitive *cd_create(const cd_convolution *c, bool gradient, bool bias) {
  if (!engine_alone()) return NULL;
  cd_primitive *made = calloc(1, sizeof *made);
  if (!made) return NULL;
  made->gradient = gradient;
  made->bias = bias;
  pthread_mutex_init(&made->lock, NULL);
  int rank = c->groups > 1 ? 5 : 4;
  const dnnl_dims_t grouped = {c->groups, c->output_channels / c->groups,
                               c->input_channels / c->groups, c->kernel_height, c->kernel_width};
  const dnnl_dim_t *extents = grouped + (MOST_EXTENTS - rank);
  const dnnl_dims_t steps = {(dnnl_dim_t)c->output_step * grouped[1], c->output_step, c->input_step,
                             c->kernel_width, 1};
  layout any;
  memset(&any, 0, sizeof any);
  if (make_layout(&any, rank, extents, dnnl_format_tag_any) &&
      make_stepped_layout(&made->plain_weights, rank, extents, steps + (MOST_EXTENTS - rank))) {
    made->description = describe_maps(c, gradient, bias, &any);
  }
  free_layout(&any);
  if (!made->description ||
      dnnl_primitive_create(&made->primitive, made->description) != dnnl_success) {
    cd_destroy(made);
    return NULL;
  }
  return made;
}

static void destroy_call(call *call) {
  for (int i = 0; i < call->count; ++i) dnnl_memory_destroy(call->items[i].memory);
  if (call->stream) dnnl_stream_destroy(call->stream);
  free(call);
}

void cd_destroy(cd_primitive *primitive) {
  if (!primitive) return;
  while (primitive->idle) {
    call *first = primitive->idle;
    primitive->idle = first->next;
    destroy_call(first);
  }
  pthread_mutex_destroy(&primitive->lock);
  if (primitive->primitive) dnnl_primitive_destroy(primitive->primitive);
  if (primitive->description) dnnl_primitive_desc_destroy(primitive->description);
  free_layout(&primitive->plain_weights);
  free(primitive);
}

size_t cd_scratch_bytes(const cd_primitive *primitive) {
  return dnnl_memory_desc_get_size(query(primitive, dnnl_query_scratchpad_md));
}

size_t cd_packed_bytes(const cd_primitive *primitive) {
  return dnnl_memory_desc_get_size(query(primitive, dnnl_query_weights_md));
}

bool cd_same_layout(const cd_primitive *one, const cd_primitive *other) {
  return dnnl_memory_desc_equal(query(one, dnnl_query_weights_md),
                                query(other, dnnl_query_weights_md)) != 0;
}

// ---------------------------------------------------------------- running

// Hands over `data` as the argument `name`; false: out of memory.
static bool add(call *call, int name, layout_ref layout, const void *data) {
  dnnl_memory_t memory = NULL;
  // oneDNN takes what it only reads by the same type as what it writes.
  if (dnnl_memory_create(&memory, layout, engine, (void *)(uintptr_t)data) != dnnl_success) {
    return false;
  }
  call->data[call->count] = data;
  call->items[call->count++] = (dnnl_exec_arg_t){.arg = name, .memory = memory};
  return true;
}

static call *make_call(void) {
  call *made = calloc(1, sizeof *made);
  if (made &&
      dnnl_stream_create(&made->stream, engine, dnnl_stream_default_flags) == dnnl_success) {
    return made;
  }
  free(made);
  return NULL;
}

static bool execute(const_dnnl_primitive_t primitive, const call *call) {
  return dnnl_primitive_execute(primitive, call->stream, call->count, call->items) ==
             dnnl_success &&
         dnnl_stream_wait(call->stream) == dnnl_success;
}

bool cd_pack(const cd_primitive *primitive, const float *weights, float *packed) {
  if (!engine_alone()) return false;
  call *call = make_call();
  if (!call) return false;
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t reorder = NULL;
  layout_ref wanted = query(primitive, dnnl_query_weights_md);
  bool done = dnnl_reorder_primitive_desc_create(&description, ref(&primitive->plain_weights),
                                                 engine, wanted, engine, NULL) == dnnl_success &&
              dnnl_primitive_create(&reorder, description) == dnnl_success &&
              add(call, DNNL_ARG_FROM, ref(&primitive->plain_weights), weights) &&
              add(call, DNNL_ARG_TO, wanted, packed) && execute(reorder, call);
  if (reorder) dnnl_primitive_destroy(reorder);
  if (description) dnnl_primitive_desc_destroy(description);
  destroy_call(call);
  return done;
}

// A call with all its arguments, whose addresses are those of `data`.
static call *describe_call(const cd_primitive *primitive, const void *const *data) {
  bool gradient = primitive->gradient;
  call *made = make_call();
  if (!made) return NULL;
  bool done =
      add(made, gradient ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC,
          query(primitive, gradient ? dnnl_query_diff_dst_md : dnnl_query_src_md), data[0]) &&
      add(made, DNNL_ARG_WEIGHTS, query(primitive, dnnl_query_weights_md), data[1]) &&
      add(made, gradient ? DNNL_ARG_DIFF_SRC : DNNL_ARG_DST,
          query(primitive, gradient ? dnnl_query_diff_src_md : dnnl_query_dst_md), data[2]) &&
      add(made, DNNL_ARG_SCRATCHPAD, query(primitive, dnnl_query_scratchpad_md), data[3]) &&
      (!primitive->bias ||
       add(made, DNNL_ARG_BIAS,
           dnnl_primitive_desc_query_md(primitive->description, dnnl_query_weights_md, 1),
           data[4]));
  if (done) return made;
  destroy_call(made);
  return NULL;
}

// One that is idle, with the addresses of `data`; NULL: there is none, or an address was not taken.
static call *take_call(cd_primitive *primitive, const void *const *data) {
  pthread_mutex_lock(&primitive->lock);
  call *taken = primitive->idle;
  if (taken) primitive->idle = taken->next;
  pthread_mutex_unlock(&primitive->lock);
  for (int i = 0; taken && i < taken->count; ++i) {
    if (taken->data[i] == data[i]) continue;
    if (dnnl_memory_set_data_handle(taken->items[i].memory, (void *)(uintptr_t)data[i]) !=
        dnnl_success) {
      destroy_call(taken);
      return NULL;
    }
    taken->data[i] = data[i];
  }
  return taken;
}

bool cd_run(cd_primitive *primitive, const float *source, const float *packed, const float *bias,
            float *destination, void *scratch) {
  if (!engine_alone()) return false;
  const void *data[MOST_ARGUMENTS] = {source, packed, destination, scratch, bias};
  call *call = take_call(primitive, data);
  if (!call) call = describe_call(primitive, data);
  if (!call) return false;
  bool done = execute(primitive->primitive, call);
  pthread_mutex_lock(&primitive->lock);
  call->next = primitive->idle;
  primitive->idle = call;
  pthread_mutex_unlock(&primitive->lock);
  return done;
}

bool cd_multiply(const cd_product *p, const float *a, const float *b, float *c) {
  if (!engine_alone()) return false;
  return dnnl_sgemm(p->transposed_a ? 'T' : 'N', p->transposed_b ? 'T' : 'N', p->rows, p->columns,
                    p->inner, 1, a, p->stride_a, b, p->stride_b, p->accumulates ? 1 : 0, c,
                    p->stride_c) == dnnl_success;
}

bool cd_limit(cd_vectors vectors) {
#if defined(__x86_64__)
  dnnl_cpu_isa_t limit = vectors == CD_VECTORS_SSE41  ? dnnl_cpu_isa_sse41
                         : vectors == CD_VECTORS_AVX2 ? dnnl_cpu_isa_avx2
#if DNNL_VERSION_MAJOR >= 3
                                                      : dnnl_cpu_isa_default;
#else
                                                      : dnnl_cpu_isa_all;
#endif
  return dnnl_set_max_cpu_isa(limit) == dnnl_success;
#else
  return vectors == CD_VECTORS_ANY;
#endif
}

cd_version cd_library_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return (cd_version){version->major, version->minor, version->patch};
}
