/*
 * What went wrong, where, and what to do about it: the one error that a command prints.
 *
 * A function that can fail returns false and fills a struct error; its result must be checked. The
 * first error wins: nothing fills one that is set. Texts are cut at the size of their arrays, never
 * allocated, so that an out-of-memory error can be told too.
 */
#ifndef PGWRITE_BASE_ERROR_H
#define PGWRITE_BASE_ERROR_H

#include <stdbool.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_at, args_at) __attribute__((format(printf, format_at, args_at)))

/* Exit codes of the program: the contract with scripts. */
enum exit_code {
    EXIT_OK = 0,            /* measured, every threshold held */
    EXIT_FAILED = 1,        /* could not measure, or a verification failed */
    EXIT_USAGE = 2,         /* wrong usage or workload */
    EXIT_THRESHOLD = 3,     /* a threshold or a comparison failed */
    EXIT_INCONCLUSIVE = 4,  /* the data do not decide */
    EXIT_INTERRUPTED = 130, /* SIGINT or SIGTERM; what was measured is reported */
};

struct error {
    bool set;
    enum exit_code exit_code; /* EXIT_FAILED unless said otherwise */
    char sqlstate[6];         /* of the server's error, "" if it is none */
    char where[512];          /* "file:line:column" or "" */
    char what[1024];          /* one sentence, lower case, no full stop */
    char line[256];           /* the offending line of a file with a caret line below it, or "" */
    char hint[512];           /* what to do, or "" */
};

/* Sets what; returns false, so that a caller can write `return error_set(error, …)`. */
bool error_set(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* The same with exit code EXIT_USAGE: the user's input is wrong. */
bool error_usage(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds what to do. Keeps a hint that is there. Returns false. */
bool error_hint(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Adds the place: file and 1-based line and column (0: unknown, left out). Keeps one that is there.
 */
bool error_at(struct error *error, const char *file, int line, int column);

/* Adds context in front of what, and a colon: "cell insert, pool 4" gives "cell insert, pool 4: …".
 * Returns false. */
bool error_prefix(struct error *error, const char *format, ...) PRINTF_LIKE(2, 3);

/* Prints it to stderr: `pgwrite: where: what`, the line with its caret, `hint: …`. */
void error_print(const struct error *error);

/* A program fault or lack of memory: prints and aborts. Not for anything a user can cause. */
_Noreturn void panic(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
