#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/rng.h"
#include "pg/convert.h"
#include "pg/type.h"

enum { ROOM = 4096, GUARD = 0x5a };

#define TYPE(...) (&(struct pg_type){.name = "test", __VA_ARGS__})
#define NUMERIC(p, s) TYPE(.class = PG_NUMERIC, .precision = (p), .scale = (s))

static struct value boolean(bool x) {
    return (struct value){.kind = VALUE_BOOL, .as.boolean = x};
}

static struct value integer(enum value_kind kind, int64_t x) {
    return (struct value){.kind = kind, .as.integer = x};
}

static struct value whole(int64_t x) {
    return integer(VALUE_INT, x);
}

static struct value real(double x) {
    return (struct value){.kind = VALUE_FLOAT, .as.real = x};
}

static struct value decimal(int64_t unscaled, int scale) {
    return (struct value){
        .kind = VALUE_DECIMAL, .as.decimal.unscaled = unscaled, .as.decimal.scale = scale};
}

static struct value bytes(enum value_kind kind, const char *data, size_t length) {
    return (struct value){.kind = kind, .as.bytes.data = data, .as.bytes.length = (uint32_t)length};
}

static struct value text(const char *data) {
    return bytes(VALUE_TEXT, data, strlen(data));
}

static struct value interval(int32_t months, int32_t days, int64_t us) {
    return (struct value){.kind = VALUE_INTERVAL,
                          .as.interval.months = months,
                          .as.interval.days = days,
                          .as.interval.microseconds = us};
}

static struct value inet(bool v6, int prefix, const char *address) {
    struct value out = {.kind = VALUE_INET, .as.inet.v6 = v6, .as.inet.prefix = (uint8_t)prefix};
    memcpy(out.as.inet.address, address, v6 ? 16 : 4);
    return out;
}

static struct value array(const struct value *elements, size_t count) {
    return (struct value){
        .kind = VALUE_ARRAY, .as.array.elements = elements, .as.array.count = (uint32_t)count};
}

/* The variable part of a value, as a generator would announce it. */
static size_t value_bytes(const struct value *value) {
    switch (value->kind) {
    case VALUE_TEXT:
    case VALUE_JSON:
    case VALUE_BYTES:
        return value->as.bytes.length;
    case VALUE_RAW:
        return value->as.raw->binary_length > value->as.raw->text_length
                   ? value->as.raw->binary_length
                   : value->as.raw->text_length;
    case VALUE_ARRAY: {
        size_t sum = value->as.array.count * sizeof(struct value);
        for (uint32_t i = 0; i < value->as.array.count; i++)
            sum += value_bytes(&value->as.array.elements[i]);
        return sum;
    }
    default:
        return 0;
    }
}

/* Both forms, each checked against the promised bound and for bytes written beyond their end. */
static size_t write_both(const struct pg_type *type, struct value value, uint8_t *binary,
                         char *written) {
    assert_true(pg_type_accepts(type, value.kind));
    size_t bytes_max = pg_type_max_bytes(type, value_bytes(&value));
    assert_true(bytes_max < ROOM);
    memset(binary, GUARD, ROOM);
    memset(written, GUARD, ROOM);
    size_t length = (size_t)(pg_write_binary(type, &value, binary) - binary);
    size_t text_length = (size_t)(pg_write_text(type, &value, written) - written);
    assert_in_range(length, 0, bytes_max);
    assert_in_range(text_length, 0, bytes_max);
    for (size_t i = bytes_max; i < ROOM; i++)
        assert_true(binary[i] == GUARD && written[i] == GUARD);
    written[text_length] = '\0';
    return length;
}

static void check_at(const struct pg_type *type, struct value value, const char *hex,
                     const char *expected, int line) {
    uint8_t binary[ROOM];
    char written[ROOM + 1], binary_hex[2 * ROOM + 1] = "";
    size_t length = write_both(type, value, binary, written);
    for (size_t i = 0; i < length; i++)
        sprintf(binary_hex + 2 * i, "%02x", binary[i]);
    if (hex != NULL && strcmp(binary_hex, hex) != 0)
        fail_msg("line %d: binary %s, expected %s", line, binary_hex, hex);
    if (expected != NULL && strcmp(written, expected) != 0)
        fail_msg("line %d: text %s, expected %s", line, written, expected);
}

