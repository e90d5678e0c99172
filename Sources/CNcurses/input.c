// Events: keys decoded by curses, flags raised by signals, and the wake pipe, in one poll.
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#define _DARWIN_C_SOURCE 1
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "internal.h"
#include "screen.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

static int key_value(wint_t code) {
  switch (code) {
    case KEY_UP: return CNC_KEY_UP;
    case KEY_DOWN: return CNC_KEY_DOWN;
    case KEY_LEFT: return CNC_KEY_LEFT;
    case KEY_RIGHT: return CNC_KEY_RIGHT;
    case KEY_HOME: return CNC_KEY_HOME;
    case KEY_END: return CNC_KEY_END;
    case KEY_PPAGE: return CNC_KEY_PAGE_UP;
    case KEY_NPAGE: return CNC_KEY_PAGE_DOWN;
    case KEY_BTAB: return CNC_KEY_BACKTAB;
    case KEY_BACKSPACE: return CNC_KEY_BACKSPACE;
    case KEY_DC: return CNC_KEY_DELETE;
    case KEY_ENTER: return CNC_KEY_ENTER;
    default: break;
  }
  for (int n = 1; n <= 12; n++) {
    if (code == (wint_t)KEY_F(n)) return CNC_KEY_FUNCTION + n;
  }
  return CNC_KEY_OTHER;
}

// MARK: Sequences that the terminal's entry does not know
//
// Keys in another dialect than the entry's, and answers to what was asked before the program began or by
// another one. Curses hands their bytes out one by one, as if they were keys.

enum { INTERRUPT = 3, ESCAPE = 27, NO_SEQUENCE = -1 };

// What was read behind an Escape and is to be read again; ERR: nothing.
static int held = ERR;

static int next_code(void) {
  int code = held == ERR ? wgetch(cnc_keys) : held;
  held = ERR;
  return code;
}

// The same within a sequence, whose next byte may be on its way; ERR where it is not.
static int next_within(void) {
  enum { MILLISECONDS = 50 };
  int code = next_code();
  if (code != ERR) return code;
  struct pollfd source = {STDIN_FILENO, POLLIN, 0};
  return poll(&source, 1, MILLISECONDS) > 0 ? next_code() : ERR;
}

static int key_of_final(int byte) {
  switch (byte) {
    case 'A': return CNC_KEY_UP;
    case 'B': return CNC_KEY_DOWN;
    case 'C': return CNC_KEY_RIGHT;
    case 'D': return CNC_KEY_LEFT;
    case 'F': return CNC_KEY_END;
    case 'H': return CNC_KEY_HOME;
    default: return CNC_KEY_OTHER;
  }
}

// `CSI`, parameters, and a byte from 0x40 on that ends it. What cannot be part of it follows it.
static int read_csi(void) {
  enum { LONGEST = 64 };
  for (int i = 0; i < LONGEST; i++) {
    int code = next_within();
    if (code < ' ' || code > '~') {
      held = code;
      return CNC_KEY_OTHER;
    }
    if (i == 0 && code == '[') {  // a function key of the Linux console: one byte more
      code = next_within();
      if (code < ' ' || code > '~') held = code;
      return CNC_KEY_OTHER;
    }
    if (code >= '@') return i == 0 ? key_of_final(code) : CNC_KEY_OTHER;
  }
  return CNC_KEY_OTHER;
}

// `SS3` and one byte.
static int read_ss3(void) {
  int code = next_within();
  if (code >= ' ' && code <= '~') return key_of_final(code);
  held = code;
  return CNC_KEY_OTHER;
}

// What `OSC`, `DCS`, `APC` and their like begin: up to `ESC \`, which is then read as a sequence of its
// own, or up to BEL where that may end it.
static void skip_string(int ends_with_bell) {
  enum { LONGEST = 4096 };
  for (int i = 0; i < LONGEST; i++) {
    int code = next_within();
    if (code == ERR || (code == '\a' && ends_with_bell)) return;
    if (code == ESCAPE || code >= KEY_MIN) {
      held = code;
      return;
    }
  }
}

// What an Escape begins: a key, CNC_KEY_OTHER for what is none, NO_SEQUENCE where it is the key Escape.
static int read_sequence(void) {
  int code = next_code();
  switch (code) {
    case '[': return read_csi();
    case 'O': return read_ss3();
    case ']': skip_string(1); return CNC_KEY_OTHER;
    case 'P':  // answers to DECRQSS and XTGETTCAP
    case 'X':
    case '^':
    case '_':  // what kitty answers to pictures
      skip_string(0);
      return CNC_KEY_OTHER;
    case '\\': return CNC_KEY_OTHER;
    default: held = code; return NO_SEQUENCE;
  }
}

