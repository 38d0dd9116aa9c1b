#include "pg/convert.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned __int128 uint128;

const uint64_t pg_pow10[20] = {
    1ull,
    10ull,
    100ull,
    1000ull,
    10000ull,
    100000ull,
    1000000ull,
    10000000ull,
    100000000ull,
    1000000000ull,
    10000000000ull,
    100000000000ull,
    1000000000000ull,
    10000000000000ull,
    100000000000000ull,
    1000000000000000ull,
    10000000000000000ull,
    100000000000000000ull,
    1000000000000000000ull,
    10000000000000000000ull,
};

static _Noreturn void refuse(const struct value *value, const char *type) {
    panic("value of kind %d written to %s", (int)value->kind, type);
}

static int64_t clamp(int64_t x, int64_t min, int64_t max) {
    return x < min ? min : x > max ? max : x;
}

static uint64_t magnitude(int64_t x) {
    return x < 0 ? 0 - (uint64_t)x : (uint64_t)x;
}

/* digits / 10^drop, half away from zero; digits <= 2^63 or drop <= 18. */
static uint64_t drop_digits(uint64_t digits, int drop) {
    if (drop > 19)
        return 0;
    return (digits + pg_pow10[drop] / 2) / pg_pow10[drop];
}

int64_t pg_to_int(const struct value *value, int64_t min, int64_t max) {
    int64_t x;
    if (value->kind == VALUE_INT) {
        x = value->as.integer;
    } else if (value->kind == VALUE_DECIMAL) {
        int64_t unscaled = value->as.decimal.unscaled;
        uint64_t whole = drop_digits(magnitude(unscaled), value->as.decimal.scale);
        x = (int64_t)(unscaled < 0 ? 0 - whole : whole);
    } else if (value->kind == VALUE_FLOAT) {
        double real = rint(value->as.real);
        if (isnan(real))
            x = 0;
        else if (real >= 0x1p63)
            x = INT64_MAX;
        else
            x = real < -0x1p63 ? INT64_MIN : (int64_t)real;
    } else {
        refuse(value, "an integer");
    }
    return clamp(x, min, max);
}

/* A decimal as "123e-2": without a decimal point, which strtod would want in the locale's form. */
static void decimal_text(const struct value *value, char out[32]) {
    char *end = out + 31;
    *end = '\0';
    int scale = value->as.decimal.scale;
    *--end = (char)('0' + scale % 10);
    *--end = (char)('0' + scale / 10);
    *--end = '-';
    *--end = 'e';
    uint64_t digits = magnitude(value->as.decimal.unscaled);
    do {
        *--end = (char)('0' + digits % 10);
    } while ((digits /= 10) > 0);
    if (value->as.decimal.unscaled < 0)
        *--end = '-';
    memmove(out, end, (size_t)(out + 32 - end));
}

double pg_to_float8(const struct value *value) {
    switch (value->kind) {
    case VALUE_FLOAT:
        return value->as.real;
    case VALUE_INT:
        return (double)value->as.integer;
    case VALUE_DECIMAL:
        /* A quotient of two exact doubles is rounded once, so it is the nearest. */
        if (magnitude(value->as.decimal.unscaled) <= 1ull << DBL_MANT_DIG)
            return (double)value->as.decimal.unscaled / (double)pg_pow10[value->as.decimal.scale];
        char text[32];
        decimal_text(value, text);
        return strtod(text, NULL);
    default:
        refuse(value, "float8");
    }
}

float pg_to_float4(const struct value *value) {
    switch (value->kind) {
    case VALUE_FLOAT: {
        double real = value->as.real;
        if (isfinite(real) && fabs(real) > (double)FLT_MAX)
            return real < 0 ? -FLT_MAX : FLT_MAX;
        return (float)real;
    }
    case VALUE_INT:
        return (float)value->as.integer;
    case VALUE_DECIMAL:
        /* 10^10 is the largest power of ten that a float4 holds exactly. */
        if (magnitude(value->as.decimal.unscaled) <= 1ull << FLT_MANT_DIG &&
            value->as.decimal.scale <= 10)
            return (float)value->as.decimal.unscaled / (float)pg_pow10[value->as.decimal.scale];
        char text[32];
        decimal_text(value, text);
        return strtof(text, NULL);
    default:
        refuse(value, "float4");
    }
}

/* x = mantissa × 2^exponent, x finite and > 0; power_of_two: the float below is only half as far
 * away as the float above. */