#define check(type, value, hex, expected) check_at((type), (value), (hex), (expected), __LINE__)

static void test_class_of(void **state) {
    (void)state;
    assert_int_equal(pg_class_of("int4"), PG_INT4);
    assert_int_equal(pg_class_of("bpchar"), PG_TEXT);
    assert_int_equal(pg_class_of("timestamptz"), PG_TIMESTAMP);
    assert_int_equal(pg_class_of("cidr"), PG_INET);
    assert_int_equal(pg_class_of("timetz"), PG_OTHER);
    assert_int_equal(pg_class_of("_int4"), PG_OTHER);
    assert_int_equal(pg_class_of(""), PG_OTHER);
}

/* One row a class, one letter a kind in the order of the enum: 1 where it is accepted. */
static void test_accepts(void **state) {
    (void)state;
    static const char *const accepted[] = {
        [PG_BOOL] = "1100000000000001",      [PG_INT2] = "1011100000000001",
        [PG_INT4] = "1011100000000001",      [PG_INT8] = "1011100000000001",
        [PG_FLOAT4] = "1011100000000001",    [PG_FLOAT8] = "1011100000000001",
        [PG_NUMERIC] = "1011100000000001",   [PG_TEXT] = "1111111111111101",
        [PG_BYTEA] = "1000010100000001",     [PG_UUID] = "1000000010000001",
        [PG_DATE] = "1000000001010001",      [PG_TIME] = "1000000000100001",
        [PG_TIMESTAMP] = "1000000001010001", [PG_INTERVAL] = "1000000000001001",
        [PG_JSON] = "1000001000000001",      [PG_JSONB] = "1000001000000001",
        [PG_INET] = "1000000000000101",      [PG_ENUM] = "1000010000000001",
        [PG_ARRAY] = "1000000000000011",     [PG_OTHER] = "1000000000000001",
    };
    for (int class = PG_BOOL; class <= PG_OTHER; class ++) {
        const struct pg_type *type =
            TYPE(.class = (enum pg_class) class, .element = TYPE(.class = PG_INT4));
        for (int kind = VALUE_NULL; kind <= VALUE_RAW; kind++)
            if (pg_type_accepts(type, (enum value_kind)kind) != (accepted[class][kind] == '1'))
                fail_msg("class %d, kind %d", class, kind);
    }
    assert_false(
        pg_type_accepts(TYPE(.class = PG_ARRAY, .element = TYPE(.class = PG_OTHER)), VALUE_ARRAY));
}

static void test_integers(void **state) {
    (void)state;
    const struct pg_type *int2 = TYPE(.class = PG_INT2), *int4 = TYPE(.class = PG_INT4),
                         *int8 = TYPE(.class = PG_INT8);
    check(TYPE(.class = PG_BOOL), boolean(true), "01", "t");
    check(TYPE(.class = PG_BOOL), boolean(false), "00", "f");
    check(int2, whole(-2), "fffe", "-2");
    check(int4, whole(0x01020304), "01020304", "16909060");
    check(int8, whole(INT64_MIN), "8000000000000000", "-9223372036854775808");
    check(int8, whole(1234567890123456789), "112210f47de98115", "1234567890123456789");
    check(int8, whole(0), "0000000000000000", "0");
    /* Clamped, never wrapped. */
    check(int2, whole(32768), "7fff", "32767");
    check(int2, whole(-32769), "8000", "-32768");
    check(int4, whole(INT64_MIN), "80000000", "-2147483648");
    check(int4, real(INFINITY), "7fffffff", "2147483647");
    check(int8, real(1e300), "7fffffffffffffff", "9223372036854775807");
    check(int8, real(-1e300), "8000000000000000", "-9223372036854775808");
    check(int8, real(0x1p63), "7fffffffffffffff", "9223372036854775807");
    check(int4, real(NAN), "00000000", "0");
    /* float8 rounds half to even, numeric half away from zero, as the server's casts. */
    check(int4, real(2.5), "00000002", "2");
    check(int4, real(-3.5), "fffffffc", "-4");
    check(int4, decimal(25, 1), "00000003", "3");
    check(int4, decimal(-25, 1), "fffffffd", "-3");
    check(int4, decimal(-24, 1), "fffffffe", "-2");
    check(int8, decimal(INT64_MAX, 0), "7fffffffffffffff", "9223372036854775807");
    check(int8, decimal(INT64_MIN, 0), "8000000000000000", "-9223372036854775808");
    check(int8, decimal(INT64_MIN, 18), "fffffffffffffff7", "-9");
}

