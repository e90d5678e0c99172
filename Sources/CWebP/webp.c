// In-memory WebP decoding with libwebp and libwebpdemux.
#include "CWebP.h"

#include <webp/decode.h>
#include <webp/demux.h>

bool cwebp_read_size(const uint8_t *bytes, size_t count, uint32_t *width, uint32_t *height) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(bytes, count, &features) != VP8_STATUS_OK) return false;
  if (features.width <= 0 || features.height <= 0) return false;
  *width = (uint32_t)features.width;
  *height = (uint32_t)features.height;
  return true;
}

bool cwebp_read_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity) {
  WebPAnimDecoderOptions options;
  if (!WebPAnimDecoderOptionsInit(&options)) return false;
  options.color_mode = MODE_RGBA;
  options.use_threads = 0;
  WebPData data = {bytes, count};
  WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
  if (!decoder) return false;
  WebPAnimInfo info;
  uint8_t *frame = NULL;
  int timestamp = 0;
  bool done = WebPAnimDecoderGetInfo(decoder, &info) &&
              (size_t)info.canvas_width * info.canvas_height <= capacity / 3 &&
              WebPAnimDecoderGetNext(decoder, &frame, &timestamp);
  if (done) {
    size_t total = (size_t)info.canvas_width * info.canvas_height;
    for (size_t pixel = 0; pixel < total; pixel++) {
      for (int channel = 0; channel < 3; channel++) {
        pixels[pixel * 3 + channel] = frame[pixel * 4 + channel];
      }
    }
  }
  WebPAnimDecoderDelete(decoder);
  return done;
}
