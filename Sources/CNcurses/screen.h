// What terminal.c, input.c and mouse.c lend one another.
#ifndef CNCURSES_SCREEN_H
#define CNCURSES_SCREEN_H

#include "CNcurses.h"

#include <stdio.h>
#include <curses.h>

// The key that `CSI <` is to curses: what follows is to be read by cnc_read_sgr_mouse.
enum { CNC_SGR_MOUSE = KEY_MAX + 1 };

extern WINDOW *cnc_keys;
// Asks the terminal for its size and makes curses draw all of it anew.
void cnc_follow_size(void);
// What the mouse did, after the key that announces it.
cnc_event cnc_read_mouse(void);
cnc_event cnc_read_sgr_mouse(void);
// Leaves the SGR protocol to take the terminal away for a while, and takes it up again.
void cnc_mouse_pause(void);
void cnc_mouse_resume(void);
// Takes the line settings back after a stop that no handler saw.
void cnc_resume(void);

#endif
