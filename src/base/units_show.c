#include "base/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

/* Tenths or hundredths are worked out in integers: %f would follow the locale. */

/* Writes value / scale with that many decimals (0 to 2), zeros at the end left out, and a unit. */
static char *show_scaled(char *out, size_t size, uint64_t value, uint64_t scale, int decimals,
                         const char *unit) {
    uint64_t steps = decimals == 2 ? 100 : decimals == 1 ? 10 : 1;
    uint64_t rounded = (uint64_t)(((unsigned __int128)value * steps + scale / 2) / scale);
    uint64_t whole = rounded / steps, fraction = rounded % steps;
    if (fraction && fraction % 10 == 0 && decimals == 2) {
        fraction /= 10;
        decimals = 1;
    }
    if (fraction)
        snprintf(out, size, "%" PRIu64 ".%0*" PRIu64 " %s", whole, decimals, fraction, unit);
    else
        snprintf(out, size, "%" PRIu64 " %s", whole, unit);
    return out;
}

/* Digits after the point that make three significant ones, rounding included: 9.996 has none. */
static int decimals_of_three(uint64_t value, uint64_t scale) {
    unsigned __int128 thousandths = (unsigned __int128)value * 1000 / scale;
    return thousandths < 9995 ? 2 : thousandths < 99950 ? 1 : 0;
}

/* From a minute on, in two units: `1 min 30 s`, `2 h 5 min`. */
static char *show_long_duration(char *out, size_t size, uint64_t ns) {
    uint64_t seconds = ns / NS_PER_S + (ns % NS_PER_S >= NS_PER_S / 2);
    uint64_t big = 60, small = 1;
    const char *big_name = "min", *small_name = "s";
    if (seconds >= 3600) {
        uint64_t minutes = (seconds + 30) / 60;
        bool days = minutes >= 24 * 60;
        seconds = days ? (minutes + 30) / 60 * 3600 : minutes * 60;
        big = days ? 86400 : 3600;
        small = days ? 3600 : 60;
        big_name = days ? "d" : "h";
        small_name = days ? "h" : "min";
    }
    uint64_t rest = seconds % big / small;
    if (rest)
        snprintf(out, size, "%" PRIu64 " %s %" PRIu64 " %s", seconds / big, big_name, rest,
                 small_name);
    else
        snprintf(out, size, "%" PRIu64 " %s", seconds / big, big_name);
    return out;
}

char *units_show_duration(char *out, size_t size, uint64_t ns) {
    static const struct {
        const char *name;
        uint64_t ns, limit; /* from limit on (what would show as 1000, or 60 s) the next unit */
    } units[] = {
        {"ns", 1, 1000},
        {"µs", NS_PER_US, 1000 * NS_PER_US - NS_PER_US / 2},
        {"ms", NS_PER_MS, 1000 * NS_PER_MS - NS_PER_MS / 2},
        {"s", NS_PER_S, 60 * NS_PER_S - 50 * NS_PER_MS},
    };
    if (ns == 0) {
        snprintf(out, size, "0 s");
        return out;
    }
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (ns < units[i].limit)
            return show_scaled(out, size, ns, units[i].ns, decimals_of_three(ns, units[i].ns),
                               units[i].name);
    }
    return show_long_duration(out, size, ns);
}

char *units_show_size(char *out, size_t size, uint64_t bytes) {
    static const char *const names[] = {"B", "kB", "MB", "GB", "TB"};
    uint64_t scale = 1;
    size_t unit = 0;
    while (unit + 1 < sizeof(names) / sizeof(names[0]) &&
           bytes >= scale * 1024 - (scale > 1 ? scale / 2 : 0)) {
        scale *= 1024;
        unit++;
    }
    bool two_digits = (unsigned __int128)bytes * 100 < (unsigned __int128)scale * 9995;
    return show_scaled(out, size, bytes, scale, two_digits ? 1 : 0, names[unit]);
}

/* Writes whole with a comma before each group of three digits. */
static void show_grouped(char *out, size_t size, const char *sign, uint64_t whole) {
    char digits[24], text[40];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, whole);
    size_t used = 0;
    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            text[used++] = ',';
        text[used++] = digits[i];
    }
    text[used] = '\0';
    snprintf(out, size, "%s%s", sign, text);
}

char *units_show_count(char *out, size_t size, double count) {
    const char *sign = count < 0 ? "-" : "";
    double magnitude = fabs(count);
    if (!(magnitude < 1e18)) {
        snprintf(out, size, "%g", count);
        return out;
    }
    uint64_t steps = magnitude < 9.995 ? 100 : magnitude < 99.95 ? 10 : 1;
    uint64_t rounded = (uint64_t)(magnitude * (double)steps + 0.5);
    if (rounded == 0)
        sign = "";
    if (rounded % steps == 0) {
        show_grouped(out, size, sign, rounded / steps);
        return out;
    }
    int decimals = steps == 100 ? 2 : 1;
    uint64_t fraction = rounded % steps;
    if (decimals == 2 && fraction % 10 == 0) {
        fraction /= 10;
        decimals = 1;
    }
    snprintf(out, size, "%s%" PRIu64 ".%0*" PRIu64, sign, rounded / steps, decimals, fraction);
    return out;
}

char *units_show_things(char *out, size_t size, double count, const char *thing) {
    char number[40];
    units_show_count(number, sizeof number, count);
    snprintf(out, size, "%s %s%s", number, thing, strcmp(number, "1") == 0 ? "" : "s");
    return out;
}
