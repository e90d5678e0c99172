// 24-bit colour where the terminal can and its terminfo entry does not say so: a private entry
// compiled into a temporary folder, read by newterm and deleted at once. Leaves no trace.
#define _XOPEN_SOURCE 700
#define _DARWIN_C_SOURCE 1
#include "internal.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define ENTRY "replk-direct"

static char folder[512];
static char *saved_terminfo;
static int pointed;

static int is_plain_name(const char *name) {
  size_t length = strlen(name);
  return length > 0 && length < 64 &&
         strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._") ==
             length;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *walk) {
  (void)info;
  (void)kind;
  (void)walk;
  return remove(path);
}

static void remove_folder(void) {
  if (folder[0] != 0) nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
  folder[0] = 0;
}

static int write_source(const char *path, const char *term) {
  // Values 0...7 mean palette colours to a direct-colour entry; cnc_put lifts them.
  static const char *format = ENTRY "|24-bit colour over %s,\n"
                                    "\tRGB, ccc@, initc@, initp@, oc@, setb@, setf@,\n"
                                    "\tcolors#0x1000000, pairs#0x10000,\n"
                                    "\top=\\E[39;49m,\n"
                                    "\tsetaf=\\E[%%?%%p1%%{8}%%<%%t3%%p1%%d%%e38;2;%%p1%%{65536}%%/"
                                    "%%d;%%p1%%{256}%%/%%{255}%%&%%d;%%p1%%{255}%%&%%d%%;m,\n"
                                    "\tsetab=\\E[%%?%%p1%%{8}%%<%%t4%%p1%%d%%e48;2;%%p1%%{65536}%%/"
                                    "%%d;%%p1%%{256}%%/%%{255}%%&%%d;%%p1%%{255}%%&%%d%%;m,\n"
                                    "\tuse=%s,\n";
  FILE *file = fopen(path, "wx");
  if (file == NULL) return 0;
  int written = fprintf(file, format, term, term);
  return (fclose(file) == 0) && written > 0;
}

static int run_tic(char *source) {
  posix_spawn_file_actions_t actions;
  if (posix_spawn_file_actions_init(&actions) != 0) return 0;
  for (int descriptor = 0; descriptor < 3; descriptor++) {
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  }
  char *arguments[] = {"tic", "-x", "-o", folder, source, NULL};
  pid_t child;
  int failed = posix_spawnp(&child, "tic", &actions, NULL, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed) return 0;
  int status = -1;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR || cnc_terminating) return 0;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

const char *cnc_direct_begin(const char *term) {
  if (!is_plain_name(term)) return NULL;
  const char *parent = getenv("TMPDIR");
  if (parent == NULL || parent[0] != '/') parent = "/tmp";
  int length = snprintf(folder, sizeof folder, "%s/replk-tui.XXXXXX", parent);
  if (length < 0 || (size_t)length >= sizeof folder - 32 || mkdtemp(folder) == NULL) {
    folder[0] = 0;
    return NULL;
  }
  char source[sizeof folder + 16];
  snprintf(source, sizeof source, "%s/source.ti", folder);
  if (!write_source(source, term) || !run_tic(source)) {
    remove_folder();
    return NULL;
  }
  const char *old = getenv("TERMINFO");
  saved_terminfo = old ? strdup(old) : NULL;
  setenv("TERMINFO", folder, 1);
  pointed = 1;
  return ENTRY;
}

void cnc_direct_end(void) {
  if (!pointed) return;
  pointed = 0;
  if (saved_terminfo)
    setenv("TERMINFO", saved_terminfo, 1);
  else
    unsetenv("TERMINFO");
  free(saved_terminfo);
  saved_terminfo = NULL;
  remove_folder();
}
