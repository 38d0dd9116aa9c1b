/*
 * The formats that results are shown in, each an option of `pgwrite report`, of `run` and of the
 * studies. A format is one file here (HTML: src/html) and one line in its table.
 */
#ifndef PGWRITE_REPORT_FORMAT_H
#define PGWRITE_REPORT_FORMAT_H

#include <stdio.h>

#include "report/screen.h"
#include "result/document.h"

#define FORMAT_OF(kind) (1u << (kind))
#define FORMAT_OF_RUNS (FORMAT_OF(DOCUMENT_RUN) | FORMAT_OF(DOCUMENT_AB))
#define FORMAT_OF_ALL                                                          \
    (FORMAT_OF_RUNS | FORMAT_OF(DOCUMENT_COMPARE) | FORMAT_OF(DOCUMENT_TUNE) | \
     FORMAT_OF(DOCUMENT_SIZE))

struct report_format {
    const char *name;    /* of the option: "html" */
    const char *summary; /* of --help and `list reports` */
    unsigned kinds;      /* that it can show: FORMAT_OF(...) */
    /* Of one document, or of several beside each other. width: columns of the terminal that it is
     * printed on, 0 if there is none; only the text heeds it. The caller sees whether out failed.
     */
    void (*write)(const struct document *documents, size_t count, int width, FILE *out);
};

/* Text first: what `pgwrite report` prints where no other is asked for. html is not among them: it
 * stands above this layer. */
extern const struct report_format report_formats[];
extern const size_t report_format_count;

/* format_text.c: what the command printed, of several one after the other under its name. */
void format_text(const struct document *documents, size_t count, int width, FILE *out);
/* The same on a terminal: as wide as that is, and with colours if it takes them. */
void format_text_on(const struct screen *screen, const struct document *documents, size_t count,
                    FILE *out);
/* format_markdown.c: for pull requests, at most 60 lines of GitHub's Markdown, details folded. */
void format_markdown(const struct document *documents, size_t count, int width, FILE *out);
/* format_csv.c: RFC 4180. One line a cell; one line an interval of each round. The names of their
 * columns are those of docs/result.md. */
void format_csv(const struct document *documents, size_t count, int width, FILE *out);
void format_csv_series(const struct document *documents, size_t count, int width, FILE *out);
/* format_junit.c: a suite a result; thresholds, verification and checks of each cell are its test
 * cases, of a study its verdict. */
void format_junit(const struct document *documents, size_t count, int width, FILE *out);
/* format_hlog.c: HdrHistogram log, format version 1.3; a tag for each cell, round and latency. */
void format_hlog(const struct document *documents, size_t count, int width, FILE *out);
/* format_openmetrics.c: OpenMetrics text 1.0, ends with # EOF. */
void format_openmetrics(const struct document *documents, size_t count, int width, FILE *out);

#endif