struct binary_parts {
    uint64_t mantissa;
    int exponent;
    bool power_of_two;
};

static struct binary_parts take_apart(double x, bool single) {
    uint64_t bits;
    int mantissa_bits = DBL_MANT_DIG - 1, bias = 1023;
    if (single) {
        float narrow = (float)x;
        uint32_t narrow_bits;
        memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
        bits = narrow_bits;
        mantissa_bits = FLT_MANT_DIG - 1;
        bias = 127;
    } else {
        memcpy(&bits, &x, sizeof bits);
    }
    uint64_t hidden = 1ull << mantissa_bits, fraction = bits & (hidden - 1);
    int exponent = (int)(bits >> mantissa_bits);
    bool normal = exponent > 0;
    return (struct binary_parts){
        .mantissa = normal ? fraction | hidden : fraction,
        .exponent = (normal ? exponent : 1) - bias - mantissa_bits,
        .power_of_two = fraction == 0 && exponent > 1,
    };
}

/* Whether ten times a quarter of the last bit's worth, as a fraction of one, fits 128 bits. */
static bool is_exact_range(int exponent) {
    return exponent <= 0 && exponent >= -120;
}

static struct pg_digits shortest_exact(struct binary_parts parts) {
    /* In quarters of the last bit's worth: half-way to either neighbour is a whole number of them.
     */
    int shift = 2 - parts.exponent;
    uint128 one = (uint128)1 << shift, rest = (uint128)parts.mantissa << 2;
    uint128 above = 2, below = parts.power_of_two ? 1 : 2;
    struct pg_digits out = {(uint64_t)(rest >> shift), 0};
    rest &= one - 1;
    for (;;) {
        bool cut_reads_back = rest < below, next_reads_back = one - rest < above;
        if (cut_reads_back || next_reads_back) {
            if (!cut_reads_back || (next_reads_back && rest > one - rest))
                out.digits++;
            return out;
        }
        rest *= 10;
        above *= 10;
        below *= 10;
        out.digits = out.digits * 10 + (uint64_t)(rest >> shift);
        out.exponent--;
        rest &= one - 1;
    }
}

/* The digits of printf's %e form, whatever the locale's decimal point is. */
static struct pg_digits read_digits(const char *text) {
    struct pg_digits out = {0, 0};
    int decimals = -1;
    for (; *text != 'e'; text++) {
        if (*text >= '0' && *text <= '9') {
            out.digits = out.digits * 10 + (uint64_t)(*text - '0');
            decimals++;
        }
    }
    out.exponent = (int)strtol(text + 1, NULL, 10) - decimals;
    return out;
}

struct pg_digits pg_shortest_digits(double x, bool single) {
    struct binary_parts parts = take_apart(x, single);
    if (is_exact_range(parts.exponent))
        return shortest_exact(parts);
    char text[48];
    int digits = single ? FLT_DIG : DBL_DIG,
        digits_max = single ? FLT_DECIMAL_DIG : DBL_DECIMAL_DIG;
    for (;; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, x);
        if (digits == digits_max ||
            (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x))
            return read_digits(text);
    }
}

/* Takes trailing zeros off digits > 0 without a division for each. */
static struct pg_digits strip_zeros(struct pg_digits x) {
    static const int steps[] = {16, 8, 4, 2, 1};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        uint64_t power = pg_pow10[steps[i]];
        if (x.digits % power == 0) {
            x.digits /= power;
            x.exponent += steps[i];
        }
    }
    return x;
}

/* x, finite and > 0, to 15 significant digits, ties to even: what printf's %.15g says. */
static struct pg_digits fifteen_digits(double x) {
    struct binary_parts parts = take_apart(x, false);
    if (!is_exact_range(parts.exponent)) {
        char text[48];
        snprintf(text, sizeof text, "%.*e", DBL_DIG - 1, x);
        return strip_zeros(read_digits(text));
    }
    int shift = -parts.exponent;
    uint128 one = (uint128)1 << shift, rest = parts.mantissa & (one - 1);
    struct pg_digits out = {(uint64_t)((uint128)parts.mantissa >> shift), 0};
    while (rest > 0 && out.digits < pg_pow10[DBL_DIG - 1]) {
        rest *= 10;
        out.digits = out.digits * 10 + (uint64_t)(rest >> shift);
        out.exponent--;
        rest &= one - 1;
    }
    if (out.digits >= pg_pow10[DBL_DIG]) {
        /* Sixteen digits before the point: the last of them goes the way of the fraction. */
        uint64_t last = out.digits % 10;
        out.digits /= 10;
        out.exponent++;
        if (last > 5 || (last == 5 && (rest > 0 || out.digits % 2 == 1)))
            out.digits++;
    } else if (rest > one - rest || (rest > 0 && rest == one - rest && out.digits % 2 == 1)) {
        out.digits++;
    }
    return strip_zeros(out);
}

