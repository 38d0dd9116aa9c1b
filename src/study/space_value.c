/* Values of settings as PostgreSQL reads and prints them. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/units.h"
#include "study/space_internal.h"

#define MB 1048576.0

struct unit {
    const char *name;
    double size; /* in bytes, or in µs */
};

/* The largest first. */
static const struct unit memory_units[] = {{"TB", MB * 1048576}, {"GB", MB * 1024}, {"MB", MB},
                                           {"kB", 1024},         {"B", 1},          {NULL, 0}};
static const struct unit time_units[] = {{"d", 86400e6}, {"h", 3600e6}, {"min", 60e6}, {"s", 1e6},
                                         {"ms", 1e3},    {"us", 1},     {NULL, 0}};

static const struct unit *find_unit(const struct unit *units, const char *name) {
    for (; units->name; units++)
        if (strcmp(units->name, name) == 0)
            return units;
    return NULL;
}

/* What the domain's number counts ("8kB": 8192 bytes), and the units of its kind; NULL: it has
 * none. */
static const struct unit *units_of(const struct space_domain *domain, double *base) {
    char *name;
    double factor = strtod(domain->unit, &name);
    if (name == domain->unit)
        factor = 1;
    for (int i = 0; i < 2; i++) {
        const struct unit *units = i == 0 ? memory_units : time_units;
        const struct unit *found = find_unit(units, name);
        if (found) {
            *base = factor * found->size;
            return units;
        }
    }
    *base = 1;
    return NULL;
}

/* A unit that the number is whole in, the largest; of reals "whole" has the server's tolerance. */
static const struct unit *unit_to_show(const struct unit *units, double size, bool real) {
    for (; units[1].name; units++) {
        double value = size / units->size;
        bool whole = real ? fabs(rint(value) / value - 1) <= 1e-8 : fmod(size, units->size) == 0;
        if (whole)
            break;
    }
    return units;
}

const char *space_show(const struct space_domain *domain, double number, struct arena *arena) {
    double base;
    const struct unit *units = units_of(domain, &base);
    bool real = domain->type == SPACE_REAL;
    const char *unit_name = "";
    if (units && number > 0) {
        const struct unit *unit = unit_to_show(units, number * base, real);
        number = number * base / unit->size;
        unit_name = unit->name;
    }
    return real ? arena_printf(arena, "%g%s", number, unit_name)
                : arena_printf(arena, "%.0f%s", number, unit_name);
}

bool space_is_share(const char *text) {
    const char *percent = strchr(text, '%');
    return percent && strcmp(percent, "% RAM") == 0;
}

/* "25% RAM", down to whole MB. */
static bool read_share(const struct space_domain *domain, const char *text, double memory_bytes,
                       double *number, struct error *error) {
    double base, share;
    if (units_of(domain, &base) != memory_units)
        return error_usage(error, "\"%s\": %s is no amount of memory", text, domain->name);
    char *percent = mem_strdup(text);
    percent[strcspn(percent, "%") + 1] = '\0';
    bool ok = units_share(percent, &share, error);
    free(percent);
    if (!ok)
        return false;
    if (!(memory_bytes > 0)) {
        error_usage(error, "\"%s\": how much memory the server's machine has is not known", text);
        return error_hint(error, "say it by --memory, or write a size");
    }
    *number = floor(floor(share * memory_bytes / MB) * MB / base);
    return true;
}

static bool wrong_unit(const struct space_domain *domain, const char *text,
                       const struct unit *units, struct error *error) {
    if (!units) {
        error_usage(error, "\"%s\": %s is a number without a unit", text, domain->name);
        return error_hint(error, "leave the unit out");
    }
    error_usage(error, "\"%s\": %s has no such unit", text, domain->name);
    return error_hint(error, "units are %s, and lower and upper case differ",
                      units == memory_units ? "B, kB, MB, GB and TB" : "us, ms, s, min, h and d");
}

/* A number in the domain's unit, with or without one of its own. A fraction is rounded to the next
 * smaller unit, where there is one, as the server does. */