static void test_floats(void **state) {
    (void)state;
    const struct pg_type *float4 = TYPE(.class = PG_FLOAT4), *float8 = TYPE(.class = PG_FLOAT8);
    check(float4, real(1.5), "3fc00000", "1.5");
    check(float4, real(0.1), "3dcccccd", "0.1");
    check(float4, real(1e39), "7f7fffff", "3.4028235e+38");
    check(float4, real(-1e39), "ff7fffff", "-3.4028235e+38");
    check(float4, real(-INFINITY), "ff800000", "-Infinity");
    check(float4, real(1e-50), "00000000", "0");
    check(float4, real(1e-45), "00000001", NULL);
    check(float4, real(123456), "47f12000", "123456");
    check(float4, real(1234567), "4996b438", "1.234567e+06");
    check(float4, decimal(16777217, 0), "4b800000", "1.6777216e+07");
    check(float4, decimal(50001, 2), "43fa0148", "500.01");
    check(float8, real(0.1), "3fb999999999999a", "0.1");
    check(float8, real(-0.0), "8000000000000000", "-0");
    check(float8, real(1e15), "430c6bf526340000", "1e+15");
    check(float8, real(123456789012345), "42dc12218377de40", "123456789012345");
    check(float8, real(0.0001), "3f1a36e2eb1c432d", "0.0001");
    check(float8, real(0.00001234), "3ee9e0fcaf9380fc", "1.234e-05");
    check(float8, real(0.3), "3fd3333333333333", "0.3");
    check(float8, real(0.1 + 0.2), "3fd3333333333334", "0.30000000000000004");
    check(float8, real(9007199254740991), "433fffffffffffff", "9.007199254740991e+15");
    check(float8, real(DBL_MAX), "7fefffffffffffff", "1.7976931348623157e+308");
    check(float8, real(DBL_MIN), "0010000000000000", "2.2250738585072014e-308");
    check(float8, real(NAN), NULL, "NaN");
    check(float8, real(INFINITY), "7ff0000000000000", "Infinity");
    check(float8, whole(7), "401c000000000000", "7");
    check(float8, decimal(12345, 2), "405edccccccccccd", "123.45");
    /* 2^53 + 1 over ten: one rounding, not two. */
    check(float8, decimal(9007199254740993, 1), "430999999999999a", NULL);
}

/* Every text reads back as the float that it was made of, at any exponent. */
static void test_floats_read_back(void **state) {
    (void)state;
    struct rng rng = rng_at(1, 1);
    char written[ROOM];
    for (int i = 0; i < 40000; i++) {
        uint64_t bits = rng_next(&rng);
        double x;
        memcpy(&x, &bits, sizeof x);
        /* Every second one between 2^-10 and 2^53, where the exact method works. */
        if (i % 2 == 0)
            x = ldexp(rng_unit(&rng) + 0.5, (int)rng_below(&rng, 64) - 10);
        /* Powers of two, where the float below is nearer than the one above. */
        if (i < 200)
            x = ldexp(1, i - 100);
        if (!isfinite(x))
            continue;
        struct value value = real(x);
        *pg_write_text(TYPE(.class = PG_FLOAT8), &value, written) = '\0';
        if (strtod(written, NULL) != x)
            fail_msg("%s is not %.17g", written, x);
        float narrow = pg_to_float4(&value);
        *pg_write_text(TYPE(.class = PG_FLOAT4), &value, written) = '\0';
        if (strtof(written, NULL) != narrow)
            fail_msg("%s is not %.9g", written, (double)narrow);
    }
}

