#include <math.h>
#include <string.h>

#include "pg/convert.h"
#include "pg/type.h"

static const char hex_digits[] = "0123456789abcdef";

static char *put_text(char *out, const char *text) {
    size_t length = strlen(text);
    memcpy(out, text, length);
    return out + length;
}

static char *put_bytes(char *out, const void *bytes, size_t length) {
    if (length > 0)
        memcpy(out, bytes, length);
    return out + length;
}

static char *put_zeros(char *out, int count) {
    if (count <= 0)
        return out;
    memset(out, '0', (size_t)count);
    return out + count;
}

static char *put_two(char *out, unsigned x) {
    static const char pairs[] = "00010203040506070809101112131415161718192021222324"
                                "25262728293031323334353637383940414243444546474849"
                                "50515253545556575859606162636465666768697071727374"
                                "75767778798081828384858687888990919293949596979899";
    memcpy(out, pairs + (size_t)2 * x, 2);
    return out + 2;
}

static char *put_unsigned(char *out, uint64_t x) {
    char digits[20], *start = digits + sizeof digits;
    for (; x >= 100; x /= 100) {
        start -= 2;
        put_two(start, (unsigned)(x % 100));
    }
    if (x >= 10) {
        start -= 2;
        put_two(start, (unsigned)x);
    } else {
        *--start = (char)('0' + x);
    }
    return put_bytes(out, start, (size_t)(digits + sizeof digits - start));
}

static char *put_signed(char *out, int64_t x) {
    if (x >= 0)
        return put_unsigned(out, (uint64_t)x);
    *out++ = '-';
    return put_unsigned(out, 0 - (uint64_t)x);
}

static char *put_padded(char *out, uint64_t x, int width) {
    char digits[20];
    int length = (int)(put_unsigned(digits, x) - digits);
    return put_bytes(put_zeros(out, width - length), digits, (size_t)length);
}

static char *put_hex(char *out, const uint8_t *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        *out++ = hex_digits[bytes[i] >> 4];
        *out++ = hex_digits[bytes[i] & 15];
    }
    return out;
}

/* digits × 10^-scale, without an exponent. */
static char *put_decimal(char *out, uint64_t digits, int scale) {
    if (scale <= 0)
        return digits == 0 ? put_zeros(out, 1) : put_zeros(put_unsigned(out, digits), -scale);
    char text[20];
    int length = (int)(put_unsigned(text, digits) - text);
    int whole = length - scale;
    if (whole > 0) {
        out = put_bytes(out, text, (size_t)whole);
        *out++ = '.';
        return put_bytes(out, text + whole, (size_t)scale);
    }
    out = put_text(out, "0.");
    return put_bytes(put_zeros(out, -whole), text, (size_t)length);
}

static char *put_number(char *out, struct pg_number x) {
    if (x.nan)
        return put_text(out, "NaN");
    if (x.negative)
        *out++ = '-';
    out = put_decimal(out, x.digits, x.scale);
    int decimals = x.scale > 0 ? x.scale : 0;
    if (decimals == 0 && x.display_scale > 0)
        *out++ = '.';
    return put_zeros(out, x.display_scale - decimals);
}

/* As float4out and float8out write it: with an exponent outside of 10^-4 … 10^6 or 10^15. */
static char *put_float(char *out, double x, bool single) {
    if (isnan(x))
        return put_text(out, "NaN");
    if (signbit(x))
        *out++ = '-';
    if (isinf(x))
        return put_text(out, "Infinity");
    if (x == 0)
        return put_text(out, "0");
    struct pg_digits shortest = pg_shortest_digits(fabs(x), single);
    char text[20], *end = put_unsigned(text, shortest.digits);
    int exponent = (int)(end - text) - 1 + shortest.exponent;
    if (exponent >= -4 && exponent < (single ? 6 : 15))
        return put_decimal(out, shortest.digits, -shortest.exponent);
    while (end > text + 1 && end[-1] == '0')
        end--;
    *out++ = text[0];
    if (end > text + 1)
        *out++ = '.';
    out = put_bytes(out, text + 1, (size_t)(end - text - 1));
    *out++ = 'e';
    *out++ = exponent < 0 ? '-' : '+';
    return put_padded(out, (uint64_t)(exponent < 0 ? -exponent : exponent), 2);
}

/* Year, month and day of the proleptic Gregorian calendar. The day is counted in years that begin
 * in March, so that a leap day is a year's last, and in eras of 400 years, which repeat; method:
 * Hinnant, "chrono-compatible low-level date algorithms" (2013). Returns the year; 0 is 1 BC. */
