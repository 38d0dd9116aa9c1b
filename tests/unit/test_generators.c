/* What each generator promises of its values: range, form, distinctness, and that they are a
 * function of seed, column and row alone. Distributions: test_distributions; errors:
 * test_generator_errors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "column.h"
#include "row/ref.h"

#define LATE_ROW 4000000000u

/* Every generator that draws from the random stream, with arguments that use its branches, and what
 * rows 0 and LATE_ROW of seed 1, column t.c are: data must never change silently. */
static const struct pinned {
    const char *generator;
    const char *pairs[9];
    const char *row_0, *row_late;
} pinned[] = {
    {"serial", {"start", "100", "step", "-3"}, "100", "-11999999900"},
    {"int", {"min", "-5", "max", "900"}, "399", "763"},
    {"int", {"max", "500", "dist", "zipf"}, "24", "2"},
    {"int", {"max", "500", "dist", "zipf", "skew", "1.2"}, "8", "1"},
    {"int", {"dist", "normal"}, "571394", "607113"},
    {"int", {"dist", "exponential"}, "121640", "383998"},
    {"int", {"dist", "lognormal"}, "76411", "94674"},
    {"float", {"min", "-1", "max", "1"}, "-0.10800432665300019", "0.69745413278434576"},
    {"numeric", {"min", "1", "max", "500", "scale", "2", "null", "10%"}, "93.57", "402.02"},
    {"bool", {"share", "30%"}, "false", "false"},
    {"const", {"value", "42"}, "42", "42"},
    {"text", {"min", "8", "max", "12"}, "lRvalqdLU2", "YNOqSfbYu9qq"},
    {"text", {"min", "4", "max", "6", "chars", "aäß€𝄞"}, "a𝄞€aa", "𝄞aaß€ß"},
    {"words", {NULL}, "candle cake quick shoe run", "seed paper egg country sun wide tea hill"},
    {"json",
     {"template", "{\"p\":\"/${int 1..900}\",\"r\":\"${choice x y z}\",\"f\":${float "
                  "-1..1},\"b\":${bool},\"n\":${row}}"},
     "{\"p\":\"/402\",\"r\":\"x\",\"f\":-0.642703,\"b\":false,\"n\":0}",
     "{\"p\":\"/764\",\"r\":\"z\",\"f\":0.399359,\"b\":true,\"n\":4000000000}"},
    {"json",
     {"template", "[\"${uuid}\",\"${text 3..9}\",\"${words 1..3}\",\"${timestamp}\",\"${date}\"]"},
     "[\"2f7e503b-6a8a-4d9a-b22c-ea0a99745841\",\"U2HJ\",\"run snow "
     "drive\",\"2025-08-21T17:29:26.245002Z\",\"2025-04-05\"]",
     "[\"cdbb37c9-3865-4421-9946-2d5162684414\",\"u9qqqgo\",\"wide tea "
     "hill\",\"2025-02-14T00:28:52.796358Z\",\"2025-05-26\"]"},
    {"uuid",
     {NULL},
     "2f7e503b-6a8a-4d9a-b22c-ea0a99745841",
     "cdbb37c9-3865-4421-9946-2d5162684414"},
    {"uuid",
     {"version", "7", "start", "2026-01-01", "step", "250us"},
     "019b76da-a800-7000-b22c-ea0a99745841",
     "019bb275-7200-7000-9946-2d5162684414"},
    {"timestamp",
     {"min", "1999-12-31 23:00", "max", "2026-12-31"},
     "379983880858802",
     "723106768203733"},
    {"timestamp", {"min", "2026-01-01", "step", "5s"}, "820540800000000", "20820540800000000"},
    {"date", {NULL}, "9294", "9441"},
    {"time", {NULL}, "38534213088", "73330018536"},
    {"interval", {"min", "500ms", "max", "2h"}, "0 0 3211461425", "0 0 6110910515"},
    {"bytes", {"min", "3", "max", "11"}, "9aed8a6a3b507e", "21546538c937bbcd8b0e"},
    {"inet", {NULL}, "10.88.116.153./32", "10.68.104.98./32"},
    {"inet",
     {"network", "2001:db8::/36"},
     "32.1.13.184.10.234.44.114.154.237.138.106.59.80.126.47./128",
     "32.1.13.184.1.45.70.217.33.84.101.56.201.55.187.205./128"},
};

