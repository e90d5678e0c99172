// Drawing through cairo, loaded at run time.
#include "CCairo.h"

#include <cairo/cairo-pdf.h>
#include <cairo/cairo.h>
#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Each function under its own name, with the type that the header gives it.
// clang-format off
#define CAIRO_FUNCTIONS(X) \
  X(cairo_create) X(cairo_destroy) X(cairo_status) X(cairo_status_to_string) \
  X(cairo_surface_destroy) X(cairo_surface_finish) X(cairo_surface_flush) \
  X(cairo_surface_status) X(cairo_surface_mark_dirty) \
  X(cairo_pdf_surface_create_for_stream) X(cairo_pdf_surface_set_metadata) \
  X(cairo_pdf_surface_restrict_to_version) \
  X(cairo_image_surface_create) X(cairo_image_surface_get_data) \
  X(cairo_image_surface_get_stride) X(cairo_image_surface_get_width) \
  X(cairo_image_surface_get_height) X(cairo_set_source_rgba) X(cairo_set_source_surface) \
  X(cairo_get_source) X(cairo_pattern_set_filter) X(cairo_paint) X(cairo_move_to) \
  X(cairo_line_to) X(cairo_new_path) X(cairo_close_path) X(cairo_stroke) X(cairo_fill) \
  X(cairo_set_line_width) X(cairo_set_dash) X(cairo_set_line_join) \
  X(cairo_select_font_face) X(cairo_set_font_size) X(cairo_set_font_options) \
  X(cairo_font_options_create) X(cairo_font_options_destroy) \
  X(cairo_font_options_set_antialias) X(cairo_font_options_set_hint_style) \
  X(cairo_font_options_set_hint_metrics) X(cairo_text_extents) X(cairo_show_text) \
  X(cairo_save) X(cairo_restore) X(cairo_scale) X(cairo_translate) X(cairo_rotate)
// clang-format on

#define DECLARE(name) __typeof__(&name) name##_;
static struct { CAIRO_FUNCTIONS(DECLARE) } lib;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char missing[CCAIRO_MESSAGE];

