/*
 * Values as text, without printf, for draws; and the calendar under it. Each writer returns the end
 * of what it wrote and adds no NUL.
 */
#ifndef PGWRITE_ROW_FORMAT_H
#define PGWRITE_ROW_FORMAT_H

#include <stdint.h>

/* Room that a writer needs. */
#define FORMAT_INT_MAX 20
#define FORMAT_DECIMAL_MAX 22
#define FORMAT_UUID_MAX 36
#define FORMAT_DATE_MAX 10
#define FORMAT_TIMESTAMP_MAX 27

#define DAY_US 86400000000ll

char *format_uint(char *out, uint64_t value);
char *format_int(char *out, int64_t value);
char *format_decimal(char *out, int64_t unscaled, int scale); /* scale 0..18 */
char *format_uuid(char *out, const uint8_t uuid[16]);
char *format_date(char *out, int64_t days);    /* since 2000-01-01; years 1 to 9999 */
char *format_timestamp(char *out, int64_t us); /* ISO 8601, UTC: 2026-01-31T08:00:00.000000Z */

/* Proleptic Gregorian calendar, as PostgreSQL's, for years 1 to 9999: days since 2000-01-01. */
int64_t calendar_days(int year, int month, int day);
int calendar_month_days(int year, int month); /* 28..31 */

#endif