static void test_numeric(void **state) {
    (void)state;
    const struct pg_type *any = NUMERIC(0, 0);
    check(any, whole(0), "0000000000000000", "0");
    check(any, decimal(0, 3), "0000000000000003", "0.000");
    check(any, whole(1), "00010000000000000001", "1");
    check(any, whole(-10000), "00010001400000000001", "-10000");
    check(any, whole(12345678),
          "0002000100000000"
          "04d2162e",
          "12345678");
    check(any, decimal(12345, 2),
          "0002000000000002"
          "007b1194",
          "123.45");
    check(any, decimal(-5, 1),
          "0001ffff40000001"
          "1388",
          "-0.5");
    check(any, decimal(1, 5),
          "0001fffe00000005"
          "03e8",
          "0.00001");
    check(any, decimal(100, 2),
          "0001000000000002"
          "0001",
          "1.00");
    check(any, decimal(1, 18),
          "0001fffb00000012"
          "0064",
          "0.000000000000000001");
    check(any, decimal(INT64_MIN, 18),
          "0006000040000012"
          "000908b91c231ac61e4e0320",
          "-9.223372036854775808");
    check(any, whole(INT64_MIN), NULL, "-9223372036854775808");
    check(any, decimal(INT64_MAX, 18), NULL, "9.223372036854775807");
    check(any, real(0.1),
          "0001ffff00000001"
          "03e8",
          "0.1");
    check(any, real(0.1 + 0.2),
          "0001ffff00000001"
          "0bb8",
          "0.3");
    check(any, real(-1.0 / 3), NULL, "-0.333333333333333");
    check(any, real(1e20),
          "0001000500000000"
          "0001",
          "100000000000000000000");
    check(any, real(1234567890123456), NULL, "1234567890123460");
    check(any, real(1e-7),
          "0001fffe00000007"
          "000a",
          "0.0000001");
    check(any, real(NAN), "00000000c0000000", "NaN");
    check(any, real(-0.0), "0000000000000000", "0");
}

static void test_numeric_fits(void **state) {
    (void)state;
    check(NUMERIC(10, 2), whole(5),
          "0001000000000002"
          "0005",
          "5.00");
    check(NUMERIC(10, 2), decimal(1005, 3), NULL, "1.01");
    check(NUMERIC(10, 2), decimal(-1005, 3), NULL, "-1.01");
    check(NUMERIC(10, 2), decimal(-4, 3), "0000000000000002", "0.00");
    check(NUMERIC(4, 2), decimal(99994, 3), NULL, "99.99");
    /* Rounding alone takes it over the limit. */
    check(NUMERIC(4, 2), decimal(99995, 3),
          "0002000000000002"
          "006326ac",
          "99.99");
    check(NUMERIC(4, 2), whole(INT64_MIN), NULL, "-99.99");
    check(NUMERIC(4, 2), real(INFINITY), NULL, "99.99");
    check(NUMERIC(4, 2), real(-1e300), NULL, "-99.99");
    check(NUMERIC(3, -2), whole(1250), NULL, "1300");
    check(NUMERIC(3, -2), whole(99950), NULL, "99900");
    check(NUMERIC(3, -2), whole(49), "0000000000000000", "0");
    check(NUMERIC(2, 4), decimal(123, 4), NULL, "0.0099");
    check(NUMERIC(2, 4), decimal(12, 4),
          "0001ffff00000004"
          "000c",
          "0.0012");
    check(NUMERIC(20, 0), real(1e30), NULL, "99999999999999999990");
    check(NUMERIC(38, 10), whole(INT64_MAX), NULL, "9223372036854775807.0000000000");
    check(NUMERIC(30, 25), decimal(1, 18), NULL, "0.0000000000000000010000000");
    check(NUMERIC(1000, 0), real(DBL_MAX), NULL, NULL);
    check(NUMERIC(1000, 1000), whole(1), NULL, NULL);
    check(NUMERIC(1000, -1000), real(1e300), NULL, "0");
    check(NUMERIC(0, 0), real(DBL_MAX), NULL, NULL);
    check(NUMERIC(0, 0), real(5e-324), NULL, NULL);
}

