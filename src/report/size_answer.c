/* What sizing answers, in a sentence or two. */
#include <ctype.h>
#include <math.h>
#include <string.h>

#include "report/size_internal.h"

static const struct {
    double seconds;
    const char *name;
} needs[] = {{1, "second"}, {60, "minute"}, {3600, "hour"}, {86400, "day"}};

/* "500,000 a day × 10": in the shortest time of which it is a whole number. */
static void add_given(struct strbuf *out, const struct size_result *size) {
    char number[FIELD_BYTES];
    size_t i = 0;
    while (i + 1 < sizeof needs / sizeof *needs &&
           fabs(size->need_per_s * needs[i].seconds - round(size->need_per_s * needs[i].seconds)) >
               1e-6)
        i++;
    show_ratio(number, sizeof number, size->need_per_s * needs[i].seconds);
    strbuf_printf(out, "%s a %s", number, needs[i].name);
    if (size->peak > 1)
        strbuf_printf(out, " × %s", units_show_count(number, sizeof number, size->peak));
}

/* "57.9 rows/s are needed at the peak (500,000 a day × 10)". */
static void add_needed(struct strbuf *out, const struct size_result *size) {
    char number[FIELD_BYTES];
    show_ratio(number, sizeof number, size->need_per_s * size->peak);
    strbuf_printf(out, "%s %s/s are needed", number, size->mix ? "transactions" : "rows");
    if (size->peak > 1)
        strbuf_add(out, " at the peak");
    strbuf_add(out, " (");
    add_given(out, size);
    strbuf_add_char(out, ')');
}

/* The longest probe of the capacity that held; NULL: none. */
static const struct size_probe *longest_held(const struct size_result *size) {
    const struct size_probe *longest = NULL;
    for (size_t i = 0; i < size->probe_count; i++) {
        const struct size_probe *probe = &size->probes[i];
        if (probe->verdict == SIZE_HOLDS && probe->point.rate_per_s == size->capacity_per_s &&
            (!longest || probe->point.seconds > longest->point.seconds))
            longest = probe;
    }
    return longest;
}

/* "the server takes 1,310 rows/s with p99(response) < 50ms"; what no soak has confirmed is said of
 * the time in which it was seen: "the server took 1,310 rows/s for 23 s with …". */
static void add_taken(struct strbuf *out, const struct size_result *size) {
    char rate[FIELD_BYTES], seconds[FIELD_BYTES];
    const struct size_probe *held = size->confirmed ? NULL : longest_held(size);
    size_show_rate(rate, sizeof rate, size, size->capacity_per_s);
    if (is_known(size->capacity_per_s) && held)
        strbuf_printf(out, "the server took %s for %s", rate,
                      show_seconds(seconds, sizeof seconds, held->point.seconds));
    else if (is_known(size->capacity_per_s))
        strbuf_printf(out, "the server takes %s", rate);
    else if (is_known(size->low_per_s) && size->low_per_s > 0)
        strbuf_printf(out, "the highest rate that held was %s",
                      size_show_rate(rate, sizeof rate, size, size->low_per_s));
    else if (is_known(size->high_per_s))
        strbuf_printf(out, "no rate was found to hold, down to %s",
                      size_show_rate(rate, sizeof rate, size, size->high_per_s));
    else if (size->probe_count)
        strbuf_add(out, "no rate was found to hold");
    else {
        strbuf_add(out, "no rate was tried");
        return;
    }
    strbuf_add(out, " with ");
    size_add_slos(out, size);
}

static void add_capitalised(struct strbuf *out, const struct size_result *size) {
    size_t begin = out->length;
    add_taken(out, size);
    out->text[begin] = (char)toupper((unsigned char)out->text[begin]);
}

