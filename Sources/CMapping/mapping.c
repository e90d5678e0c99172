// The handler of SIGBUS behind CMapping.h. It only looks at the table and maps pages, both of which may
// be done in a handler; faults elsewhere go to whoever handled them before.
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE 1
#include "CMapping.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

enum { GUARDS = 64 };

// `end` is 0 where the entry is free, and 1 while it is being taken.
static struct {
  _Atomic uintptr_t base, end;
  atomic_uint faults;
} guards[GUARDS];

static struct sigaction before;
static atomic_flag installing = ATOMIC_FLAG_INIT;

static int replace_page(uintptr_t address) {
  uintptr_t size = (uintptr_t)sysconf(_SC_PAGESIZE);
  void *page = (void *)(address & ~(size - 1));
  return mmap(page, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page;
}

static void on_fault(int number, siginfo_t *info, void *context) {
  int saved = errno;
  uintptr_t address = (uintptr_t)info->si_addr;
  for (int index = 0; index < GUARDS; index++) {
    uintptr_t end = atomic_load(&guards[index].end);
    if (end <= 1 || address < atomic_load(&guards[index].base) || address >= end) continue;
    atomic_fetch_add(&guards[index].faults, 1);
    if (replace_page(address)) {
      errno = saved;
      return;
    }
  }
  errno = saved;
  if (before.sa_flags & SA_SIGINFO) {
    before.sa_sigaction(number, info, context);
  } else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    before.sa_handler(number);
  } else {
    // Returning repeats the access, which then ends the process as it would have.
    signal(number, SIG_DFL);
  }
}

// Whoever handles crashes may have come in between.
static void install(void) {
  while (atomic_flag_test_and_set(&installing)) {
  }
  struct sigaction now;
  if (sigaction(SIGBUS, NULL, &now) == 0 &&
      !((now.sa_flags & SA_SIGINFO) && now.sa_sigaction == on_fault)) {
    before = now;
    struct sigaction ours = {0};
    ours.sa_sigaction = on_fault;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&ours.sa_mask);
    sigaction(SIGBUS, &ours, NULL);
  }
  atomic_flag_clear(&installing);
}

int cmap_guard(const void *base, size_t count) {
  install();
  for (int index = 0; index < GUARDS; index++) {
    uintptr_t empty = 0;
    if (!atomic_compare_exchange_strong(&guards[index].end, &empty, 1)) continue;
    atomic_store(&guards[index].base, (uintptr_t)base);
    atomic_store(&guards[index].faults, 0);
    atomic_store(&guards[index].end, (uintptr_t)base + count);
    return index;
  }
  return -1;
}

void cmap_watch_on(void) { install(); }

unsigned cmap_faults(int guard) { return guard < 0 ? 0 : atomic_load(&guards[guard].faults); }

void cmap_release(int guard) {
  if (guard >= 0) atomic_store(&guards[guard].end, 0);
}
