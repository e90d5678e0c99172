// The terminal through ncursesw: opening, cells and colour pairs, size. Signals lie in signals.c,
// keys in input.c, the private entry for 24-bit colour in direct.c.
#define _XOPEN_SOURCE 700
#define _DEFAULT_SOURCE 1
#define _DARWIN_C_SOURCE 1
#define NCURSES_WIDECHAR 1
#include "CNcurses.h"
#include "internal.h"
#include "screen.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

WINDOW *cnc_keys;

static SCREEN *screen;
static int is_open, has_colour, is_direct, is_utf8;

// MARK: Colour pairs

// (foreground, background) to pair, open addressing; a pair is made when first asked for. Making
// one is cheap, changing one makes curses search the screen for it, so none is ever changed.
enum { SLOTS = 1 << 17 };
typedef struct {
  int foreground, background, pair;
} slot;
static slot slots[SLOTS];
static int pairs_used, pairs_limit, pairs_overflowed;

static void forget_pairs(void) {
  memset(slots, 0, sizeof slots);
  pairs_used = 0;
}

static int direct(int colour) { return is_direct && colour >= 0 && colour < 8 ? 8 : colour; }

static int pair_for(int foreground, int background) {
  if (!has_colour || (foreground < 0 && background < 0)) return 0;
  foreground = direct(foreground);
  background = direct(background);
  uint32_t hash = (uint32_t)foreground * 2654435761u ^ (uint32_t)background * 2246822519u;
  uint32_t index = (hash ^ hash >> 15) & (SLOTS - 1);
  while (slots[index].pair != 0) {
    if (slots[index].foreground == foreground && slots[index].background == background) {
      return slots[index].pair;
    }
    index = (index + 1) & (SLOTS - 1);
  }
  if (pairs_used + 1 >= pairs_limit) {
    pairs_overflowed = 1;
    return 0;
  }
  int pair = ++pairs_used;
  if (init_extended_pair(pair, foreground, background) == ERR) return 0;
  slots[index] = (slot){foreground, background, pair};
  return pair;
}

// MARK: Opening

static char *collected;
static int collected_count;

static int collect(int byte) {
  if (collected_count < 128) collected[collected_count++] = (char)byte;
  return byte;
}

static void record_restoration(void) {
  static const char *names[] = {"sgr0", "op", "rmkx", "cnorm", "rmcup"};
  char bytes[128];
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    char *capability = tigetstr(names[i]);
    if (capability == NULL || capability == (char *)-1) continue;
    collected = bytes;
    collected_count = 0;
    tputs(capability, 1, collect);
    cnc_restoration_add(bytes, collected_count);
  }
}

static int says_direct_colour(void) {
  const char *value = getenv("COLORTERM");
  return value && (strcasecmp(value, "truecolor") == 0 || strcasecmp(value, "24bit") == 0);
}

static int no_colour(void) {
  const char *value = getenv("NO_COLOR");
  return value && value[0];
}

// Whether the entry last asked about can place the cursor.
static int entry_moves;

// Number of colours in a terminal's own entry, or -1 where there is no such entry.
static int entry_colours(const char *term) {
  int error = 0;
  if (setupterm((char *)(uintptr_t)term, STDOUT_FILENO, &error) == ERR) return -1;
  int colours = tigetnum("colors");
  char *motion = tigetstr("cup");
  entry_moves = motion != NULL && motion != (char *)-1;
  del_curterm(cur_term);
  return colours < 0 ? 0 : colours;
}

static void open_screen(const char *term, int wants_direct) {
  if (wants_direct) {
    const char *name = cnc_direct_begin(term);
    if (name) screen = newterm(name, stdout, stdin);
    cnc_direct_end();
  }
  if (screen == NULL) screen = newterm(term, stdout, stdin);
}

static int set_up_colour(int choice) {
  has_colour = choice != CNC_COLOUR_MONO && has_colors() && start_color() == OK;
  if (!has_colour) return 0;
  use_default_colors();
  is_direct = COLORS >= 1 << 24;
  pairs_limit = COLOR_PAIRS < 65536 ? COLOR_PAIRS : 65536;
  forget_pairs();
  int colours = COLORS;
  int most = choice == CNC_COLOUR_16 ? 16 : choice == CNC_COLOUR_256 ? 256 : 1 << 24;
  if (colours > most) colours = most;
  return colours >= 1 << 24 ? 1 << 24 : colours >= 256 ? 256 : colours >= 16 ? 16 : 8;
}

// Has the terminal send ^C as a key, since what it would end may be worth a question; the signal of another
// process still ends the program at once.
static void take_interrupts_as_keys(void) {
  struct termios settings;
  if (tcgetattr(STDIN_FILENO, &settings) != 0) return;
  settings.c_cc[VINTR] = _POSIX_VDISABLE;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &settings) == 0) def_prog_mode();
}