// Whether ^C was pressed during a paste whose end does not come: nothing follows it. One that is
// part of the text has the rest of it, or at least the end, behind it. The paste is not over by
// that, so that what may still come of it on a slow line remains text.
static int is_pressed_interrupt(int code) {
  enum { MILLISECONDS = 200 };
  if (code != INTERRUPT) return 0;
  held = next_code();
  struct pollfd source = {STDIN_FILENO, POLLIN, 0};
  if (held == ERR && poll(&source, 1, MILLISECONDS) > 0) held = next_code();
  return held == ERR;
}

// A character of several bytes is put together here: wget_wch forgets the bytes that it has when the
// next one is still on its way, as on a slow line, and takes the rest for the beginning of another.
static cnc_event read_key(void) {
  static mbstate_t begun;
  for (;;) {
    int code = next_code();
    if (code == ERR) return (cnc_event){CNC_EVENT_NONE, 0};
    if (code == KEY_MOUSE) return cnc_read_mouse();
    if (code == CNC_SGR_MOUSE) return cnc_read_sgr_mouse();
    if (code == CNC_PASTE_BEGIN || code == CNC_PASTE_END) {
      cnc_paste_mark(code == CNC_PASTE_BEGIN);
      continue;
    }
    if (code >= KEY_MIN) {
      if (cnc_is_pasting()) return (cnc_event){CNC_EVENT_PASTED, 0};
      return (cnc_event){CNC_EVENT_KEY, key_value((wint_t)code)};
    }
    if (code == ESCAPE && !cnc_is_pasting()) {
      int key = read_sequence();
      if (key == CNC_KEY_OTHER) continue;
      if (key != NO_SEQUENCE) return (cnc_event){CNC_EVENT_KEY, key};
    }
    const char byte = (char)code;
    wchar_t character = 0;
    size_t taken = mbrtowc(&character, &byte, 1, &begun);
    if (taken == (size_t)-2) continue;
    if (taken == (size_t)-1) {  // no character begins or goes on so
      memset(&begun, 0, sizeof begun);
      continue;
    }
    int is_text = cnc_is_pasting() && !is_pressed_interrupt(code);
    return (cnc_event){is_text ? CNC_EVENT_PASTED : CNC_EVENT_CHARACTER, (int)character};
  }
}

// Whether the terminal's size is another than when last asked: a signal can come too early to be
// caught.
static int size_changed(void) {
  static unsigned short rows, columns;
  struct winsize window;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0) return 0;
  int known = rows != 0 || columns != 0;
  int changed = window.ws_row != rows || window.ws_col != columns;
  rows = window.ws_row;
  columns = window.ws_col;
  return changed && (known || rows != LINES || columns != COLS);
}

static cnc_event read_flags(void) {
  if (cnc_terminating) return (cnc_event){CNC_EVENT_TERMINATE, cnc_terminating};
  if (cnc_stopping) {
    cnc_stopping = 0;
    return (cnc_event){CNC_EVENT_SUSPEND, 0};
  }
  if (cnc_continued) {
    cnc_continued = 0;
    cnc_resume();
    return (cnc_event){CNC_EVENT_RESUME, 0};
  }
  int changed = size_changed();
  if (cnc_resized || changed) {
    cnc_resized = 0;
    cnc_follow_size();
    return (cnc_event){CNC_EVENT_RESIZE, 0};
  }
  return (cnc_event){CNC_EVENT_NONE, 0};
}

cnc_event cnc_poll(int milliseconds) {
  static int told;
  cnc_event event = {CNC_EVENT_NONE, 0};
  // Keys that were typed before the program was told to end follow the word of it.
  if (told) event = read_key();
  if (event.kind == CNC_EVENT_NONE) event = read_flags();
  told = told || event.kind == CNC_EVENT_TERMINATE;
  if (event.kind != CNC_EVENT_NONE) return event;
  event = read_key();  // curses may hold keys that it read ahead
  if (event.kind != CNC_EVENT_NONE) return event;

  struct pollfd sources[2] = {{STDIN_FILENO, POLLIN, 0}, {cnc_pipe_descriptor(), POLLIN, 0}};
  int ready = poll(sources, 2, milliseconds);
  if (ready < 0) return errno == EINTR ? read_flags() : (cnc_event){CNC_EVENT_CLOSED, 0};
  if (sources[1].revents & POLLIN) cnc_pipe_drain();
  event = read_flags();
  if (event.kind != CNC_EVENT_NONE) {
    cnc_wake();  // the pipe may have been poked by a worker as well
    return event;
  }
  if (sources[0].revents & POLLIN) {
    int waiting = 0;
    if (ioctl(STDIN_FILENO, FIONREAD, &waiting) != 0 || waiting == 0) {
      return (cnc_event){CNC_EVENT_CLOSED, 0};
    }
    event = read_key();
    if (event.kind != CNC_EVENT_NONE) {
      if (sources[1].revents & POLLIN) cnc_wake();
      return event;
    }
  }
  if (sources[0].revents & (POLLHUP | POLLERR | POLLNVAL)) return (cnc_event){CNC_EVENT_CLOSED, 0};
  return (cnc_event){sources[1].revents & POLLIN ? CNC_EVENT_WAKE : CNC_EVENT_NONE, 0};
}
