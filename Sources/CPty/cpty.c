// Between fork and exec only what POSIX calls async-signal-safe: the tests have many threads.
#define _GNU_SOURCE 1
#define _DARWIN_C_SOURCE 1
#include "CPty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { WORDS = 64, BYTES = 1 << 15 };

// `terminal` is the program's end, kept open so that what was written is still to be read after it
// has ended.
static int master = -1, terminal = -1, status = CPT_RUNNING;
static pid_t child = -1;
static struct termios settings;

static char text[BYTES];
static int text_count, word_start;
static char *arguments[WORDS + 1], *environment[WORDS + 1], *folder;
static int argument_count, environment_count;

static unsigned char buffer[1 << 16];
static int buffered;

int cpt_open(int rows, int columns) {
  cpt_close();
  text_count = word_start = argument_count = environment_count = buffered = 0;
  folder = NULL;
  status = CPT_RUNNING;
  master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (master < 0 || grantpt(master) != 0 || unlockpt(master) != 0) return 0;
  char name[256];
  if (ptsname_r(master, name, sizeof name) != 0) return 0;
  terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (terminal < 0) return 0;
  fcntl(master, F_SETFL, O_NONBLOCK);
  cpt_resize(rows, columns);
  return tcgetattr(terminal, &settings) == 0;
}

void cpt_byte(int byte) {
  if (text_count < BYTES - 1) text[text_count++] = (char)byte;
}

void cpt_end_word(int role) {
  char *word = text + word_start;
  if (text_count == BYTES) return;
  text[text_count++] = 0;
  word_start = text_count;
  if (role == CPT_FOLDER) folder = word;
  if (role == CPT_ENVIRONMENT && environment_count < WORDS) environment[environment_count++] = word;
  if (role == CPT_ARGUMENT && argument_count < WORDS) arguments[argument_count++] = word;
}

static void become_program(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  setsid();
  if (ioctl(terminal, TIOCSCTTY, 0) != 0) _exit(126);
  for (int descriptor = 0; descriptor < 3; descriptor++) dup2(terminal, descriptor);
  for (int descriptor = 3; descriptor < 1024; descriptor++) close(descriptor);
  if (folder && chdir(folder) != 0) _exit(126);
  execve(arguments[0], arguments, environment);
  _exit(127);
}

int cpt_start(void) {
  arguments[argument_count] = NULL;
  environment[environment_count] = NULL;
  if (master < 0 || argument_count == 0) return 0;
  child = fork();
  if (child == 0) become_program();
  return child > 0;
}

int cpt_read(int milliseconds) {
  buffered = 0;
  if (master < 0) return CPT_END;
  struct pollfd source = {master, POLLIN, 0};
  int ready = poll(&source, 1, milliseconds);
  if (ready == 0 || (ready < 0 && errno == EINTR)) return CPT_TIMEOUT;
  // A call gives 4 kB at most, and more of a screen may lie behind them.
  ssize_t count = 1;
  while (count > 0 && buffered < (int)sizeof buffer) {
    count = read(master, buffer + buffered, sizeof buffer - (size_t)buffered);
    if (count > 0) buffered += (int)count;
  }
  if (buffered > 0) return buffered;
  return count < 0 && (errno == EINTR || errno == EAGAIN) ? CPT_TIMEOUT : CPT_END;
}

int cpt_taken(int index) { return index >= 0 && index < buffered ? buffer[index] : 0; }

int cpt_write(int byte) {
  unsigned char one = (unsigned char)byte;
  for (int attempt = 0; attempt < 100 && master >= 0; attempt++) {
    if (write(master, &one, 1) == 1) return 1;
    struct pollfd sink = {master, POLLOUT, 0};
    poll(&sink, 1, 100);
  }
  return 0;
}

void cpt_resize(int rows, int columns) {
  struct winsize size = {(unsigned short)rows, (unsigned short)columns, 0, 0};
  if (master >= 0) ioctl(master, TIOCSWINSZ, &size);
}

void cpt_signal(int number) {
  if (child > 0 && cpt_status() == CPT_RUNNING) kill(child, number);
}

int cpt_status(void) {
  int raw;
  if (status != CPT_RUNNING || child <= 0) return status;
  if (waitpid(child, &raw, WNOHANG) == child) {
    status = WIFEXITED(raw) ? WEXITSTATUS(raw) : -WTERMSIG(raw);
  }
  return status;
}

int cpt_has_first_settings(void) {
  struct termios now;
  if (terminal < 0 || tcgetattr(terminal, &now) != 0) return 0;
  return now.c_iflag == settings.c_iflag && now.c_oflag == settings.c_oflag &&
         now.c_cflag == settings.c_cflag && now.c_lflag == settings.c_lflag &&
         memcmp(now.c_cc, settings.c_cc, sizeof now.c_cc) == 0;
}

void cpt_hang_up(void) {
  if (master >= 0) close(master);
  if (terminal >= 0) close(terminal);
  master = terminal = -1;
}

void cpt_close(void) {
  if (child > 0 && cpt_status() == CPT_RUNNING) {
    // The jobs of a shell have groups of their own; they get a hang-up when it is gone.
    kill(-child, SIGKILL);
    kill(child, SIGKILL);
    int raw;
    while (waitpid(child, &raw, 0) < 0 && errno == EINTR) {
    }
    status = -SIGKILL;
  }
  child = -1;
  cpt_hang_up();
}
