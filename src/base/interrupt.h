/*
 * SIGINT and SIGTERM as a flag that every wait looks at. The handler only sets the flag and writes
 * one byte to a pipe, so that poll() wakes up.
 */
#ifndef PGWRITE_BASE_INTERRUPT_H
#define PGWRITE_BASE_INTERRUPT_H

#include <stdbool.h>

/* Installs the handlers and ignores SIGPIPE; once, before any thread starts. */
void interrupt_install(void);

bool interrupted(void);

/* The signal's number, 0 if none came. */
int interrupt_signal(void);

/* Becomes and stays readable when a signal has come: for poll(). -1 before interrupt_install. */
int interrupt_fd(void);

#endif
