#include "CAssets.h"

#include <string.h>

// Clang embeds files in every dialect; the standard says C23.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char imagenet_classes[] = {
#embed "../../Assets/imagenet-classes.txt"
};

static const unsigned char imagenet_synsets[] = {
#embed "../../Assets/imagenet-synsets.txt"
};

static const unsigned char imagenet_16_categories[] = {
#embed "../../Assets/imagenet-16-categories.txt"
};

static const unsigned char weights_replknet_13_nano[] = {
#embed "../../Assets/replknet-13-nano.safetensors"
};

static const unsigned char weights_replknet_3_nano[] = {
#embed "../../Assets/replknet-3-nano.safetensors"
};

static const unsigned char weights_replknet_31_nano[] = {
#embed "../../Assets/replknet-31-nano.safetensors"
};

static const unsigned char weights_replknet_31_nano_noreparam[] = {
#embed "../../Assets/replknet-31-nano-noreparam.safetensors"
};

static const unsigned char weights_replknet_31_nano_noshortcut[] = {
#embed "../../Assets/replknet-31-nano-noshortcut.safetensors"
};

static const unsigned char weights_replknet_7_nano[] = {
#embed "../../Assets/replknet-7-nano.safetensors"
};

static const unsigned char weights_resnet_nano[] = {
#embed "../../Assets/resnet-nano.safetensors"
};

static const unsigned char photograph_astronaut[] = {
#embed "../../Assets/photographs/astronaut.jpg"
};

static const unsigned char photograph_cat[] = {
#embed "../../Assets/photographs/cat.jpg"
};

static const unsigned char photograph_coffee[] = {
#embed "../../Assets/photographs/coffee.jpg"
};

static const unsigned char photograph_photographer[] = {
#embed "../../Assets/photographs/photographer.jpg"
};

static const unsigned char photograph_rocket[] = {
#embed "../../Assets/photographs/rocket.jpg"
};

static const unsigned char session_any_unit[] = {
#embed "../../Sessions/any-unit.json"
};

static const unsigned char session_dilation[] = {
#embed "../../Sessions/dilation.json"
};

static const unsigned char session_kernel_sweep[] = {
#embed "../../Sessions/kernel-sweep.json"
};

static const unsigned char session_nano_13_31[] = {
#embed "../../Sessions/nano-13-31.json"
};

static const unsigned char session_nano_kernels[] = {
#embed "../../Sessions/nano-kernels.json"
};

static const unsigned char session_nano_shortcuts[] = {
#embed "../../Sessions/nano-shortcuts.json"
};

static const unsigned char session_nano_reparameterisation[] = {
#embed "../../Sessions/nano-reparameterisation.json"
};

static const unsigned char session_nano_resnet[] = {
#embed "../../Sessions/nano-resnet.json"
};

static const unsigned char session_reparameterisation[] = {
#embed "../../Sessions/reparameterisation.json"
};

static const unsigned char session_replknet_13_31[] = {
#embed "../../Sessions/replknet-13-31.json"
};

static const unsigned char session_resnet_101_replknet_31[] = {
#embed "../../Sessions/resnet-101-replknet-31.json"
};

static const unsigned char session_shortcuts[] = {
#embed "../../Sessions/shortcuts.json"
};

static const struct {
  const char *name;
  const unsigned char *bytes;
  size_t count;
} assets[] = {
    {"imagenet-16-categories.txt", imagenet_16_categories, sizeof imagenet_16_categories},
    {"imagenet-classes.txt", imagenet_classes, sizeof imagenet_classes},
    {"imagenet-synsets.txt", imagenet_synsets, sizeof imagenet_synsets},
    {"photographs/astronaut.jpg", photograph_astronaut, sizeof photograph_astronaut},
    {"photographs/cat.jpg", photograph_cat, sizeof photograph_cat},
    {"photographs/coffee.jpg", photograph_coffee, sizeof photograph_coffee},
    {"photographs/photographer.jpg", photograph_photographer, sizeof photograph_photographer},
    {"photographs/rocket.jpg", photograph_rocket, sizeof photograph_rocket},
    {"replknet-13-nano.safetensors", weights_replknet_13_nano, sizeof weights_replknet_13_nano},
    {"replknet-3-nano.safetensors", weights_replknet_3_nano, sizeof weights_replknet_3_nano},
    {"replknet-31-nano.safetensors", weights_replknet_31_nano, sizeof weights_replknet_31_nano},
    {"replknet-31-nano-noreparam.safetensors", weights_replknet_31_nano_noreparam,
     sizeof weights_replknet_31_nano_noreparam},
    {"replknet-31-nano-noshortcut.safetensors", weights_replknet_31_nano_noshortcut,
     sizeof weights_replknet_31_nano_noshortcut},
    {"replknet-7-nano.safetensors", weights_replknet_7_nano, sizeof weights_replknet_7_nano},
    {"resnet-nano.safetensors", weights_resnet_nano, sizeof weights_resnet_nano},
    {"Sessions/any-unit.json", session_any_unit, sizeof session_any_unit},
    {"Sessions/dilation.json", session_dilation, sizeof session_dilation},
    {"Sessions/kernel-sweep.json", session_kernel_sweep, sizeof session_kernel_sweep},
    {"Sessions/nano-13-31.json", session_nano_13_31, sizeof session_nano_13_31},
    {"Sessions/nano-kernels.json", session_nano_kernels, sizeof session_nano_kernels},
    {"Sessions/nano-shortcuts.json", session_nano_shortcuts, sizeof session_nano_shortcuts},
    {"Sessions/nano-reparameterisation.json", session_nano_reparameterisation,
     sizeof session_nano_reparameterisation},
    {"Sessions/nano-resnet.json", session_nano_resnet, sizeof session_nano_resnet},
    {"Sessions/reparameterisation.json", session_reparameterisation,
     sizeof session_reparameterisation},
    {"Sessions/replknet-13-31.json", session_replknet_13_31, sizeof session_replknet_13_31},
    {"Sessions/resnet-101-replknet-31.json", session_resnet_101_replknet_31,
     sizeof session_resnet_101_replknet_31},
    {"Sessions/shortcuts.json", session_shortcuts, sizeof session_shortcuts},
};

const char *ca_asset_name(size_t index) {
  return index < sizeof assets / sizeof *assets ? assets[index].name : NULL;
}

const unsigned char *ca_asset(const char *name, size_t *count) {
  for (size_t i = 0; i < sizeof assets / sizeof *assets; i++)
    if (strcmp(assets[i].name, name) == 0) {
      *count = assets[i].count;
      return assets[i].bytes;
    }
  return NULL;
}
