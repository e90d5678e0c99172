// The whole surface of the terminal that Swift sees: integers and small structs, no pointers, so
// that every call is memory-safe. One thread owns all of it but `cnc_wake`.
#ifndef CNCURSES_H
#define CNCURSES_H

#include <stdint.h>

// What the caller wants of colour; AUTO decides by TERM, COLORTERM and NO_COLOR.
enum {
  CNC_COLOUR_AUTO = 0,
  CNC_COLOUR_24 = 1,
  CNC_COLOUR_256 = 2,
  CNC_COLOUR_16 = 3,
  CNC_COLOUR_MONO = 4
};

enum {
  CNC_OPENED = 0,
  CNC_NO_INPUT_TTY = 1,
  CNC_NO_OUTPUT_TTY = 2,
  CNC_NO_ENTRY = 3,
  CNC_NO_MOTION = 4,
  CNC_FAILED = 5
};

typedef struct {
  int status;    // CNC_OPENED or why not
  int colours;   // 0, 8, 16, 256 or 1 << 24: what colour values mean in cnc_put
  int utf8;      // whether the locale's character set is UTF-8
  int fallback;  // 0: TERM's own entry; 1: xterm-256color; 2: xterm; 3: ansi
} cnc_opened;

typedef struct {
  int rows;
  int columns;
} cnc_size;

enum { CNC_BOLD = 1, CNC_DIM = 2, CNC_UNDERLINE = 4, CNC_REVERSE = 8 };

enum {
  CNC_EVENT_NONE = 0,       // the time is up
  CNC_EVENT_CHARACTER = 1,  // value: a Unicode scalar
  CNC_EVENT_KEY = 2,        // value: CNC_KEY_*
  CNC_EVENT_RESIZE = 3,
  CNC_EVENT_WAKE = 4,       // cnc_wake was called
  CNC_EVENT_SUSPEND = 5,    // ^Z or SIGTSTP: call cnc_suspend
  CNC_EVENT_RESUME = 6,     // continued after a stop that could not be caught
  CNC_EVENT_TERMINATE = 7,  // value: the signal; close and leave within two seconds
  CNC_EVENT_CLOSED = 8,     // the input is at its end
  CNC_EVENT_POINTER = 9,    // value: CNC_POINTER_* << 24 | row << 12 | column
  CNC_EVENT_PASTED = 10     // value: a Unicode scalar of pasted text, 0 for what is none
};

enum { CNC_POINTER_CLICK = 0, CNC_POINTER_WHEEL_UP = 1, CNC_POINTER_WHEEL_DOWN = 2 };

enum {
  CNC_KEY_OTHER = 0,
  CNC_KEY_UP = 1,
  CNC_KEY_DOWN = 2,
  CNC_KEY_LEFT = 3,
  CNC_KEY_RIGHT = 4,
  CNC_KEY_HOME = 5,
  CNC_KEY_END = 6,
  CNC_KEY_PAGE_UP = 7,
  CNC_KEY_PAGE_DOWN = 8,
  CNC_KEY_BACKTAB = 9,
  CNC_KEY_BACKSPACE = 10,
  CNC_KEY_DELETE = 11,
  CNC_KEY_ENTER = 12,
  CNC_KEY_FUNCTION = 100  // CNC_KEY_FUNCTION + n is Fn, n in 1...12
};

typedef struct {
  int kind;  // CNC_EVENT_*
  int value;
} cnc_event;

// Takes the terminal over: locale, terminal entry, signal handlers, wake pipe. At most one at a time.
cnc_opened cnc_open(int colour);
// Gives it back; does nothing where it is not open.
void cnc_close(void);
cnc_size cnc_get_size(void);
// One character of one or two columns; a colour below 0 is the terminal's own. Off-screen cells are
// ignored. `marks`: what stands over it, 21 bits a scalar, the first the lowest, 0 ends them. Where
// the C library knows the character in another width, there are question marks.
void cnc_put(int row, int column, uint32_t scalar, uint64_t marks, int width, int foreground,
             int background, int attributes);
// Sends the changes. 1: colour pairs ran out and were all released, put every cell again.
int cnc_flush(void);
// Forgets what the terminal shows, so that the next flush draws all of it.
void cnc_redraw(void);
// Sends one byte to the terminal past curses, for sequences that curses does not know; below 0: flushes.
void cnc_send(int byte);
// Waits for the next event, for ever where the time is below 0.
cnc_event cnc_poll(int milliseconds);
// Reports clicks and the wheel, or no longer; 0 where the terminal has no mouse.
int cnc_mouse(int on);
// Ends the waiting in cnc_poll; from any thread.
void cnc_wake(void);
// Gives the terminal to the shell, stops the process, and takes the terminal back on continuing.
void cnc_suspend(void);
// Leaves the process without running destructors under threads that still compute; dies of the
// pending signal where there is one.
_Noreturn void cnc_exit(int status);

#endif