static void test_bytes(void **state) {
    (void)state;
    const struct pg_type *as_text = TYPE(.class = PG_TEXT), *bytea = TYPE(.class = PG_BYTEA);
    check(as_text, text(""), "", "");
    check(as_text, text("h\xc3\xa9"), "68c3a9", "h\xc3\xa9");
    check(as_text, bytes(VALUE_TEXT, NULL, 0), "", "");
    check(TYPE(.class = PG_TEXT, .length = 5), text("ab"), "6162", "ab");
    check(bytea, bytes(VALUE_BYTES, "\0\xff\n", 3), "00ff0a", "\\x00ff0a");
    check(bytea, text("ab"), "6162", "\\x6162");
    check(bytea, bytes(VALUE_BYTES, NULL, 0), "", "\\x");
    check(TYPE(.class = PG_ENUM), text("ok"), "6f6b", "ok");
    check(TYPE(.class = PG_JSON), bytes(VALUE_JSON, "{}", 2), "7b7d", "{}");
    check(TYPE(.class = PG_JSONB), bytes(VALUE_JSON, "{}", 2), "017b7d", "{}");
    struct raw_value server = {"\1\2", 2, "(1,2)", 5};
    struct value raw = {.kind = VALUE_RAW, .as.raw = &server};
    check(TYPE(.class = PG_OTHER), raw, "0102", "(1,2)");
    check(TYPE(.class = PG_INT4), raw, "0102", "(1,2)");
    struct value uuid = {.kind = VALUE_UUID};
    memcpy(uuid.as.uuid, "\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10", 16);
    check(TYPE(.class = PG_UUID), uuid, "0123456789abcdeffedcba9876543210",
          "01234567-89ab-cdef-fedc-ba9876543210");
    /* A text column gets the text that a cast would make. */
    check(as_text, boolean(true), "74727565", "true");
    check(as_text, whole(-10), "2d3130", "-10");
    check(as_text, real(0.5), "302e35", "0.5");
    check(as_text, decimal(150, 2), "312e3530", "1.50");
    check(as_text, bytes(VALUE_BYTES, "\xab", 1), "5c786162", "\\xab");
    check(as_text, uuid, NULL, "01234567-89ab-cdef-fedc-ba9876543210");
    check(as_text, integer(VALUE_DATE, 0), NULL, "2000-01-01");
    check(as_text, integer(VALUE_TIME, 1), NULL, "00:00:00.000001");
    check(as_text, integer(VALUE_TIMESTAMP, 0), NULL, "2000-01-01 00:00:00+00");
    check(as_text, interval(1, 0, 0), NULL, "1 mon");
    check(as_text, inet(false, 32, "\1\2\3\4"), NULL, "1.2.3.4");
}

/* Each byte of a bytea's text takes two characters. */
static void test_bytes_bound(void **state) {
    (void)state;
    static const char many[500];
    check(TYPE(.class = PG_BYTEA), bytes(VALUE_BYTES, many, sizeof many), NULL, NULL);
    check(TYPE(.class = PG_TEXT), bytes(VALUE_BYTES, many, sizeof many), NULL, NULL);
}

