#include "row/format.h"

#include <stdbool.h>
#include <string.h>

static const char two_digits[] = "00010203040506070809101112131415161718192021222324"
                                 "25262728293031323334353637383940414243444546474849"
                                 "50515253545556575859606162636465666768697071727374"
                                 "75767778798081828384858687888990919293949596979899";
static const char hex_digits[] = "0123456789abcdef";

char *format_uint(char *out, uint64_t value) {
    char digits[FORMAT_INT_MAX];
    char *start = digits + sizeof(digits);
    while (value >= 100) {
        start -= 2;
        memcpy(start, two_digits + 2 * (value % 100), 2);
        value /= 100;
    }
    if (value >= 10) {
        start -= 2;
        memcpy(start, two_digits + 2 * value, 2);
    } else {
        *--start = (char)('0' + value);
    }
    size_t length = (size_t)(digits + sizeof(digits) - start);
    memcpy(out, start, length);
    return out + length;
}

char *format_int(char *out, int64_t value) {
    if (value >= 0)
        return format_uint(out, (uint64_t)value);
    *out++ = '-';
    return format_uint(out, 0 - (uint64_t)value);
}

/* Exactly count digits, with leading zeros. */
static char *format_padded(char *out, uint64_t value, int count) {
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

char *format_decimal(char *out, int64_t unscaled, int scale) {
    uint64_t magnitude = unscaled < 0 ? 0 - (uint64_t)unscaled : (uint64_t)unscaled;
    uint64_t power = 1;
    for (int i = 0; i < scale; i++)
        power *= 10;
    if (unscaled < 0)
        *out++ = '-';
    out = format_uint(out, magnitude / power);
    if (scale > 0) {
        *out++ = '.';
        out = format_padded(out, magnitude % power, scale);
    }
    return out;
}

char *format_uuid(char *out, const uint8_t uuid[16]) {
    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = hex_digits[uuid[i] >> 4];
        *out++ = hex_digits[uuid[i] & 15];
    }
    return out;
}

/*
 * Days are counted from 0000-03-01, so that the leap day ends a year: then month m (0 = March)
 * begins at day (153 m + 2) / 5 of its year, and 400 years have 146,097 days. Source: H. Hinnant,
 * "chrono-Compatible Low-Level Date Algorithms", 2013.
 */
#define DAYS_TO_2000 730425 /* from 0000-03-01 */
#define DAYS_OF_400_YEARS 146097

int64_t calendar_days(int year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1;
    int64_t m = month > 2 ? month - 3 : month + 9;
    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_TO_2000;
}

int calendar_month_days(int year, int month) {
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if (month == 2)
        return leap ? 29 : 28;
    return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

char *format_date(char *out, int64_t days) {
    uint32_t since_march_0 = (uint32_t)(days + DAYS_TO_2000);
    uint32_t era = since_march_0 / DAYS_OF_400_YEARS;
    uint32_t day = since_march_0 % DAYS_OF_400_YEARS;
    uint32_t year = (day - day / 1460 + day / 36524 - day / (DAYS_OF_400_YEARS - 1)) / 365;
    day -= 365 * year + year / 4 - year / 100;
    uint32_t month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += era * 400 + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;
    out = format_padded(out, year, 4);
    *out++ = '-';
    memcpy(out, two_digits + 2 * month, 2);
    out[2] = '-';
    memcpy(out + 3, two_digits + 2 * (day + 1), 2);
    return out + 5;
}

char *format_timestamp(char *out, int64_t us) {
    int64_t days = us / DAY_US - (us % DAY_US < 0);
    uint64_t of_day = (uint64_t)(us - days * DAY_US);
    uint32_t seconds = (uint32_t)(of_day / 1000000);
    out = format_date(out, days);
    *out++ = 'T';
    memcpy(out, two_digits + 2 * (seconds / 3600), 2);
    out[2] = ':';
    memcpy(out + 3, two_digits + 2 * (seconds / 60 % 60), 2);
    out[5] = ':';
    memcpy(out + 6, two_digits + 2 * (seconds % 60), 2);
    out[8] = '.';
    out = format_padded(out + 9, of_day % 1000000, 6);
    *out++ = 'Z';
    return out;
}