/* What the study says of it, which names both rates, and then the need as it was given. */
static void add_reason(struct strbuf *out, const struct size_result *size) {
    char times[FIELD_BYTES];
    size_t length = strlen(size->short_of);
    strbuf_add(out, size->short_of);
    if (length && size->short_of[length - 1] == '.')
        strbuf_add(out, " The need: ");
    else
        strbuf_add(out, ". The need: ");
    add_given(out, size);
    if (size->headroom > 0 && size->headroom < 1) {
        strbuf_printf(out, ", %s what the server takes with ",
                      size_show_times(times, sizeof times, 1 / size->headroom));
        size_add_slos(out, size);
    } else {
        strbuf_add(out, "; ");
        add_taken(out, size);
    }
}

static void add_verdict(struct strbuf *out, const struct size_result *size) {
    static const char *const begins[] = {
        [SIZE_NO_NEED] = "",
        [SIZE_FITS] = "It fits: ",
        [SIZE_SHORT] = "It does not fit: ",
        [SIZE_UNDECIDED] = "It is not decided whether it fits: ",
    };
    char times[FIELD_BYTES];
    strbuf_add(out, begins[size->fits]);
    if (size->fits == SIZE_NO_NEED) {
        add_capitalised(out, size);
    } else if (size->fits != SIZE_FITS && size->short_of) {
        add_reason(out, size);
    } else {
        add_needed(out, size);
        if (is_known(size->capacity_per_s)) {
            strbuf_add(out, ", ");
            add_taken(out, size);
        } else {
            strbuf_add(out, ", and so many held ");
            size_add_slos(out, size);
        }
        if (is_known(size->headroom))
            strbuf_printf(out, ": %s that", size_show_times(times, sizeof times, size->headroom));
    }
    strbuf_add_char(out, '.');
}

/* The pool to use and the rate to plan with. */
static void add_plan(struct strbuf *out, const struct size_result *size) {
    char rate[FIELD_BYTES], times[FIELD_BYTES];
    if (is_known(size->capacity_per_s)) {
        double planned = size->capacity_per_s * SIZE_USE;
        strbuf_printf(out,
                      "Plan with at most %s, %.0f %% of what it takes: arrivals come in "
                      "bursts, and machines fail.",
                      size_show_rate(rate, sizeof rate, size, planned), SIZE_USE * 100);
        double left = size->headroom * SIZE_USE;
        if (size->fits == SIZE_FITS && is_known(size->headroom))
            strbuf_printf(out,
                          left < 1 ? " The need is more than that: it is %s of it."
                                   : " That is %s the need.",
                          left < 1 ? show_share(times, sizeof times, 1 / left)
                                   : size_show_times(times, sizeof times, left));
    }
    if (size->pool)
        strbuf_printf(out, "%sUse a pool of %u connection%s.", out->length ? " " : "", size->pool,
                      size->pool == 1 ? "" : "s");
}

static void add_confirmed(struct strbuf *out, const struct size_probe *at_need) {
    char seconds[FIELD_BYTES], checkpoints[FIELD_BYTES];
    strbuf_printf(out, "Confirmed: the needed rate itself held for %s across %s.",
                  show_seconds(seconds, sizeof seconds, at_need->point.seconds),
                  units_show_things(checkpoints, sizeof checkpoints, at_need->point.checkpoints,
                                    "checkpoint"));
}

void size_tell_answer(const struct size_result *size, struct sheet *out) {
    struct strbuf line = STRBUF_INIT;
    if (size->interrupted) {
        strbuf_add(&line, "Interrupted: this is what was found until then.");
        sheet_line(out, &line, "");
    }
    add_verdict(&line, size);
    sheet_line(out, &line, "");
    add_plan(&line, size);
    if (line.length)
        sheet_line(out, &line, "");
    if (size->need_confirmed && size->at_need) {
        add_confirmed(&line, size->at_need);
        sheet_line(out, &line, "");
    }
    if (is_known(size->capacity_per_s) && !size->confirmed) {
        strbuf_add(&line, size->need_confirmed ? "The capacity is not confirmed by a soak"
                                               : "Not confirmed by a soak");
        if (size->unconfirmed)
            strbuf_printf(&line, ": %s", size->unconfirmed);
        if (line.text[line.length - 1] != '.')
            strbuf_add_char(&line, '.');
        sheet_line(out, &line, "");
    }
    strbuf_release(&line);
}
