// WebP from memory: the first frame of a picture or an animation.
//
// Every function returns true on success, and false for what is no sound WebP.
#ifndef CWEBP_H
#define CWEBP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Reads the size of the canvas, in pixels, without decoding it.
bool cwebp_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height);

// Decodes the first frame to 8-bit RGB (height, width, 3). `capacity` must be at least
// height * width * 3 bytes. Alpha is dropped, not blended.
bool cwebp_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity);

#endif
