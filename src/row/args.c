#include "row/args.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/units.h"
#include "row/format.h"

#define LINE_SHOWN_MAX \
    110 /* characters of a long line; 4 bytes each and a caret line fit error.line */

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* The line, or the part of it around the column, and a caret below that column. */
static void line_add(const struct place *at, struct error *error) {
    const char *start = at->text;
    int skipped = at->column > LINE_SHOWN_MAX - 10 ? at->column - LINE_SHOWN_MAX / 2 : 0;
    for (int i = 0; i < skipped && *start; i++)
        for (start++; is_continuation(*start); start++)
            ;
    size_t size = sizeof(error->line), used = 0;
    const char *p = start;
    for (int shown = 0; *p && *p != '\n' && shown < LINE_SHOWN_MAX; shown++) {
        size_t length = 1;
        while (is_continuation(p[length]))
            length++;
        if (used + length + LINE_SHOWN_MAX + 4 > size)
            break;
        memcpy(error->line + used, p, length);
        used += length;
        p += length;
    }
    if (at->column > 0 && used + (size_t)(at->column - skipped) + 2 <= size) {
        error->line[used++] = '\n';
        p = start;
        for (int i = 1; i < at->column - skipped;
             i++) { /* a tab moves the caret as it moved the text */
            error->line[used++] = *p == '\t' ? '\t' : ' ';
            if (*p)
                for (p++; is_continuation(*p); p++)
                    ;
        }
        error->line[used++] = '^';
    }
    error->line[used] = '\0';
}

bool place_add(const struct place *at, struct error *error) {
    if (at->line == 0 || at->file == NULL)
        return false;
    if (error->where[0] == '\0' && at->text != NULL)
        line_add(at, error);
    error_at(error, at->file, at->line, at->column);
    return false;
}

static void column_add(const struct generator_args *args, struct error *error) {
    if (args->column != NULL)
        error_prefix(error, "column %s", args->column);
}

bool args_error(const struct generator_args *args, const struct generator_arg *arg,
                struct error *error, const char *format, ...) {
    char what[sizeof(error->what)];
    va_list list;
    va_start(list, format);
    vsnprintf(what, sizeof(what), format, list);
    va_end(list);
    error_usage(error, "%s", what);
    column_add(args, error);
    return place_add(arg != NULL ? &arg->at : &args->at, error);
}

bool args_wrap(const struct generator_args *args, const struct generator_arg *arg, const char *key,
               struct error *error) {
    error_prefix(error, "%s", key);
    column_add(args, error);
    return place_add(arg != NULL ? &arg->at : &args->at, error);
}

const struct generator_arg *args_find(const struct generator_args *args, const char *key) {
    for (size_t i = 0; i < args->count; i++)
        if (strcmp(args->args[i].key, key) == 0)
            return &args->args[i];
    return NULL;
}

bool args_text(const struct generator_args *args, const char *key, const char *fallback,
               const char **text, struct error *error) {
    const struct generator_arg *arg = args_find(args, key);
    if (arg == NULL && fallback == NULL) {
        args_error(args, NULL, error, "the argument \"%s\" is missing", key);
        return false;
    }
    if (arg != NULL && arg->scalar == NULL) {
        args_error(args, arg, error, "%s: one value is expected here, not a list or a map", key);
        if (fallback != NULL)
            error_hint(error, "for example %s: %s", key, fallback);
        return false;
    }
    *text = arg != NULL ? arg->scalar : fallback;
    return true;
}

/* Reads the argument with a parser that adds no place. */
static bool args_parse(const struct generator_args *args, const char *key, const char *fallback,
                       bool (*parse)(const char *text, void *out, struct error *error), void *out,
                       struct error *error) {
    const char *text;
    if (!args_text(args, key, fallback, &text, error))
        return false;
    if (parse(text, out, error))
        return true;
    return args_wrap(args, args_find(args, key), key, error);
}

static bool parse_int(const char *text, void *out, struct error *error) {
    bool negative = text[0] == '-';
    uint64_t magnitude, limit = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    struct error reason = {0};
    if (!isdigit((unsigned char)text[negative]) ||
        !units_count(text + negative, &magnitude, &reason)) {
        error_usage(error, "\"%s\" is not a whole number", text);
        return error_hint(error, "%s",
                          reason.hint[0] ? reason.hint : "write it like 500, -5, 10k or 2M");
    }
    if (magnitude > limit) {
        error_usage(error, "%s is out of the range of a 64-bit integer", text);
        return error_hint(error, "the range is -9223372036854775808..9223372036854775807");
    }
    *(int64_t *)out = (int64_t)(negative ? 0 - magnitude : magnitude);
    return true;
}

bool args_int(const struct generator_args *args, const char *key, const char *fallback,
              int64_t *number, struct error *error) {
    return args_parse(args, key, fallback, parse_int, number, error);
}

