/*
 * Numbers as people write and read them: durations `500ms 10s 5m 2h`, sizes `64kB 8MB` (1024, as
 * PostgreSQL), counts `10k 2M` (1000), ranges `5..15`, shares `10%`, rates `500/s`,
 * lists `1,4,16`.
 *
 * A number is decimal digits with or without a fraction (`1.5s`); one blank may stand between it
 * and its unit, so that what is shown can be read. Durations are rounded to 1 ns and sizes to 1 B,
 * but never to 0.
 *
 * Each parser takes the whole text or fails with an EXIT_USAGE error that names the text, what was
 * expected, and an example. No place is added: the caller knows it.
 */
#ifndef PGWRITE_BASE_UNITS_H
#define PGWRITE_BASE_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct range {
    uint64_t min, max; /* inclusive, min <= max */
};

/*
 * duration: us ms s m min h d; the unit is required unless the number is 0
 * size:     B kB MB GB TB; bare: bytes
 * count:    k M G; whole; `1_000` and `1,000` are refused
 * range:    `N` or `MIN..MAX`, counts
 * share:    `10%` or 0..1
 * duration_range: `2s` or `1s..3s`, in ns
 * rate:     `500/s` `1k/min` `20/h` `500000/day`, per second; never 0
 * number:   30 or 0.5, without a unit, not negative
 */
MUST_CHECK bool units_duration(const char *text, uint64_t *ns, struct error *error);
MUST_CHECK bool units_size(const char *text, uint64_t *bytes, struct error *error);
MUST_CHECK bool units_count(const char *text, uint64_t *count, struct error *error);
MUST_CHECK bool units_range(const char *text, struct range *range, struct error *error);
MUST_CHECK bool units_share(const char *text, double *share, struct error *error);
MUST_CHECK bool units_duration_range(const char *text, struct range *ns, struct error *error);
MUST_CHECK bool units_rate(const char *text, double *per_s, struct error *error);
MUST_CHECK bool units_number(const char *text, double *value, struct error *error);

/* The words of a comma-separated list, each given to take() in turn; stops at its first false.
 * Blanks around a word are dropped; an empty word is an error. */
MUST_CHECK bool units_list(const char *text,
                           bool (*take)(const char *word, void *context, struct error *error),
                           void *context, struct error *error);

/* The nearest of count names to a mistyped word (Damerau-Levenshtein distance of at most 2, or a
 * third of its length, and less than all its letters; case ignored), or NULL. */
const char *units_nearest(const char *word, const char *const *names, size_t count);

/* For people; each writes into out (size bytes) and returns it. µ is of two bytes: pad columns by
 * code points. */
char *units_show_count(char *out, size_t size, double count); /* 1,234,567; below 100: 12.5, 0.25 */
/* The same with a thing behind it, which gets an s but where there is one: 1 row, 1,234 rows */
char *units_show_things(char *out, size_t size, double count, const char *thing);
/* 812 ns, 14.2 µs, 500 ms, 3 s (three digits); from a minute on in two units: 5 min, 2 h 5 min */
char *units_show_duration(char *out, size_t size, uint64_t ns);
char *units_show_size(char *out, size_t size, uint64_t bytes); /* 812 B, 14.2 kB, 3.1 MB, 64 kB */

#endif