static struct pg_number number_of(const struct value *value) {
    switch (value->kind) {
    case VALUE_INT:
        return (struct pg_number){.digits = magnitude(value->as.integer),
                                  .negative = value->as.integer < 0};
    case VALUE_DECIMAL:
        return (struct pg_number){.digits = magnitude(value->as.decimal.unscaled),
                                  .scale = value->as.decimal.scale,
                                  .negative = value->as.decimal.unscaled < 0};
    case VALUE_FLOAT: {
        double real = value->as.real;
        if (isnan(real))
            return (struct pg_number){.nan = true};
        if (real == 0)
            return (struct pg_number){0};
        struct pg_digits x = fifteen_digits(fmin(fabs(real), DBL_MAX));
        /* Zeros before the point are digits of the number, not decimals to leave out. */
        return (struct pg_number){.digits = x.digits, .scale = -x.exponent, .negative = real < 0};
    }
    default:
        refuse(value, "numeric");
    }
}

struct pg_number pg_to_number(const struct value *value, int precision, int scale) {
    struct pg_number x = number_of(value);
    x.display_scale = x.scale > 0 ? x.scale : 0;
    if (x.nan || precision == 0)
        return x;
    if (x.scale > scale) {
        x.digits = drop_digits(x.digits, x.scale - scale);
        x.scale = scale;
    }
    /* It fits if it is below 10^(precision - scale). */
    int limit = precision - scale + x.scale;
    if (x.digits > 0 && limit < 20 && (limit <= 0 || x.digits >= pg_pow10[limit])) {
        int nines = precision < 19 ? precision : 19;
        x.digits = pg_pow10[nines] - 1;
        x.scale = scale - (precision - nines);
    }
    x.display_scale = scale > 0 ? scale : 0;
    if (x.digits == 0)
        x.negative = false;
    return x;
}

int32_t pg_to_date(const struct value *value) {
    int64_t days = value->as.integer;
    if (value->kind == VALUE_TIMESTAMP) {
        int64_t us = days;
        days = us / PG_US_PER_DAY - (us % PG_US_PER_DAY < 0);
    } else if (value->kind != VALUE_DATE) {
        refuse(value, "date");
    }
    return (int32_t)clamp(days, PG_DATE_DAYS_MIN, PG_DATE_DAYS_MAX);
}

int64_t pg_to_time(const struct value *value) {
    if (value->kind != VALUE_TIME)
        refuse(value, "time");
    return clamp(value->as.integer, 0, PG_US_PER_DAY);
}

int64_t pg_to_timestamp(const struct value *value) {
    int64_t us = value->as.integer;
    if (value->kind == VALUE_DATE) {
        /* Clamped before the multiplication, which would overflow. */
        us = clamp(us, PG_TIMESTAMP_US_MIN / PG_US_PER_DAY, PG_TIMESTAMP_US_MAX / PG_US_PER_DAY);
        us *= PG_US_PER_DAY;
    } else if (value->kind != VALUE_TIMESTAMP) {
        refuse(value, "timestamp");
    }
    return clamp(us, PG_TIMESTAMP_US_MIN, PG_TIMESTAMP_US_MAX);
}

struct pg_network pg_to_network(const struct value *value, bool is_cidr) {
    if (value->kind != VALUE_INET)
        refuse(value, "inet");
    struct pg_network out = {.bytes = value->as.inet.v6 ? 16 : 4};
    int bits = out.bytes * 8;
    out.prefix = value->as.inet.prefix < bits ? value->as.inet.prefix : (uint8_t)bits;
    memcpy(out.address, value->as.inet.address, out.bytes);
    /* A cidr with bits to the right of its prefix would be refused. */
    for (int i = 0; is_cidr && i < out.bytes; i++) {
        int kept = out.prefix - i * 8;
        if (kept < 8)
            out.address[i] &= (uint8_t)(kept <= 0 ? 0 : 0xff00 >> kept);
    }
    return out;
}
