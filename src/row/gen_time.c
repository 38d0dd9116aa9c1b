/* timestamp, date, time, interval, now. */
#include <time.h>

#include "row/args.h"
#include "row/format.h"
#include "row/generator_list.h"

#define UNIX_TO_2000_S 946684800

/* Any of them: an integer of a unit that its kind gives it. */
struct time_range {
    int64_t min, max;
    int64_t step; /* > 0: an ascending series, no dist */
    struct dist dist;
};

#define DATE_MIN_DEFAULT "2025-01-01"
#define DATE_MAX_DEFAULT "2025-12-31"

static void range_init(struct time_range *spec, const struct args_dist *dist) {
    dist_init(&spec->dist, dist->kind, dist->skew, (uint64_t)(spec->max - spec->min));
}

static int64_t range_draw(const struct time_range *spec, struct draw *draw) {
    return (int64_t)((uint64_t)spec->min + dist_index(&spec->dist, &draw->rng));
}

/* timestamp */

static bool series_compile(const struct generator_args *args, struct time_range *spec,
                           struct error *error) {
    static const char *const excluded[] = {"max", "dist", "skew"};
    for (size_t i = 0; i < sizeof(excluded) / sizeof(excluded[0]); i++) {
        const struct generator_arg *arg = args_find(args, excluded[i]);
        if (arg == NULL)
            continue;
        args_error(args, arg, error, "%s: an ascending series has min and step alone", arg->key);
        return error_hint(error, "leave out either %s or step", arg->key);
    }
    if (!args_duration_us(args, "step", "1s", &spec->step, error))
        return false;
    if (spec->step == 0) {
        args_error(args, args_find(args, "step"), error, "step: it is below a microsecond");
        return error_hint(error, "for example step: 100ms");
    }
    spec->max = calendar_days(9999, 12, 31) * DAY_US;
    return true;
}

static bool timestamp_compile(const struct generator_args *args, struct arena *arena, void **out,
                              struct error *error) {
    struct time_range *spec = *out = ARENA_NEW(arena, struct time_range);
    struct args_dist dist;
    if (!args_timestamp(args, "min", DATE_MIN_DEFAULT, &spec->min, error))
        return false;
    if (args_find(args, "step") != NULL)
        return series_compile(args, spec, error);
    if (!args_timestamp(args, "max", DATE_MAX_DEFAULT, &spec->max, error) ||
        !args_ordered(args, spec->min <= spec->max, DATE_MIN_DEFAULT, DATE_MAX_DEFAULT, error) ||
        !args_dist(args, &dist, error))
        return false;
    range_init(spec, &dist);
    return true;
}

static void timestamp_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct time_range *spec = opaque;
    value->kind = VALUE_TIMESTAMP;
    if (spec->step == 0) {
        value->as.integer = range_draw(spec, draw);
        return;
    }
    unsigned __int128 ahead = (unsigned __int128)draw->row * (uint64_t)spec->step;
    uint64_t room = (uint64_t)(spec->max - spec->min);
    value->as.integer = ahead < room ? spec->min + (int64_t)ahead : spec->max;
}

static enum value_kind kind_timestamp(const void *spec) {
    (void)spec;
    return VALUE_TIMESTAMP;
}

const struct generator generator_timestamp = {
    .name = "timestamp",
    .summary = "points in time of a range, or an ascending series",
    .params =
        (const struct generator_param[]){
            {"min", "YYYY-MM-DD [HH:MM:SS] in UTC, a date alone is its midnight; "
                    "default " DATE_MIN_DEFAULT},
            {"max", "as min; default " DATE_MAX_DEFAULT},
            {"step",
             "time from row to row (100ms, 5s): a series from min on, instead of max and dist; "
             "it stays at 9999-12-31"},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = timestamp_compile,
    .draw = timestamp_draw,
    .kind = kind_timestamp,
};

/* date */

static bool date_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    struct time_range *spec = *out = ARENA_NEW(arena, struct time_range);
    struct args_dist dist;
    int64_t min_us, max_us;
    if (!args_timestamp(args, "min", DATE_MIN_DEFAULT, &min_us, error) ||
        !args_timestamp(args, "max", DATE_MAX_DEFAULT, &max_us, error) ||
        !args_ordered(args, min_us <= max_us, DATE_MIN_DEFAULT, DATE_MAX_DEFAULT, error) ||
        !args_dist(args, &dist, error))
        return false;
    spec->min = min_us / DAY_US - (min_us % DAY_US < 0); /* the day it is in, also before 2000 */
    spec->max = max_us / DAY_US - (max_us % DAY_US < 0);
    range_init(spec, &dist);
    return true;
}

