/*
 * Values for type_agree: the edges of each type, and what is rounded or clamped on its way into
 * one.
 */
#ifndef PGWRITE_TESTS_PG_TYPE_SAMPLES_H
#define PGWRITE_TESTS_PG_TYPE_SAMPLES_H

#include <float.h>
#include <math.h>

#include "pg/type.h"

/* A type as SQL names it, its send function and its specifier in libpqtypes (NULL: it has none). */
struct type {
    const char *sql, *send, *spec;
    struct pg_type pg;
};

#define T(var, sql_name, send_name, spec_name, ...) \
    static const struct type var = {sql_name, send_name, spec_name, {.name = sql_name, __VA_ARGS__}}
T(t_bool, "bool", "boolsend", "%bool", .class = PG_BOOL, .oid = 16);
T(t_int2, "int2", "int2send", "%int2", .class = PG_INT2, .oid = 21);
T(t_int4, "int4", "int4send", "%int4", .class = PG_INT4, .oid = 23);
T(t_int8, "int8", "int8send", "%int8", .class = PG_INT8, .oid = 20);
T(t_float4, "float4", "float4send", "%float4", .class = PG_FLOAT4, .oid = 700);
T(t_float8, "float8", "float8send", "%float8", .class = PG_FLOAT8, .oid = 701);
T(t_numeric, "numeric", "numeric_send", "%numeric", .class = PG_NUMERIC, .oid = 1700);
T(t_numeric_10_2, "numeric(10,2)", "numeric_send", "%numeric", .class = PG_NUMERIC, .oid = 1700,
  .precision = 10, .scale = 2);
T(t_numeric_38_10, "numeric(38,10)", "numeric_send", "%numeric", .class = PG_NUMERIC, .oid = 1700,
  .precision = 38, .scale = 10);
T(t_text, "text", "textsend", "%text", .class = PG_TEXT, .oid = 25);
T(t_varchar, "varchar(20)", "varcharsend", "%varchar", .class = PG_TEXT, .oid = 1043, .length = 20);
T(t_bpchar, "bpchar(6)", "bpcharsend", "%bpchar", .class = PG_TEXT, .oid = 1042, .length = 6);
T(t_bytea, "bytea", "byteasend", "%bytea", .class = PG_BYTEA, .oid = 17);
T(t_uuid, "uuid", "uuid_send", "%uuid", .class = PG_UUID, .oid = 2950);
T(t_date, "date", "date_send", "%date", .class = PG_DATE, .oid = 1082);
T(t_time, "time", "time_send", "%time", .class = PG_TIME, .oid = 1083);
T(t_timestamp, "timestamp", "timestamp_send", "%timestamp", .class = PG_TIMESTAMP, .oid = 1114);
T(t_timestamptz, "timestamptz", "timestamptz_send", "%timestamptz", .class = PG_TIMESTAMP,
  .oid = 1184);
T(t_interval, "interval", "interval_send", "%interval", .class = PG_INTERVAL, .oid = 1186);
T(t_json, "json", "json_send", "%json", .class = PG_JSON, .oid = 114);
T(t_jsonb, "jsonb", "jsonb_send", "%jsonb", .class = PG_JSONB, .oid = 3802);
T(t_inet, "inet", "inet_send", "%inet", .class = PG_INET, .oid = 869);
T(t_cidr, "cidr", "cidr_send", "%cidr", .class = PG_INET, .oid = 650, .is_cidr = true);
T(t_enum, "pg_temp.pgwrite_mood", "enum_send", "%pgwrite_mood", .class = PG_ENUM);
#define ARRAY_OF(var, sql_name, element_type) \
    T(var, sql_name, "array_send", NULL, .class = PG_ARRAY, .element = &element_type.pg)
