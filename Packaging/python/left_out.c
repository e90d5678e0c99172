// Compressions of TIFF that the wheel does without: the libraries of the first five are larger than all
// other picture libraries together, and the others are rarely met. libtiff asks for each
// by name, and is told that there is none.
#include <stdint.h>
#include <tiffio.h>

int TIFFInitZSTD(TIFF *tiff, int scheme);
int TIFFInitLERC(TIFF *tiff, int scheme);
int TIFFInitLZMA(TIFF *tiff, int scheme);
int TIFFInitJBIG(TIFF *tiff, int scheme);
int TIFFInitWebP(TIFF *tiff, int scheme);
int TIFFInitSGILog(TIFF *tiff, int scheme);
int TIFFInitPixarLog(TIFF *tiff, int scheme);
int TIFFInitOJPEG(TIFF *tiff, int scheme);
int TIFFInitThunderScan(TIFF *tiff, int scheme);
int TIFFInitNeXT(TIFF *tiff, int scheme);

static int left_out(TIFF *tiff, int scheme) {
  const TIFFCodec *codec = TIFFFindCODEC((uint16_t)scheme);
  TIFFErrorExtR(tiff, "replk-tui", "its compression (%s) is not read by this build",
                codec ? codec->name : "of another kind");
  return 0;
}

int TIFFInitZSTD(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitLERC(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitLZMA(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitJBIG(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitWebP(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitSGILog(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitPixarLog(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitOJPEG(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitThunderScan(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }
int TIFFInitNeXT(TIFF *tiff, int scheme) { return left_out(tiff, scheme); }

// The names of all characters, half a megabyte in Swift's runtime: only \N{DIGIT ONE} and its like in headers
// of arrays ask for them, and are told that there is none.
intptr_t _swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity);

intptr_t _swift_stdlib_getScalarName(uint32_t scalar, uint8_t *buffer, intptr_t capacity) {
  (void)scalar;
  (void)buffer;
  (void)capacity;
  return 0;
}
