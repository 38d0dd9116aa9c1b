/*
 * What a study tells, part by part, for whoever draws it: on a terminal, or as a page (src/html). A
 * part is a head, then sentences, lines behind labels, tables and items. Texts may be anybody's:
 * the drawer makes them harmless.
 */
#ifndef PGWRITE_REPORT_SHEET_H
#define PGWRITE_REPORT_SHEET_H

#include <stdio.h>

#include "base/strbuf.h"

struct table;

struct sheet {
    bool terminal; /* tables have to fit in REPORT_COLUMNS, and bars are made of "#" */
    /* Of a part; a drawer with headings of its own may leave out what says the same. */
    void (*head)(struct sheet *sheet, const char *text);
    /* label: "pool", "" for a sentence */
    void (*line)(struct sheet *sheet, const char *label, const char *text);
    void (*item)(struct sheet *sheet, const char *text); /* of a list */
    /* notes: of each row why it is as it is, or NULL; a note may be NULL */
    void (*table)(struct sheet *sheet, const struct table *table, const char *const *notes);
    void (*gap)(struct sheet *sheet); /* an empty line on a terminal, elsewhere nothing */
};

/* Prints on a terminal: in lines of at most REPORT_COLUMNS, all but the first indented behind the
 * label; what would steer it is taken out. A head has an empty line before it. */
struct sheet_text {
    struct sheet sheet; /* first */
    FILE *out;
};
struct sheet_text sheet_text(FILE *out);

/* Each empties the text. */
void sheet_head(struct sheet *sheet, struct strbuf *text);
void sheet_line(struct sheet *sheet, struct strbuf *text, const char *label);
void sheet_item(struct sheet *sheet, struct strbuf *text);

#endif
