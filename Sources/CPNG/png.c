#include "CPNG.h"
typedef int cpng_placeholder;
