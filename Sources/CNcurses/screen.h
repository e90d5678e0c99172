// What terminal.c lends to input.c.
#ifndef CNCURSES_SCREEN_H
#define CNCURSES_SCREEN_H

#include <stdio.h>
#include <curses.h>

extern WINDOW *cnc_keys;
// Asks the terminal for its size and makes curses draw all of it anew.
void cnc_follow_size(void);
// Takes the line settings back after a stop that no handler saw.
void cnc_resume(void);

#endif
