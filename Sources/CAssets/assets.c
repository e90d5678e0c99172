#include "CAssets.h"

#include <string.h>

/* Clang embeds files in every dialect; the standard says C23. */
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char imagenet_classes[] = {
#embed "../../Assets/imagenet-classes.txt"
};

static const unsigned char imagenet_16_categories[] = {
#embed "../../Assets/imagenet-16-categories.txt"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} assets[] = {
    {"imagenet-16-categories.txt", imagenet_16_categories, sizeof imagenet_16_categories},
    {"imagenet-classes.txt", imagenet_classes, sizeof imagenet_classes},
};

const unsigned char *ca_asset(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
    if (strcmp(assets[i].name, name) == 0) {
      *count = assets[i].count;
      return assets[i].bytes;
    }
  return NULL;
}
