#include "workload/threshold_value.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/units.h"

#define DIGITS_MAX 15 /* exact in a double */

/* Reads `digits[.digits]` and gives what follows; NULL: there is no such number. Not strtod: its
 * decimal point follows the locale. */
static const char *read_number(const char *text, double *number) {
    double mantissa = 0, scale = 1;
    size_t digits = strspn(text, "0123456789");
    const char *at = text;
    for (; isdigit((unsigned char)*at); at++)
        mantissa = mantissa * 10 + (*at - '0');
    if (digits && *at == '.') {
        size_t places = strspn(++at, "0123456789");
        if (places == 0)
            return NULL;
        digits += places;
        for (; isdigit((unsigned char)*at); at++, scale *= 10)
            mantissa = mantissa * 10 + (*at - '0');
    }
    if (digits == 0 || digits > DIGITS_MAX)
        return NULL;
    *number = mantissa / scale;
    return at;
}

/* A number that need not be whole, with k, M or G. */
static bool parse_number(const char *text, const char *name, double *value, struct error *error) {
    const char *rest = read_number(text, value);
    if (rest) {
        rest += *rest == ' ' && rest[1] ? 1 : 0;
        double factor = *rest == 'k' ? 1e3 : *rest == 'M' ? 1e6 : *rest == 'G' ? 1e9 : 1;
        *value *= factor;
        if (!rest[factor > 1])
            return true;
    }
    return error_usage(error, "\"%s\" is not %s", text, name);
}

/* What drifts may become three times as much. */
static bool parse_drift(const char *text, double *value, struct error *error) {
    const char *rest = read_number(text, value);
    if (!rest || (strcmp(rest, "%") != 0 && strcmp(rest, " %") != 0))
        return units_share(text, value, error);
    *value /= 100;
    return true;
}

bool threshold_value_parse(const struct threshold *threshold, const char *text, double *value,
                           struct error *error) {
    uint64_t whole = 0;
    bool ok = false;
    if (threshold->metric == METRIC_DRIFT)
        return parse_drift(text, value, error);
    switch (threshold->unit) {
    case METRIC_SHARE:
        return units_share(text, value, error);
    case METRIC_PER_S:
        return strchr(text, '/') ? units_rate(text, value, error)
                                 : parse_number(text, "a rate", value, error);
    case METRIC_NS:
        ok = units_duration(text, &whole, error);
        break;
    case METRIC_NUMBER:
        if (threshold->gauge != THRESHOLD_ALL)
            return parse_number(text, "a number", value, error);
        ok = units_count(text, &whole, error);
        break;
    case METRIC_BYTES:
        ok = units_size(text, &whole, error);
        break;
    }
    *value = (double)whole;
    return ok;
}

const char *threshold_value_example(const struct threshold *threshold) {
    static const char *const examples[] = {
        [METRIC_NS] = "200ms",   [METRIC_SHARE] = "5%",   [METRIC_NUMBER] = "10",
        [METRIC_PER_S] = "1000", [METRIC_BYTES] = "64kB",
    };
    return examples[threshold->unit];
}

bool threshold_holds(const struct threshold *threshold, double value) {
    if (isnan(value))
        return false;
    switch (threshold->compare) {
    case BELOW:
        return value < threshold->value;
    case AT_MOST:
        return value <= threshold->value;
    case ABOVE:
        return value > threshold->value;
    case AT_LEAST:
        return value >= threshold->value;
    case EQUAL:
        return value == threshold->value;
    case NOT_EQUAL:
        break;
    }
    return value != threshold->value;
}

/* "0.4 %"; never 0 % of what is more, which would hold `== 0`. */
static void show_share(double value, char *out, size_t size) {
    char number[40];
    double percent = value * 100;
    if (percent != 0 && fabs(percent) < 0.01)
        snprintf(out, size, "%s0.01 %%", percent < 0 ? ">-" : "<");
    else
        snprintf(out, size, "%s %%", units_show_count(number, sizeof number, percent));
}

const char *threshold_show(const struct threshold *threshold, double value, char *out,
                           size_t size) {
    char number[40];
    bool signed_too = threshold->metric == METRIC_DRIFT;
    if (!isfinite(value) || (value < 0 && !signed_too)) {
        snprintf(out, size, "–");
        return out;
    }
    switch (threshold->unit) {
    case METRIC_NS:
        return units_show_duration(out, size, (uint64_t)llround(fmin(value, 9e18)));
    case METRIC_SHARE:
        show_share(value, out, size);
        return out;
    case METRIC_NUMBER:
        return units_show_count(out, size, value);
    case METRIC_PER_S:
        snprintf(out, size, "%s/s", units_show_count(number, sizeof number, value));
        return out;
    case METRIC_BYTES:
        break;
    }
    return units_show_size(out, size, (uint64_t)llround(fmin(value, 9e18)));
}