static void test_times(void **state) {
    (void)state;
    const struct pg_type *date = TYPE(.class = PG_DATE), *stamp = TYPE(.class = PG_TIMESTAMP),
                         *clock = TYPE(.class = PG_TIME), *span = TYPE(.class = PG_INTERVAL);
    check(date, integer(VALUE_DATE, 0), "00000000", "2000-01-01");
    check(date, integer(VALUE_DATE, 59), "0000003b", "2000-02-29");
    check(date, integer(VALUE_DATE, -1), "ffffffff", "1999-12-31");
    check(date, integer(VALUE_DATE, -36466), NULL, "1900-02-28");
    check(date, integer(VALUE_DATE, -36465), NULL, "1900-03-01");
    check(date, integer(VALUE_DATE, -730119), "fff4dbf9", "0001-01-01");
    check(date, integer(VALUE_DATE, -730120), NULL, "0001-12-31 BC");
    check(date, integer(VALUE_DATE, 2921939), "002c95d3", "9999-12-31");
    check(date, integer(VALUE_DATE, INT64_MIN), "ffda97a7", "4714-11-24 BC");
    check(date, integer(VALUE_DATE, INT64_MAX), "7fda970c", "5874897-12-31");
    check(date, integer(VALUE_TIMESTAMP, -1), "ffffffff", "1999-12-31");
    check(date, integer(VALUE_TIMESTAMP, PG_US_PER_DAY), "00000001", "2000-01-02");
    check(clock, integer(VALUE_TIME, 0), "0000000000000000", "00:00:00");
    check(clock, integer(VALUE_TIME, 86399999999), "000000141dd75fff", "23:59:59.999999");
    check(clock, integer(VALUE_TIME, INT64_MAX), "000000141dd76000", "24:00:00");
    check(clock, integer(VALUE_TIME, -1), "0000000000000000", "00:00:00");
    check(clock, integer(VALUE_TIME, 3723500000), NULL, "01:02:03.5");
    check(stamp, integer(VALUE_TIMESTAMP, 0), "0000000000000000", "2000-01-01 00:00:00+00");
    check(stamp, integer(VALUE_TIMESTAMP, -1), "ffffffffffffffff", "1999-12-31 23:59:59.999999+00");
    check(stamp, integer(VALUE_DATE, -1), NULL, "1999-12-31 00:00:00+00");
    check(stamp, integer(VALUE_DATE, INT64_MAX), NULL, "294276-12-31 00:00:00+00");
    check(stamp, integer(VALUE_TIMESTAMP, INT64_MAX), NULL, "294276-12-31 23:59:59.999999+00");
    check(stamp, integer(VALUE_TIMESTAMP, INT64_MIN), NULL, "4714-11-24 00:00:00+00 BC");
    check(span, interval(14, 3, 3723500000),
          "00000000ddf019e0"
          "00000003"
          "0000000e",
          "14 mons 3 days 01:02:03.5");
    check(span, interval(0, 0, 0), NULL, "00:00:00");
    check(span, interval(-1, 0, 0), NULL, "-1 mons");
    check(span, interval(-1, 2, 0), NULL, "-1 mons +2 days");
    check(span, interval(1, 1, -1000000),
          "fffffffffff0bdc0"
          "00000001"
          "00000001",
          "+1 mon +1 day -00:00:01");
    check(span, interval(INT32_MIN, INT32_MIN, INT64_MIN), NULL,
          "-2147483648 mons -2147483648 days -2562047788:00:54.775808");
}

