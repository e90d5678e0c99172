// The mouse: what curses reads by the terminal's entry, and the SGR protocol (xterm's mode 1006) where
// the entry knows nothing of it.
//
// The older protocol sends a column as one byte, which ends at 223. Terminals that know SGR are told
// to use it; those that do not ignore the request, and curses reads what they send.
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#define _DARWIN_C_SOURCE 1
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "internal.h"
#include "screen.h"

#include <poll.h>
#include <string.h>
#include <term.h>
#include <unistd.h>
#include <wchar.h>

static int is_on;

// MARK: Listening

// Whether curses itself asks for SGR and reads it: the entry says so in `kmous`.
static int entry_knows_sgr(void) {
  char *prefix = tigetstr("kmous");
  return prefix != NULL && prefix != (char *)-1 && strcmp(prefix, "\033[<") == 0;
}

void cnc_mouse_pause(void) {
  if (is_on) cnc_ask("\033[?1006l");
}

void cnc_mouse_resume(void) {
  if (is_on) cnc_ask("\033[?1006h");
}

int cnc_mouse(int on) {
  static int is_known;
  mmask_t wanted = on ? BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED : 0;
  mouseinterval(0);  // a click is told when the button goes down, not after a wait for a second one
  int got = mousemask(wanted, NULL) != 0;
  if (on && !is_known) {
    static const char off[] = "\033[?1006l\033[?1000l";
    is_known = 1;
    cnc_restoration_add(off, sizeof off - 1);
    if (!entry_knows_sgr()) define_key("\033[<", CNC_SGR_MOUSE);
  }
  if (!entry_knows_sgr()) {
    cnc_mouse_pause();
    is_on = on && got;
    cnc_mouse_resume();
  }
  return got;
}

// MARK: Reading

static const cnc_event nothing = {CNC_EVENT_KEY, CNC_KEY_OTHER};

// Packed as the header says; nothing for what is not listened to.
static cnc_event pointer(int action, int row, int column) {
  if (action < 0 || row < 0 || column < 0 || row > 4095 || column > 4095) return nothing;
  return (cnc_event){CNC_EVENT_POINTER, action << 24 | row << 12 | column};
}

cnc_event cnc_read_mouse(void) {
  MEVENT event;
  if (getmouse(&event) != OK) return nothing;
  int action = event.bstate & BUTTON1_PRESSED   ? CNC_POINTER_CLICK
               : event.bstate & BUTTON4_PRESSED ? CNC_POINTER_WHEEL_UP
               : event.bstate & BUTTON5_PRESSED ? CNC_POINTER_WHEEL_DOWN
                                                : -1;
  return pointer(action, event.y, event.x);
}

// What follows `CSI <`: button, column and row, from 1, and `M`, or `m` where the button is let go.
cnc_event cnc_read_sgr_mouse(void) {
  enum { LONGEST = 64, MOST = 99999 };
  int numbers[3] = {0, 0, 0}, field = 0;
  for (int i = 0; i < LONGEST; i++) {
    wint_t code = 0;
    int kind = wget_wch(cnc_keys, &code);
    if (kind == ERR) {  // the rest is on its way
      struct pollfd source = {STDIN_FILENO, POLLIN, 0};
      if (poll(&source, 1, 50) <= 0) return nothing;
      continue;
    }
    if (kind == KEY_CODE_YES) return nothing;
    if (code >= L'0' && code <= L'9') {
      int longer = numbers[field] * 10 + (int)(code - L'0');
      numbers[field] = longer > MOST ? MOST : longer;
    } else if (code == L';' && field < 2) {
      field++;
    } else if (code == L'M' && field == 2) {
      int button = numbers[0] & ~(4 | 8 | 16);  // without Shift, Meta and Control
      int action = button == 0    ? CNC_POINTER_CLICK
                   : button == 64 ? CNC_POINTER_WHEEL_UP
                   : button == 65 ? CNC_POINTER_WHEEL_DOWN
                                  : -1;
      return pointer(action, numbers[2] - 1, numbers[1] - 1);
    } else {
      return nothing;
    }
  }
  return nothing;
}