static void values_never_change(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pinned); i++) {
        struct column column;
        column_init(&column, pinned[i].generator, pinned[i].pairs);
        assert_row(&column, 0, pinned[i].row_0);
        assert_row(&column, LATE_ROW, pinned[i].row_late);
        column_release(&column);
    }
}

/* {gen: choice, of: {red: 70, green: 25, blue: 5}} and {gen: choice, of: [1, 2, …]} */
static void choices_never_change(void **state) {
    (void)state;
    static const struct generator_arg weights[] = {{.key = "red", .scalar = "70"},
                                                   {.key = "green", .scalar = "25"},
                                                   {.key = "blue", .scalar = "5"}};
    static const struct generator_arg list[] = {
        {.scalar = "1"}, {.scalar = "2"}, {.scalar = "3"}, {.scalar = "4"}, {.scalar = "5"}};
    static const char *const weighted[] = {"green", "green", "red", "red",   "red", "red",
                                           "red",   "red",   "red", "green", "red", "red"};
    static const char *const plain[] = {"3", "3", "1", "3", "5", "2", "5", "4", "5", "2", "1", "1"};
    struct column column;
    column_init_choice(&column, weights, COUNT_OF(weights));
    for (uint64_t row = 0; row < COUNT_OF(weighted); row++)
        assert_row(&column, row, weighted[row]);
    column_release(&column);
    column_init_choice(&column, list, COUNT_OF(list));
    for (uint64_t row = 0; row < COUNT_OF(plain); row++)
        assert_row(&column, row, plain[row]);
    column_release(&column);
}

static void values_depend_on_seed_column_and_row_alone(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pinned); i++) {
        struct column one, other;
        column_init(&one, pinned[i].generator, pinned[i].pairs);
        column_init(&other, pinned[i].generator, pinned[i].pairs);
        struct strbuf text = STRBUF_INIT, reseeded = STRBUF_INIT;
        struct strbuf *rows = mem_alloc(200, sizeof(*rows));
        for (uint64_t row = 200; row-- > 0;) { /* from the last to the first */
            struct value value = draw_row(&other, row);
            rows[row] = (struct strbuf)STRBUF_INIT;
            show(&rows[row], &value);
        }
        bool differs = false;
        for (uint64_t row = 0; row < 200; row++) {
            struct value value = draw_row(&one, row);
            strbuf_clear(&text);
            show(&text, &value);
            assert_string_equal(text.text, rows[row].text);
            other.generator.key = rng_key(2, "t.c");
            value = draw_row(&other, row);
            strbuf_clear(&reseeded);
            show(&reseeded, &value);
            differs |= strcmp(text.text, reseeded.text) != 0;
            strbuf_release(&rows[row]);
        }
        bool seedless = strcmp(pinned[i].generator, "serial") == 0 ||
                        strcmp(pinned[i].generator, "const") == 0 ||
                        strcmp(pinned[i].pairs[2] ? pinned[i].pairs[2] : "", "step") == 0;
        assert_int_equal(differs, !seedless);
        free(rows);
        strbuf_release(&text);
        strbuf_release(&reseeded);
        column_release(&one);
        column_release(&other);
    }
}

/* Drawing panics (ends the process) when a value takes more scratch than was announced. */
static void max_bytes_is_never_exceeded(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pinned); i++) {
        struct column column;
        column_init(&column, pinned[i].generator, pinned[i].pairs);
        size_t max = generator_max_bytes(&column.generator);
        assert_int_equal(max % 8, 0);
        enum value_kind kind = column.generator.generator->kind(column.generator.spec);
        for (uint64_t row = 0; row < ROWS; row++) {
            struct value value = draw_row(&column, row);
            if (value.kind == VALUE_NULL)
                continue;
            assert_int_equal(value.kind, kind);
            if (kind == VALUE_TEXT || kind == VALUE_JSON || kind == VALUE_BYTES)
                assert_true(value.as.bytes.length <= max);
        }
        column_release(&column);
    }
}

