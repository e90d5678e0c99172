// In-memory decoding of the first frame of GIF files with giflib, frame by frame: its function that
// reads all frames at once would let a small file take any amount of memory.
#include "CGIF.h"

#include <gif_lib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  size_t position;
} source;

static int read_bytes(GifFileType *file, GifByteType *out, int length) {
  source *from = file->UserData;
  size_t left = from->count - from->position;
  size_t taken = (size_t)length < left ? (size_t)length : left;
  memcpy(out, from->bytes + from->position, taken);
  from->position += taken;
  return (int)taken;
}

static bool failed(char *message, int code) {
  const char *text = GifErrorString(code);
  snprintf(message, CGIF_MESSAGE, "%s", text ? text : "it cannot be read");
  return false;
}

// The transparent colour of a graphics control block; -1: none.
static int transparent(const GifByteType *extension) {
  return extension[0] >= 4 && (extension[1] & 1) ? extension[4] : -1;
}

// Walks to the first image. Returns false at the end of the file.
static bool find_image(GifFileType *file, int *clear) {
  GifRecordType type;
  do {
    if (DGifGetRecordType(file, &type) == GIF_ERROR) return false;
    if (type == EXTENSION_RECORD_TYPE) {
      int code = 0;
      GifByteType *extension = NULL;
      if (DGifGetExtension(file, &code, &extension) == GIF_ERROR) return false;
      if (extension && code == GRAPHICS_EXT_FUNC_CODE) *clear = transparent(extension);
      while (extension) {
        if (DGifGetExtensionNext(file, &extension) == GIF_ERROR) return false;
      }
    }
  } while (type != IMAGE_DESC_RECORD_TYPE && type != TERMINATE_RECORD_TYPE);
  return type == IMAGE_DESC_RECORD_TYPE && DGifGetImageDesc(file) != GIF_ERROR;
}

// A side of the picture: that of the screen, or more where the image reaches beyond it.
static int extent(int screen, int start, int length) {
  int end = start + length;
  return end > screen ? end : screen;
}

bool cgif_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                    char *message) {
  source from = {bytes, count, 0};
  int code = 0;
  GifFileType *file = DGifOpen(&from, read_bytes, &code);
  if (!file) return failed(message, code);
  int clear = -1;
  *width = (uint32_t)file->SWidth;
  *height = (uint32_t)file->SHeight;
  // Without an image decoding says what is wrong.
  if (find_image(file, &clear)) {
    *width = (uint32_t)extent(file->SWidth, file->Image.Left, file->Image.Width);
    *height = (uint32_t)extent(file->SHeight, file->Image.Top, file->Image.Height);
  }
  DGifCloseFile(file, &code);
  return true;
}

static void put(uint8_t *pixel, const ColorMapObject *colours, int index) {
  bool known = colours && index < colours->ColorCount;
  pixel[0] = known ? colours->Colors[index].Red : colours ? 0 : (uint8_t)index;
  pixel[1] = known ? colours->Colors[index].Green : colours ? 0 : (uint8_t)index;
  pixel[2] = known ? colours->Colors[index].Blue : colours ? 0 : (uint8_t)index;
}

// Decodes the rows of the image onto a screen of `width` pixels a row, which has room for it.
static bool draw(GifFileType *file, const ColorMapObject *colours, uint8_t *pixels, size_t width,
                 GifPixelType *line) {
  static const int starts[] = {0, 4, 2, 1}, steps[] = {8, 8, 4, 2};
  const GifImageDesc *image = &file->Image;
  int passes = image->Interlace ? 4 : 1;
  for (int pass = 0; pass < passes; pass++) {
    int start = image->Interlace ? starts[pass] : 0, step = image->Interlace ? steps[pass] : 1;
    for (int row = start; row < image->Height; row += step) {
      if (DGifGetLine(file, line, image->Width) == GIF_ERROR) return false;
      size_t first = (size_t)(image->Top + row) * width + (size_t)image->Left;
      for (int column = 0; column < image->Width; column++) {
        put(pixels + (first + (size_t)column) * 3, colours, line[column]);
      }
    }
  }
  return true;
}

bool cgif_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                   char *message) {
  source from = {bytes, count, 0};
  int code = 0;
  GifFileType *file = DGifOpen(&from, read_bytes, &code);
  if (!file) return failed(message, code);
  int clear = -1;
  bool done = find_image(file, &clear) && file->Image.Left >= 0 && file->Image.Top >= 0;
  size_t width = 0, total = 0;
  if (done) {
    width = (size_t)extent(file->SWidth, file->Image.Left, file->Image.Width);
    total = width * (size_t)extent(file->SHeight, file->Image.Top, file->Image.Height);
    done = total <= capacity / 3;
  }
  GifPixelType *line = NULL;
  if (done) {
    const ColorMapObject *colours = file->Image.ColorMap ? file->Image.ColorMap : file->SColorMap;
    int ground = clear < 0 ? 0 : clear;
    for (size_t pixel = 0; pixel < total; pixel++) put(pixels + pixel * 3, colours, ground);
    line = calloc((size_t)file->Image.Width + 1, sizeof(GifPixelType));
    done = line && draw(file, colours, pixels, width, line);
  }
  if (!done) failed(message, file->Error ? file->Error : D_GIF_ERR_NO_IMAG_DSCR);
  free(line);
  DGifCloseFile(file, &code);
  return done;
}