ARRAY_OF(t_bools, "bool[]", t_bool);
ARRAY_OF(t_int4s, "int4[]", t_int4);
ARRAY_OF(t_float8s, "float8[]", t_float8);
ARRAY_OF(t_numerics, "numeric[]", t_numeric);
ARRAY_OF(t_texts, "text[]", t_text);
ARRAY_OF(t_byteas, "bytea[]", t_bytea);
ARRAY_OF(t_uuids, "uuid[]", t_uuid);
ARRAY_OF(t_dates, "date[]", t_date);
ARRAY_OF(t_timestamptzs, "timestamptz[]", t_timestamptz);
ARRAY_OF(t_intervals, "interval[]", t_interval);
ARRAY_OF(t_jsonbs, "jsonb[]", t_jsonb);
ARRAY_OF(t_cidrs, "cidr[]", t_cidr);

#define BOOL(x) \
    { .kind = VALUE_BOOL, .as.boolean = (x) }
#define INT(x) \
    { .kind = VALUE_INT, .as.integer = (x) }
#define REAL(x) \
    { .kind = VALUE_FLOAT, .as.real = (x) }
#define DEC(x, s)                                        \
    {                                                    \
        .kind = VALUE_DECIMAL, .as.decimal = {(x), (s) } \
    }
#define STR(x)                                                \
    {                                                         \
        .kind = VALUE_TEXT, .as.bytes = {(x), sizeof(x) - 1 } \
    }
#define JSON(x)                                               \
    {                                                         \
        .kind = VALUE_JSON, .as.bytes = {(x), sizeof(x) - 1 } \
    }
#define BIN(x)                                                 \
    {                                                          \
        .kind = VALUE_BYTES, .as.bytes = {(x), sizeof(x) - 1 } \
    }
#define UUID(...)                                      \
    {                                                  \
        .kind = VALUE_UUID, .as.uuid = { __VA_ARGS__ } \
    }
#define DATE(x) \
    { .kind = VALUE_DATE, .as.integer = (x) }
#define TIME(x) \
    { .kind = VALUE_TIME, .as.integer = (x) }
#define STAMP(x) \
    { .kind = VALUE_TIMESTAMP, .as.integer = (x) }
#define SPAN(m, d, us)                                           \
    {                                                            \
        .kind = VALUE_INTERVAL, .as.interval = {(m), (d), (us) } \
    }
#define IP4(p, ...)                                                  \
    {                                                                \
        .kind = VALUE_INET, .as.inet = { {__VA_ARGS__}, (p), false } \
    }
#define IP6(p, ...)                                                 \
    {                                                               \
        .kind = VALUE_INET, .as.inet = { {__VA_ARGS__}, (p), true } \
    }
#define NONE \
    { .kind = VALUE_NULL }
#define LIST(...)                                                        \
    {                                                                    \
        .kind = VALUE_ARRAY, .as.array = {                               \
            (const struct value[]){__VA_ARGS__},                         \
            sizeof((struct value[]){__VA_ARGS__}) / sizeof(struct value) \
        }                                                                \
    }
#define EMPTY_LIST \
    { .kind = VALUE_ARRAY }

/* The text is the server's, with DateStyle ISO, TimeZone UTC and IntervalStyle postgres; NULL: not
 * told. */
