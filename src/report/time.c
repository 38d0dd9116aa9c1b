/* Where the time of each cell's sessions goes: a stacked bar of letters, and its largest parts. */
#include <string.h>

#include "report/internal.h"

enum { BAR_WIDTH = 40, BAR_WIDTH_NARROW = 20, LARGEST = 3, LEGEND_INDENT = 20 };

/* On a narrow screen the bar leaves half of its room to the words behind it. */
static int bar_width(void) {
    return screen_columns(REPORT_COLUMNS) < REPORT_COLUMNS ? BAR_WIDTH_NARROW : BAR_WIDTH;
}

static const struct {
    char letter;
    const char *name;
} parts[TIME_PARTS] = {
    [PART_CLIENT] = {'c', "client"}, [PART_IN_TRANSACTION] = {'x', "in transaction"},
    [PART_CPU] = {'#', "CPU"},       [PART_COMMIT_FLUSH] = {'f', "commit flush"},
    [PART_LOCK] = {'L', "lock"},     [PART_EXTEND] = {'e', "extend"},
    [PART_LWLOCK] = {'w', "LWLock"}, [PART_IO] = {'i', "IO"},
    [PART_OTHER] = {'.', "other"},
};

static bool is_sampled(const struct result_cell *cell) {
    return cell->wait_samples >= WAIT_SAMPLES_MIN && is_known(cell->parts[0]);
}

/* Whole letters by largest remainder, so that they fill the bar exactly. */
static void share_letters(const double shares[TIME_PARTS], int letters[TIME_PARTS]) {
    double sum = 0, rest[TIME_PARTS];
    int width = bar_width(), left = width;
    for (size_t i = 0; i < TIME_PARTS; i++)
        sum += shares[i];
    for (size_t i = 0; i < TIME_PARTS; i++) {
        double exact = sum > 0 ? shares[i] / sum * width : 0;
        letters[i] = (int)exact;
        rest[i] = exact - letters[i];
        left -= letters[i];
    }
    for (; left > 0 && sum > 0; left--) {
        size_t most = 0;
        for (size_t i = 1; i < TIME_PARTS; i++)
            most = rest[i] > rest[most] ? i : most;
        letters[most]++;
        rest[most] -= 1;
    }
}

static void write_bar(const struct result_cell *cell, char out[BAR_WIDTH + 1],
                      bool used[TIME_PARTS]) {
    int letters[TIME_PARTS], length = 0;
    share_letters(cell->parts, letters);
    for (size_t i = 0; i < TIME_PARTS; i++) {
        used[i] |= letters[i] > 0;
        for (int k = 0; k < letters[i]; k++)
            out[length++] = parts[i].letter;
    }
    out[length] = '\0';
}

static void write_largest(const struct result_cell *cell, struct strbuf *out) {
    bool taken[TIME_PARTS] = {false};
    char share[32];
    for (int n = 0; n < LARGEST; n++) {
        size_t most = TIME_PARTS;
        for (size_t i = 0; i < TIME_PARTS; i++)
            if (!taken[i] && cell->parts[i] > 0 &&
                (most == TIME_PARTS || cell->parts[i] > cell->parts[most]))
                most = i;
        if (most == TIME_PARTS)
            break;
        taken[most] = true;
        strbuf_printf(out, "%s%s %s", n ? ", " : "", parts[most].name,
                      show_share(share, sizeof share, cell->parts[most]));
    }
}

static void print_legend(const bool used[TIME_PARTS], FILE *out) {
    int width = fprintf(out, "\nwhere the time goes:") - 1;
    for (size_t i = 0; i < TIME_PARTS; i++) {
        int entry = text_width(parts[i].name) + (int)strlen("  c ");
        if (!used[i])
            continue;
        if (width + entry > screen_columns(SCREEN_NO_LIMIT))
            width = fprintf(out, "\n%*s", LEGEND_INDENT, "") - 1;
        fprintf(out, "  %c %s", parts[i].letter, parts[i].name);
        width += entry;
    }
    fputc('\n', out);
}

void report_time(const struct result *result, FILE *out) {
    struct table table = {0};
    struct strbuf text = STRBUF_INIT;
    bool used[TIME_PARTS] = {false}, any = false;
    table_column(&table, "", true, false, 0);
    table_column(&table, "", true, false, bar_width());
    table_column(&table, "", true, false, 0);
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        char bar[BAR_WIDTH + 1];
        table_row(&table);
        strbuf_clear(&text);
        report_cell_name(result, cell, &text);
        table_set(&table, 0, text.text);
        table_set(&table, 1, DASH);
        if (!is_sampled(cell))
            continue;
        any = true;
        write_bar(cell, bar, used);
        table_set(&table, 1, bar);
        strbuf_clear(&text);
        write_largest(cell, &text);
        table_set(&table, 2, text.text);
    }
    if (any) {
        print_legend(used, out);
        for (size_t row = 0; row < table.row_count; row++)
            table_print_row(&table, row, out);
    }
    strbuf_release(&text);
    table_release(&table);
}