static int64_t put_year_month_day(char **out, int64_t days) {
    enum { DAYS_TO_2000 = 730425, ERA_DAYS = 146097 }; /* from 0000-03-01 */
    int64_t since = days + DAYS_TO_2000;
    int64_t era = since / ERA_DAYS - (since % ERA_DAYS < 0);
    unsigned day = (unsigned)(since - era * ERA_DAYS);
    unsigned year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= year * 365 + year / 4 - year / 100;
    unsigned month = (5 * day + 2) / 153; /* 0: March */
    day -= (153 * month + 2) / 5;
    int64_t civil = era * 400 + year + (month >= 10);
    *out = put_padded(*out, (uint64_t)(civil > 0 ? civil : 1 - civil), 4);
    *(*out)++ = '-';
    *out = put_two(*out, month < 10 ? month + 3 : month - 9);
    *(*out)++ = '-';
    *out = put_two(*out, day + 1);
    return civil;
}

static char *put_date(char *out, int64_t days) {
    int64_t year = put_year_month_day(&out, days);
    return year > 0 ? out : put_text(out, " BC");
}

/* Hours of any width, minutes, seconds and the decimals that are not 0. */
static char *put_clock(char *out, uint64_t us) {
    unsigned decimals = (unsigned)(us % 1000000);
    uint64_t seconds = us / 1000000;
    out = put_padded(out, seconds / 3600, 2);
    *out++ = ':';
    out = put_two(out, (unsigned)(seconds / 60 % 60));
    *out++ = ':';
    out = put_two(out, (unsigned)(seconds % 60));
    if (decimals == 0)
        return out;
    *out++ = '.';
    out = put_padded(out, decimals, 6);
    while (out[-1] == '0')
        out--;
    return out;
}

/* With +00, which timestamp_in ignores and timestamptz_in needs, whatever the session's zone is. */
static char *put_timestamp(char *out, int64_t us) {
    int64_t days = us / PG_US_PER_DAY - (us % PG_US_PER_DAY < 0);
    int64_t year = put_year_month_day(&out, days);
    *out++ = ' ';
    out = put_clock(out, (uint64_t)(us - days * PG_US_PER_DAY));
    out = put_text(out, "+00");
    return year > 0 ? out : put_text(out, " BC");
}

/* With one part negative each part has its sign: IntervalStyle sql_standard would take a lone minus
 * in front for all of them. */
static char *put_interval(char *out, const struct value *value) {
    int64_t months = value->as.interval.months, days = value->as.interval.days;
    int64_t us = value->as.interval.microseconds;
    bool is_signed = months < 0 || days < 0 || us < 0;
    char *start = out;
    if (months != 0) {
        if (is_signed && months > 0)
            *out++ = '+';
        out = put_text(put_signed(out, months), months == 1 ? " mon " : " mons ");
    }
    if (days != 0) {
        if (is_signed && days > 0)
            *out++ = '+';
        out = put_text(put_signed(out, days), days == 1 ? " day " : " days ");
    }
    if (us == 0 && out > start)
        return out - 1; /* the blank */
    if (is_signed)
        *out++ = us < 0 ? '-' : '+';
    return put_clock(out, us < 0 ? 0 - (uint64_t)us : (uint64_t)us);
}

/* RFC 5952: the longest run of at least two zero groups is left out, the first of equals. */
static char *put_ipv6(char *out, const uint8_t *address) {
    unsigned groups[8];
    int gap_start = 8, gap_length = 1, run = 0;
    for (int i = 0; i < 8; i++) {
        groups[i] = (unsigned)address[2 * i] << 8 | address[2 * i + 1];
        run = groups[i] == 0 ? run + 1 : 0;
        if (run > gap_length) {
            gap_start = i + 1 - run;
            gap_length = run;
        }
    }
    for (int i = 0; i < 8; i++) {
        if (i == gap_start) {
            out = put_text(out, i == 0 ? "::" : ":");
            i += gap_length - 1;
            continue;
        }
        for (int shift = 12; shift >= 0; shift -= 4) {
            if (shift == 0 || groups[i] >> shift != 0)
                *out++ = hex_digits[groups[i] >> shift & 15];
        }
        if (i < 7)
            *out++ = ':';
    }
    return out;
}

static char *put_inet(char *out, const struct value *value, bool is_cidr) {
    struct pg_network net = pg_to_network(value, is_cidr);
    if (net.bytes == 16) {
        out = put_ipv6(out, net.address);
    } else {
        for (int i = 0; i < 4; i++) {
            out = put_unsigned(out, net.address[i]);
            if (i < 3)
                *out++ = '.';
        }
    }
    if (!is_cidr && net.prefix == net.bytes * 8)
        return out;
    *out++ = '/';
    return put_unsigned(out, net.prefix);
}

static char *put_uuid(char *out, const uint8_t *uuid) {
    static const uint8_t parts[] = {4, 2, 2, 2, 6};
    for (size_t i = 0; i < sizeof parts; i++) {
        if (i > 0)
            *out++ = '-';
        out = put_hex(out, uuid, parts[i]);
        uuid += parts[i];
    }
    return out;
}

