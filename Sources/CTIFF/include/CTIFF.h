// TIFF from memory: the first page.
//
// Every function returns true on success. On failure it writes a line of at most CTIFF_MESSAGE bytes,
// zero included, to `message`; nothing stays allocated.
#ifndef CTIFF_H
#define CTIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CTIFF_MESSAGE = 160 };

// What a message begins with that names a kind of TIFF which is sound, but not converted.
#define CTIFF_OTHER "other: "

// Reads the size of the first page as it is stored, in pixels, and its orientation (1 to 8, as the
// TIFF specification numbers them), without decoding it.
bool ctiff_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                     uint32_t *orientation, char *message);

// Decodes the first page to 8-bit RGB (height, width, 3) as it is stored. `capacity` must be at least
// height * width * 3 bytes. Alpha is dropped, not blended, and divided out of colours that are
// multiplied by it; of 16 bits the nearest 8 are kept.
bool ctiff_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                    char *message);

#endif
