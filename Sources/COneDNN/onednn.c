// Wraps oneDNN's primitives; what its versions do not have in common is in versions.h.
#include "COneDNN.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "versions.h"

// ---------------------------------------------------------------- threads, engine

static dnnl_engine_t engine;
// Held while oneDNN chooses and makes code: where several threads had convolutions made at once,
// version 2.6 made code with wrong results, in a few starts of a program out of a hundred.
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
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

// ---------------------------------------------------------------- primitives

// Most that one call hands over: source, weights, bias, destination, scratch.
enum { MOST_ARGUMENTS = 5 };

// What a primitive is handed, and the addresses of it.
typedef struct {
  dnnl_exec_arg_t items[MOST_ARGUMENTS];
  const void *data[MOST_ARGUMENTS];
  int count;
} arguments;

// What a run is handed. It is kept for the next one, which only sets the addresses: a small layer takes
// no longer than making it anew.
typedef struct call {
  struct call *next;
  dnnl_stream_t stream;
  arguments convolution, rounding;
} call;

struct cd_primitive {
  dnnl_primitive_t primitive;
  dnnl_primitive_desc_t description;
  // From a float32 map to the bfloat16 one that the primitive reads; NULL where it reads float32.
  dnnl_primitive_t rounding;
  layout plain_weights, plain_source;
  bool gradient, bias;
  pthread_mutex_t lock;
  // Those that no thread uses now.
  call *idle;
};

static layout_ref query(const cd_primitive *primitive, dnnl_query_t what) {
  return dnnl_primitive_desc_query_md(primitive->description, what, 0);
}

// The map that is read.
static layout_ref source_layout(const cd_primitive *primitive) {
  return query(primitive, primitive->gradient ? dnnl_query_diff_dst_md : dnnl_query_src_md);
}

// The padding behind that the sizes imply; the last windows may also leave input unread.
static dnnl_dim_t after(dnnl_dim_t input, dnnl_dim_t output, dnnl_dim_t kernel,
                        const cd_convolution *c, dnnl_dim_t before) {
  dnnl_dim_t reach = (output - 1) * c->stride + (kernel - 1) * c->dilation + 1;
  return reach > input + before ? reach - input - before : 0;
}

static void get_map_extents(const cd_convolution *c, bool output, dnnl_dims_t extents) {
  extents[0] = c->batch;
  extents[1] = output ? c->output_channels : c->input_channels;
  extents[2] = output ? c->output_height : c->input_height;
  extents[3] = output ? c->output_width : c->input_width;
}

static dnnl_primitive_desc_t describe_maps(const cd_convolution *c, bool gradient, bool bias,
                                           const layout *weights) {
  dnnl_dims_t inputs, outputs;
  get_map_extents(c, false, inputs);
  get_map_extents(c, true, outputs);
  const dnnl_dims_t biases = {c->output_channels};
  const dnnl_dims_t strides = {c->stride, c->stride};
  const dnnl_dims_t dilates = {c->dilation - 1, c->dilation - 1};
  const dnnl_dims_t before = {c->pad_top, c->pad_left};
  const dnnl_dims_t behind = {
      after(c->input_height, c->output_height, c->kernel_height, c, c->pad_top),
      after(c->input_width, c->output_width, c->kernel_width, c, c->pad_left)};
  dnnl_data_type_t read = c->bfloat16 ? dnnl_bf16 : dnnl_f32;
  dnnl_primitive_attr_t attributes = NULL;
  layout source, result, shift;
  memset(&source, 0, sizeof source);
  memset(&result, 0, sizeof result);
  memset(&shift, 0, sizeof shift);
  dnnl_primitive_desc_t description = NULL;
  if (make_layout(&source, 4, inputs, gradient ? dnnl_f32 : read, dnnl_nhwc) &&
      make_layout(&result, 4, outputs, gradient ? read : dnnl_f32, dnnl_nhwc) &&
      make_layout(&shift, 1, biases, dnnl_f32, dnnl_x) &&
      dnnl_primitive_attr_create(&attributes) == dnnl_success &&
      dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user) ==
          dnnl_success) {
    description = describe(engine, gradient, &source, weights, bias ? &shift : NULL, &result,
                           strides, dilates, before, behind, attributes);
  }
  if (attributes) dnnl_primitive_attr_destroy(attributes);
  free_layout(&source);
  free_layout(&result);
  free_layout(&shift);
  return description;
}