static bool read_number(const struct space_domain *domain, const char *text, double *number,
                        struct error *error) {
    double base;
    const struct unit *units = units_of(domain, &base), *unit = NULL;
    bool negative = text[0] == '-';
    size_t digits = strspn(text + negative, "0123456789.");
    const char *name = text + negative + digits;
    char *copy = mem_strdup(text + negative);
    copy[digits] = '\0';
    struct error wrong = {0};
    bool ok = units_number(copy, number, &wrong);
    free(copy);
    if (!ok)
        return error_usage(error, "\"%s\" is not a number, which %s is", text, domain->name);
    name += strspn(name, " ");
    if (*name) {
        unit = units ? find_unit(units, name) : NULL;
        if (!unit)
            return wrong_unit(domain, text, units, error);
        double smaller = unit[1].name ? unit->size / unit[1].size : 1;
        if (unit[1].name && *number != floor(*number))
            *number = rint(*number * smaller) / smaller;
        *number *= unit->size / base;
    }
    if (domain->type == SPACE_INTEGER)
        *number = rint(*number);
    if (negative)
        *number = -*number;
    return true;
}

/* The word of an enum or a bool: any case, and for on and off also the other words for them. */
static const char *find_word(const char *const *words, size_t count, const char *text) {
    static const char *const aliases[][2] = {{"true", "on"},   {"yes", "on"}, {"1", "on"},
                                             {"false", "off"}, {"no", "off"}, {"0", "off"}};
    for (size_t i = 0; i < count; i++)
        if (strcasecmp(words[i], text) == 0)
            return words[i];
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
        if (strcasecmp(aliases[i][0], text) == 0)
            for (size_t k = 0; k < count; k++)
                if (strcmp(words[k], aliases[i][1]) == 0)
                    return words[k];
    return NULL;
}

static void hint_words(const char *const *words, size_t count, const char *text,
                       struct arena *arena, struct error *error) {
    const char *near = units_nearest(text, words, count);
    if (near) {
        error_hint(error, "did you mean %s?", near);
        return;
    }
    const char *all = "";
    for (size_t i = 0; i < count; i++)
        all = arena_printf(arena, "%s%s%s", all,
                           i == 0           ? ""
                           : i + 1 == count ? " or "
                                            : ", ",
                           words[i]);
    error_hint(error, "on this server it is %s", all);
}

static bool read_word(const struct space_domain *domain, const char *text, struct arena *arena,
                      const char **shown, struct error *error) {
    static const char *const bools[] = {"on", "off"};
    bool is_bool = domain->type == SPACE_BOOL;
    const char *const *words = is_bool ? bools : domain->words;
    size_t count = is_bool ? 2 : domain->word_count;
    *shown = find_word(words, count, text);
    if (!*shown) {
        error_usage(error, "%s can't be \"%s\"", domain->name, text);
        hint_words(words, count, text, arena, error);
        return false;
    }
    /* From PostgreSQL 15 on it is another word for pglz, by which SHOW tells both. */
    if (strcmp(domain->name, "wal_compression") == 0 && strcmp(*shown, "on") == 0) {
        const char *same = find_word(words, count, "pglz");
        *shown = same ? same : *shown;
    }
    return true;
}

bool space_value(const struct space_domain *domain, const char *text, double memory_bytes,
                 struct arena *arena, const char **shown, double *number, struct error *error) {
    double value = 0;
    if (domain->type == SPACE_BOOL || domain->type == SPACE_ENUM) {
        if (!read_word(domain, text, arena, shown, error))
            return false;
    } else {
        if (!(space_is_share(text) ? read_share(domain, text, memory_bytes, &value, error)
                                   : read_number(domain, text, &value, error)))
            return false;
        *shown = space_show(domain, value, arena);
        if (value < domain->min || value > domain->max) {
            error_usage(error, "%s can't be %s", domain->name, *shown);
            return error_hint(error, "on this server it is from %s to %s",
                              space_show(domain, domain->min, arena),
                              space_show(domain, domain->max, arena));
        }
    }
    if (number)
        *number = value;
    return true;
}
