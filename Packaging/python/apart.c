// The assets of a wheel, whose weights apart.py has set apart: they are joined when they are first asked for.
#include "CAssets.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// What assets.c calls ca_asset where it is compiled for a wheel.
const unsigned char *ca_asset_apart(const char *name, size_t *count);

enum { most = 16 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
  const unsigned char *apart;
  const unsigned char *whole;
} known[most];

// A file of weights with the two bytes of each number side by side. It stays for as long as the program runs, as
// the program's own bytes do.
static const unsigned char *join(const unsigned char *apart, size_t count) {
  uint64_t header;
  memcpy(&header, apart, sizeof header);
  const size_t start = sizeof header + header;
  unsigned char *whole = malloc(count);
  if (!whole) abort();
  memcpy(whole, apart, start);
  const unsigned char *lower = apart + start;
  const unsigned char *upper = lower + (count - start + 1) / 2;
  for (size_t place = start; place < count; place++)
    whole[place] = (place - start) % 2 ? *upper++ : *lower++;
  return whole;
}

const unsigned char *ca_asset(const char *name, size_t *count) {
  const unsigned char *apart = ca_asset_apart(name, count);
  const char *ending = strrchr(name, '.');
  if (!apart || !ending || strcmp(ending, ".safetensors") != 0) return apart;
  const unsigned char *whole = NULL;
  pthread_mutex_lock(&lock);
  for (int index = 0; index < most && !whole; index++) {
    if (!known[index].apart) {
      known[index].apart = apart;
      known[index].whole = join(apart, *count);
    }
    if (known[index].apart == apart) whole = known[index].whole;
  }
  pthread_mutex_unlock(&lock);
  return whole;
}