/* Puts a quote before and after [start, end), where start[-1] is free, and a backslash before each
 * quote and backslash in it; from the end, because it grows in place. */
static char *quote_element(char *start, char *end) {
    size_t escapes = 0;
    for (const char *c = start; c < end; c++)
        escapes += *c == '"' || *c == '\\';
    char *to = end + escapes;
    start[-1] = '"';
    *to = '"';
    char *quoted_end = to + 1;
    while (to > end) {
        *--to = *--end;
        if (*to == '"' || *to == '\\')
            *--to = '\\';
    }
    return quoted_end;
}

static bool is_plain_element(enum pg_class class) {
    return class <= PG_NUMERIC || class == PG_UUID || class == PG_DATE || class == PG_TIME ||
           class == PG_INET;
}

static char *put_array(char *out, const struct pg_type *type, const struct value *value) {
    const struct value *elements = value->as.array.elements;
    *out++ = '{';
    for (uint32_t i = 0; i < value->as.array.count; i++) {
        if (i > 0)
            *out++ = ',';
        if (elements[i].kind == VALUE_NULL)
            out = put_text(out, "NULL");
        else if (is_plain_element(type->element->class) && elements[i].kind != VALUE_RAW)
            out = pg_write_text(type->element, &elements[i], out);
        else
            out = quote_element(out + 1, pg_write_text(type->element, &elements[i], out + 1));
    }
    *out++ = '}';
    return out;
}

/* What a text column gets of a value that is not text: what a cast to text would make of it. */
static char *put_as_text(char *out, const struct value *value) {
    switch (value->kind) {
    case VALUE_BOOL:
        return put_text(out, value->as.boolean ? "true" : "false");
    case VALUE_INT:
        return put_signed(out, value->as.integer);
    case VALUE_FLOAT:
        return put_float(out, value->as.real, false);
    case VALUE_DECIMAL:
        return put_number(out, pg_to_number(value, 0, 0));
    case VALUE_TEXT:
    case VALUE_JSON:
        return put_bytes(out, value->as.bytes.data, value->as.bytes.length);
    case VALUE_BYTES:
        return put_hex(put_text(out, "\\x"), (const uint8_t *)value->as.bytes.data,
                       value->as.bytes.length);
    case VALUE_UUID:
        return put_uuid(out, value->as.uuid);
    case VALUE_DATE:
        return put_date(out, pg_to_date(value));
    case VALUE_TIME:
        return put_clock(out, (uint64_t)pg_to_time(value));
    case VALUE_TIMESTAMP:
        return put_timestamp(out, pg_to_timestamp(value));
    case VALUE_INTERVAL:
        return put_interval(out, value);
    case VALUE_INET:
        return put_inet(out, value, false);
    case VALUE_NULL:
    case VALUE_ARRAY:
    case VALUE_RAW:
        break;
    }
    panic("value of kind %d written as text", (int)value->kind);
}

char *pg_write_text(const struct pg_type *type, const struct value *value, char *out) {
    if (value->kind == VALUE_RAW)
        return put_bytes(out, value->as.raw->text, value->as.raw->text_length);
    switch (type->class) {
    case PG_BOOL:
        *out = value->as.boolean ? 't' : 'f';
        return out + 1;
    case PG_INT2:
        return put_signed(out, pg_to_int(value, INT16_MIN, INT16_MAX));
    case PG_INT4:
        return put_signed(out, pg_to_int(value, INT32_MIN, INT32_MAX));
    case PG_INT8:
        return put_signed(out, pg_to_int(value, INT64_MIN, INT64_MAX));
    case PG_FLOAT4:
        return put_float(out, (double)pg_to_float4(value), true);
    case PG_FLOAT8:
        return put_float(out, pg_to_float8(value), false);
    case PG_NUMERIC:
        return put_number(out, pg_to_number(value, type->precision, type->scale));
    case PG_BYTEA:
        return put_hex(put_text(out, "\\x"), (const uint8_t *)value->as.bytes.data,
                       value->as.bytes.length);
    case PG_DATE:
        return put_date(out, pg_to_date(value));
    case PG_TIMESTAMP:
        return put_timestamp(out, pg_to_timestamp(value));
    case PG_INET:
        return put_inet(out, value, type->is_cidr);
    case PG_ARRAY:
        return put_array(out, type, value);
    case PG_TEXT:
    case PG_UUID:
    case PG_TIME:
    case PG_INTERVAL:
    case PG_JSON:
    case PG_JSONB:
    case PG_ENUM:
        return put_as_text(out, value);
    case PG_OTHER:
        break;
    }
    panic("value of kind %d written to type %s", (int)value->kind, type->name);
}