static void integers_stay_in_range_and_reach_both_ends(void **state) {
    (void)state;
    static const struct {
        const char *generator;
        const char *pairs[9];
        int64_t min, max;
    } cases[] = {
        {"int", {"min", "-3", "max", "3"}, -3, 3},
        {"int", {"min", "-3", "max", "3", "dist", "zipf"}, -3, 3},
        {"int", {"min", "-3", "max", "3", "dist", "normal"}, -3, 3},
        {"int", {"min", "-3", "max", "3", "dist", "exponential"}, -3, 3},
        {"int", {"min", "7", "max", "7"}, 7, 7},
        {"date", {"min", "1999-12-30", "max", "2000-01-02"}, -2, 1},
        {"time", {"min", "00:00:01", "max", "00:00:01.000002"}, 1000000, 1000002},
        {"timestamp",
         {"min", "1999-12-31 23:59:59", "max", "1999-12-31T23:59:59"},
         -1000000,
         -1000000},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column column;
        column_init(&column, cases[i].generator, cases[i].pairs);
        int64_t low = INT64_MAX, high = INT64_MIN;
        for (uint64_t row = 0; row < ROWS; row++) {
            int64_t integer = draw_row(&column, row).as.integer;
            low = integer < low ? integer : low;
            high = integer > high ? integer : high;
        }
        assert_true(low == cases[i].min && high == cases[i].max);
        column_release(&column);
    }
}

static void whole_64_bit_range_is_possible(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "int", PAIRS("min", "-9223372036854775808", "max", "9223372036854775807"));
    int negative = 0, huge = 0;
    for (uint64_t row = 0; row < ROWS; row++) {
        int64_t integer = draw_row(&column, row).as.integer;
        negative += integer < 0;
        huge += integer > INT64_MAX / 2;
    }
    assert_in_range(negative, ROWS * 45 / 100, ROWS * 55 / 100);
    assert_in_range(huge, ROWS * 20 / 100, ROWS * 30 / 100);
    column_release(&column);
    column_init(&column, "float", PAIRS("min", "-1.7e308", "max", "1.7e308"));
    for (uint64_t row = 0; row < ROWS; row++) {
        double real = draw_row(&column, row).as.real;
        assert_true(real >= -1.7e308 && real <= 1.7e308);
    }
    column_release(&column);
    column_init(&column, "numeric",
                PAIRS("min", "-999999999999999999", "max", "999999999999999999", "scale", "0"));
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        assert_true(llabs(value.as.decimal.unscaled) <= 999999999999999999);
        assert_int_equal(value.as.decimal.scale, 0);
    }
    column_release(&column);
}

static int compare_texts(const void *a, const void *b) {
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void assert_distinct(struct column *column, size_t rows) {
    struct arena arena = {0};
    char **texts = ARENA_ARRAY(&arena, char *, rows);
    struct strbuf text = STRBUF_INIT;
    for (size_t row = 0; row < rows; row++) {
        struct value value = draw_row(column, row);
        strbuf_clear(&text);
        show(&text, &value);
        texts[row] = arena_strdup(&arena, text.text);
    }
    qsort(texts, rows, sizeof(*texts), compare_texts);
    for (size_t row = 1; row < rows; row++)
        assert_string_not_equal(texts[row - 1], texts[row]);
    strbuf_release(&text);
    arena_release(&arena);
}

static void keys_are_distinct(void **state) {
    (void)state;
    static const struct {
        const char *generator;
        const char *pairs[5];
    } cases[] = {{"serial", {"step", "-7"}}, {"uuid", {NULL}}, {"uuid", {"version", "7"}}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct column column;
        column_init(&column, cases[i].generator, cases[i].pairs);
        assert_distinct(&column, 100000);
        column_release(&column);
    }
}

static void distinct_text_fits_and_is_distinct(void **state) {
    (void)state;
    static const int limits[] = {0, 4, 5, 20, 3};
    struct column column = {0};
    for (int limit = -1; limit < 3; limit++)
        if (limit != 0)
            assert_false(generator_make_distinct_text(limit, &column.arena, &column.generator));
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        column = (struct column){0};
        assert_true(generator_make_distinct_text(limits[i], &column.arena, &column.generator));
        column_ready(&column, 1);
        size_t rows = limits[i] == 3 || limits[i] == 4 ? 36 * 36 * 36 : 100000;
        assert_distinct(&column, rows);
        for (uint64_t row = 1; limits[i] > 0 && row != 0; row <<= 1)
            assert_true(draw_row(&column, row).as.bytes.length <= (uint32_t)limits[i]);
        assert_row(&column, 35, limits[i] == 3 ? "z" : "kz");
        column_release(&column);
    }
}

