#include "base/units.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"

#define DIGITS_MAX 24 /* 10^24 times a day in ns is below 2^128 */
#define KIB 1024ull
#define RATE_PER_S_MAX 1e9

struct unit {
    const char *name;
    uint64_t factor;
};

static const struct unit time_units[] = {
    {"us", NS_PER_US},      {"µs", NS_PER_US},       {"ms", NS_PER_MS},
    {"s", NS_PER_S},        {"m", 60 * NS_PER_S},    {"min", 60 * NS_PER_S},
    {"h", 3600 * NS_PER_S}, {"d", 86400 * NS_PER_S}, {NULL, 0},
};
static const struct unit size_units[] = {
    {"B", 1},  {"kB", KIB}, {"MB", KIB *KIB}, {"GB", KIB *KIB *KIB}, {"TB", KIB *KIB *KIB *KIB},
    {NULL, 0},
};
static const struct unit count_units[] = {
    {"k", 1000}, {"M", 1000 * 1000}, {"G", 1000 * 1000 * 1000}, {NULL, 0}};

/* One sort of quantity: how it is read and what is said of a wrong one. */
struct quantity {
    const char *name; /* with its article */
    const struct unit *units;
    bool unit_required; /* unless the number is 0 */
    bool whole;         /* refused when not whole; others are rounded */
    const char *hint;
};

static const struct quantity duration = {
    .name = "a duration",
    .units = time_units,
    .unit_required = true,
    .hint = "a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h",
};
static const struct quantity size_in_bytes = {
    .name = "a size",
    .units = size_units,
    .hint =
        "a size is a number of bytes, or one with kB, MB, GB or TB (1 kB is 1024): 8192, 64kB, 8MB",
};
static const struct quantity count_of_things = {
    .name = "a count",
    .units = count_units,
    .whole = true,
    .hint = "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M",
};

/* A number as written: mantissa / 10^places. */
struct decimal {
    unsigned __int128 mantissa;
    int places;
};

