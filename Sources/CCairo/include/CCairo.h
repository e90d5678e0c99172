// Drawing through cairo, which is looked for when the first canvas is opened: a program that never
// draws does not need it, nor the libraries it draws in.
//
// Functions that return bool return true on success; on failure they write a line of at most
// CCAIRO_MESSAGE bytes, zero included, to `message`.
#ifndef CCAIRO_H
#define CCAIRO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CCAIRO_MESSAGE = 200 };

typedef struct ccairo_canvas ccairo_canvas;

typedef struct {
  double red, green, blue, alpha;
} ccairo_colour;

// Whether the library can be used here; loads it.
bool ccairo_load(char *message);

// A PDF page of points. The title is UTF-8. The file holds no date, so that the same drawing gives the
// same bytes.
bool ccairo_open_pdf(double width, double height, const char *title, const char *subject,
                     ccairo_canvas **canvas, char *message);

// White pixels; drawings are made `scale` times as large.
bool ccairo_open_pixels(int width, int height, double scale, ccairo_canvas **canvas, char *message);

// A line through `count` points (x, y); `width` 0 fills it instead. `dash` 0: without gaps.
void ccairo_line(ccairo_canvas *canvas, const double *points, size_t count, bool closed,
                 double width, double dash, ccairo_colour colour);

// Text (UTF-8) on a base line; `anchor` 0 begins, 0.5 centres and 1 ends it at the point; turned text
// reads upwards.
void ccairo_text(ccairo_canvas *canvas, const char *text, double x, double y, double size,
                 double anchor, bool bold, bool turned, ccairo_colour colour);

// A picture of 8-bit RGB (rows, columns, 3) in a rectangle, its pixels as they are where they become
// larger.
bool ccairo_picture(ccairo_canvas *canvas, const uint8_t *pixels, int rows, int columns, double x,
                    double y, double width, double height, char *message);

// Closes the canvas in any case. A PDF's bytes are those of the file; of pixels they are 8-bit RGB.
// `*bytes` is to be freed with ccairo_free.
bool ccairo_close(ccairo_canvas *canvas, uint8_t **bytes, size_t *count, char *message);

void ccairo_free(uint8_t *bytes);

#endif
