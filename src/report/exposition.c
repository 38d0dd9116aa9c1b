#include "report/exposition.h"

#include <inttypes.h>
#include <math.h>

void exposition_init(struct exposition *exposition, FILE *out, bool openmetrics) {
    *exposition = (struct exposition){.out = out, .openmetrics = openmetrics};
}

void exposition_family(struct exposition *exposition, const struct metric_family *family) {
    exposition->family = family;
    exposition->named = false;
}

/* What a sample's name has behind the family's. */
static const char *suffix_of(const struct metric_family *family) {
    return family->type == METRIC_COUNTER ? "_total" : family->type == METRIC_INFO ? "_info" : "";
}

static void name_family(struct exposition *exposition) {
    static const char *const types[] = {[METRIC_GAUGE] = "gauge",
                                        [METRIC_COUNTER] = "counter",
                                        [METRIC_INFO] = "info",
                                        [METRIC_SUMMARY] = "summary"};
    const struct metric_family *family = exposition->family;
    const char *suffix = exposition->openmetrics ? "" : suffix_of(family);
    bool old_info = family->type == METRIC_INFO && !exposition->openmetrics;
    if (exposition->named)
        return;
    exposition->named = true;
    fprintf(exposition->out, "# TYPE %s%s %s\n", family->name, suffix,
            old_info ? "gauge" : types[family->type]);
    if (family->unit && exposition->openmetrics)
        fprintf(exposition->out, "# UNIT %s %s\n", family->name, family->unit);
    fprintf(exposition->out, "# HELP %s%s %s\n", family->name, suffix, family->help);
}

/* Whole numbers whole: a count is not to lose its last digits. */
static void put_value(struct exposition *exposition, double value) {
    if (value == floor(value) && fabs(value) < 9e15)
        fprintf(exposition->out, " %.0f", value);
    else
        fprintf(exposition->out, " %.9g", value);
    if (exposition->epoch_s > 0 && exposition->openmetrics)
        fprintf(exposition->out, " %.0f", exposition->epoch_s);
    else if (exposition->epoch_s > 0)
        fprintf(exposition->out, " %.0f", exposition->epoch_s * 1000);
    fputc('\n', exposition->out);
}

static void put_name(struct exposition *exposition, const char *suffix, const char *labels,
                     const char *more) {
    const char *between = *labels && *more ? "," : "";
    bool any = *labels || *more;
    fprintf(exposition->out, "%s%s%s%s%s%s%s", exposition->family->name, suffix, any ? "{" : "",
            labels, between, more, any ? "}" : "");
}

void exposition_sample(struct exposition *exposition, const char *labels, double value) {
    if (isnan(value) || value < 0)
        return;
    name_family(exposition);
    put_name(exposition, suffix_of(exposition->family), labels, "");
    put_value(exposition, value);
}

void exposition_summary(struct exposition *exposition, const char *labels,
                        const struct histogram *histogram) {
    static const double quantiles[] = {0.5, 0.9, 0.95, 0.99, 0.999, 1};
    if (!histogram || histogram->count == 0)
        return;
    name_family(exposition);
    for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
        char quantile[32];
        snprintf(quantile, sizeof quantile, "quantile=\"%g%s\"", quantiles[i],
                 quantiles[i] == floor(quantiles[i]) ? ".0" : "");
        put_name(exposition, "", labels, quantile);
        put_value(exposition, (double)histogram_quantile(histogram, quantiles[i]) / 1e9);
    }
    put_name(exposition, "_sum", labels, "");
    put_value(exposition, (double)histogram->sum_ns / 1e9);
    put_name(exposition, "_count", labels, "");
    put_value(exposition, (double)histogram->count);
}

void exposition_end(struct exposition *exposition) {
    if (exposition->openmetrics)
        fputs("# EOF\n", exposition->out);
}

void exposition_label(struct strbuf *labels, const char *name, const char *value) {
    if (!value || !*value)
        return;
    strbuf_printf(labels, "%s%s=\"", labels->length ? "," : "", name);
    for (const char *c = value; *c; c++) {
        if (*c == '"' || *c == '\\')
            strbuf_add_char(labels, '\\');
        if (*c == '\n')
            strbuf_add(labels, "\\n");
        else
            strbuf_add_char(labels, (unsigned char)*c < ' ' || *c == 0x7f ? ' ' : *c);
    }
    strbuf_add_char(labels, '"');
}
