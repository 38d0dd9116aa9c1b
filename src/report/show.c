/* Values and texts as people read them. */
#include <string.h>

#include "report/internal.h"

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
    if (!is_known(seconds)) {
        snprintf(out, size, DASH);
        return out;
    }
    units_show_duration(out, size, (uint64_t)(seconds * 1e9 + 0.5));
    size_t length = strlen(out);
    if (length > 2 && length + 1 < size && strcmp(out + length - 2, "us") == 0)
        snprintf(out + length - 2, size - length + 2, "µs");
    return out;
}

char *show_cut(char *out, size_t size, const char *text, size_t columns) {
    size_t used = 0, width = 0, cut = 0;
    while (text[used]) {
        size_t next = used + 1;
        while (((unsigned char)text[next] & 0xc0) == 0x80)
            next++;
        if (++width > columns || next + sizeof "…" > size) {
            snprintf(out, size, "%.*s…", (int)cut, text);
            return out;
        }
        cut = width + 1 > columns ? cut : next;
        used = next;
    }
    snprintf(out, size, "%s", text);
    return out;
}

static bool differs(const struct result *result, bool pools) {
    for (size_t i = 1; i < result->cell_count; i++) {
        const struct result_cell *a = &result->cells[0], *b = &result->cells[i];
        if (pools ? a->pool != b->pool
                  : strcmp(a->path, b->path) == 0 &&
                        (a->batch.min != b->batch.min || a->batch.max != b->batch.max))
            return true;
    }
    return false;
}

void report_cell_name(const struct result *result, const struct result_cell *cell,
                      struct strbuf *out) {
    char batch[48];
    strbuf_add(out, cell->path);
    if (differs(result, true))
        strbuf_printf(out, ", pool %u", cell->pool);
    if (differs(result, false))
        strbuf_printf(out, ", batch %s", result_batch(cell, batch, sizeof batch));
}
