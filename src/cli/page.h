/* What a command prints to standard output, fitted to the terminal if that is one. */
#ifndef PGWRITE_CLI_PAGE_H
#define PGWRITE_CLI_PAGE_H

#include <stdio.h>

/* To be printed to: standard output itself where it is no terminal. */
FILE *page_open(void);

/* Prints what was written, the lines that are too wide for the terminal broken. Whether that has
 * arrived is for the caller to see in stdout. */
void page_close(FILE *page);

#endif
