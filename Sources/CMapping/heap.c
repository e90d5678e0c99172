// One heap for all threads, where the C library would give each its own.
#include "CMapping.h"

#include <stdlib.h>

#ifdef __GLIBC__
#include <malloc.h>

void cmap_share_heap(void) { mallopt(M_ARENA_MAX, 1); }
#else
void cmap_share_heap(void) {}
#endif
