#include "CNcurses.h"
typedef int cncurses_placeholder;
