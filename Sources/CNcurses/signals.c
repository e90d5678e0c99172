// Signals and the wake pipe: handlers only raise a flag and poke the pipe, or, where the process is
// about to die, bring the terminal back with one write and die of the signal.
#define _XOPEN_SOURCE 700
#define _DARWIN_C_SOURCE 1
#include "CNcurses.h"
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

volatile sig_atomic_t cnc_resized, cnc_stopping, cnc_continued, cnc_terminating;

static int wake_pipe[2] = {-1, -1};

static char restoration[512];
static volatile sig_atomic_t restoration_count, armed;
static struct termios settings;
static volatile sig_atomic_t has_settings;

static const int crashes[] = {SIGILL, SIGTRAP, SIGSEGV, SIGABRT, SIGBUS, SIGFPE};
static const int endings[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { CRASHES = sizeof crashes / sizeof crashes[0], ENDINGS = sizeof endings / sizeof endings[0] };

static _Alignas(16) char crash_stack[65536];

// MARK: Wake pipe

int cnc_pipe_open(void) {
  if (wake_pipe[0] >= 0) return 1;
  if (pipe(wake_pipe) != 0) return 0;
  for (int end = 0; end < 2; end++) {
    fcntl(wake_pipe[end], F_SETFD, FD_CLOEXEC);
    fcntl(wake_pipe[end], F_SETFL, O_NONBLOCK);
  }
  return 1;
}

int cnc_pipe_descriptor(void) { return wake_pipe[0]; }

void cnc_pipe_drain(void) {
  char bytes[64];
  while (read(wake_pipe[0], bytes, sizeof bytes) > 0) {
  }
}

// A full pipe wakes as well as one byte more would, so a failing write needs no answer.
void cnc_wake(void) {
  int saved = errno;
  if (wake_pipe[1] >= 0 && write(wake_pipe[1], "!", 1) < 0) {
  }
  errno = saved;
}

// MARK: Restoration

void cnc_settings_save(void) { has_settings = tcgetattr(STDIN_FILENO, &settings) == 0; }

void cnc_restoration_add(const char *bytes, int count) {
  if (count > 0 && restoration_count + count <= (int)sizeof restoration) {
    memcpy(restoration + restoration_count, bytes, (size_t)count);
    restoration_count += count;
  }
}

void cnc_restoration_arm(void) { armed = 1; }
void cnc_restoration_disarm(void) { armed = 0; }

static void restore_raw(void) {
  if (!armed) return;
  armed = 0;
  if (write(STDOUT_FILENO, restoration, (size_t)restoration_count) < 0) {
  }
  if (has_settings) tcsetattr(STDIN_FILENO, TCSANOW, &settings);
}

static void die(int number) {
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  raise(number);
}

// MARK: Handlers

static void on_flag(int number) {
  if (number == SIGWINCH) cnc_resized = 1;
  if (number == SIGTSTP) cnc_stopping = 1;
  if (number == SIGCONT) cnc_continued = 1;
  cnc_wake();
}

static void on_crash(int number) {
  restore_raw();
  die(number);
}

static time_t now(void) {
  struct timespec time = {0};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec;
}

// The owner of the terminal closes it properly; should it not come to that (a write that hangs on a
// stopped terminal), the alarm or a second signal from the keyboard does it the short way. A terminal that
// goes sends its signal several times, from the shell and from the kernel, at once and later: they repeat
// the first, or what is still to be saved would be lost.
static void on_ending(int number) {
  static volatile time_t first;
  if (cnc_terminating) {
    if (number == SIGHUP || number == SIGTERM || now() - first <= 1) return;
    restore_raw();
    die(number);
  }
  first = now();
  cnc_terminating = number;
  alarm(2);
  cnc_wake();
}

static void on_alarm(int number) {
  (void)number;
  restore_raw();
  die(cnc_terminating ? cnc_terminating : SIGTERM);
}

static void install(int number, void (*handler)(int), int flags, int keep_ignored) {
  struct sigaction old, action;
  if (keep_ignored && sigaction(number, NULL, &old) == 0 && old.sa_handler == SIG_IGN) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void cnc_signals_install(void) {
  stack_t stack = {.ss_sp = crash_stack, .ss_size = sizeof crash_stack};
  sigaltstack(&stack, NULL);
  for (int i = 0; i < CRASHES; i++) install(crashes[i], on_crash, SA_ONSTACK, 0);
  for (int i = 0; i < ENDINGS; i++) install(endings[i], on_ending, SA_RESTART, 1);
  install(SIGALRM, on_alarm, SA_RESTART, 0);
  install(SIGWINCH, on_flag, SA_RESTART, 0);
  install(SIGTSTP, on_flag, SA_RESTART, 1);
  install(SIGCONT, on_flag, SA_RESTART, 0);
  install(SIGPIPE, SIG_IGN, 0, 0);
}

void cnc_signals_remove(void) {
  // Somebody who came in between, and goes on to ours, stays.
  for (int i = 0; i < CRASHES; i++) {
    struct sigaction now;
    if (sigaction(crashes[i], NULL, &now) == 0 && now.sa_handler == on_crash)
      signal(crashes[i], SIG_DFL);
  }
  for (int i = 0; i < ENDINGS; i++) install(endings[i], SIG_DFL, 0, 1);
  signal(SIGWINCH, SIG_DFL);
  install(SIGTSTP, SIG_DFL, 0, 1);
  signal(SIGCONT, SIG_DFL);
}

enum { LEAVING_SECONDS = 10 };

void cnc_signals_leave(void) {
  cnc_signals_remove();
  // Ignored from here on: a terminal that closes repeats its signal. The alarm bounds a hang.
  for (int i = 0; i < ENDINGS; i++) install(endings[i], SIG_IGN, 0, 0);
  alarm(LEAVING_SECONDS);
}

void cnc_stop_process(void) {
  cnc_stopping = 0;
  install(SIGTSTP, SIG_DFL, 0, 1);
  raise(SIGTSTP);
  // Continued, or never stopped where no shell would continue it.
  install(SIGTSTP, on_flag, SA_RESTART, 1);
  cnc_continued = 0;
  cnc_stopping = 0;
}

_Noreturn void cnc_exit(int status) {
  cnc_close();
  fflush(NULL);
  int number = cnc_terminating;
  if (number && status == 128 + number) die(number);
  _exit(status);
}