static bool parse_count(const char *text, void *out, struct error *error) {
    return units_count(text, out, error);
}

bool args_count(const struct generator_args *args, const char *key, const char *fallback,
                uint64_t *count, struct error *error) {
    return args_parse(args, key, fallback, parse_count, count, error);
}

static bool parse_size(const char *text, void *out, struct error *error) {
    return units_size(text, out, error);
}

bool args_size(const struct generator_args *args, const char *key, const char *fallback,
               uint64_t *bytes, struct error *error) {
    return args_parse(args, key, fallback, parse_size, bytes, error);
}

bool parse_real(const char *text, double *number, struct error *error) {
    char *end = NULL;
    bool plain = text[0] != '\0' && strspn(text, "0123456789+-.eE") == strlen(text);
    *number = plain ? strtod(text, &end) : 0;
    if (!plain || *end != '\0' || !isfinite(*number)) {
        error_usage(error, "\"%s\" is not a number", text);
        return error_hint(error, "write it like 500, -0.5 or 1e6");
    }
    return true;
}

static bool parse_real_into(const char *text, void *out, struct error *error) {
    return parse_real(text, out, error);
}

bool args_real(const struct generator_args *args, const char *key, const char *fallback,
               double *number, struct error *error) {
    return args_parse(args, key, fallback, parse_real_into, number, error);
}

static bool parse_share(const char *text, void *out, struct error *error) {
    return units_share(text, out, error);
}

bool args_share(const struct generator_args *args, const char *key, const char *fallback,
                double *share, struct error *error) {
    return args_parse(args, key, fallback, parse_share, share, error);
}

static bool parse_duration_us(const char *text, void *out, struct error *error) {
    uint64_t ns;
    if (!units_duration(text, &ns, error))
        return false;
    *(int64_t *)out = (int64_t)(ns / 1000);
    return true;
}

bool args_duration_us(const struct generator_args *args, const char *key, const char *fallback,
                      int64_t *us, struct error *error) {
    return args_parse(args, key, fallback, parse_duration_us, us, error);
}

struct decimal_form {
    int scale;
    int64_t unscaled;
};

static bool parse_decimal(const char *text, void *out, struct error *error) {
    struct decimal_form *form = out;
    const char *p = text + (text[0] == '-' || text[0] == '+');
    int64_t unscaled = 0;
    int digits = 0, decimals = 0;
    bool any = false, point = false, too_fine = false;
    for (; isdigit((unsigned char)*p) || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        if (point && decimals == form->scale) {
            too_fine |= *p != '0';
            continue;
        }
        decimals += point;
        digits += digits > 0 || *p != '0';
        if (digits <= ARGS_DECIMAL_DIGITS_MAX)
            unscaled = unscaled * 10 + (*p - '0');
    }
    if (!any || *p != '\0') {
        error_usage(error, "\"%s\" is not a decimal number", text);
        return error_hint(error, "write it like 500, -5 or 0.25");
    }
    if (too_fine) {
        error_usage(error, "%s has more decimals than scale %d keeps", text, form->scale);
        return error_hint(error, "write fewer decimals, or raise scale (up to %d)",
                          ARGS_DECIMAL_DIGITS_MAX);
    }
    for (; decimals < form->scale; decimals++) {
        digits += digits > 0;
        if (digits <= ARGS_DECIMAL_DIGITS_MAX)
            unscaled *= 10;
    }
    if (digits > ARGS_DECIMAL_DIGITS_MAX) {
        error_usage(error, "%s takes more than %d digits with scale %d", text,
                    ARGS_DECIMAL_DIGITS_MAX, form->scale);
        return error_hint(error,
                          "lower the scale or the number; all digits count, also the decimals");
    }
    form->unscaled = text[0] == '-' ? -unscaled : unscaled;
    return true;
}

bool args_decimal(const struct generator_args *args, const char *key, const char *fallback,
                  int scale, int64_t *unscaled, struct error *error) {
    struct decimal_form form = {.scale = scale};
    if (!args_parse(args, key, fallback, parse_decimal, &form, error))
        return false;
    *unscaled = form.unscaled;
    return true;
}

/* Exactly count digits, at most max. */
static bool take_digits(const char **p, int count, int max, int *number) {
    *number = 0;
    for (int i = 0; i < count; i++, (*p)++) {
        if (!isdigit((unsigned char)**p))
            return false;
        *number = *number * 10 + (**p - '0');
    }
    return *number <= max;
}

