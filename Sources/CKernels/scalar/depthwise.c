// The depth-wise convolution written as its definition, the oracle of the other variants; leaves
// speed out.
#define CK_VARIANT scalar
#include "../kernels.h"

static void forward_pixel(const ck_depthwise *shape, const float *input, const float *weights,
                          int64_t y, int64_t x, float *output) {
  for (int64_t ky = 0; ky < shape->kernel_height; ++ky) {
    int64_t iy = y * shape->stride + ky * shape->dilation - shape->pad_top;
    if (iy < 0 || iy >= shape->input_height) continue;
    for (int64_t kx = 0; kx < shape->kernel_width; ++kx) {
      int64_t ix = x * shape->stride + kx * shape->dilation - shape->pad_left;
      if (ix < 0 || ix >= shape->input_width) continue;
      const float *pixel = input + (iy * shape->input_width + ix) * shape->input_step;
      const float *weight = weights + (ky * shape->kernel_width + kx) * CK_LANES;
      for (int lane = 0; lane < CK_LANES; ++lane) output[lane] += pixel[lane] * weight[lane];
    }
  }
}

void CK_NAME(depthwise_forward)(const ck_depthwise *shape, const float *input, const float *weights,
                                const float *bias, float *output) {
  for (int64_t y = 0; y < shape->output_height; ++y) {
    for (int64_t x = 0; x < shape->output_width; ++x) {
      float *pixel = output + (y * shape->output_width + x) * shape->output_step;
      for (int lane = 0; lane < CK_LANES; ++lane) pixel[lane] = bias ? bias[lane] : 0;
      forward_pixel(shape, input, weights, y, x, pixel);
    }
  }
}

static void gradient_pixel(const ck_depthwise *shape, const float *output_gradient,
                           const float *weights, int64_t iy, int64_t ix, float *gradient) {
  for (int64_t ky = 0; ky < shape->kernel_height; ++ky) {
    int64_t y = iy + shape->pad_top - ky * shape->dilation;
    if (y < 0 || y % shape->stride != 0 || y / shape->stride >= shape->output_height) continue;
    for (int64_t kx = 0; kx < shape->kernel_width; ++kx) {
      int64_t x = ix + shape->pad_left - kx * shape->dilation;
      if (x < 0 || x % shape->stride != 0 || x / shape->stride >= shape->output_width) continue;
      const float *pixel =
          output_gradient +
          (y / shape->stride * shape->output_width + x / shape->stride) * shape->output_step;
      const float *weight = weights + (ky * shape->kernel_width + kx) * CK_LANES;
      for (int lane = 0; lane < CK_LANES; ++lane) gradient[lane] += pixel[lane] * weight[lane];
    }
  }
}

void CK_NAME(depthwise_input_gradient)(const ck_depthwise *shape, const float *output_gradient,
                                       const float *weights, float *input_gradient) {
  for (int64_t iy = 0; iy < shape->input_height; ++iy) {
    for (int64_t ix = 0; ix < shape->input_width; ++ix) {
      float *pixel = input_gradient + (iy * shape->input_width + ix) * shape->input_step;
      for (int lane = 0; lane < CK_LANES; ++lane) pixel[lane] = 0;
      gradient_pixel(shape, output_gradient, weights, iy, ix, pixel);
    }
  }
}