static void load(void) {
#ifdef __APPLE__
  static const char *const names[] = {"libcairo.2.dylib", "/opt/homebrew/lib/libcairo.2.dylib",
                                      "/usr/local/lib/libcairo.2.dylib"};
#else
  static const char *const names[] = {"libcairo.so.2"};
#endif
  void *handle = NULL;
  for (size_t index = 0; index < sizeof names / sizeof *names && !handle; index++) {
    handle = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (!handle) {
    snprintf(missing, sizeof missing, "the library cairo is not there (%s)", names[0]);
    return;
  }
#define FIND(name)                                       \
  lib.name##_ = (__typeof__(&name))dlsym(handle, #name); \
  if (!lib.name##_ && !missing[0])                       \
    snprintf(missing, sizeof missing, "the library cairo is too old: it lacks %s", #name);
  CAIRO_FUNCTIONS(FIND)
}

struct ccairo_canvas {
  cairo_surface_t *surface;
  cairo_t *cairo;
  double scale;
  bool is_pdf;
  // Of a PDF.
  uint8_t *bytes;
  size_t count, capacity;
};

static cairo_status_t keep(void *closure, const unsigned char *data, unsigned int length) {
  ccairo_canvas *canvas = closure;
  if (length > canvas->capacity - canvas->count) {
    size_t capacity = canvas->capacity * 2 + length;
    uint8_t *grown = realloc(canvas->bytes, capacity);
    if (!grown) return CAIRO_STATUS_WRITE_ERROR;
    canvas->bytes = grown;
    canvas->capacity = capacity;
  }
  memcpy(canvas->bytes + canvas->count, data, length);
  canvas->count += length;
  return CAIRO_STATUS_SUCCESS;
}

static void destroy(ccairo_canvas *canvas) {
  if (canvas->cairo) lib.cairo_destroy_(canvas->cairo);
  if (canvas->surface) lib.cairo_surface_destroy_(canvas->surface);
  free(canvas->bytes);
  free(canvas);
}

bool ccairo_load(char *message) {
  pthread_once(&once, load);
  if (missing[0]) snprintf(message, CCAIRO_MESSAGE, "%s", missing);
  return !missing[0];
}

static ccairo_canvas *start(double scale, bool is_pdf, char *message) {
  if (!ccairo_load(message)) return NULL;
  ccairo_canvas *canvas = calloc(1, sizeof *canvas);
  if (!canvas) {
    snprintf(message, CCAIRO_MESSAGE, "out of memory");
    return NULL;
  }
  canvas->scale = scale;
  canvas->is_pdf = is_pdf;
  return canvas;
}

static bool begin(ccairo_canvas *canvas, ccairo_canvas **result, char *message) {
  canvas->cairo = lib.cairo_create_(canvas->surface);
  cairo_status_t status = lib.cairo_status_(canvas->cairo);
  if (status != CAIRO_STATUS_SUCCESS) {
    snprintf(message, CCAIRO_MESSAGE, "cairo: %s", lib.cairo_status_to_string_(status));
    destroy(canvas);
    return false;
  }
  // Letters of one size have one shape, wherever they stand.
  cairo_font_options_t *options = lib.cairo_font_options_create_();
  lib.cairo_font_options_set_antialias_(options, CAIRO_ANTIALIAS_GRAY);
  lib.cairo_font_options_set_hint_style_(options, CAIRO_HINT_STYLE_NONE);
  lib.cairo_font_options_set_hint_metrics_(options, CAIRO_HINT_METRICS_OFF);
  lib.cairo_set_font_options_(canvas->cairo, options);
  lib.cairo_font_options_destroy_(options);
  lib.cairo_set_line_join_(canvas->cairo, CAIRO_LINE_JOIN_ROUND);
  lib.cairo_scale_(canvas->cairo, canvas->scale, canvas->scale);
  *result = canvas;
  return true;
}

bool ccairo_open_pdf(double width, double height, const char *title, const char *subject,
                     ccairo_canvas **result, char *message) {
  ccairo_canvas *canvas = start(1, true, message);
  if (!canvas) return false;
  canvas->surface = lib.cairo_pdf_surface_create_for_stream_(keep, canvas, width, height);
  if (!begin(canvas, result, message)) return false;
  // Every version of cairo writes the same kind of file, which LaTeX of any age includes.
  lib.cairo_pdf_surface_restrict_to_version_(canvas->surface, CAIRO_PDF_VERSION_1_4);
  lib.cairo_pdf_surface_set_metadata_(canvas->surface, CAIRO_PDF_METADATA_TITLE, title);
  lib.cairo_pdf_surface_set_metadata_(canvas->surface, CAIRO_PDF_METADATA_SUBJECT, subject);
  lib.cairo_pdf_surface_set_metadata_(canvas->surface, CAIRO_PDF_METADATA_CREATE_DATE, NULL);
  return true;
}

bool ccairo_open_pixels(int width, int height, double scale, ccairo_canvas **result,
                        char *message) {
  ccairo_canvas *canvas = start(scale, false, message);
  if (!canvas) return false;
  canvas->surface = lib.cairo_image_surface_create_(CAIRO_FORMAT_RGB24, width, height);
  if (!begin(canvas, result, message)) return false;
  lib.cairo_set_source_rgba_(canvas->cairo, 1, 1, 1, 1);
  lib.cairo_paint_(canvas->cairo);
  return true;
}

void ccairo_line(ccairo_canvas *canvas, const double *points, size_t count, bool closed,
                 double width, double dash, ccairo_colour colour) {
  if (count == 0) return;
  cairo_t *cairo = canvas->cairo;
  lib.cairo_new_path_(cairo);
  lib.cairo_move_to_(cairo, points[0], points[1]);
  for (size_t index = 1; index < count; index++) {
    lib.cairo_line_to_(cairo, points[2 * index], points[2 * index + 1]);
  }
  if (closed) lib.cairo_close_path_(cairo);
  lib.cairo_set_source_rgba_(cairo, colour.red, colour.green, colour.blue, colour.alpha);
  if (width > 0) {
    lib.cairo_set_line_width_(cairo, width);
    lib.cairo_set_dash_(cairo, &dash, dash > 0 ? 1 : 0, 0);
    lib.cairo_stroke_(cairo);
  } else {
    lib.cairo_fill_(cairo);
  }
}

void ccairo_text(ccairo_canvas *canvas, const char *text, double x, double y, double size,
                 double anchor, bool bold, bool turned, ccairo_colour colour) {
  cairo_t *cairo = canvas->cairo;
  lib.cairo_save_(cairo);
  lib.cairo_select_font_face_(cairo, "Helvetica", CAIRO_FONT_SLANT_NORMAL,
                              bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  lib.cairo_set_font_size_(cairo, size);
  lib.cairo_translate_(cairo, x, y);
  if (turned) lib.cairo_rotate_(cairo, -1.57079632679489662);
  cairo_text_extents_t extents;
  lib.cairo_text_extents_(cairo, text, &extents);
  lib.cairo_move_to_(cairo, -anchor * extents.x_advance, 0);
  lib.cairo_set_source_rgba_(cairo, colour.red, colour.green, colour.blue, colour.alpha);
  lib.cairo_show_text_(cairo, text);
  lib.cairo_restore_(cairo);
}

bool ccairo_picture(ccairo_canvas *canvas, const uint8_t *pixels, int rows, int columns, double x,
                    double y, double width, double height, char *message) {
  cairo_t *cairo = canvas->cairo;
  cairo_surface_t *picture = lib.cairo_image_surface_create_(CAIRO_FORMAT_RGB24, columns, rows);
  cairo_status_t status = lib.cairo_surface_status_(picture);
  if (status != CAIRO_STATUS_SUCCESS) {
    snprintf(message, CCAIRO_MESSAGE, "cairo: %s", lib.cairo_status_to_string_(status));
    lib.cairo_surface_destroy_(picture);
    return false;
  }
  lib.cairo_surface_flush_(picture);
  unsigned char *data = lib.cairo_image_surface_get_data_(picture);
  size_t stride = (size_t)lib.cairo_image_surface_get_stride_(picture);
  for (int row = 0; row < rows; row++) {
    uint32_t *line = (uint32_t *)(void *)(data + (size_t)row * stride);
    for (int column = 0; column < columns; column++) {
      const uint8_t *pixel = pixels + 3 * ((size_t)row * (size_t)columns + (size_t)column);
      line[column] = (uint32_t)pixel[0] << 16 | (uint32_t)pixel[1] << 8 | pixel[2];
    }
  }
  lib.cairo_surface_mark_dirty_(picture);
  if (!canvas->is_pdf) {
    // Edges on whole pixels, so that all pixels of the picture become equally large.
    double scale = canvas->scale;
    double left = round(x * scale), top = round(y * scale);
    width = (round((x + width) * scale) - left) / scale;
    height = (round((y + height) * scale) - top) / scale;
    x = left / scale;
    y = top / scale;
  }
  bool grows = width * canvas->scale >= columns;
  lib.cairo_save_(cairo);
  lib.cairo_translate_(cairo, x, y);
  lib.cairo_scale_(cairo, width / columns, height / rows);
  lib.cairo_set_source_surface_(cairo, picture, 0, 0);
  lib.cairo_pattern_set_filter_(lib.cairo_get_source_(cairo),
                                canvas->is_pdf || grows ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD);
  lib.cairo_paint_(cairo);
  lib.cairo_restore_(cairo);
  lib.cairo_surface_destroy_(picture);
  return true;
}

static bool copy_pixels(ccairo_canvas *canvas, uint8_t **bytes, size_t *count) {
  lib.cairo_surface_flush_(canvas->surface);
  size_t columns = (size_t)lib.cairo_image_surface_get_width_(canvas->surface);
  size_t rows = (size_t)lib.cairo_image_surface_get_height_(canvas->surface);
  size_t stride = (size_t)lib.cairo_image_surface_get_stride_(canvas->surface);
  const unsigned char *data = lib.cairo_image_surface_get_data_(canvas->surface);
  uint8_t *pixels = malloc(rows * columns * 3);
  if (!pixels) return false;
  for (size_t row = 0; row < rows; row++) {
    const uint32_t *line = (const uint32_t *)(const void *)(data + row * stride);
    for (size_t column = 0; column < columns; column++) {
      uint8_t *pixel = pixels + 3 * (row * columns + column);
      pixel[0] = (uint8_t)(line[column] >> 16);
      pixel[1] = (uint8_t)(line[column] >> 8);
      pixel[2] = (uint8_t)line[column];
    }
  }
  *bytes = pixels;
  *count = rows * columns * 3;
  return true;
}

bool ccairo_close(ccairo_canvas *canvas, uint8_t **bytes, size_t *count, char *message) {
  cairo_status_t status = lib.cairo_status_(canvas->cairo);
  bool done = status == CAIRO_STATUS_SUCCESS;
  if (done && canvas->is_pdf) {
    lib.cairo_surface_finish_(canvas->surface);
    status = lib.cairo_surface_status_(canvas->surface);
    done = status == CAIRO_STATUS_SUCCESS;
    *bytes = canvas->bytes;
    *count = canvas->count;
    if (done) canvas->bytes = NULL;
  } else if (done && !copy_pixels(canvas, bytes, count)) {
    status = CAIRO_STATUS_NO_MEMORY;
    done = false;
  }
  if (!done) snprintf(message, CCAIRO_MESSAGE, "cairo: %s", lib.cairo_status_to_string_(status));
  destroy(canvas);
  return done;
}

void ccairo_free(uint8_t *bytes) { free(bytes); }
