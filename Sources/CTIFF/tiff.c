// In-memory TIFF decoding with libtiff: its callbacks and messages stay on this side of the border.
#include "CTIFF.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
  char *message;
} source;

static tmsize_t read_bytes(thandle_t handle, void *out, tmsize_t length) {
  source *from = handle;
  size_t left = from->position < from->count ? from->count - from->position : 0;
  size_t taken = length < 0 ? 0 : (size_t)length < left ? (size_t)length : left;
  memcpy(out, from->bytes + from->position, taken);
  from->position += taken;
  return (tmsize_t)taken;
}

static tmsize_t write_bytes(thandle_t handle, void *in, tmsize_t length) {
  (void)handle, (void)in, (void)length;
  return 0;
}

static toff_t seek(thandle_t handle, toff_t offset, int whence) {
  source *from = handle;
  size_t base = whence == SEEK_CUR ? from->position : whence == SEEK_END ? from->count : 0;
  from->position = base + (size_t)offset;
  return from->position;
}

static int close_nothing(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t size(thandle_t handle) { return ((source *)handle)->count; }

static int map(thandle_t handle, void **base, toff_t *length) {
  source *from = handle;
  *base = (void *)(uintptr_t)from->bytes;
  *length = from->count;
  return 1;
}

static void unmap(thandle_t handle, void *base, toff_t length) {
  (void)handle, (void)base, (void)length;
}

// What libtiff says while a file is open goes to its message; the first line counts.
static int on_error(TIFF *tiff, void *user, const char *module, const char *format,
                    va_list values) {
  (void)tiff, (void)module;
  char *message = user;
  if (message[0] == 0) vsnprintf(message, CTIFF_MESSAGE, format, values);
  return 1;
}

static int on_warning(TIFF *tiff, void *user, const char *module, const char *format,
                      va_list values) {
  (void)tiff, (void)user, (void)module, (void)format, (void)values;
  return 1;
}

static TIFF *start(source *from) {
  from->message[0] = 0;
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return NULL;
  // A strip of a picture within the limits of the caller takes no more.
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, (tmsize_t)1 << 30);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, from->message);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, NULL);
  TIFF *tiff = TIFFClientOpenExt("memory", "r", from, read_bytes, write_bytes, seek, close_nothing,
                                 size, map, unmap, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}

static bool finish(TIFF *tiff, bool done, char *message) {
  if (tiff) TIFFClose(tiff);
  if (!done && message[0] == 0) snprintf(message, CTIFF_MESSAGE, "it cannot be read");
  return done;
}

bool ctiff_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                     uint32_t *orientation, char *message) {
  source from = {bytes, count, 0, message};
  TIFF *tiff = start(&from);
  uint16_t turn = ORIENTATION_TOPLEFT;
  bool done = tiff && TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, width) &&
              TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, height) && *width > 0 && *height > 0;
  if (done) TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &turn);
  *orientation = turn >= 1 && turn <= 8 ? turn : 1;
  return finish(tiff, done, message);
}

// libtiff multiplies colours by an alpha that says it has not been: here no kind is multiplied.
// Returns whether the colours of the file are multiplied already.
static bool ignore_alpha(TIFF *tiff) {
  uint16_t count = 0, *kinds = NULL;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds);
  if (count == 0) return false;
  const bool is_multiplied = kinds[0] == EXTRASAMPLE_ASSOCALPHA;
  // Pictures have one to three of them; the first alone counts.
  uint16_t plain[16] = {EXTRASAMPLE_ASSOCALPHA};
  if (count <= 16) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, count, plain);
  return is_multiplied;
}

// A colour without the alpha that it is multiplied by, as Pillow divides it.
static uint8_t divided(uint32_t colour, uint32_t alpha) {
  const uint32_t value = alpha == 0 ? 0 : colour * 255 / alpha;
  return value < 255 ? (uint8_t)value : 255;
}