static unsigned __int128 power_of_ten(int exponent) {
    unsigned __int128 power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* Reads `digits[.digits]`; returns what follows, or NULL if there is no such number or it has more
 * than DIGITS_MAX digits. Not strtod: its decimal point follows the locale, and it takes `0x1p3`
 * and `nan`. */
static const char *read_decimal(const char *text, struct decimal *number) {
    *number = (struct decimal){0};
    const char *at = text;
    int digits = 0;
    for (; isdigit((unsigned char)*at) && digits < DIGITS_MAX; at++, digits++)
        number->mantissa = number->mantissa * 10 + (unsigned)(*at - '0');
    if (at == text)
        return NULL;
    if (*at == '.') {
        if (!isdigit((unsigned char)*++at))
            return NULL;
        for (; isdigit((unsigned char)*at) && digits < DIGITS_MAX; at++, digits++, number->places++)
            number->mantissa = number->mantissa * 10 + (unsigned)(*at - '0');
    }
    return isdigit((unsigned char)*at) ? NULL : at;
}

static bool wrong(const char *text, const struct quantity *quantity, const char *why,
                  struct error *error) {
    error_usage(error, "\"%s\" is not %s: %s", text, quantity->name, why);
    return error_hint(error, "%s", quantity->hint);
}

static const struct unit *find_unit(const struct unit *units, const char *name) {
    for (; units->name; units++)
        if (strcmp(units->name, name) == 0)
            return units;
    return NULL;
}

/* The unit meant by one in the wrong case or cut short: `kb`, `K`, `8M` for a size. */
static const struct unit *guess_unit(const struct unit *units, const char *name) {
    for (; units->name; units++)
        if (strncasecmp(units->name, name, strlen(name)) == 0)
            return units;
    return NULL;
}

static bool wrong_unit(const char *text, const char *unit, const struct quantity *quantity,
                       struct error *error) {
    error_usage(error, "\"%s\" is not %s: unknown unit \"%s\"", text, quantity->name, unit);
    const struct unit *guess = guess_unit(quantity->units, unit);
    if (guess)
        return error_hint(error, "write \"%.*s%s\"", (int)(unit - text), text, guess->name);
    return error_hint(error, "%s", quantity->hint);
}

/* `1_000`, `1,000` and `1 000`: digits in groups of three. The hint has them without separators.
 * Not `1,5`, where a decimal comma may be meant. */
static bool grouped_digits(const char *text, char *digits) {
    size_t length = strspn(text, "0123456789"), used = length;
    if (length == 0 || length > 3 || !text[length])
        return false;
    memcpy(digits, text, length);
    for (text += length; *text; text += 4) {
        if (!strchr("_,' ", *text) || strspn(text + 1, "0123456789") != 3 || used + 3 > DIGITS_MAX)
            return false;
        memcpy(digits + used, text + 1, 3);
        used += 3;
    }
    digits[used] = '\0';
    return true;
}

static bool wrong_grouping(const char *text, const char *digits, const struct quantity *quantity,
                           struct error *error) {
    error_usage(error, "\"%s\" is not %s: digits are written without separators", text,
                quantity->name);
    return error_hint(error, "write \"%s%s\"", digits, quantity->unit_required ? "s" : "");
}

/* Why read_decimal found no number. */
static const char *why_no_number(const char *text) {
    if (!*text)
        return "it is empty";
    if (*text == '-')
        return "it is negative";
    size_t digits = strspn(text, "0123456789");
    if (digits == 0)
        return "it does not start with a digit";
    if (text[digits] == '.' && !isdigit((unsigned char)text[digits + 1]))
        return "no digit follows the point";
    return "it has too many digits";
}

static bool to_integer(const char *text, const struct quantity *quantity, struct decimal number,
                       uint64_t factor, uint64_t *value, struct error *error) {
    unsigned __int128 scale = power_of_ten(number.places);
    unsigned __int128 scaled = number.mantissa * factor;
    unsigned __int128 rounded = (scaled + scale / 2) / scale;
    if (quantity->whole && scaled % scale != 0)
        return wrong(text, quantity, "it is not whole", error);
    if (rounded > UINT64_MAX)
        return wrong(text, quantity, "it is too large", error);
    if (rounded == 0 && number.mantissa != 0)
        return wrong(text, quantity, "it is too small", error);
    *value = (uint64_t)rounded;
    return true;
}

static bool read_quantity(const char *text, const struct quantity *quantity, uint64_t *value,
                          struct error *error) {
    char digits[DIGITS_MAX + 1];
    if (grouped_digits(text, digits))
        return wrong_grouping(text, digits, quantity, error);
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (!rest)
        return wrong(text, quantity, why_no_number(text), error);
    if (!*rest) {
        if (quantity->unit_required && number.mantissa != 0) {
            error_usage(error, "\"%s\" is not %s: the unit is missing", text, quantity->name);
            return error_hint(error, "write \"%ss\" for seconds; units are us, ms, s, m, h, d",
                              text);
        }
        return to_integer(text, quantity, number, 1, value, error);
    }
    const char *name = *rest == ' ' && rest[1] ? rest + 1 : rest; /* `5 min`: as it is shown */
    const struct unit *unit = find_unit(quantity->units, name);
    if (!unit)
        return wrong_unit(text, name, quantity, error);
    return to_integer(text, quantity, number, unit->factor, value, error);
}

bool units_duration(const char *text, uint64_t *ns, struct error *error) {
    return read_quantity(text, &duration, ns, error);
}

bool units_size(const char *text, uint64_t *bytes, struct error *error) {
    return read_quantity(text, &size_in_bytes, bytes, error);
}

bool units_count(const char *text, uint64_t *count, struct error *error) {
    return read_quantity(text, &count_of_things, count, error);
}

/* What a range is made of, and what is said of a wrong one. */
struct range_kind {
    const char *name; /* with its article */
    const char *parts;
    const char *hint;
    bool (*read)(const char *text, uint64_t *value, struct error *error);
};

static const struct range_kind count_range = {
    .name = "a range",
    .parts = "counts",
    .hint = "a range is a count, or two with .. between them: 10, 5..15, 1k..2k",
    .read = units_count,
};
static const struct range_kind duration_range = {
    .name = "a range of durations",
    .parts = "durations",
    .hint = "it is a duration, or two with .. between them: 2s, 1s..3s, 0ms..10ms",
    .read = units_duration,
};

static bool wrong_range(const char *text, const struct range_kind *kind, const char *why,
                        struct error *error) {
    error_usage(error, "\"%s\" is not %s: %s", text, kind->name, why);
    return error_hint(error, "%s", kind->hint);
}

static bool read_bounds(const char *min, const char *max, const char *text,
                        const struct range_kind *kind, struct range *range, struct error *error) {
    struct error bound = {0};
    if (!kind->read(min, &range->min, &bound) || !kind->read(max, &range->max, &bound))
        return wrong_range(text, kind, bound.what, error);
    if (range->min > range->max) {
        error_usage(error, "\"%s\" is not %s: its end is below its start", text, kind->name);
        return error_hint(error, "write \"%s..%s\"", max, min);
    }
    return true;
}

static bool read_range(const char *text, const struct range_kind *kind, struct range *range,
                       struct error *error) {
    const char *dots = strstr(text, "..");
    const char *dash = strchr(text, '-');
    if (!dots && dash && dash > text) {
        error_usage(error, "\"%s\" is not %s: the two %s are parted by ..", text, kind->name,
                    kind->parts);
        return error_hint(error, "write \"%.*s..%s\"", (int)(dash - text), text, dash + 1);
    }
    if (!dots)
        return read_bounds(text, text, text, kind, range, error);
    char *min = mem_strdup(text);
    min[dots - text] = '\0';
    bool ok = true;
    if (dots == text)
        ok = wrong_range(text, kind, "its start is missing", error);
    else if (!dots[2])
        ok = wrong_range(text, kind, "its end is missing", error);
    else
        ok = read_bounds(min, dots + 2, text, kind, range, error);
    free(min);
    return ok;
}

bool units_range(const char *text, struct range *range, struct error *error) {
    return read_range(text, &count_range, range, error);
}

bool units_duration_range(const char *text, struct range *ns, struct error *error) {
    return read_range(text, &duration_range, ns, error);
}

static bool wrong_rate(const char *text, const char *why, struct error *error) {
    error_usage(error, "\"%s\" is not a rate: %s", text, why);
    return error_hint(error, "a rate is a number with /s, /min, /h or /day: 500/s, 500000/day");
}

static bool wrong_rate_unit(const char *text, const char *rest, const char *unit,
                            struct error *error) {
    static const struct {
        const char *word, *unit;
    } guesses[] = {{"sec", "s"},      {"second", "s"}, {"S", "s"},   {"m", "min"},
                   {"minute", "min"}, {"hour", "h"},   {"d", "day"}, {"days", "day"}};
    error_usage(error, "\"%s\" is not a rate: unknown unit \"%s\"", text, rest);
    for (size_t i = 0; unit && i < sizeof guesses / sizeof *guesses; i++)
        if (strcmp(unit, guesses[i].word) == 0)
            return error_hint(error, "write \"%.*s%s\"", (int)(unit - text), text, guesses[i].unit);
    return error_hint(error, "a rate is a number with /s, /min, /h or /day: 500/s, 500000/day");
}

bool units_rate(const char *text, double *per_s, struct error *error) {
    static const struct unit times[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"day", 86400}, {0}};
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (!rest)
        return wrong_rate(text, why_no_number(text), error);
    if (!*rest) {
        error_usage(error, "\"%s\" is not a rate: the unit is missing", text);
        return error_hint(error, "write \"%s/s\" for a second; units are /s, /min, /h, /day", text);
    }
    const char *slash = strchr(rest, '/');
    char factor_name[4] = "";
    if (slash && (size_t)(slash - rest) < sizeof factor_name)
        memcpy(factor_name, rest, (size_t)(slash - rest));
    const struct unit *factor = *factor_name ? find_unit(count_units, factor_name) : NULL;
    const struct unit *time = slash ? find_unit(times, slash + 1) : NULL;
    if (!time || (slash > rest && !factor))
        return wrong_rate_unit(text, rest, slash ? slash + 1 : NULL, error);
    if (number.mantissa == 0)
        return wrong_rate(text, "it is 0", error);
    double value = (double)number.mantissa / (double)power_of_ten(number.places);
    value = value * (factor ? (double)factor->factor : 1.0) / (double)time->factor;
    if (value > RATE_PER_S_MAX)
        return wrong_rate(text, "it is over a thousand million a second", error);
    *per_s = value;
    return true;
}