/* HH:MM[:SS[.ffffff]] */
static bool take_time(const char **p, int64_t *us) {
    int hour, minute, second = 0;
    if (!take_digits(p, 2, 23, &hour) || *(*p)++ != ':' || !take_digits(p, 2, 59, &minute))
        return false;
    if (**p == ':') {
        (*p)++;
        if (!take_digits(p, 2, 59, &second))
            return false;
    }
    *us = ((int64_t)hour * 3600 + minute * 60 + second) * 1000000;
    if (**p != '.')
        return true;
    (*p)++;
    if (!isdigit((unsigned char)**p))
        return false;
    for (int unit = 100000; unit > 0 && isdigit((unsigned char)**p); unit /= 10, (*p)++)
        *us += (int64_t)(**p - '0') * unit;
    return true;
}

static bool parse_time(const char *text, void *out, struct error *error) {
    const char *p = text;
    if (take_time(&p, out) && *p == '\0')
        return true;
    error_usage(error, "\"%s\" is not a time of day", text);
    return error_hint(error, "write HH:MM or HH:MM:SS, for example 08:30:00");
}

bool args_time(const struct generator_args *args, const char *key, const char *fallback,
               int64_t *us, struct error *error) {
    return args_parse(args, key, fallback, parse_time, us, error);
}

static bool parse_timestamp(const char *text, void *out, struct error *error) {
    const char *p = text;
    int year, month, day;
    int64_t of_day = 0;
    bool ok = take_digits(&p, 4, 9999, &year) && *p++ == '-' && take_digits(&p, 2, 12, &month) &&
              *p++ == '-' && take_digits(&p, 2, 31, &day);
    ok = ok && year > 0 && month > 0 && day > 0 && day <= calendar_month_days(year, month);
    if (ok && (*p == ' ' || *p == 'T')) {
        p++;
        ok = take_time(&p, &of_day);
    }
    if (!ok || *p != '\0') {
        error_usage(error, "\"%s\" is not a date or time between the years 1 and 9999", text);
        return error_hint(error, "write YYYY-MM-DD or YYYY-MM-DD HH:MM:SS, for example "
                                 "2026-01-31 or 2026-01-31 08:30:00");
    }
    *(int64_t *)out = calendar_days(year, month, day) * DAY_US + of_day;
    return true;
}

bool args_timestamp(const struct generator_args *args, const char *key, const char *fallback,
                    int64_t *us, struct error *error) {
    return args_parse(args, key, fallback, parse_timestamp, us, error);
}

bool args_name(const struct generator_args *args, const char *key, const char *fallback,
               const char *const *names, size_t name_count, size_t *index, struct error *error) {
    const char *text;
    if (!args_text(args, key, fallback, &text, error))
        return false;
    char known[256];
    size_t used = 0;
    for (size_t i = 0; i < name_count; i++) {
        if (strcmp(names[i], text) == 0) {
            *index = i;
            return true;
        }
        int n = snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "", names[i]);
        used = used + (size_t)n < sizeof(known) ? used + (size_t)n : sizeof(known) - 1;
    }
    const char *nearest = units_nearest(text, names, name_count);
    args_error(args, args_find(args, key), error, "%s: \"%s\" is not one of %s", key, text, known);
    return nearest ? error_hint(error, "did you mean \"%s\"?", nearest)
                   : error_hint(error, "for example %s: %s", key, names[0]);
}

bool args_ordered(const struct generator_args *args, bool ordered, const char *min_fallback,
                  const char *max_fallback, struct error *error) {
    if (ordered)
        return true;
    const struct generator_arg *min = args_find(args, "min"), *max = args_find(args, "max");
    const char *min_text = min ? min->scalar : min_fallback;
    const char *max_text = max ? max->scalar : max_fallback;
    args_error(args, min ? min : max, error, "min %s%s is above max %s%s", min_text,
               min ? "" : " (the default)", max_text, max ? "" : " (the default)");
    return error_hint(error,
                      "give a range whose min is not above its max, for example "
                      "min: %s, max: %s",
                      min_fallback, max_fallback);
}

bool args_dist(const struct generator_args *args, struct args_dist *dist, struct error *error) {
    size_t kind;
    if (!args_name(args, "dist", dist_names[DIST_UNIFORM], dist_names, DIST_COUNT, &kind, error) ||
        !args_real(args, "skew", "1", &dist->skew, error))
        return false;
    dist->kind = (enum dist_kind)kind;
    const struct generator_arg *skew = args_find(args, "skew");
    if (skew != NULL && dist->kind != DIST_ZIPF) {
        args_error(args, skew, error, "skew: only zipf has one, this is %s", dist_names[kind]);
        return error_hint(error, "write dist: zipf, skew: %s, or leave skew out", skew->scalar);
    }
    if (skew != NULL && !(dist->skew > 0 && dist->skew <= 10)) {
        args_error(args, skew, error, "skew: %s is not above 0 and up to 10", skew->scalar);
        return error_hint(error, "for example dist: zipf, skew: 1.2");
    }
    return true;
}
