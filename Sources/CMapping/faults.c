// A last line where the system's libraries crash for lack of memory.
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE 1
#include "CMapping.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static char last_line[401];
static char stack[1 << 16];

// Nothing but what may be called in a handler.
static void on_crash(int number) {
  (void)number;
  ssize_t written = write(STDERR_FILENO, last_line, strlen(last_line));
  (void)written;
  _exit(1);
}

void cmap_explain_faults(const char *line) {
  strncpy(last_line, line, sizeof last_line - 1);
  stack_t own = {0};
  own.ss_sp = stack;
  own.ss_size = sizeof stack;
  sigaltstack(&own, NULL);
  struct sigaction action = {0};
  action.sa_handler = on_crash;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  const int signals[] = {SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    sigaction(signals[i], &action, NULL);
  }
}
