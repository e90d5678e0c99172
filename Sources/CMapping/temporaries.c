// Files that are being written, which a signal that ends the program takes away with it.
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE 1
#include "CMapping.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { free_slot, filling, noted };

static struct {
  atomic_int state;
  char path[4096];
  // As many as a command has beside one another at once; pages that are never written to cost nothing.
} files[2048];

enum { slots = sizeof files / sizeof *files };

int cmap_note_temporary(const char *path) {
  if (strlen(path) >= sizeof files[0].path) {
    return -1;
  }
  for (int slot = 0; slot < slots; slot++) {
    int expected = free_slot;
    if (atomic_compare_exchange_strong(&files[slot].state, &expected, filling)) {
      strcpy(files[slot].path, path);
      atomic_store(&files[slot].state, noted);
      return slot;
    }
  }
  return -1;
}

void cmap_forget_temporary(int slot) {
  if (slot >= 0 && slot < slots) {
    atomic_store(&files[slot].state, free_slot);
  }
}

// Nothing but what may be called in a handler.
static void on_end(int number) {
  for (int slot = 0; slot < slots; slot++) {
    if (atomic_load(&files[slot].state) == noted) {
      unlink(files[slot].path);
    }
  }
  signal(number, SIG_DFL);
  raise(number);
}

void cmap_end_plainly(int number) {
  struct sigaction action = {0};
  action.sa_handler = on_end;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}
