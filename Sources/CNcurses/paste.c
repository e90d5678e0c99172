// Pasted text, told apart from typed keys by bracketed paste (xterm's mode 2004): terminals that know it
// put marks around what is pasted, others ignore the request.
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#define _DARWIN_C_SOURCE 1
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "internal.h"
#include "screen.h"

#include <string.h>
#include <term.h>
#include <time.h>

static int is_on, is_pasting;
static struct timespec latest;

void cnc_paste_open(void) {
  static const char off[] = "\033[?2004l";
  static int is_known;
  // The sequence means nothing to terminals of another family than ANSI's.
  char *motion = tigetstr("cup");
  if (motion == NULL || motion == (char *)-1 || strncmp(motion, "\033[", 2) != 0) return;
  if (!is_known) {
    is_known = 1;
    cnc_restoration_add(off, sizeof off - 1);
  }
  define_key("\033[200~", CNC_PASTE_BEGIN);
  define_key("\033[201~", CNC_PASTE_END);
  is_on = 1;
  cnc_paste_resume();
}

void cnc_paste_pause(void) {
  if (is_on) cnc_ask("\033[?2004l");
}

void cnc_paste_resume(void) {
  is_pasting = 0;
  if (is_on) cnc_ask("\033[?2004h");
}

void cnc_paste_mark(int begins) {
  is_pasting = begins;
  clock_gettime(CLOCK_MONOTONIC, &latest);
}

int cnc_is_pasting(void) {
  if (!is_pasting) return 0;
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  // A terminal that went away in the middle of a paste must not make typing useless for ever.
  if (now.tv_sec - latest.tv_sec > 1) is_pasting = 0;
  latest = now;
  return is_pasting;
}
