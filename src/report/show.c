/* Values and texts as people read them. */
#include <string.h>

#include "report/internal.h"
#include "report/text.h"

char *show_count(char *out, size_t size, double value) {
    if (is_known(value))
        return units_show_count(out, size, value);
    snprintf(out, size, DASH);
    return out;
}

char *show_ratio(char *out, size_t size, double value) {
    if (value > 0 && value < 0.005)
        snprintf(out, size, "<0.01");
    else
        show_count(out, size, value);
    return out;
}

char *show_share(char *out, size_t size, double share) {
    if (!is_known(share))
        snprintf(out, size, DASH);
    else if (share > 0 && share < 0.005)
        snprintf(out, size, "<1 %%");
    else
        snprintf(out, size, "%.0f %%", share * 100);
    return out;
}

char *show_sampled_share(char *out, size_t size, double share, uint64_t samples) {
    return show_share(out, size, samples < WAIT_SAMPLES_MIN ? UNKNOWN : share);
}

char *show_seconds(char *out, size_t size, double seconds) {
    if (is_known(seconds))
        return units_show_duration(out, size, (uint64_t)(seconds * 1e9 + 0.5));
    snprintf(out, size, DASH);
    return out;
}

char *show_ms(char *out, size_t size, double ms) {
    snprintf(out, size, "%.*f", ms < 1 ? 3 : ms < 10 ? 2 : ms < 100 ? 1 : 0, ms);
    return out;
}

char *show_quantile(char *out, size_t size, const struct histogram *histogram, double quantile) {
    char ms[32];
    if (!histogram || histogram->count == 0) {
        snprintf(out, size, DASH);
        return out;
    }
    bool certain = histogram->count >= report_samples_needed(quantile);
    show_ms(ms, sizeof ms, (double)histogram_quantile(histogram, quantile) / 1e6);
    snprintf(out, size, "%s%s", certain ? "" : "~", ms);
    return out;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Without a comma behind it: "60", "(98", "1,234", "~3.5". */
static bool is_number(const char *word, size_t length) {
    return length > 0 && is_digit(word[length - 1]) && (is_digit(*word) || strchr("(~<", *word));
}

static bool is_last_word(const char *text) {
    return !text[strcspn(text, " ")];
}

/* Bytes up to the next blank at which a line may end: not that between a number and what it is of,
 * and not that before the last word, which would stand alone. */
static size_t unbroken_length(const char *text) {
    size_t word = 0, length = strcspn(text, " ");
    while (text[length]) {
        if (is_last_word(text + length + 1))
            return strlen(text);
        if (!is_number(text + word, length - word))
            break;
        word = length + 1;
        length = word + strcspn(text + word, " ");
    }
    return length;
}

void print_wrapped(const char *text, int indent, FILE *out) {
    print_wrapped_to(text, indent, REPORT_COLUMNS, out);
}

static bool on_screen(void) {
    return screen_columns(SCREEN_NO_LIMIT) != SCREEN_NO_LIMIT;
}

/* Bytes of the words up to the next blank at which a line may end, or on a screen of the first one,
 * if all of them are wider than a line. */
static size_t fitting_length(const char *text, int columns) {
    size_t length = unbroken_length(text);
    return on_screen() && screen_width(text, length) > columns ? strcspn(text, " ") : length;
}

/* A word: on a screen it is cut where no line could take it. */
static void print_word(const char *word, size_t length, int columns, FILE *out) {
    char cut[512];
    struct strbuf whole = STRBUF_INIT;
    strbuf_add_bytes(&whole, word, length);
    bool fits = !on_screen() || columns < 1 || screen_width(word, length) <= columns;
    fputs(fits ? whole.text : show_cut(cut, sizeof cut, whole.text, (size_t)columns), out);
    strbuf_release(&whole);
}

void print_wrapped_to(const char *text, int indent, int columns, FILE *out) {
    int used = 0;
    bool first = true; /* of its line */
    columns = screen_columns(columns);
    while (*text) {
        size_t length = fitting_length(text, columns - indent);
        int width = screen_width(text, length);
        if (!first && used + 1 + width > columns) {
            fprintf(out, "\n%*s", indent, "");
            used = indent;
            first = true;
        }
        fputs(first ? "" : " ", out);
        used += width + !first;
        print_word(text, length, columns - used + width, out);
        first = false;
        text += length;
        text += *text == ' ';
    }
    fputc('\n', out);
}

char *show_cut(char *out, size_t size, const char *text, size_t columns) {
    size_t used = 0, cut = 0;
    int width = 0;
    while (text[used]) {
        size_t next = used + screen_step(text + used, &width);
        if ((size_t)width > columns || next + sizeof "…" > size) {
            snprintf(out, size, "%.*s…", (int)cut, text);
            return out;
        }
        cut = (size_t)width + 1 > columns ? cut : next;
        used = next;
    }
    snprintf(out, size, "%s", text);
    return out;
}

static bool pools_differ(const struct result *result) {
    for (size_t i = 1; i < result->cell_count; i++)
        if (result->cells[i].pool != result->cells[0].pool)
            return true;
    return false;
}

/* Those of any one path: the first cell's may write one row at a time, whatever the others do. */
static bool batches_differ(const struct result *result) {
    for (size_t i = 0; i < result->cell_count; i++)
        for (size_t k = 0; k < i; k++) {
            const struct result_cell *a = &result->cells[i], *b = &result->cells[k];
            if (strcmp(a->path, b->path) == 0 &&
                (a->batch.min != b->batch.min || a->batch.max != b->batch.max))
                return true;
        }
    return false;
}

void report_cell_name(const struct result *result, const struct result_cell *cell,
                      struct strbuf *out) {
    char batch[48];
    strbuf_add(out, cell->path);
    if (pools_differ(result))
        strbuf_printf(out, ", pool %u", cell->pool);
    if (batches_differ(result))
        strbuf_printf(out, ", batch %s", result_batch(cell, batch, sizeof batch));
}
