// What differs between versions 2 and 3 of oneDNN's interface: how a convolution and the layout of a
// tensor are described.
#ifndef VERSIONS_H
#define VERSIONS_H

#include <oneapi/dnnl/dnnl.h>
#include <oneapi/dnnl/dnnl_version.h>
#include <stdbool.h>
#include <stddef.h>

enum { MOST_EXTENTS = 5 };

#if DNNL_VERSION_MAJOR >= 3

typedef const_dnnl_memory_desc_t layout_ref;
typedef struct {
  dnnl_memory_desc_t value;
} layout;

static bool make_layout(layout *made, int rank, const dnnl_dims_t extents, dnnl_data_type_t type,
                        dnnl_format_tag_t tag) {
  made->value = NULL;
  return dnnl_memory_desc_create_with_tag(&made->value, rank, extents, type, tag) == dnnl_success;
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

static dnnl_primitive_desc_t describe(dnnl_engine_t engine, bool gradient, const layout *source,
                                      const layout *weights, const layout *bias,
                                      const layout *result, const dnnl_dims_t strides,
                                      const dnnl_dims_t dilates, const dnnl_dims_t before,
                                      const dnnl_dims_t after,
                                      const_dnnl_primitive_attr_t attributes) {
  dnnl_primitive_desc_t description = NULL;
  // The hint that a gradient may be given matters to other primitives only.
  dnnl_status_t status =
      gradient ? dnnl_convolution_backward_data_primitive_desc_create(
                     &description, engine, dnnl_convolution_direct, ref(source), ref(weights),
                     ref(result), strides, dilates, before, after, NULL, attributes)
               : dnnl_convolution_forward_primitive_desc_create(
                     &description, engine, dnnl_forward_inference, dnnl_convolution_direct,
                     ref(source), ref(weights), bias ? ref(bias) : NULL, ref(result), strides,
                     dilates, before, after, attributes);
  return status == dnnl_success ? description : NULL;
}

#else

typedef const dnnl_memory_desc_t *layout_ref;
typedef struct {
  dnnl_memory_desc_t value;
} layout;

static bool make_layout(layout *made, int rank, const dnnl_dims_t extents, dnnl_data_type_t type,
                        dnnl_format_tag_t tag) {
  return dnnl_memory_desc_init_by_tag(&made->value, rank, extents, type, tag) == dnnl_success;
}
static bool make_stepped_layout(layout *made, int rank, const dnnl_dims_t extents,
                                const dnnl_dims_t steps) {
  return dnnl_memory_desc_init_by_strides(&made->value, rank, extents, dnnl_f32, steps) ==
         dnnl_success;
}
static layout_ref ref(const layout *made) { return &made->value; }
static void free_layout(layout *made) { (void)made; }

static dnnl_primitive_desc_t describe(dnnl_engine_t engine, bool gradient, const layout *source,
                                      const layout *weights, const layout *bias,
                                      const layout *result, const dnnl_dims_t strides,
                                      const dnnl_dims_t dilates, const dnnl_dims_t before,
                                      const dnnl_dims_t after,
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

#endif