static dnnl_primitive_t make_reorder(layout_ref from, layout_ref to) {
  dnnl_primitive_desc_t description = NULL;
  dnnl_primitive_t reorder = NULL;
  if (dnnl_reorder_primitive_desc_create(&description, from, engine, to, engine, NULL) !=
      dnnl_success) {
    return NULL;
  }
  if (dnnl_primitive_create(&reorder, description) != dnnl_success) reorder = NULL;
  dnnl_primitive_desc_destroy(description);
  return reorder;
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
  dnnl_dims_t source;
  get_map_extents(c, gradient, source);
  layout any;
  memset(&any, 0, sizeof any);
  pthread_mutex_lock(&making);
  bool done =
      make_layout(&any, rank, extents, c->bfloat16 ? dnnl_bf16 : dnnl_f32, dnnl_format_tag_any) &&
      make_stepped_layout(&made->plain_weights, rank, extents, steps + (MOST_EXTENTS - rank)) &&
      make_layout(&made->plain_source, 4, source, dnnl_f32, dnnl_nhwc) &&
      (made->description = describe_maps(c, gradient, bias, &any)) &&
      dnnl_primitive_create(&made->primitive, made->description) == dnnl_success &&
      (!c->bfloat16 ||
       (made->rounding = make_reorder(ref(&made->plain_source), source_layout(made))));
  pthread_mutex_unlock(&making);
  free_layout(&any);
  if (done) return made;
  cd_destroy(made);
  return NULL;
}

static void destroy_call(call *call) {
  for (int i = 0; i < call->convolution.count; ++i) {
    dnnl_memory_destroy(call->convolution.items[i].memory);
  }
  for (int i = 0; i < call->rounding.count; ++i) {
    dnnl_memory_destroy(call->rounding.items[i].memory);
  }
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
  if (primitive->rounding) dnnl_primitive_destroy(primitive->rounding);
  if (primitive->primitive) dnnl_primitive_destroy(primitive->primitive);
  if (primitive->description) dnnl_primitive_desc_destroy(primitive->description);
  free_layout(&primitive->plain_weights);
  free_layout(&primitive->plain_source);
  free(primitive);
}

// Bytes of the scratch that the primitive itself wants; behind them lies the rounded source.
static size_t own_scratch_bytes(const cd_primitive *primitive) {
  size_t bytes = dnnl_memory_desc_get_size(query(primitive, dnnl_query_scratchpad_md));
  return (bytes + 63) & ~(size_t)63;
}

