/* uuid, after RFC 9562. */
#include "row/args.h"
#include "row/generator_list.h"

/* Between 1970-01-01, where version 7 begins to count, and 2000-01-01. */
#define UNIX_TO_2000_US 946684800000000ull

struct uuid_form {
    bool v7;
    uint64_t start_us; /* since 1970 */
    uint64_t step_us;
};

static bool uuid_compile(const struct generator_args *args, struct arena *arena, void **out,
                         struct error *error) {
    static const char *const versions[] = {"4", "7"};
    struct uuid_form *spec = *out = ARENA_NEW(arena, struct uuid_form);
    size_t version;
    int64_t start_us, step_us;
    if (!args_name(args, "version", "4", versions, 2, &version, error) ||
        !args_timestamp(args, "start", "2026-01-01", &start_us, error) ||
        !args_duration_us(args, "step", "1ms", &step_us, error))
        return false;
    spec->v7 = version == 1;
    const struct generator_arg *start = args_find(args, "start"), *step = args_find(args, "step");
    if (!spec->v7 && (start || step)) {
        args_error(args, start ? start : step, error, "%s: only version 7 has a time",
                   start ? "start" : "step");
        return error_hint(error, "write version: 7, or leave it out");
    }
    if (start != NULL && start_us < -(int64_t)UNIX_TO_2000_US) {
        args_error(args, start, error, "start: %s is before 1970, where version 7 begins to count",
                   start->scalar);
        return error_hint(error, "for example start: 2026-01-01");
    }
    spec->start_us = (uint64_t)start_us + UNIX_TO_2000_US;
    spec->step_us = (uint64_t)step_us;
    return true;
}

static void put_be64(uint8_t *out, uint64_t x) {
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)(x >> (56 - 8 * i));
}

/* Version 7: 48 bits of milliseconds, 12 bits of the fraction below them (section 6.2, method 3, so
 * that values a microsecond apart are still in order), 62 random bits. */
static void uuid_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct uuid_form *spec = opaque;
    uint64_t high, low = rng_next(&draw->rng);
    if (spec->v7) {
        uint64_t us = spec->start_us + draw->row * spec->step_us;
        high = us / 1000 << 16 | 0x7000 | us % 1000 * 4096 / 1000;
    } else {
        high = (rng_next(&draw->rng) & 0xffffffffffff0fffull) | 0x4000;
    }
    value->kind = VALUE_UUID;
    put_be64(value->as.uuid, high);
    put_be64(value->as.uuid + 8, (low & 0x3fffffffffffffffull) | 0x8000000000000000ull);
}

static enum value_kind uuid_kind(const void *spec) {
    (void)spec;
    return VALUE_UUID;
}

const struct generator generator_uuid = {
    .name = "uuid",
    .summary = "random (version 4) or ascending with the row number (version 7) UUIDs",
    .params =
        (const struct generator_param[]){
            {"version", "4 or 7; default 4"},
            {"start", "version 7: time of the first row; default 2026-01-01"},
            {"step", "version 7: time from row to row; default 1ms"},
            {0},
        },
    .compile = uuid_compile,
    .draw = uuid_draw,
    .kind = uuid_kind,
};
