/* ref, and what the plan draws from other values: keys read back from the server, and arrays. */
#include "row/ref.h"

#include "row/args.h"
#include "row/generator_list.h"

static enum value_kind kind_raw(const void *spec) {
    (void)spec;
    return VALUE_RAW;
}

/* ref, as the workload has it */

static bool ref_compile(const struct generator_args *args, struct arena *arena, void **out,
                        struct error *error) {
    static const char *const picks[] = {
        [REF_UNIFORM] = "uniform", [REF_ZIPF] = "zipf", [REF_DISTINCT] = "distinct"};
    struct ref_spec *spec = *out = ARENA_NEW(arena, struct ref_spec);
    size_t pick;
    if (!args_text(args, "table", NULL, &spec->table, error))
        return error_hint(error, "for example {gen: ref, table: users, rows: 10k}");
    if (args_find(args, "column") && !args_text(args, "column", NULL, &spec->column, error))
        return false;
    if (!args_count(args, "rows", "0", &spec->rows, error) ||
        !args_name(args, "dist", "uniform", picks, 3, &pick, error))
        return false;
    const struct generator_arg *rows = args_find(args, "rows");
    if (rows != NULL && spec->rows == 0) {
        args_error(args, rows, error, "rows: a parent without rows has no keys to refer to");
        return error_hint(error, "for example rows: 10k");
    }
    if (spec->rows > REF_ROWS_MAX) {
        args_error(args, rows, error, "rows: a parent can have at most 1M rows");
        return error_hint(error, "for example rows: 1M");
    }
    spec->pick = (enum ref_pick)pick;
    return true;
}

static void ref_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct ref_spec *spec = opaque;
    (void)draw;
    (void)value;
    panic("a value was drawn from the reference to %s before the plan resolved it", spec->table);
}

const struct generator generator_ref = {
    .name = "ref",
    .summary = "keys of a parent table, whose rows are made first",
    .params =
        (const struct generator_param[]){
            {"table", "the parent"},
            {"column", "its column; default: the primary key"},
            {"rows", "rows that an empty parent gets, at most 1M; default 1k"},
            {"dist", "uniform, zipf (skew 1), or distinct: each row has a key of its own; "
                     "default uniform"},
            {0},
        },
    .compile = ref_compile,
    .draw = ref_draw,
    .kind = kind_raw,
};

/* keys */

struct keys_form {
    const struct ref_keys *keys;
    enum ref_pick pick;
};

static void keys_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct keys_form *spec = opaque;
    size_t count = spec->keys->count, index;
    if (count == 0)
        panic("a value was drawn from a reference without keys");
    if (spec->pick == REF_DISTINCT) {
        index = (size_t)(draw->row % count);
    } else if (spec->pick == REF_ZIPF) {
        struct zipf zipf; /* not in the spec: the count comes after it is made */
        zipf_init(&zipf, 1, (double)count);
        index = (size_t)zipf_rank(&zipf, &draw->rng) - 1;
    } else {
        index = (size_t)rng_below(&draw->rng, count);
    }
    value->kind = VALUE_RAW;
    value->as.raw = &spec->keys->keys[index];
}

static size_t keys_max_bytes(const void *opaque) {
    const struct keys_form *spec = opaque;
    size_t max = 64;
    for (size_t i = 0; i < spec->keys->count; i++) {
        const struct raw_value *key = &spec->keys->keys[i];
        max = key->binary_length > max ? key->binary_length : max;
        max = key->text_length > max ? key->text_length : max;
    }
    return max;
}

static const struct generator generator_keys = {
    .name = "ref",
    .summary = "keys of a parent table",
    .draw = keys_draw,
    .kind = kind_raw,
    .max_bytes = keys_max_bytes,
};

void generator_make_ref(const struct ref_keys *keys, enum ref_pick pick, struct arena *arena,
                        struct column_generator *out) {
    struct keys_form *spec = ARENA_NEW(arena, struct keys_form);
    *spec = (struct keys_form){keys, pick};
    *out = (struct column_generator){.generator = &generator_keys, .spec = spec};
}

/* array */

struct array_form {
    struct column_generator element;
    uint32_t count_max;
};

static void array_draw(const void *opaque, struct draw *draw, struct value *value) {
    const struct array_form *spec = opaque;
    const struct column_generator *element = &spec->element;
    uint32_t count = (uint32_t)rng_below(&draw->rng, (uint64_t)spec->count_max + 1);
    struct value *elements = scratch_take(draw->scratch, count * sizeof(*elements));
    for (uint32_t i = 0; i < count; i++) {
        if (element->null_share > 0 && rng_unit(&draw->rng) < element->null_share)
            elements[i].kind = VALUE_NULL;
        else
            element->generator->draw(element->spec, draw, &elements[i]);
    }
    value->kind = VALUE_ARRAY;
    value->as.array.elements = elements;
    value->as.array.count = count;
}

static enum value_kind array_kind(const void *spec) {
    (void)spec;
    return VALUE_ARRAY;
}

static size_t array_max_bytes(const void *opaque) {
    const struct array_form *spec = opaque;
    return spec->count_max * (sizeof(struct value) + generator_max_bytes(&spec->element));
}

static const struct generator generator_array = {
    .name = "array",
    .summary = "arrays of another generator's values",
    .draw = array_draw,
    .kind = array_kind,
    .max_bytes = array_max_bytes,
};

void generator_make_array(const struct column_generator *element, int max_elements,
                          struct arena *arena, struct column_generator *out) {
    if (max_elements < 0)
        panic("an array of at most %d elements", max_elements);
    struct array_form *spec = ARENA_NEW(arena, struct array_form);
    *spec = (struct array_form){*element, (uint32_t)max_elements};
    *out = (struct column_generator){.generator = &generator_array, .spec = spec};
}
