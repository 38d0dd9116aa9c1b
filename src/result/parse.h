/*
 * The parts of format pgwrite/1 read back, each the mirror of a writer (json_internal.h). A reader
 * that meets a value of the wrong type says so once, with the key's path, and goes on; the document
 * is refused in the end.
 */
#ifndef PGWRITE_RESULT_PARSE_H
#define PGWRITE_RESULT_PARSE_H

#include "result/document.h"
#include "result/json_value.h"

/* Where the reader is. */
struct parse {
    const char *file; /* for messages */
    struct arena *arena;
    struct error *error; /* the first fault */
    bool failed;
    char path[256];         /* of the keys to the value that is being read: "cells[0].rounds[1]" */
    struct result **result; /* all that parse_run has made: document_release releases them */
    size_t result_count;
    size_t histogram_count, round_count; /* so far */
};

/* ---- parse.c: values. Each takes the object and the key. A key that is not there, or null, is
 * unknown: UNKNOWN, 0, "", NULL or false, as the type has it. ---- */
double parse_number(struct parse *parse, const json_t *object, const char *key);
/* Of either sign. NAN: unknown. */
double parse_signed(struct parse *parse, const json_t *object, const char *key);
uint64_t parse_count(struct parse *parse, const json_t *object, const char *key);
/* At most max: what is larger is a fault. */
uint64_t parse_count_max(struct parse *parse, const json_t *object, const char *key, uint64_t max);
/* Whether there is a value, and it is not null. */
bool parse_has(const json_t *object, const char *key);
bool parse_bool(struct parse *parse, const json_t *object, const char *key);
const char *parse_text(struct parse *parse, const json_t *object, const char *key);   /* NULL */
const char *parse_filled(struct parse *parse, const json_t *object, const char *key); /* "" */
void parse_copy(struct parse *parse, const json_t *object, const char *key, char *out, size_t size);
json_t *parse_object(struct parse *parse, const json_t *object, const char *key); /* NULL */
json_t *parse_array(struct parse *parse, const json_t *object, const char *key);  /* NULL */
/* The texts of an array; *count may be NULL: then it ends with NULL. */
const char **parse_texts(struct parse *parse, const json_t *object, const char *key, size_t *count);
/* A text of the arena, as parse_text makes it out of what JSON has. */
const char *parse_plain(struct parse *parse, const char *text);
/* One of names; count where it is none of them, which is a fault, or unknown. */
size_t parse_choice(struct parse *parse, const json_t *object, const char *key,
                    const char *const *names, size_t count);
/* Enters and leaves a value for messages: parse_enter(parse, "cells", i); SIZE_MAX: no index. */
void parse_enter(struct parse *parse, const char *key, size_t index);
void parse_leave(struct parse *parse);
/* The value that it is in, or key of it (NULL: itself), "is no list", "is negative". */
void parse_fault(struct parse *parse, const char *key, const char *format, ...) PRINTF_LIKE(3, 4);

/* ---- parse_run.c and its parts ---- */

/* A run, or the run without cells that a study has. Of the arena, but for what document_release
 * releases. */
struct result *parse_run(struct parse *parse, const json_t *root);
/* "server" of a document. */
void parse_server(struct parse *parse, const json_t *root, struct server_facts *facts,
                  bool *throwaway, const char **target);
void parse_cell(struct parse *parse, const json_t *object, struct result *result,
                struct result_cell *cell);
void parse_round(struct parse *parse, const json_t *object, struct result *result,
                 struct result_round *round);
/* An array of thresholds, each with expr, limit and unit. One that names what only the workload
 * knows, a stage or a gauge, has its text, its value and its unit alone. */
struct threshold *parse_thresholds(struct parse *parse, const json_t *object, const char *key,
                                   size_t *count);
/* What of it is on the heap. */
void parse_result_release(struct result *result);

/* ---- parse_comparison.c, parse_ab.c, parse_compare.c, parse_tune.c, parse_size.c ---- */
void parse_comparison(struct parse *parse, const json_t *object, struct comparison *out);
struct ab_result *parse_ab(struct parse *parse, const json_t *root);
struct compare_result *parse_compare(struct parse *parse, const json_t *root);
struct tune_result *parse_tune(struct parse *parse, const json_t *root);
struct size_result *parse_size(struct parse *parse, const json_t *root);

#endif
