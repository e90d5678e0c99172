// What the files of this target share among themselves.
#ifndef CNCURSES_INTERNAL_H
#define CNCURSES_INTERNAL_H

#include <signal.h>

// Flags that signal handlers raise and cnc_poll lowers.
extern volatile sig_atomic_t cnc_resized, cnc_stopping, cnc_continued, cnc_terminating;

// direct.c: newterm-ready name of a private entry with 24-bit colour over `term`, or NULL. The
// environment points at the entry until cnc_direct_end.
const char *cnc_direct_begin(const char *term);
void cnc_direct_end(void);

// signals.c
int cnc_pipe_open(void);
int cnc_pipe_descriptor(void);
void cnc_pipe_drain(void);
void cnc_signals_install(void);
void cnc_signals_remove(void);
// For good: signals that would end the process are ignored, and an alarm bounds what it still does.
void cnc_signals_leave(void);
void cnc_stop_process(void);
// Records the bytes and line settings that bring the terminal back, for handlers that may not call
// curses; an empty record disarms them.
void cnc_restoration_add(const char *bytes, int count);
void cnc_restoration_arm(void);
void cnc_restoration_disarm(void);
void cnc_settings_save(void);

#endif