static void date_draw(const void *opaque, struct draw *draw, struct value *value) {
    value->kind = VALUE_DATE;
    value->as.integer = range_draw(opaque, draw);
}

static enum value_kind kind_date(const void *spec) {
    (void)spec;
    return VALUE_DATE;
}

const struct generator generator_date = {
    .name = "date",
    .summary = "days of a range",
    .params =
        (const struct generator_param[]){
            {"min", "YYYY-MM-DD; default " DATE_MIN_DEFAULT},
            {"max", "YYYY-MM-DD; default " DATE_MAX_DEFAULT},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = date_compile,
    .draw = date_draw,
    .kind = kind_date,
};

/* time */

#define TIME_MIN_DEFAULT "00:00:00"
#define TIME_MAX_DEFAULT "23:59:59.999999"

static bool time_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    struct time_range *spec = *out = ARENA_NEW(arena, struct time_range);
    struct args_dist dist;
    if (!args_time(args, "min", TIME_MIN_DEFAULT, &spec->min, error) ||
        !args_time(args, "max", TIME_MAX_DEFAULT, &spec->max, error) ||
        !args_ordered(args, spec->min <= spec->max, TIME_MIN_DEFAULT, TIME_MAX_DEFAULT, error) ||
        !args_dist(args, &dist, error))
        return false;
    range_init(spec, &dist);
    return true;
}

static void time_draw(const void *opaque, struct draw *draw, struct value *value) {
    value->kind = VALUE_TIME;
    value->as.integer = range_draw(opaque, draw);
}

static enum value_kind kind_time(const void *spec) {
    (void)spec;
    return VALUE_TIME;
}

const struct generator generator_time = {
    .name = "time",
    .summary = "times of day",
    .params =
        (const struct generator_param[]){
            {"min", "HH:MM[:SS]; default " TIME_MIN_DEFAULT},
            {"max", "HH:MM[:SS]; default " TIME_MAX_DEFAULT},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = time_compile,
    .draw = time_draw,
    .kind = kind_time,
};

/* interval */

#define INTERVAL_MIN_DEFAULT "0"
#define INTERVAL_MAX_DEFAULT "24h"

static bool interval_compile(const struct generator_args *args, struct arena *arena, void **out,
                             struct error *error) {
    struct time_range *spec = *out = ARENA_NEW(arena, struct time_range);
    struct args_dist dist;
    if (!args_duration_us(args, "min", INTERVAL_MIN_DEFAULT, &spec->min, error) ||
        !args_duration_us(args, "max", INTERVAL_MAX_DEFAULT, &spec->max, error) ||
        !args_ordered(args, spec->min <= spec->max, INTERVAL_MIN_DEFAULT, INTERVAL_MAX_DEFAULT,
                      error) ||
        !args_dist(args, &dist, error))
        return false;
    range_init(spec, &dist);
    return true;
}

static void interval_draw(const void *opaque, struct draw *draw, struct value *value) {
    value->kind = VALUE_INTERVAL;
    value->as.interval.months = 0;
    value->as.interval.days = 0;
    value->as.interval.microseconds = range_draw(opaque, draw);
}

static enum value_kind kind_interval(const void *spec) {
    (void)spec;
    return VALUE_INTERVAL;
}

const struct generator generator_interval = {
    .name = "interval",
    .summary = "lengths of time, without months and days",
    .params =
        (const struct generator_param[]){
            {"min", "a duration: 500ms, 10s, 2h; default " INTERVAL_MIN_DEFAULT},
            {"max", "a duration; default " INTERVAL_MAX_DEFAULT},
            ARGS_DIST_PARAMS,
            {0},
        },
    .compile = interval_compile,
    .draw = interval_draw,
    .kind = kind_interval,
};

/* now: the one generator whose value is not a function of seed, column and row. Columns with it are
 * left out of content hashes. */

static void now_draw(const void *spec, struct draw *draw, struct value *value) {
    (void)spec;
    (void)draw;
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    value->kind = VALUE_TIMESTAMP;
    value->as.integer = ((int64_t)t.tv_sec - UNIX_TO_2000_S) * 1000000 + t.tv_nsec / 1000;
}

const struct generator generator_now = {
    .name = "now",
    .summary =
        "the client's clock when the row is made; not repeatable, so left out of content hashes",
    .draw = now_draw,
    .kind = kind_timestamp,
};
