// What terminal.c, input.c, mouse.c and paste.c lend one another.
#ifndef CNCURSES_SCREEN_H
#define CNCURSES_SCREEN_H

#include "CNcurses.h"

#include <curses.h>
#include <stdio.h>

// The key that `CSI <` is to curses: what follows is to be read by cnc_read_sgr_mouse.
enum { CNC_SGR_MOUSE = KEY_MAX + 1 };
// The keys that the marks around pasted text are to curses.
enum { CNC_PASTE_BEGIN = KEY_MAX + 2, CNC_PASTE_END = KEY_MAX + 3 };

extern WINDOW *cnc_keys;
// Asks the terminal for its size and makes curses draw all of it anew.
void cnc_follow_size(void);
// Sends a sequence that curses knows nothing of at once.
void cnc_ask(const char *sequence);
// What the mouse did, after the key that announces it.
cnc_event cnc_read_mouse(void);
cnc_event cnc_read_sgr_mouse(void);
// Leaves the SGR protocol to take the terminal away for a while, and takes it up again.
void cnc_mouse_pause(void);
void cnc_mouse_resume(void);
// Asks for marks around pasted text; takes the request back for a while, and makes it again.
void cnc_paste_open(void);
void cnc_paste_pause(void);
void cnc_paste_resume(void);
// What is read from here on is pasted, or typed.
void cnc_paste_mark(int begins);
int cnc_is_pasting(void);
// Takes the line settings back after a stop that no handler saw.
void cnc_resume(void);

#endif