static void uuids_have_version_and_order(void **state) {
    (void)state;
    static const char *const starts[] = {"1970-01-01", "2026-01-01"};
    struct column column;
    column_init(&column, "uuid", NULL);
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        assert_int_equal(value.as.uuid[6] >> 4, 4);
        assert_int_equal(value.as.uuid[8] >> 6, 2);
    }
    column_release(&column);
    for (size_t i = 0; i < COUNT_OF(starts); i++) {
        column_init(&column, "uuid", PAIRS("version", "7", "start", starts[i], "step", "1us"));
        struct value last = draw_row(&column, 0);
        for (uint64_t row = 1; row < ROWS; row++) {
            struct value value = draw_row(&column, row);
            assert_int_equal(value.as.uuid[6] >> 4, 7);
            assert_int_equal(value.as.uuid[8] >> 6, 2);
            assert_true(memcmp(last.as.uuid, value.as.uuid, 8) < 0);
            last = value;
        }
        column_release(&column);
    }
}

static void timestamp_series_ascends_and_stays(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "timestamp", PAIRS("min", "2000-01-01 00:00:01", "step", "1.5s"));
    for (uint64_t row = 0; row < 100; row++)
        assert_int_equal(draw_row(&column, row).as.integer, 1000000 + row * 1500000);
    int64_t end = draw_row(&column, UINT64_MAX).as.integer;
    assert_int_equal(end, calendar_days(9999, 12, 31) * DAY_US);
    column_release(&column);
}

static void now_is_the_clock(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "now", NULL);
    int64_t before = (int64_t)time(NULL) - 946684800;
    int64_t drawn = draw_row(&column, 0).as.integer / 1000000;
    int64_t after = (int64_t)time(NULL) - 946684800;
    assert_true(before - 1 <= drawn && drawn <= after + 1); /* time() may lag by a tick */
    column_release(&column);
}

static void literals_can_be_replaced(void **state) {
    (void)state;
    static const struct generator_arg items[] = {{.scalar = "red"}, {.scalar = "green"}};
    struct column column;
    column_init_choice(&column, items, 2);
    const struct generator *choice = column.generator.generator;
    size_t count;
    struct value *literals = choice->literals(column.generator.spec, &count);
    assert_int_equal(count, 2);
    assert_memory_equal(literals[1].as.bytes.data, "green", 5);
    assert_int_equal(choice->kind(column.generator.spec), VALUE_TEXT);
    char longer[100];
    memset(longer, 'x', sizeof(longer));
    struct raw_value raw = {"\1\2\3\4", 4, longer, sizeof(longer)};
    for (size_t i = 0; i < count; i++) {
        literals[i].kind = VALUE_RAW;
        literals[i].as.raw = &raw;
    }
    assert_int_equal(choice->kind(column.generator.spec), VALUE_RAW);
    assert_int_equal(generator_max_bytes(&column.generator), 104);
    assert_ptr_equal(draw_row(&column, 5).as.raw, &raw);
    column_release(&column);
}

static void addresses_are_in_their_network(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "inet", PAIRS("network", "192.168.160.0/19"));
    uint8_t bits = 0;
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        const uint8_t *a = value.as.inet.address;
        assert_true(a[0] == 192 && a[1] == 168 && (a[2] & 0xe0) == 160);
        assert_true(!value.as.inet.v6 && value.as.inet.prefix == 32);
        bits |= a[2] & 0x1f;
    }
    assert_int_equal(bits, 0x1f);
    column_release(&column);
    column_init(&column, "inet", PAIRS("network", "10.1.2.3/32"));
    assert_row(&column, 0, "10.1.2.3./32");
    column_release(&column);
}

static void refs_pick_keys(void **state) {
    (void)state;
    struct raw_value rows[] = {{"\0", 1, "zero", 4}, {"\1", 1, "one", 3}, {"\2", 1, "two", 3}};
    for (int pick = REF_UNIFORM; pick <= REF_DISTINCT; pick++) {
        struct ref_keys keys = {0};
        struct column column = {0};
        generator_make_ref(&keys, (enum ref_pick)pick, &column.arena, &column.generator);
        keys = (struct ref_keys){rows, 3}; /* after it was made */
        column_ready(&column, 1);
        int seen[3] = {0};
        for (uint64_t row = 0; row < ROWS; row++) {
            struct value value = draw_row(&column, row);
            assert_int_equal(value.kind, VALUE_RAW);
            seen[value.as.raw - rows]++;
            if (pick == REF_DISTINCT)
                assert_ptr_equal(value.as.raw, &rows[row % 3]);
        }
        int first = pick == REF_ZIPF ? ROWS * 6 / 11 : ROWS / 3; /* 1 / (1 + 1/2 + 1/3) */
        assert_in_range(seen[0], first - ROWS / 50, first + ROWS / 50);
        assert_true(seen[1] > 0 && seen[2] > 0);
        column_release(&column);
    }
}