/* The calendar of the text form against the C library's, a day in every 97 of years 1 to 9999. */
static void test_calendar(void **state) {
    (void)state;
    char written[ROOM], expected[64];
    for (int64_t day = -730119; day <= 2921939; day += 97) {
        struct value value = integer(VALUE_DATE, day);
        *pg_write_text(TYPE(.class = PG_DATE), &value, written) = '\0';
        time_t seconds = (time_t)((day + 10957) * 86400);
        struct tm tm;
        gmtime_r(&seconds, &tm);
        sprintf(expected, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
        assert_string_equal(written, expected);
    }
}

static void test_networks(void **state) {
    (void)state;
    const struct pg_type *host = TYPE(.class = PG_INET),
                         *net = TYPE(.class = PG_INET, .is_cidr = true);
    const char v6[] = "\x20\x01\x0d\xb8\0\0\0\0\0\1\0\0\0\0\0\1";
    check(host, inet(false, 32, "\xc0\xa8\1\2"), "02200004c0a80102", "192.168.1.2");
    check(host, inet(false, 24, "\xc0\xa8\1\2"), "02180004c0a80102", "192.168.1.2/24");
    check(host, inet(false, 99, "\xc0\xa8\1\2"), "02200004c0a80102", "192.168.1.2");
    check(host, inet(true, 128, v6),
          "03800010"
          "20010db8000000000001000000000001",
          "2001:db8::1:0:0:1");
    /* A cidr keeps no bits beyond its prefix, or the server would refuse it. */
    check(net, inet(false, 12, "\xc0\xff\1\2"), "020c0104c0f00000", "192.240.0.0/12");
    check(net, inet(false, 32, "\1\2\3\4"), "0220010401020304", "1.2.3.4/32");
    check(net, inet(false, 0, "\1\2\3\4"), "0200010400000000", "0.0.0.0/0");
    check(net, inet(true, 65, v6), "0341011020010db8000000000000000000000000", "2001:db8::/65");
    check(host, inet(true, 128, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), NULL, "::");
    check(host, inet(true, 128, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1"), NULL, "::1");
    check(host, inet(true, 64, "\0\1\0\0\0\1\0\1\0\1\0\1\0\1\0\1"), NULL, "1:0:1:1:1:1:1:1/64");
}

static void test_arrays(void **state) {
    (void)state;
    const struct pg_type *ints =
        TYPE(.class = PG_ARRAY, .element = TYPE(.class = PG_INT4, .oid = 23));
    const struct pg_type *texts =
        TYPE(.class = PG_ARRAY, .element = TYPE(.class = PG_TEXT, .oid = 25));
    struct value null = {.kind = VALUE_NULL};
    check(ints, array(NULL, 0), "000000000000000000000017", "{}");
    struct value some[] = {whole(1), null, whole(-1)};
    check(ints, array(some, 1),
          "00000001"
          "00000000"
          "00000017"
          "00000001"
          "00000001"
          "00000004"
          "00000001",
          "{1}");
    check(ints, array(some, 3),
          "00000001"
          "00000001"
          "00000017"
          "00000003"
          "00000001"
          "00000004"
          "00000001"
          "ffffffff"
          "00000004"
          "ffffffff",
          "{1,NULL,-1}");
    struct value words[] = {text(""), text("NULL"), text("a\"b\\c"), text("{,}"), text("\"\\\"")};
    check(texts, array(words, 5), NULL, "{\"\",\"NULL\",\"a\\\"b\\\\c\",\"{,}\",\"\\\"\\\\\\\"\"}");
    check(texts, array(words, 1),
          "00000001"
          "00000000"
          "00000019"
          "00000001"
          "00000001"
          "00000000",
          "{\"\"}");
    const struct pg_type *byteas = TYPE(.class = PG_ARRAY, .element = TYPE(.class = PG_BYTEA));
    struct value byte[] = {bytes(VALUE_BYTES, "\xab", 1)};
    check(byteas, array(byte, 1), NULL, "{\"\\\\xab\"}");
    /* The bound holds where every element is as long as it can be. */
    struct value longest[] = {interval(INT32_MIN, INT32_MIN, INT64_MIN), null, null};
    longest[1] = longest[2] = longest[0];
    check(TYPE(.class = PG_ARRAY, .element = TYPE(.class = PG_INTERVAL)), array(longest, 3), NULL,
          NULL);
    struct value big[] = {real(-DBL_MAX), real(-DBL_MAX), real(-DBL_MAX)};
    check(TYPE(.class = PG_ARRAY, .element = NUMERIC(0, 0)), array(big, 3), NULL, NULL);
    struct value quotes[] = {
        text("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"")};
    check(texts, array(quotes, 1), NULL, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_class_of),         cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_integers),         cmocka_unit_test(test_floats),
        cmocka_unit_test(test_floats_read_back), cmocka_unit_test(test_numeric),
        cmocka_unit_test(test_numeric_fits),     cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_bytes_bound),      cmocka_unit_test(test_times),
        cmocka_unit_test(test_calendar),         cmocka_unit_test(test_networks),
        cmocka_unit_test(test_arrays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
