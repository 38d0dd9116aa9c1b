/*
 * What a value becomes on its way into a type: rounded as PostgreSQL's casts round and clamped to
 * what the type holds, so that both forms of a field say the same and the server never refuses one.
 *
 * Every function here takes only the kinds that pg_type_accepts() allows for the type; another kind
 * is a fault of the program and ends it.
 */
#ifndef PGWRITE_PG_CONVERT_H
#define PGWRITE_PG_CONVERT_H

#include "pg/type.h"

#define PG_US_PER_DAY 86400000000ll

/* What date_recv and timestamp_recv take (src/include/datatype/timestamp.h), without the
 * infinities: from Julian day 0 (24 November 4714 BC) on. */
#define PG_DATE_DAYS_MIN (-2451545)
#define PG_DATE_DAYS_MAX 2145031948
#define PG_TIMESTAMP_US_MIN (-211813488000000000ll)
#define PG_TIMESTAMP_US_MAX 9223371331199999999ll

/* digits × 10^-scale. Zero is never negative. */
struct pg_number {
    uint64_t digits;
    int scale;         /* may be negative */
    int display_scale; /* decimals to show: max(0, scale) or more */
    bool negative, nan;
};

/* 10^0 … 10^19. */
extern const uint64_t pg_pow10[20];

/* Of INT, FLOAT (rounded half to even), DECIMAL (half away from zero); NaN becomes 0. */
int64_t pg_to_int(const struct value *value, int64_t min, int64_t max);

/* Nearest; infinities stay, a finite value beyond FLT_MAX is clamped to it. */
double pg_to_float8(const struct value *value);
float pg_to_float4(const struct value *value);

/*
 * A number that fits numeric(precision, scale); precision 0: anything fits. Rounded half away from
 * zero. A FLOAT is taken with 15 significant digits, as PostgreSQL's cast does, an infinity as the
 * largest double (PostgreSQL 13 has no infinite numeric). What is too large becomes the largest
 * that fits, of which only the first 19 digits are nines.
 */
struct pg_number pg_to_number(const struct value *value, int precision, int scale);

int32_t pg_to_date(const struct value *value); /* days since 2000-01-01 */
int64_t pg_to_time(const struct value *value); /* microseconds since midnight, 24:00 included */
int64_t pg_to_timestamp(const struct value *value); /* microseconds since 2000-01-01 */

/* An address without the bits to the right of its prefix, and the prefix at most the address's
 * bits. */
struct pg_network {
    uint8_t address[16];
    uint8_t prefix, bytes; /* bytes: 4 or 16 */
};
struct pg_network pg_to_network(const struct value *value, bool is_cidr);

/*
 * The shortest digits that read back as the same float8 (or float4 if single): x = digits ×
 * 10^exponent. x is finite and > 0. Method: the free-format algorithm of Steele and White ("How to
 * print floating-point numbers accurately", PLDI 1990) in 128-bit integers, exact for float8
 * between 3e-21 and 2^53 and float4 below 2^24, which is where data lives; beyond, the fewest
 * digits (from 15 or 6 on) of printf that strtod reads back.
 */
struct pg_digits {
    uint64_t digits;
    int exponent;
};
struct pg_digits pg_shortest_digits(double x, bool single);

#endif
