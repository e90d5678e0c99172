// PNG to and from memory: libpng's jumps and callbacks stay on this side of the border.
//
// Every function returns true on success. On failure it writes a line of at most CPNG_MESSAGE bytes,
// zero included, to `message`; nothing stays allocated.
#ifndef CPNG_H
#define CPNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CPNG_MESSAGE = 160 };

// Reads the size of the picture, in pixels, without decoding it.
bool cpng_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height,
                    char *message);

// Decodes to 8-bit RGB (height, width, 3). `capacity` must be at least height * width * 3 bytes.
// Alpha and transparent colours are dropped, not blended; of 16 bits the high byte is kept; gamma
// and colour profiles are ignored.
bool cpng_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                   char *message);

// Encodes 8-bit RGB (height, width, 3). On success `*bytes` is to be freed with cpng_free.
bool cpng_write_rgb(const uint8_t *pixels, uint32_t width, uint32_t height, uint8_t **bytes,
                    size_t *count, char *message);

void cpng_free(uint8_t *bytes);

#endif