cnc_opened cnc_open(int choice) {
  static const char *fallbacks[] = {"xterm-256color", "xterm", "ansi"};
  cnc_opened result = {CNC_OPENED, 0, 0, 0};
  if (is_open) return result.status = CNC_FAILED, result;
  if (!isatty(STDIN_FILENO)) return result.status = CNC_NO_INPUT_TTY, result;
  if (!isatty(STDOUT_FILENO)) return result.status = CNC_NO_OUTPUT_TTY, result;

  setlocale(LC_CTYPE, "");  // not LC_ALL: numbers in files keep their decimal point
  is_utf8 = strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
  unsetenv("LINES");
  unsetenv("COLUMNS");
  if (!cnc_pipe_open()) return result.status = CNC_FAILED, result;
  cnc_settings_save();

  const char *term = getenv("TERM");
  int colours = term && term[0] ? entry_colours(term) : -1;
  for (int i = 0; i < 3 && colours < 0; i++) {
    term = fallbacks[i];
    result.fallback = i + 1;
    colours = entry_colours(term);
  }
  if (colours < 0) return result.status = CNC_NO_ENTRY, result;
  if (!entry_moves) return result.status = CNC_NO_MOTION, result;

  if (choice == CNC_COLOUR_AUTO && no_colour()) choice = CNC_COLOUR_MONO;
  int wants_direct =
      colours >= 8 && colours < 1 << 24 &&
      (choice == CNC_COLOUR_24 || (choice == CNC_COLOUR_AUTO && says_direct_colour()));
  if (colours >= 1 << 24 && (choice == CNC_COLOUR_256 || choice == CNC_COLOUR_16)) {
    term = "xterm-256color";  // palette indices mean nothing to a direct-colour entry
  }
  cnc_signals_install();
  open_screen(term, wants_direct);
  if (screen == NULL) {
    cnc_signals_remove();
    return result.status = CNC_NO_ENTRY, result;
  }
  is_open = 1;
  record_restoration();
  cnc_restoration_arm();
  set_escdelay(25);
  cbreak();
  noecho();
  nonl();
  take_interrupts_as_keys();
  curs_set(0);
  cnc_keys = newpad(1, 1);  // reading keys through a pad never refreshes the screen
  keypad(cnc_keys, TRUE);
  nodelay(cnc_keys, TRUE);
  cnc_paste_open();
  result.colours = set_up_colour(choice);
  result.utf8 = is_utf8;
  return result;
}

void cnc_close(void) {
  if (!is_open) return;
  is_open = 0;
  if (tigetstr("rmcup") == NULL) {  // no screen to go back to: leave an empty one
    erase();
    refresh();
  }
  cnc_mouse_pause();
  cnc_paste_pause();
  endwin();
  cnc_restoration_disarm();
  cnc_signals_leave();
}

// MARK: Size and cells

cnc_size cnc_get_size(void) {
  cnc_size size = {24, 80};
  if (is_open) size = (cnc_size){LINES, COLS};
  return size;
}

void cnc_follow_size(void) {
  struct winsize window;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0)
    return;
  if (window.ws_row != LINES || window.ws_col != COLS) resize_term(window.ws_row, window.ws_col);
  erase();
  clearok(curscr, TRUE);
}

void cnc_put(int row, int column, uint32_t scalar, uint64_t marks, int width, int foreground,
             int background, int attributes) {
  if (!is_open || row < 0 || column < 0 || row >= LINES || column + width > COLS) return;
  wchar_t text[5] = {(wchar_t)scalar};
  int is_shown = scalar >= 32 && (scalar < 127 || (is_utf8 && wcwidth((wchar_t)scalar) == width));
  if (!is_shown) text[0] = L'?';
  for (int count = 1; is_shown && count < 4 && marks != 0; marks >>= 21) {
    wchar_t mark = (wchar_t)(marks & 0x1fffff);
    if (wcwidth(mark) == 0) text[count++] = mark;
  }
  attr_t mask = 0;
  if (attributes & CNC_BOLD) mask |= WA_BOLD;
  if (attributes & CNC_DIM) mask |= WA_DIM;
  if (attributes & CNC_UNDERLINE) mask |= WA_UNDERLINE;
  if (attributes & CNC_REVERSE) mask |= WA_REVERSE;
  int pair = pair_for(foreground, background);
  cchar_t cell;
  if (setcchar(&cell, text, mask, 0, &pair) != OK) return;
  for (int at = 0; at < (is_shown ? 1 : width); at++) mvadd_wch(row, column + at, &cell);
}

int cnc_flush(void) {
  if (!is_open) return 0;
  if (pairs_overflowed) {
    pairs_overflowed = 0;
    reset_color_pairs();
    forget_pairs();
    return 1;
  }
  refresh();
  return 0;
}

void cnc_redraw(void) {
  if (is_open) clearok(curscr, TRUE);
}

void cnc_send(int byte) {
  if (!is_open) return;
  if (byte < 0)
    fflush(stdout);
  else
    putc(byte, stdout);
}

void cnc_ask(const char *sequence) {
  fputs(sequence, stdout);
  fflush(stdout);
}

void cnc_suspend(void) {
  if (!is_open) return;
  cnc_mouse_pause();
  cnc_paste_pause();
  endwin();
  cnc_restoration_disarm();
  cnc_stop_process();
  cnc_restoration_arm();
  refresh();  // back to program mode
  cnc_mouse_resume();
  cnc_paste_resume();
  curs_set(0);
  cnc_follow_size();
}

void cnc_resume(void) {
  reset_prog_mode();
  cnc_mouse_resume();
  cnc_paste_resume();
  cnc_restoration_arm();
  cnc_follow_size();
}