bool units_number(const char *text, double *value, struct error *error) {
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (!rest || *rest) {
        error_usage(error, "\"%s\" is not a number: %s", text,
                    rest ? "nothing may follow its digits" : why_no_number(text));
        return error_hint(error, "for example 30 or 0.5");
    }
    *value = (double)number.mantissa / (double)power_of_ten(number.places);
    return true;
}

static bool wrong_share(const char *text, const char *why, struct error *error) {
    error_usage(error, "\"%s\" is not a share: %s", text, why);
    return error_hint(error, "a share is a percentage or a number from 0 to 1: 10%%, 0.1");
}

bool units_share(const char *text, double *share, struct error *error) {
    struct decimal number;
    const char *rest = read_decimal(text, &number);
    if (!rest)
        return wrong_share(text, why_no_number(text), error);
    bool percent = strcmp(rest, "%") == 0 || strcmp(rest, " %") == 0;
    if (*rest && !percent)
        return wrong_share(text, "only % may follow the number", error);
    unsigned __int128 whole = power_of_ten(number.places + (percent ? 2 : 0));
    if (number.mantissa > whole) {
        if (!percent && number.mantissa <= whole * 100) {
            error_usage(error, "\"%s\" is not a share: it is over 1", text);
            return error_hint(error, "write \"%s%%\"", text);
        }
        return wrong_share(text, percent ? "it is over 100%" : "it is over 1", error);
    }
    *share = (double)number.mantissa / (double)whole;
    return true;
}

/* Cuts the blanks off both ends of a word; changes it. */
static char *trim(char *word) {
    while (isblank((unsigned char)*word))
        word++;
    size_t length = strlen(word);
    while (length > 0 && isblank((unsigned char)word[length - 1]))
        length--;
    word[length] = '\0';
    return word;
}

bool units_list(const char *text,
                bool (*take)(const char *word, void *context, struct error *error), void *context,
                struct error *error) {
    char *copy = mem_strdup(text);
    bool ok = true;
    for (char *word = copy, *next; ok && word; word = next) {
        next = strchr(word, ',');
        if (next)
            *next++ = '\0';
        word = trim(word);
        if (*word) {
            ok = take(word, context, error);
            continue;
        }
        error_usage(error, "\"%s\" is not a list: a word is empty", text);
        ok = error_hint(error, "a list is words with one comma between them: 1,4,16");
    }
    free(copy);
    return ok;
}
