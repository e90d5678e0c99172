// Mapped files that others may cut short while they are read: a page that is gone reads as zeros, and
// is counted, where it would end the process. And what the C library maps for itself.
#ifndef CMAPPING_H
#define CMAPPING_H

#include <stddef.h>

// Watches over the `count` bytes at `base`, a read-only mapping. Returns what the functions below take;
// -1 where too many are watched over, so that this one is not.
int cmap_guard(const void *base, size_t count);

// After somebody else has taken over the signals of crashes: watches on, and leaves to them the faults
// outside of mappings.
void cmap_watch_on(void);

// How often a page of the mapping was gone.
unsigned cmap_faults(int guard);

// Before the mapping is taken away.
void cmap_release(int guard);

// From now on signals of crashes write `line`, at most 400 bytes of which are kept, and end the process with
// code 1: for processes whose address space is limited, where libraries crash for lack of memory.
void cmap_explain_faults(const char *line);

// Remembers a file that is being written, until it is forgotten by what this returns (-1: there is no room).
int cmap_note_temporary(const char *path);
void cmap_forget_temporary(int slot);

// From now on the signal `number` takes the remembered files away and ends the process as it ends others.
void cmap_end_plainly(int number);

// Keeps the C library from reserving 64 MB of address space for each thread that allocates.
void cmap_share_heap(void);

#endif
