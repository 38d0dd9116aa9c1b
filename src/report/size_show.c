/* Values of sizing's page as people read them. */
#include <math.h>
#include <string.h>

#include "report/size_internal.h"

static bool in_rows(const struct size_result *size) {
    return !size->mix && size->rows_per_commit > 0;
}

const char *size_unit(const struct size_result *size) {
    return in_rows(size) ? "rows" : "transactions";
}

double size_in_unit(const struct size_result *size, double per_s) {
    if (!is_known(per_s) || !isfinite(per_s))
        return NAN;
    return in_rows(size) ? per_s * size->rows_per_commit : per_s;
}

char *size_show_number(char *out, size_t bytes, const struct size_result *size, double per_s) {
    double number = size_in_unit(size, per_s);
    return show_ratio(out, bytes, isnan(number) ? UNKNOWN : number);
}

char *size_show_rate(char *out, size_t bytes, const struct size_result *size, double per_s) {
    char number[FIELD_BYTES];
    size_show_number(number, sizeof number, size, per_s);
    if (is_known(per_s))
        snprintf(out, bytes, "%s %s/s", number, size_unit(size));
    else
        snprintf(out, bytes, "%s", number);
    return out;
}

char *size_show_flow(char *out, size_t bytes, double bytes_per_s) {
    static const char *const names[] = {"B", "kB", "MB", "GB"};
    char number[40];
    size_t unit = 0;
    if (!is_known(bytes_per_s)) {
        snprintf(out, bytes, DASH);
        return out;
    }
    for (; unit + 1 < sizeof names / sizeof *names && bytes_per_s >= 999.5; unit++)
        bytes_per_s /= 1000;
    snprintf(out, bytes, "%s %s/s", show_ratio(number, sizeof number, bytes_per_s), names[unit]);
    return out;
}

char *size_show_bytes(char *out, size_t bytes, double value) {
    if (is_known(value) && value < 1e18)
        return units_show_size(out, bytes, (uint64_t)(value + 0.5));
    snprintf(out, bytes, DASH);
    return out;
}

char *size_show_times(char *out, size_t bytes, double times) {
    char number[40];
    if (times >= 9.995)
        times = round(times);
    snprintf(out, bytes, "%s times", show_ratio(number, sizeof number, times));
    return out;
}

void size_add_cause(struct strbuf *out, const struct size_cause *cause) {
    static const char *const names[SIZE_LIMITS] = {
        [SIZE_LIMIT_UNKNOWN] = "not known",
        [SIZE_LIMIT_CLIENT] = "pgwrite itself",
        [SIZE_LIMIT_CPU] = "CPU",
        [SIZE_LIMIT_COMMIT_FLUSH] = "commit flush",
        [SIZE_LIMIT_LOCK] = "locks",
        [SIZE_LIMIT_EXTEND] = "extending the table",
        [SIZE_LIMIT_LWLOCK] = "the server's inner locks",
        [SIZE_LIMIT_IO] = "reading and writing data files",
        [SIZE_LIMIT_NETWORK] = "round trips",
        [SIZE_LIMIT_STATEMENT] = "waits inside the statement",
        [SIZE_LIMIT_POOL] = "the pool: all its connections are busy",
    };
    const char *name = names[cause->limit], *evidence = cause->evidence;
    /* Most evidence begins with what it is of. */
    if (evidence && strncmp(evidence, name, strlen(name)) == 0)
        strbuf_add(out, evidence);
    else if (evidence)
        strbuf_printf(out, "%s: %s", name, evidence);
    else
        strbuf_add(out, name);
}

void size_add_slos(struct strbuf *out, const struct size_result *size) {
    for (size_t i = 0; i < size->slo_count; i++)
        strbuf_printf(out, "%s%s",
                      i == 0                    ? ""
                      : i + 1 < size->slo_count ? ", "
                                                : " and ",
                      size->slos[i].text);
}
