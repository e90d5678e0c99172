// GIF from memory: the first frame, as colour indices looked up.
//
// Every function returns true on success. On failure it writes a line of at most CGIF_MESSAGE bytes,
// zero included, to `message`; nothing stays allocated.
#ifndef CGIF_H
#define CGIF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CGIF_MESSAGE = 160 };

// Reads the size of the picture, in pixels, without decoding anything: that of the screen, or as much more
// as the first frame needs.
bool cgif_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                    char *message);

// Decodes the first frame to 8-bit RGB (height, width, 3), on a ground of the transparent colour or
// else colour 0. `capacity` must be at least height * width * 3 bytes.
bool cgif_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                   char *message);

#endif
