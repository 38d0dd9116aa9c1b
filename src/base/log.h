/*
 * Messages for people, on stderr, that get along with a live progress line: a message clears the
 * line, prints itself above it and draws it again. Main thread only.
 */
#ifndef PGWRITE_BASE_LOG_H
#define PGWRITE_BASE_LOG_H

#include <stdbool.h>

#include "base/error.h"

/* `pgwrite: …` and a line end. For what a person has to know: printed with --quiet too. */
void log_message(const char *format, ...) PRINTF_LIKE(1, 2);

/* Draws the progress line, in place of the one before and cut to the terminal's width. Nothing
 * where stderr is no terminal, and with --quiet. The text is one line without control characters.
 */
void log_progress(const char *format, ...) PRINTF_LIKE(1, 2);

/* Clears the progress line, if there is one. */
void log_progress_end(void);

/* --quiet: no progress. */
void log_set_quiet(bool quiet);

/* stderr is a terminal that can redraw a line (TERM=dumb can't). */
bool log_is_terminal(void);

#endif