// Samples of other kinds are no fault of the file: their kind becomes the message.
static bool ctiff_converts(TIFF *tiff, char *message) {
  uint16_t bits = 1, samples = 1, kind = SAMPLEFORMAT_UINT, colours = PHOTOMETRIC_RGB;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &kind);
  TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &colours);
  // Of these the library makes other numbers than those who know the colours' white.
  const bool is_lab = colours == PHOTOMETRIC_CIELAB || colours == PHOTOMETRIC_ICCLAB ||
                      colours == PHOTOMETRIC_ITULAB;
  if (is_lab || colours == PHOTOMETRIC_LOGL || colours == PHOTOMETRIC_LOGLUV) {
    snprintf(message, CTIFF_MESSAGE, CTIFF_OTHER "%s TIFF", is_lab ? "L*a*b*" : "LogLuv");
    return false;
  }
  // A grey of 8 bits and a sign Pillow takes for a byte without one, and colours not at all.
  const bool is_grey = colours == PHOTOMETRIC_MINISBLACK && samples == 1;
  const bool is_signed = kind == SAMPLEFORMAT_INT && (bits > 8 || !is_grey);
  if (bits <= 16 && kind != SAMPLEFORMAT_IEEEFP && !is_signed) return true;
  snprintf(message, CTIFF_MESSAGE, CTIFF_OTHER "%u-bit %sTIFF", bits,
           kind == SAMPLEFORMAT_IEEEFP ? "floating-point "
           : is_signed                 ? "signed "
                                       : "");
  return false;
}

// The nearest of 8 bits, as libtiff takes it for colours.
static uint32_t nearest(uint32_t value) { return (value + 128) / 257; }

// Takes the place of libtiff's own function for greys of 16 bits, which keeps the high byte, drops alpha, and
// skips too little behind tiles that reach beyond the picture.
static void put_grey16(TIFFRGBAImage *image, uint32_t *raster, uint32_t x, uint32_t y,
                       uint32_t width, uint32_t height, int32_t from_skew, int32_t to_skew,
                       unsigned char *samples) {
  (void)x, (void)y;
  const ptrdiff_t step = (ptrdiff_t)image->samplesperpixel * 2;
  for (uint32_t row = 0; row < height; row++) {
    for (uint32_t column = 0; column < width; column++) {
      uint16_t values[2] = {0, UINT16_MAX};
      memcpy(values, samples, image->samplesperpixel > 1 ? 4 : 2);
      const bool is_white = image->photometric == PHOTOMETRIC_MINISWHITE;
      const uint32_t grey = is_white ? 255 - nearest(values[0]) : nearest(values[0]);
      *raster++ = grey | grey << 8 | grey << 16 | nearest(values[1]) << 24;
      samples += step;
    }
    raster += to_skew;
    samples += from_skew * step;
  }
}

// As TIFFReadRGBAImageOriented does it, from the top left, up to the first error.
static bool read_raster(TIFF *tiff, uint32_t *raster, char *message) {
  TIFFRGBAImage image;
  char text[1024] = "";
  if (!TIFFRGBAImageOK(tiff, text) || !TIFFRGBAImageBegin(&image, tiff, 1, text)) {
    if (message[0] == 0) snprintf(message, CTIFF_MESSAGE, "%.*s", CTIFF_MESSAGE - 1, text);
    return false;
  }
  const bool is_grey =
      image.photometric == PHOTOMETRIC_MINISBLACK || image.photometric == PHOTOMETRIC_MINISWHITE;
  if (image.isContig && is_grey && image.bitspersample == 16) image.put.contig = put_grey16;
  image.req_orientation = ORIENTATION_TOPLEFT;
  bool done = TIFFRGBAImageGet(&image, raster, image.width, image.height);
  TIFFRGBAImageEnd(&image);
  return done;
}

bool ctiff_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                    char *message) {
  source from = {bytes, count, 0, message};
  TIFF *tiff = start(&from);
  uint32_t width = 0, height = 0, *raster = NULL;
  bool done = tiff && TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &width) &&
              TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
  size_t total = (size_t)width * height;
  done = done && total > 0 && total <= capacity / 3;
  if (done && !ctiff_converts(tiff, message)) done = false;
  bool is_multiplied = false;
  if (done) {
    is_multiplied = ignore_alpha(tiff);
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    raster = malloc(total * sizeof *raster);
    done = raster && read_raster(tiff, raster, message);
  }
  for (size_t pixel = 0; done && pixel < total; pixel++) {
    const uint32_t alpha = is_multiplied ? TIFFGetA(raster[pixel]) : 255;
    pixels[pixel * 3] = divided(TIFFGetR(raster[pixel]), alpha);
    pixels[pixel * 3 + 1] = divided(TIFFGetG(raster[pixel]), alpha);
    pixels[pixel * 3 + 2] = divided(TIFFGetB(raster[pixel]), alpha);
  }
  free(raster);
  return finish(tiff, done, message);
}