static const struct sample {
    const struct type *type;
    struct value value;
    const char *text;
} samples[] = {
    {&t_bool, BOOL(true), "true"},
    {&t_bool, BOOL(false), "false"},
    {&t_int2, INT(0), "0"},
    {&t_int2, INT(-1), "-1"},
    {&t_int2, INT(32767), "32767"},
    {&t_int2, INT(-32768), "-32768"},
    {&t_int2, INT(32768), "32767"},
    {&t_int2, DEC(-25, 1), "-3"},
    {&t_int2, REAL(2.5), "2"},
    {&t_int4, INT(0), "0"},
    {&t_int4, INT(7), "7"},
    {&t_int4, INT(-100), "-100"},
    {&t_int4, INT(2147483647), "2147483647"},
    {&t_int4, INT(-2147483648), "-2147483648"},
    {&t_int4, INT(INT64_MIN), "-2147483648"},
    {&t_int4, REAL(1e300), "2147483647"},
    {&t_int4, DEC(99995, 1), "10000"},
    {&t_int8, INT(0), "0"},
    {&t_int8, INT(INT64_MAX), "9223372036854775807"},
    {&t_int8, INT(INT64_MIN), "-9223372036854775808"},
    {&t_int8, INT(1000000000000), "1000000000000"},
    {&t_int8, REAL(-0x1p62), "-4611686018427387904"},
    {&t_int8, DEC(INT64_MAX, 18), "9"},
    {&t_float4, REAL(0), "0"},
    {&t_float4, REAL(-0.0), "-0"},
    {&t_float4, REAL(0.1), "0.1"},
    {&t_float4, REAL(-1.5), "-1.5"},
    {&t_float4, REAL(1e39), "3.4028235e+38"},
    {&t_float4, REAL(1e-45), "1e-45"},
    {&t_float4, REAL(1.17549435e-38), "1.1754944e-38"},
    {&t_float4, REAL(16777216), "1.6777216e+07"},
    {&t_float4, REAL(999999), "999999"},
    {&t_float4, REAL(1e6), "1e+06"},
    {&t_float4, REAL(INFINITY), "Infinity"},
    {&t_float4, REAL(NAN), "NaN"},
    {&t_float4, DEC(50001, 2), "500.01"},
    {&t_float4, INT(123), "123"},
    {&t_float8, REAL(0), "0"},
    {&t_float8, REAL(-0.0), "-0"},
    {&t_float8, REAL(0.1), "0.1"},
    {&t_float8, REAL(0.1 + 0.2), "0.30000000000000004"},
    {&t_float8, REAL(-1.0 / 3), "-0.3333333333333333"},
    {&t_float8, REAL(DBL_MAX), "1.7976931348623157e+308"},
    {&t_float8, REAL(DBL_MIN), "2.2250738585072014e-308"},
    {&t_float8, REAL(5e-324), "5e-324"},
    {&t_float8, REAL(1e15), "1e+15"},
    {&t_float8, REAL(123456789012345), "123456789012345"},
    {&t_float8, REAL(0.0001), "0.0001"},
    {&t_float8, REAL(0.00001), "1e-05"},
    {&t_float8, REAL(9007199254740992), "9.007199254740992e+15"},
    {&t_float8, REAL(-INFINITY), "-Infinity"},
    {&t_float8, REAL(NAN), "NaN"},
    {&t_float8, INT(-42), "-42"},
    {&t_float8, DEC(12345, 2), "123.45"},
    {&t_numeric, INT(0), "0"},
    {&t_numeric, DEC(0, 3), "0.000"},
    {&t_numeric, INT(1), "1"},
    {&t_numeric, INT(-1), "-1"},
    {&t_numeric, INT(10000), "10000"},
    {&t_numeric, INT(99999999), "99999999"},
    {&t_numeric, DEC(5, 1), "0.5"},
    {&t_numeric, DEC(-1, 5), "-0.00001"},
    {&t_numeric, DEC(1, 18), "0.000000000000000001"},
    {&t_numeric, DEC(12345, 2), "123.45"},
    {&t_numeric, DEC(12345, 3), "12.345"},
    {&t_numeric, DEC(12345, 4), "1.2345"},
    {&t_numeric, DEC(100, 2), "1.00"},
    {&t_numeric, DEC(INT64_MAX, 18), "9.223372036854775807"},
    {&t_numeric, DEC(INT64_MIN, 0), "-9223372036854775808"},
    {&t_numeric, DEC(INT64_MIN, 9), "-9223372036.854775808"},
    {&t_numeric, REAL(0.1), "0.1"},
    {&t_numeric, REAL(2.0 / 3), "0.666666666666667"},
    {&t_numeric, REAL(-123.456), "-123.456"},
    {&t_numeric, REAL(1e20), "100000000000000000000"},
    {&t_numeric, REAL(1234567890123456), "1234567890123460"},
    {&t_numeric, REAL(1e-300), NULL},
    {&t_numeric, REAL(DBL_MAX), NULL},
    {&t_numeric, REAL(NAN), "NaN"},
    {&t_numeric_10_2, INT(5), "5.00"},
    {&t_numeric_10_2, DEC(1005, 3), "1.01"},
    {&t_numeric_10_2, DEC(-1004, 3), "-1.00"},
    {&t_numeric_10_2, DEC(9999999999, 2), "99999999.99"},
    {&t_numeric_10_2, DEC(99999999995, 3), "99999999.99"},
    {&t_numeric_10_2, INT(INT64_MIN), "-99999999.99"},
    {&t_numeric_10_2, REAL(INFINITY), "99999999.99"},
    {&t_numeric_10_2, REAL(123.456), "123.46"},
    {&t_numeric_38_10, INT(INT64_MAX), "9223372036854775807.0000000000"},
    {&t_numeric_38_10, REAL(1e40), "9999999999999999999000000000.0000000000"},
    {&t_text, STR(""), ""},
    {&t_text, STR("a"), "a"},
    {&t_text, STR("NULL"), "NULL"},
    {&t_text, STR("\\N"), "\\N"},
    {&t_text, STR("tab\t newline\n return\r \\."), "tab\t newline\n return\r \\."},
    {&t_text, STR("it's \"quoted\", {}"), "it's \"quoted\", {}"},
    {&t_text, STR("\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98"), "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x98"},
    {&t_text, STR("  blanks  "), "  blanks  "},
    {&t_text, BOOL(true), "true"},
    {&t_text, INT(-5), "-5"},
    {&t_text, DEC(150, 2), "1.50"},
    {&t_text, REAL(0.25), "0.25"},
    {&t_text, DATE(59), "2000-02-29"},
    {&t_text, STAMP(1), "2000-01-01 00:00:00.000001+00"},
    {&t_text, BIN("\x01\xff"), "\\x01ff"},
    {&t_varchar, STR(""), ""},
    {&t_varchar, STR("h\xc3\xa9llo"), "h\xc3\xa9llo"},
    {&t_varchar, STR("exactly twenty chars"), "exactly twenty chars"},
    {&t_bpchar, STR(""), ""},
    {&t_bpchar, STR("ab"), "ab"},
    {&t_bpchar, STR("abcdef"), "abcdef"},
    {&t_bytea, BIN(""), "\\x"},
    {&t_bytea, BIN("\0"), "\\x00"},
    {&t_bytea, BIN("\0\x01\x7f\x80\xff"), "\\x00017f80ff"},
    {&t_bytea, BIN("'\\\"\n"), "\\x275c220a"},
    {&t_bytea, STR("ab"), "\\x6162"},
    {&t_uuid, UUID(0), "00000000-0000-0000-0000-000000000000"},
    {&t_uuid, UUID(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16),
     "01020304-0506-0708-090a-0b0c0d0e0f10"},
    {&t_uuid, UUID(0xff, 0xee, 0xdd, 0xcc), "ffeeddcc-0000-0000-0000-000000000000"},
    {&t_date, DATE(0), "2000-01-01"},
    {&t_date, DATE(-1), "1999-12-31"},
    {&t_date, DATE(59), "2000-02-29"},
    {&t_date, DATE(-36466), "1900-02-28"},
    {&t_date, DATE(-36465), "1900-03-01"},
    {&t_date, DATE(-10957), "1970-01-01"},
    {&t_date, DATE(9862), "2027-01-01"},
    {&t_date, DATE(36584), "2100-03-01"},
    {&t_date, DATE(-730119), "0001-01-01"},
    {&t_date, DATE(-730120), "0001-12-31 BC"},
    {&t_date, DATE(2921939), "9999-12-31"},
    {&t_date, DATE(2921940), "10000-01-01"},
    {&t_date, DATE(INT64_MAX), "5874897-12-31"},
    {&t_date, DATE(INT64_MIN), "4714-11-24 BC"},
    {&t_date, STAMP(-1), "1999-12-31"},
    {&t_time, TIME(0), "00:00:00"},
    {&t_time, TIME(1), "00:00:00.000001"},
    {&t_time, TIME(86399999999), "23:59:59.999999"},
    {&t_time, TIME(86400000000), "24:00:00"},
    {&t_time, TIME(3723500000), "01:02:03.5"},
    {&t_timestamp, STAMP(0), "2000-01-01 00:00:00"},
    {&t_timestamp, STAMP(-1), "1999-12-31 23:59:59.999999"},
    {&t_timestamp, STAMP(5097600000001), "2000-02-29 00:00:00.000001"},
    {&t_timestamp, STAMP(-63082281600000000), "0001-01-01 00:00:00"},
    {&t_timestamp, STAMP(252455615999999999), "9999-12-31 23:59:59.999999"},
    {&t_timestamp, STAMP(INT64_MAX), "294276-12-31 23:59:59.999999"},
    {&t_timestamp, STAMP(INT64_MIN), "4714-11-24 00:00:00 BC"},
    {&t_timestamp, DATE(-1), "1999-12-31 00:00:00"},
    {&t_timestamp, DATE(INT64_MAX), "294276-12-31 00:00:00"},
    {&t_timestamptz, STAMP(0), "2000-01-01 00:00:00+00"},
    {&t_timestamptz, STAMP(-1), "1999-12-31 23:59:59.999999+00"},
    {&t_timestamptz, STAMP(836000000123456), "2026-06-28 22:13:20.123456+00"},
    {&t_timestamptz, STAMP(-63082281600000000), "0001-01-01 00:00:00+00"},
    {&t_timestamptz, STAMP(252455615999999999), "9999-12-31 23:59:59.999999+00"},
    {&t_timestamptz, DATE(9862), "2027-01-01 00:00:00+00"},
    {&t_interval, SPAN(0, 0, 0), "00:00:00"},
    {&t_interval, SPAN(1, 0, 0), "1 mon"},
    {&t_interval, SPAN(-14, 0, 0), "-1 years -2 mons"},
    {&t_interval, SPAN(14, 3, 3723500000), "1 year 2 mons 3 days 01:02:03.5"},
    {&t_interval, SPAN(-1, 2, -1), "-1 mons +2 days -00:00:00.000001"},
    {&t_interval, SPAN(1, -1, 1), "1 mon -1 days +00:00:00.000001"},
    {&t_interval, SPAN(-1, 2, 3000000), "-1 mons +2 days 00:00:03"},
    {&t_interval, SPAN(0, -1, 0), "-1 days"},
    {&t_interval, SPAN(0, 0, -3600000000), "-01:00:00"},
    {&t_interval, SPAN(0, 1, 86400000000), "1 day 24:00:00"},
    {&t_interval, SPAN(INT32_MAX, INT32_MAX, 7730941132799999999), NULL},
    {&t_interval, SPAN(-INT32_MAX, -INT32_MAX, -7730941132799999999), NULL},
    {&t_json, JSON("null"), "null"},
    {&t_json, JSON("{\"a\": [1, 2.50, \"x\\n\\u00e9\"]}"), "{\"a\": [1, 2.50, \"x\\n\\u00e9\"]}"},
    {&t_json, JSON(" [ ] "), " [ ] "},
    {&t_jsonb, JSON("null"), "null"},
    {&t_jsonb, JSON("{}"), "{}"},
    {&t_jsonb, JSON("\"\""), "\"\""},
    {&t_jsonb, JSON("{\"b\":1,\"a\":\"\xc3\xa9 it's\"}"), "{\"a\": \"\xc3\xa9 it's\", \"b\": 1}"},
    {&t_inet, IP4(32, 0), "0.0.0.0/32"},
    {&t_inet, IP4(32, 255, 255, 255, 255), "255.255.255.255/32"},
    {&t_inet, IP4(24, 192, 168, 1, 2), "192.168.1.2/24"},
    {&t_inet, IP4(0, 10), "10.0.0.0/0"},
    {&t_inet, IP6(128, 0), "::/128"},
    {&t_inet, IP6(128, [15] = 1), "::1/128"},
    {&t_inet, IP6(64, 0x20, 1, 0xd, 0xb8, [9] = 1, [15] = 1), "2001:db8::1:0:0:1/64"},
    {&t_inet, IP6(128, 0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1), "1:0:1:1:1:1:1:1/128"},
    {&t_inet, IP6(128, [10] = 255, [11] = 255, 1, 2, 3, 4), "::ffff:1.2.3.4/128"},
    {&t_cidr, IP4(32, 1, 2, 3, 4), "1.2.3.4/32"},
    {&t_cidr, IP4(12, 192, 255, 1, 2), "192.240.0.0/12"},
    {&t_cidr, IP4(0, 1), "0.0.0.0/0"},
    {&t_cidr, IP6(65, 0x20, 1, 0xd, 0xb8, [8] = 0x7f), "2001:db8::/65"},
    {&t_enum, STR("ok"), "ok"},
    {&t_enum, STR("it's \"so, so\""), "it's \"so, so\""},
    {&t_bools, LIST(BOOL(true), NONE, BOOL(false)), "{t,NULL,f}"},
    {&t_int4s, EMPTY_LIST, "{}"},
    {&t_int4s, LIST(INT(1)), "{1}"},
    {&t_int4s, LIST(NONE), "{NULL}"},
    {&t_int4s, LIST(INT(INT32_MIN), NONE, INT(INT32_MAX)), "{-2147483648,NULL,2147483647}"},
    {&t_float8s, LIST(REAL(0.1), REAL(NAN), REAL(-INFINITY)), "{0.1,NaN,-Infinity}"},
    {&t_numerics, LIST(DEC(0, 2), DEC(-5, 1), NONE), "{0.00,-0.5,NULL}"},
    {&t_texts, EMPTY_LIST, "{}"},
    {&t_texts, LIST(STR(""), STR("NULL"), NONE), "{\"\",\"NULL\",NULL}"},
    {&t_texts, LIST(STR("a b"), STR("{,}"), STR("\\ \"")), "{\"a b\",\"{,}\",\"\\\\ \\\"\"}"},
    {&t_texts, LIST(STR("\xc3\xa9"), STR("a\nb"), STR("'")), "{\xc3\xa9,\"a\nb\",'}"},
    {&t_byteas, LIST(BIN("\0\\"), BIN(""), NONE), "{\"\\\\x005c\",\"\\\\x\",NULL}"},
    {&t_uuids, LIST(UUID(1)), "{01000000-0000-0000-0000-000000000000}"},
    {&t_dates, LIST(DATE(59), DATE(-730119)), "{2000-02-29,0001-01-01}"},
    {&t_timestamptzs, LIST(STAMP(0), NONE), "{\"2000-01-01 00:00:00+00\",NULL}"},
    {&t_intervals, LIST(SPAN(-1, 2, 3000000)), "{\"-1 mons +2 days 00:00:03\"}"},
    {&t_jsonbs, LIST(JSON("{\"a\":[1,\"\\\"\"]}")), "{\"{\\\"a\\\": [1, \\\"\\\\\\\"\\\"]}\"}"},
    {&t_cidrs, LIST(IP4(8, 10, 1), IP6(128, [15] = 1)), "{10.0.0.0/8,::1/128}"},
};

#endif
