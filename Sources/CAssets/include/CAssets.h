// The files of the folders Assets and Sessions that ship inside the program, so that it finds them
// wherever it is installed.
#pragma once

#include <stddef.h>

// The bytes of the asset `name`, and their number in `count`; NULL where there is none.
const unsigned char *ca_asset(const char *name, size_t *count);

// The name of asset `index`, counted from 0; NULL past the last.
const char *ca_asset_name(size_t index);
