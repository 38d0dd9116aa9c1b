/* The verdict of a study in words, and what the indexes have to do with it. */
#include <math.h>

#include "report/ab_internal.h"
#include "report/comparison.h"

enum { INDEXES_TOLD = 3 };

static void say_no_verdict(const struct ab_result *ab, struct strbuf *out) {
    size_t valid = ab_pairs_valid(ab), left_out = ab->pair_count - valid;
    strbuf_add(out, "No verdict: ");
    if (ab->compared) {
        strbuf_printf(out,
                      "the study was interrupted after %zu of %zu pairs; the table is of the %zu "
                      "that were looked at.",
                      valid, ab->pairs_planned, ab->comparison.a_count);
        return;
    }
    strbuf_printf(out, "%zu of at least %d pairs were measured%s", valid, LOOKS_FIRST,
                  ab->interrupted ? " before the interruption" : "");
    if (left_out)
        strbuf_printf(out, "; %zu more %s left out", left_out, left_out == 1 ? "was" : "were");
    strbuf_add(out, ".");
}

static double bytes_of(double bytes) {
    return is_known(bytes) ? bytes : 0;
}

/* Bytes a row by which an index explains what is told: sign 1 or -1, or 0 for either way. 0: it is
 * the same on both sides within the margin, or changed the other way. */
static double growth(const struct ab_result *ab, const struct ab_index *index, int sign) {
    double a = bytes_of(index->a_bytes_per_row), b = bytes_of(index->b_bytes_per_row);
    bool same = is_known(index->a_bytes_per_row) == is_known(index->b_bytes_per_row) &&
                fabs(b - a) <= ab->comparison.margin * fmax(a, b);
    return same || (b - a) * sign < 0 ? 0 : fabs(b - a);
}

/* The largest growth below a limit; of equal ones the order of the indexes decides. */
static const struct ab_index *next_index(const struct ab_result *ab, int sign,
                                         const struct ab_index *last) {
    const struct ab_index *best = NULL;
    double limit = last ? growth(ab, last, sign) : INFINITY;
    for (size_t i = 0; i < ab->index_count; i++) {
        const struct ab_index *index = &ab->indexes[i];
        double grown = growth(ab, index, sign);
        bool left = grown < limit || (grown == limit && index > last);
        if (grown > 0 && left && (!best || grown > growth(ab, best, sign)))
            best = index;
    }
    return best;
}

static void add_index(const struct ab_index *index, struct strbuf *out) {
    char a[48], b[48];
    show_ratio(a, sizeof a, index->a_bytes_per_row);
    show_ratio(b, sizeof b, index->b_bytes_per_row);
    strbuf_add(out, "index ");
    plain_add(out, index->name);
    if (!is_known(index->b_bytes_per_row))
        strbuf_printf(out, " with its %s bytes a row is gone", a);
    else if (!is_known(index->a_bytes_per_row))
        strbuf_printf(out, " takes %s bytes a row", b);
    else
        strbuf_printf(out, " takes %s bytes a row instead of %s", b, a);
}

static void add_indexes(const struct ab_result *ab, int sign, struct strbuf *out) {
    const struct ab_index *told[INDEXES_TOLD];
    size_t count = 0;
    for (const struct ab_index *index = NULL; count < INDEXES_TOLD; count++) {
        index = next_index(ab, sign, index);
        if (!index)
            break;
        told[count] = index;
    }
    for (size_t i = 0; i < count; i++) {
        if (i)
            strbuf_add(out, i + 1 < count ? ", " : " and ");
        add_index(told[i], out);
    }
}

static bool has_changed(const struct comparison_finding *finding) {
    return finding->known &&
           (finding->verdict == VERDICT_BETTER || finding->verdict == VERDICT_WORSE);
}

/* " It writes 41 % more WAL a row: index events_payload_idx takes 212 bytes a row." */
static void say_causes(const struct ab_result *ab, struct strbuf *out) {
    const struct comparison *comparison = &ab->comparison;
    const struct comparison_finding *verdicts = &comparison->findings[comparison->metric];
    const struct comparison_finding *indexes = &comparison->findings[COMPARE_INDEX_BYTES];
    bool by_wal = has_changed(&comparison->findings[COMPARE_WAL_BYTES]);
    bool by_size = has_changed(indexes);
    if (!by_wal && !by_size && indexes->known)
        return;
    enum comparison_metric metric = by_wal ? COMPARE_WAL_BYTES : COMPARE_INDEX_BYTES;
    double change = comparison->findings[metric].change.estimate;
    int sign = !by_wal && !by_size ? 0 : change > 0 ? 1 : -1;
    bool again = sign == 0 || metric == comparison->metric; /* or not to be told as a ratio */
    bool any = next_index(ab, sign, NULL);
    if (again && !any)
        return;
    strbuf_add_char(out, ' ');
    if (again) {
        strbuf_add(out, "Indexes differ");
    } else {
        bool it = has_changed(verdicts) && comparison_subject_is_b(comparison->metric);
        comparison_clause(comparison, metric, it ? "It" : "B", out);
    }
    if (any) {
        strbuf_add(out, ": ");
        add_indexes(ab, sign, out);
    }
    strbuf_add(out, ".");
}

void ab_sentences(const struct ab_result *ab, struct strbuf *out) {
    if (ab_has_verdict(ab)) {
        comparison_sentence(&ab->comparison, "A", "B", out);
        say_causes(ab, out);
    } else {
        say_no_verdict(ab, out);
    }
}
