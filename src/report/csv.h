/*
 * Writes CSV by RFC 4180: CRLF behind each record, a field in quotes where it has a comma, a quote
 * or an end of line, quotes in it doubled. UTF-8 without a byte order mark. What is unknown is an
 * empty field; numbers have a point, no grouping, and as many digits as bring the same double back.
 *
 * A text that begins with = + - @, a tab or a carriage return would be run as a formula by
 * spreadsheets: it gets a ' in front, as OWASP advises ("CSV Injection"). Numbers never do.
 *
 * A record is written by a function that calls one of these for each of its fields. The header line
 * is written by the same function, with `head`: then the names go out in place of the values, so
 * that both have as many fields in the same order.
 */
#ifndef PGWRITE_REPORT_CSV_H
#define PGWRITE_REPORT_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct csv {
    FILE *out;
    bool head;
    bool begun; /* a record has a field already */
};

void csv_text(struct csv *csv, const char *name, const char *text); /* NULL: empty */
void csv_number(struct csv *csv, const char *name, double value);   /* negative, NAN: unknown */
void csv_whole(struct csv *csv, const char *name, double value);    /* likewise, no fraction */
void csv_count(struct csv *csv, const char *name, bool known, uint64_t value);
void csv_flag(struct csv *csv, const char *name, bool known, bool value); /* true, false */
void csv_end(struct csv *csv);

#endif
