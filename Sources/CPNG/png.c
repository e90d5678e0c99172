// In-memory PNG decoding and encoding with libpng.
#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Ancillary chunks (text, profiles) are not wanted: cap what libpng may allocate for them.
enum { CHUNK_BYTES_MAX = 8 << 20, CHUNKS_MAX = 1000 };

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
} source;

typedef struct {
  uint8_t *bytes;
  size_t count;
  size_t capacity;
} sink;

static void on_error(png_structp png, png_const_charp text) {
  char *message = png_get_error_ptr(png);
  snprintf(message, CPNG_MESSAGE, "%s", text);
  png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void read_bytes(png_structp png, png_bytep out, size_t length) {
  source *from = png_get_io_ptr(png);
  if (length > from->count - from->position) png_error(png, "the data ends too early");
  memcpy(out, from->bytes + from->position, length);
  from->position += length;
}

static void write_bytes(png_structp png, png_bytep in, size_t length) {
  sink *to = png_get_io_ptr(png);
  if (length > to->capacity - to->count) {
    size_t capacity = to->capacity * 2 + length;
    uint8_t *grown = realloc(to->bytes, capacity);
    if (!grown) png_error(png, "out of memory");
    to->bytes = grown;
    to->capacity = capacity;
  }
  memcpy(to->bytes + to->count, in, length);
  to->count += length;
}

static void flush(png_structp png) { (void)png; }

static png_structp start_reading(source *from, char *message) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  if (!png) {
    snprintf(message, CPNG_MESSAGE, "libpng could not start");
    return NULL;
  }
  png_set_read_fn(png, from, read_bytes);
  return png;
}

static void limit(png_structp png) {
  png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
  png_set_chunk_malloc_max(png, CHUNK_BYTES_MAX);
  png_set_chunk_cache_max(png, CHUNKS_MAX);
  // Nothing is made of these, for which libpng would take as much memory as they claim to have.
  static const png_byte unread[] = "tEXt\0zTXt\0iTXt\0sPLT";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, unread, 4);
}

bool cpng_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                    char *message) {
  source from = {bytes, count, 0};
  png_structp png = start_reading(&from, message);
  if (!png) return false;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    if (!info) snprintf(message, CPNG_MESSAGE, "out of memory");
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  limit(png);
  png_read_info(png, info);
  *width = png_get_image_width(png, info);
  *height = png_get_image_height(png, info);
  png_destroy_read_struct(&png, &info, NULL);
  return true;
}

// Asks libpng to turn whatever the file holds into 8-bit RGB.
static void ask_for_rgb(png_structp png, png_infop info) {
  int colour = png_get_color_type(png, info);
  int depth = png_get_bit_depth(png, info);
  if (colour == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (depth == 16) png_set_strip_16(png);
  if (!(colour & PNG_COLOR_MASK_COLOR)) png_set_gray_to_rgb(png);
  png_set_strip_alpha(png);
}

bool cpng_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                   char *message) {
  source from = {bytes, count, 0};
  png_structp png = start_reading(&from, message);
  if (!png) return false;
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    if (!info) snprintf(message, CPNG_MESSAGE, "out of memory");
    png_destroy_read_struct(&png, &info, NULL);
    return false;
  }
  limit(png);
  png_read_info(png, info);
  ask_for_rgb(png, info);
  int passes = png_set_interlace_handling(png);
  png_read_update_info(png, info);

  size_t width = png_get_image_width(png, info);
  size_t height = png_get_image_height(png, info);
  if (png_get_rowbytes(png, info) != width * 3) png_error(png, "unexpected row length");
  if (height > capacity / (width * 3)) png_error(png, "the picture changed its size");
  for (int pass = 0; pass < passes; pass++) {
    for (size_t row = 0; row < height; row++) {
      png_read_row(png, pixels + row * width * 3, NULL);
    }
  }
  png_destroy_read_struct(&png, &info, NULL);
  return true;
}

bool cpng_write_rgb(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **bytes,
                    size_t *count, char *message) {
  sink to = {NULL, 0, 0};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, message, on_error, on_warning);
  if (!png) {
    snprintf(message, CPNG_MESSAGE, "libpng could not start");
    return false;
  }
  png_infop info = png_create_info_struct(png);
  if (!info || setjmp(png_jmpbuf(png))) {
    if (!info) snprintf(message, CPNG_MESSAGE, "out of memory");
    // Read through libpng's own pointer: `to` lies in memory, not in a register that a jump restores.
    sink *kept = png_get_io_ptr(png);
    if (kept) free(kept->bytes);
    png_destroy_write_struct(&png, &info);
    return false;
  }
  png_set_write_fn(png, &to, write_bytes, flush);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(png, info);
  for (size_t row = 0; row < height; row++) {
    png_write_row(png, pixels + row * (size_t)width * 3);
  }
  png_write_end(png, info);
  png_destroy_write_struct(&png, &info);
  *bytes = to.bytes;
  *count = to.count;
  return true;
}

void cpng_free(uint8_t *bytes) { free(bytes); }