static void ref_records_its_arguments(void **state) {
    (void)state;
    struct column column;
    column_init(&column, "ref", PAIRS("table", "users", "rows", "10k", "dist", "zipf"));
    const struct ref_spec *spec = column.generator.spec;
    assert_ptr_equal(column.generator.generator, &generator_ref);
    assert_string_equal(spec->table, "users");
    assert_null(spec->column);
    assert_int_equal(spec->rows, 10000);
    assert_int_equal(spec->pick, REF_ZIPF);

    fflush(NULL);
    pid_t child = fork(); /* drawing before the plan has resolved it is a fault of the program */
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        draw_row(&column, 0);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    column_release(&column);
}

static void arrays_hold_elements(void **state) {
    (void)state;
    struct column element, column = {0};
    column_init(&element, "text", PAIRS("min", "1", "max", "9", "chars", "xö", "null", "20%"));
    generator_make_array(&element.generator, 4, &column.arena, &column.generator);
    column_ready(&column, 1);
    size_t counts[5] = {0}, nulls = 0, all = 0;
    for (uint64_t row = 0; row < ROWS; row++) {
        struct value value = draw_row(&column, row);
        assert_int_equal(value.kind, VALUE_ARRAY);
        assert_true(value.as.array.count <= 4);
        counts[value.as.array.count]++;
        for (uint32_t i = 0; i < value.as.array.count; i++, all++) {
            const struct value *item = &value.as.array.elements[i];
            nulls += item->kind == VALUE_NULL;
            if (item->kind != VALUE_NULL)
                assert_true(item->kind == VALUE_TEXT && item->as.bytes.length >= 1);
        }
    }
    for (size_t i = 0; i < 5; i++)
        assert_in_range(counts[i], ROWS / 5 - 200, ROWS / 5 + 200);
    assert_in_range(nulls, all * 18 / 100, all * 22 / 100);
    column_release(&column);
    column_release(&element);
}

static void every_generator_is_listed_and_documented(void **state) {
    (void)state;
    assert_true(generator_count >= 22);
    assert_null(generator_find("no such"));
    /* now has none, choice and ref are above, the others have tests of their own. */
    static const char *const elsewhere[] = {"now", "choice", "ref", "expr", "joint", "funnel"};
    for (size_t i = 0; i < generator_count; i++) {
        const struct generator *generator = generators[i];
        assert_ptr_equal(generator_find(generator->name), generator);
        assert_true(strlen(generator->summary) > 10);
        assert_non_null(generator->draw);
        assert_non_null(generator->kind);
        for (const struct generator_param *p = generator->params; p && p->name; p++)
            assert_true(strlen(p->meaning) > 5);
        bool is_pinned = false;
        for (size_t j = 0; j < COUNT_OF(elsewhere); j++)
            is_pinned |= strcmp(elsewhere[j], generator->name) == 0;
        for (size_t j = 0; j < COUNT_OF(pinned); j++)
            is_pinned |= strcmp(pinned[j].generator, generator->name) == 0;
        if (!is_pinned)
            fail_msg("no value of %s is pinned", generator->name);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_never_change),
        cmocka_unit_test(choices_never_change),
        cmocka_unit_test(values_depend_on_seed_column_and_row_alone),
        cmocka_unit_test(max_bytes_is_never_exceeded),
        cmocka_unit_test(integers_stay_in_range_and_reach_both_ends),
        cmocka_unit_test(whole_64_bit_range_is_possible),
        cmocka_unit_test(keys_are_distinct),
        cmocka_unit_test(distinct_text_fits_and_is_distinct),
        cmocka_unit_test(uuids_have_version_and_order),
        cmocka_unit_test(timestamp_series_ascends_and_stays),
        cmocka_unit_test(now_is_the_clock),
        cmocka_unit_test(literals_can_be_replaced),
        cmocka_unit_test(addresses_are_in_their_network),
        cmocka_unit_test(refs_pick_keys),
        cmocka_unit_test(ref_records_its_arguments),
        cmocka_unit_test(arrays_hold_elements),
        cmocka_unit_test(every_generator_is_listed_and_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
