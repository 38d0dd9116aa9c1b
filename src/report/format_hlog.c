/*
 * Results as a HdrHistogram log, format version 1.3. Source: HdrHistogram, HistogramLogWriter and
 * HistogramLogReader. Its readers know of no comment behind the header, and of no comma or blank in
 * a tag; in Java they multiply no value, so that values are ns and the column of the maximum,
 * which is for people, is in ms.
 *
 * A line a cell, round and latency. A result holds no clock time of a round: all begin with their
 * result, and last as long as their window.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "load/tally.h"
#include "report/format.h"
#include "report/names.h"

#define NS_PER_SHOWN_UNIT 1e6

static void put_header(double epoch_s, FILE *out) {
    char date[64] = "unknown";
    time_t at = (time_t)epoch_s;
    struct tm utc;
    if (epoch_s > 0)
        strftime(date, sizeof date, "%a %b %d %H:%M:%S UTC %Y", gmtime_r(&at, &utc));
    fprintf(out, "#[Histogram log format version 1.3]\n");
    fprintf(out, "#[StartTime: %.3f (seconds since epoch), %s]\n", epoch_s, date);
    fprintf(out, "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
                 "\"Interval_Compressed_Histogram\"\n");
}

/* What would end a tag, or the line, is written as in a URL ("%2C"): two names stay two tags, or
 * readers would add them up. */
static void put_word(const char *word, FILE *out) {
    for (const char *c = word; *c; c++)
        if (*c == ',' || *c == '%' || (unsigned char)*c <= ' ' || *c == 0x7f)
            fprintf(out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            fputc(*c, out);
}

/* "insert/8/100:response", with the result in front where there are several, "A/" or "B/" of ab,
 * and "#2" behind the cell where it has several rounds. */
static void put_tag(const char *name, const char *variant, const struct result_cell *cell,
                    size_t round, const char *latency, FILE *out) {
    char pool[32], batch[48];
    fputs("Tag=", out);
    put_word(name, out);
    fputs(*name ? "/" : "", out);
    fprintf(out, "%s%s", variant, *variant ? "/" : "");
    put_word(cell->path, out);
    fprintf(out, "/%s", names_of_pool(cell, pool, sizeof pool));
    if (cell->batch.max > 0)
        fprintf(out, "/%s", result_batch(cell, batch, sizeof batch));
    if (cell->round_count > 1)
        fprintf(out, "#%zu", round + 1);
    fprintf(out, ":%s,", latency);
}

static void put_round(const char *name, const char *variant, const struct result *result,
                      const struct result_cell *cell, size_t number, FILE *out) {
    const struct result_round *round = &cell->rounds[number];
    const struct histogram *latency[LATENCY_COUNT];
    struct load_tally sum;
    result_latencies(round, latency, &sum);
    for (size_t i = 0; i < LATENCY_COUNT; i++) {
        if (!latency[i] || round->seconds <= 0)
            continue;
        char *encoded = histogram_encode(latency[i]);
        put_tag(name, variant, cell, number, latency_names[i], out);
        fprintf(out, "%.3f,%.3f,%.3f,%s\n", names_epoch_s(result), round->seconds,
                (double)latency[i]->max_ns / NS_PER_SHOWN_UNIT, encoded);
        free(encoded);
    }
    load_tally_release(&sum);
}

static double first_start_s(const struct document *documents, size_t count) {
    const struct result *runs[DOCUMENT_RUNS_MAX];
    const char *labels[DOCUMENT_RUNS_MAX];
    double first = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = document_runs(&documents[i], runs, labels); k-- > 0;) {
            double start = names_epoch_s(runs[k]);
            first = first > 0 && (start <= 0 || first < start) ? first : start;
        }
    return first;
}

void format_hlog(const struct document *documents, size_t count, int width, FILE *out) {
    (void)width;
    put_header(first_start_s(documents, count), out);
    for (size_t i = 0; i < count; i++) {
        const struct result *runs[DOCUMENT_RUNS_MAX];
        const char *labels[DOCUMENT_RUNS_MAX];
        char name[NAME_SPACE] = "";
        if (count > 1)
            (void)names_of_document(documents, count, i, name);
        size_t run_count = document_runs(&documents[i], runs, labels);
        for (size_t k = 0; k < run_count; k++)
            for (size_t c = 0; c < runs[k]->cell_count; c++)
                for (size_t r = 0; r < runs[k]->cells[c].round_count; r++)
                    put_round(name, labels[k], runs[k], &runs[k]->cells[c], r, out);
    }
}