size_t cd_scratch_bytes(const cd_primitive *primitive) {
  size_t source = primitive->rounding ? dnnl_memory_desc_get_size(source_layout(primitive)) : 0;
  return own_scratch_bytes(primitive) + source;
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
static bool add(arguments *list, int name, layout_ref layout, const void *data) {
  dnnl_memory_t memory = NULL;
  // oneDNN takes what it only reads by the same type as what it writes.
  if (dnnl_memory_create(&memory, layout, engine, (void *)(uintptr_t)data) != dnnl_success) {
    return false;
  }
  list->data[list->count] = data;
  list->items[list->count++] = (dnnl_exec_arg_t){.arg = name, .memory = memory};
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

static bool execute(const_dnnl_primitive_t primitive, dnnl_stream_t stream, const arguments *list) {
  return dnnl_primitive_execute(primitive, stream, list->count, list->items) == dnnl_success &&
         dnnl_stream_wait(stream) == dnnl_success;
}

bool cd_pack(const cd_primitive *primitive, const float *weights, void *packed) {
  if (!engine_alone()) return false;
  call *call = make_call();
  if (!call) return false;
  layout_ref wanted = query(primitive, dnnl_query_weights_md);
  pthread_mutex_lock(&making);
  dnnl_primitive_t reorder = make_reorder(ref(&primitive->plain_weights), wanted);
  pthread_mutex_unlock(&making);
  bool done = reorder &&
              add(&call->rounding, DNNL_ARG_FROM, ref(&primitive->plain_weights), weights) &&
              add(&call->rounding, DNNL_ARG_TO, wanted, packed) &&
              execute(reorder, call->stream, &call->rounding);
  if (reorder) dnnl_primitive_destroy(reorder);
  destroy_call(call);
  return done;
}

// Where the arguments of one run lie, in the order in which `describe_call` hands them over.
typedef struct {
  const void *convolution[MOST_ARGUMENTS], *rounding[MOST_ARGUMENTS];
} addresses;

// A call with all its arguments.
static call *describe_call(const cd_primitive *primitive, const addresses *at) {
  bool gradient = primitive->gradient;
  call *made = make_call();
  if (!made) return NULL;
  arguments *list = &made->convolution;
  layout_ref source = source_layout(primitive);
  bool done =
      add(list, gradient ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC, source, at->convolution[0]) &&
      add(list, DNNL_ARG_WEIGHTS, query(primitive, dnnl_query_weights_md), at->convolution[1]) &&
      add(list, gradient ? DNNL_ARG_DIFF_SRC : DNNL_ARG_DST,
          query(primitive, gradient ? dnnl_query_diff_src_md : dnnl_query_dst_md),
          at->convolution[2]) &&
      add(list, DNNL_ARG_SCRATCHPAD, query(primitive, dnnl_query_scratchpad_md),
          at->convolution[3]) &&
      (!primitive->bias ||
       add(list, DNNL_ARG_BIAS,
           dnnl_primitive_desc_query_md(primitive->description, dnnl_query_weights_md, 1),
           at->convolution[4])) &&
      (!primitive->rounding ||
       (add(&made->rounding, DNNL_ARG_FROM, ref(&primitive->plain_source), at->rounding[0]) &&
        add(&made->rounding, DNNL_ARG_TO, source, at->rounding[1])));
  if (done) return made;
  destroy_call(made);
  return NULL;
}

static bool set_addresses(arguments *list, const void *const *data) {
  for (int i = 0; i < list->count; ++i) {
    if (list->data[i] == data[i]) continue;
    if (dnnl_memory_set_data_handle(list->items[i].memory, (void *)(uintptr_t)data[i]) !=
        dnnl_success) {
      return false;
    }
    list->data[i] = data[i];
  }
  return true;
}

// One that is idle, with these addresses; NULL: there is none, or an address was not taken.
static call *take_call(cd_primitive *primitive, const addresses *at) {
  pthread_mutex_lock(&primitive->lock);
  call *taken = primitive->idle;
  if (taken) primitive->idle = taken->next;
  pthread_mutex_unlock(&primitive->lock);
  if (!taken || (set_addresses(&taken->convolution, at->convolution) &&
                 set_addresses(&taken->rounding, at->rounding))) {
    return taken;
  }
  destroy_call(taken);
  return NULL;
}

bool cd_run(cd_primitive *primitive, const float *source, const void *packed, const float *bias,
            float *destination, void *scratch) {
  if (!engine_alone()) return false;
  void *rounded = (char *)scratch + own_scratch_bytes(primitive);
  const addresses at = {
      .convolution = {primitive->rounding ? rounded : source, packed, destination, scratch, bias},
      .rounding = {source, rounded}};
  call *call = take_call(primitive, &at);
  if (!call) call = describe_call(primitive, &at);
  if (!call) return false;
  bool done =
      (!primitive->rounding || execute(primitive->rounding, call->stream, &call->rounding)) &&
      execute(primitive->primitive, call->stream, &call->convolution);
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

bool cd_has_bfloat16(void) {
#if defined(__x86_64__)
  // Sets of instructions that hold others have their bits too.
  dnnl_cpu_isa_t wanted = dnnl_cpu_isa_avx512_core_bf16;
  return (dnnl_get_effective_cpu_isa() & wanted) == wanted;
#else
  return false;
#endif
}

cd_version cd_library_version(void) {
  const dnnl_version_t *version = dnnl_version();
  return (cd_version){version->major, version->minor, version->patch};
}

void cd_forget_unused(void) {
  int capacity;
  if (dnnl_get_primitive_cache_capacity(&capacity) != dnnl_success) return;
  if (dnnl_set_primitive_cache_capacity(0) != dnnl_success) return;
  dnnl_set_primitive_cache_capacity(capacity);
}
