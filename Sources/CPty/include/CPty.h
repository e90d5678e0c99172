// A program in a pseudo-terminal of its own, as a terminal emulator would run it. One at a time;
// strings come and go byte by byte, so that Swift needs no pointers.
#ifndef CPTY_H
#define CPTY_H

enum { CPT_FOLDER = 0, CPT_ENVIRONMENT = 1, CPT_ARGUMENT = 2 };
enum { CPT_TIMEOUT = -1, CPT_END = -2 };
enum { CPT_RUNNING = -1000 };

// Makes the terminal; 0 where the system has none.
int cpt_open(int rows, int columns);
// The next byte of a word, and the end of the word: where to run, NAME=VALUE, or the next argument.
void cpt_byte(int byte);
void cpt_end_word(int role);
// Starts the program, the first argument being its path; it leads a session with the terminal as its
// own. 0 where that failed.
int cpt_start(void);
// Takes what the program has written, up to 64 kB: the number of bytes, CPT_TIMEOUT after the time, or
// CPT_END. And a byte of what was taken last.
int cpt_read(int milliseconds);
int cpt_taken(int index);
// Types a byte; 0 where the terminal does not take it within ten seconds.
int cpt_write(int byte);
void cpt_resize(int rows, int columns);
void cpt_signal(int number);
// How the program ended: its exit code, minus the signal, or CPT_RUNNING.
int cpt_status(void);
// Whether the line settings are those before the start.
int cpt_has_first_settings(void);
// Pulls the plug: the terminal is gone, the program runs on.
void cpt_hang_up(void);
// Ends what still runs and closes the terminal.
void cpt_close(void);

#endif
