/*
 * A result file read back whole: what `pgwrite report` and whoever draws results works on. What a
 * study has in memory when it ends and what is read from its file show the same: the text of one
 * is, byte for byte, the text of the other. Format: pgwrite/1, see docs/result.md.
 *
 * For this each part of the format is written and read by neighbours: json_round.c and
 * parse_round.c, size_json.c and parse_size.c. What a report shows and can't be worked out of other
 * parts stands in the file.
 */
#ifndef PGWRITE_RESULT_DOCUMENT_H
#define PGWRITE_RESULT_DOCUMENT_H

#include "result/ab.h"
#include "result/compare.h"
#include "result/size.h"
#include "result/tune.h"

enum document_kind { DOCUMENT_RUN, DOCUMENT_AB, DOCUMENT_COMPARE, DOCUMENT_TUNE, DOCUMENT_SIZE };
enum { DOCUMENT_KINDS = DOCUMENT_SIZE + 1 };
extern const char *const document_kind_names[]; /* "run", "ab", "compare", "tune", "size" */

struct document {
    enum document_kind kind;
    const char *file;    /* as it was given; NULL: it was measured just now */
    const char *version; /* of the pgwrite that measured */
    union {              /* by kind */
        const struct result *run;
        const struct ab_result *ab;
        const struct compare_result *compare;
        const struct tune_result *tune;
        const struct size_result *size;
    };
    struct result **read; /* what document_release releases: the runs in what was read */
    size_t read_count;
};

/* Reads a file ("-": stdin). What it needs is of the arena, or of the heap and released by
 * document_release. EXIT_USAGE errors name the file, and the line and column, or the key, at which
 * it is no such result. Keys that are not known are passed over; one that an older pgwrite did not
 * write yet leaves its value unknown. Control characters in texts become blanks: they go to
 * terminals. */
MUST_CHECK bool document_read(const char *file, struct arena *arena, struct document *out,
                              struct error *error);
void document_release(struct document *document);

/* Format pgwrite/1, by output_write. */
MUST_CHECK bool document_write_json(const struct document *document, const char *file,
                                    struct error *error);

/* The runs in it: of a run one, of ab two (A, B), of the others none, and so the labels: "", "A",
 * "B". At most DOCUMENT_RUNS_MAX; returns how many. */
enum { DOCUMENT_RUNS_MAX = 2 };
size_t document_runs(const struct document *document, const struct result *runs[DOCUMENT_RUNS_MAX],
                     const char *labels[DOCUMENT_RUNS_MAX]);

/* What it is called where there are several: its file's name without folder and suffix, or "this
 * run". */
const char *document_name(const struct document *document, char *out, size_t size);

#endif
