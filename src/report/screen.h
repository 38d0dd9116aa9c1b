/*
 * The terminal that a text is printed on: how wide it is, and whether it shows colours. The parts
 * of the text reports ask here while format_text_on prints them; at any other time, and so in every
 * file, there is no terminal: nothing is cut, dropped or coloured.
 *
 * Colours are those of ANSI's sixteen (ECMA-48, SGR 31 to 33), which a user's theme decides about.
 */
#ifndef PGWRITE_REPORT_SCREEN_H
#define PGWRITE_REPORT_SCREEN_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Narrower ones are taken for so wide. */
enum { SCREEN_COLUMNS_LEAST = 80, SCREEN_NO_LIMIT = INT_MAX };

struct screen {
    int columns; /* 0: no terminal */
    bool colour;
};

enum mood { MOOD_NONE, MOOD_GOOD, MOOD_BAD, MOOD_DOUBT };

void screen_begin(const struct screen *of);
void screen_end(void);

/* Columns that a line may have: most, or those of a narrower screen. */
int screen_columns(int most);

/* What turns the colour of a mood on, and MOOD_NONE off again; "" where there are no colours. */
const char *screen_colour(enum mood mood);

/* Prints lines of text, those that are too wide broken at their blanks: behind the label that a
 * line begins with, which at least two blanks end in the first label_columns. */
void screen_print(const char *text, int label_columns, FILE *out);

/* Columns of a terminal that a text takes, of which length bytes are looked at: its code points,
 * without what turns colours on and off. */
int screen_width(const char *text, size_t length);

/* Bytes of the code point, or of the whole sequence for a colour, that a text begins with; adds its
 * columns to *width. 0 at the end. */
size_t screen_step(const char *text, int *width);

#endif
