/* expr: what an expression gives, what a column made from others gives, and what is said of wrong
 * ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "row/expr.h"
#include "table.h"

static double result(const char *text) {
    struct arena arena = {0};
    struct error error = {0};
    struct expr expr;
    if (!expr_compile(text, &arena, &expr, &error))
        fail_msg("%s: %s", text, error.what);
    assert_int_equal(expr.column_count, 0);
    struct rng rng = rng_at(1, 0);
    double value = expr_value(&expr, NULL, &rng);
    arena_release(&arena);
    return value;
}

static void operators_have_their_rank(void **state) {
    (void)state;
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"1 + 2 * 3", 7},
        {"(1 + 2) * 3", 9},
        {"10 - 4 - 3", 3},
        {"24 / 4 / 2", 3},
        {"7 % 4 * 2", 6},
        {"-7 % 4", -3},
        {"2 - -3", 5},
        {"--2", 2},
        {"-2 * -3", 6},
        {".5 + 1.25e2 + 1E-1", 125.6},
        {"1 + 1 < 3", 1},
        {"2 <= 2", 1},
        {"2 < 2", 0},
        {"3 >= 4", 0},
        {"3 > 2", 1},
        {"1 = 1", 1},
        {"1 == 2", 0},
        {"1 <> 2", 1},
        {"1 != 1", 0},
        {"1 or 0 and 0", 1},
        {"(1 or 0) and 0", 0},
        {"0 or 0", 0},
        {"2 and 3", 1},
        {"not 1 > 2", 1},
        {"not not 5", 1},
        {"not 0 and 0", 0},
        {"1 ? 2 : 3", 2},
        {"0 ? 2 : 0 ? 3 : 4", 4},
        {"1 ? 0 ? 5 : 6 : 7", 6},
        {"1 < 2 ? 10 + 1 : 20", 11},
        {"if(2 > 3, 1, 4)", 4},
        {"min(3, 1, 2)", 1},
        {"max(3, 9, 2)", 9},
        {"clamp(5, 1, 3) + clamp(-5, 1, 3) * 10 + clamp(2, 1, 3) * 100", 213},
        {"abs(-2.5)", 2.5},
        {"floor(-1.5) + ceil(1.2) * 10 + round(2.5) * 100", 318},
        {"sqrt(16) + exp(0) + log(1)", 5},
        {"uniform(4, 4)", 4},
        {"normal(7, 0)", 7},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        if (fabs(result(cases[i].text) - cases[i].value) > 1e-12)
            fail_msg("%s is %g, not %g", cases[i].text, result(cases[i].text), cases[i].value);
    assert_true(isnan(result("min(1, sqrt(-1))")) && isnan(result("max(sqrt(-1), 1)")));
}

#define LOANS                                                                                      \
    "  income: {gen: expr, from: '20000 + 180 * (credit_score - 300) + normal(0, 9000)', min: 0, " \
    "max: 500000, scale: 2}\n"                                                                     \
    "  credit_score: {gen: int, min: 300, max: 850, dist: normal}\n"                               \
    "  approved: {gen: expr, from: 'credit_score + normal(0, 60) > 555', type: bool}\n"            \
    "  rate: {gen: expr, from: 'approved ? 4 + (850 - credit_score) / 50 : 0', type: float}\n"     \
    "  term: {gen: expr, from: '12 * (1 + floor(uniform(0, 5)))'}\n"

/* Whatever the order of columns and rows, and with a value of another column in between. */
static void same_seed_same_rows(void **state) {
    (void)state;
    static const char *const names[] = {"income", "approved", "rate", "term", "credit_score"};
    struct table one, other, reseeded;
    table_init(&one, LOANS, 1);
    table_init(&other, LOANS, 1);
    table_init(&reseeded, LOANS, 2);
    double *values = mem_alloc(COUNT_OF(names) * 100, sizeof *values);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (uint64_t row = 100; row-- > 0;)
            values[i * 100 + row] = table_number(&one, names[i], row, row);
    bool differs[COUNT_OF(names)] = {0};
    for (uint64_t row = 0; row < 100; row++)
        for (size_t i = COUNT_OF(names); i-- > 0;) {
            double value = table_number(&other, names[i], row, row / 7 * 7);
            assert_true(value == values[i * 100 + row]);
            differs[i] |= value != table_number(&reseeded, names[i], row, row);
        }
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_true(differs[i]);
    /* data must never change silently */
    assert_string_equal(table_text(&one, "credit_score", 0, 0), "686");
    assert_string_equal(table_text(&one, "income", 0, 0), "74931.73");
    assert_string_equal(table_text(&one, "approved", 0, 0), "true");
    assert_string_equal(table_text(&one, "rate", 0, 0), "7.2799999999999994");
    assert_string_equal(table_text(&one, "term", 0, 0), "48");
    free(values);
    table_release(&one);
    table_release(&other);
    table_release(&reseeded);
}

/* The other column's value is that of the same row: what has no chance in it can be told. */
static void columns_are_those_of_the_row(void **state) {
    (void)state;
    struct table table;
    table_init(&table, LOANS, 3);
    for (uint64_t row = 0; row < 1000; row++) {
        double score = table_number(&table, "credit_score", row, row);
        double approved = table_number(&table, "approved", row, row);
        double rate = table_number(&table, "rate", row, row);
        assert_true(fabs(rate - (approved ? 4 + (850 - score) / 50 : 0)) < 1e-12);
    }
    table_release(&table);
}

static void rows_correlate(void **state) {
    (void)state;
    struct table table;
    table_init(&table, LOANS, 4);
    double n = ROWS, x = 0, y = 0, xx = 0, yy = 0, xy = 0, approved = 0;
    uint64_t by_half[2] = {0}, approved_by_half[2] = {0};
    for (uint64_t row = 0; row < ROWS; row++) {
        double score = table_number(&table, "credit_score", row, row);
        double income = table_number(&table, "income", row, row);
        bool yes = table_number(&table, "approved", row, row) > 0;
        assert_true(income >= 0 && income <= 500000);
        x += score, y += income, xx += score * score, yy += income * income, xy += score * income;
        approved += yes;
        by_half[score >= 575]++;
        approved_by_half[score >= 575] += yes;
    }
    double r = (n * xy - x * y) / sqrt((n * xx - x * x) * (n * yy - y * y));
    /* In theory 180 * 91.4 / sqrt((180 * 91.4)^2 + 9000^2) = 0.877. */
    assert_true(r > 0.85 && r < 0.9);
    assert_true(approved / n > 0.55 && approved / n < 0.62);
    double low = (double)approved_by_half[0] / (double)by_half[0];
    double high = (double)approved_by_half[1] / (double)by_half[1];
    assert_true(high > 0.8 && low < 0.4);
    table_release(&table);
}

/* A scenario's shares, as a workload would say them: about two in three are approved. */
static void share_of_approved(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  score: {gen: expr, from: 'normal(650, 80)', min: 300, max: 850}\n"
               "  approved: {gen: expr, from: 'score + normal(0, 60) > 612', type: bool}\n",
               5);
    uint64_t approved = 0;
    double sum = 0, squares = 0;
    for (uint64_t row = 0; row < ROWS; row++) {
        double score = table_number(&table, "score", row, row);
        assert_true(score >= 300 && score <= 850);
        sum += score;
        squares += score * score;
        approved += table_number(&table, "approved", row, row) > 0;
    }
    double mean = sum / ROWS, sd = sqrt(squares / ROWS - mean * mean);
    assert_true(fabs(mean - 650) < 3 && fabs(sd - 80) < 3);
    assert_true(approved > 0.60 * ROWS && approved < 0.70 * ROWS);
    table_release(&table);
}

static void results_have_their_type(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  n: {gen: serial, start: 0}\n"
               "  whole: {gen: expr, from: n / 2 - 2}\n"
               "  real: {gen: expr, from: n / 4, type: float, min: 0.5, max: 1}\n"
               "  money: {gen: expr, from: n / 3, scale: 2}\n"
               "  cents: {gen: expr, from: money * 100, type: numeric, scale: 0, max: 150}\n"
               "  odd: {gen: expr, from: n % 2, type: bool}\n"
               "  limited: {gen: expr, from: n * 10, min: 15, max: 25}\n"
               "  huge: {gen: expr, from: 'exp(50 + n)'}\n"
               "  edge: {gen: expr, from: 9223372036854775808}\n"
               "  deep: {gen: expr, from: 'odd ? -exp(50 + n) : 1 / (n - 2)', scale: 2}\n",
               1);
    static const struct {
        const char *column, *values[5];
    } cases[] = {
        {"whole", {"-2", "-2", "-1", "-1", "0"}}, /* -1.5 and -0.5 away from 0 */
        {"real", {"0.5", "0.5", "0.5", "0.75", "1"}},
        {"money", {"0.00", "0.33", "0.67", "1.00", "1.33"}},
        {"cents", {"0", "33", "67", "100", "133"}},
        {"odd", {"false", "true", "false", "true", "false"}},
        {"limited", {"15", "15", "20", "25", "25"}},
        {"huge",
         {"9223372036854775807", "9223372036854775807", "9223372036854775807",
          "9223372036854775807", "9223372036854775807"}},
        {"edge",
         {"9223372036854775807", "9223372036854775807", "9223372036854775807",
          "9223372036854775807", "9223372036854775807"}},
        {"deep", {"-0.50", "-9999999999999999.99", "null", "-9999999999999999.99", "0.50"}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (uint64_t row = 0; row < 5; row++)
            if (strcmp(table_text(&table, cases[i].column, row, row), cases[i].values[row]) != 0)
                fail_msg("%s of row %d is %s, not %s", cases[i].column, (int)row,
                         table_text(&table, cases[i].column, row, row), cases[i].values[row]);
    table_release(&table);
}

static void null_gives_null(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  a: {gen: int, null: 30%}\n"
               "  b: {gen: expr, from: '1 ? 5 : a'}\n"
               "  c: {gen: expr, from: b + 1, null: 20%}\n",
               1);
    uint64_t own = 0;
    for (uint64_t row = 0; row < 1000; row++) {
        bool a = table_draw(&table, "a", row, row).kind == VALUE_NULL;
        bool b = table_draw(&table, "b", row, row).kind == VALUE_NULL;
        bool c = table_draw(&table, "c", row, row).kind == VALUE_NULL;
        assert_true(a == b && (c || !b));
        own += c && !b;
    }
    assert_true(own > 100 && own < 180); /* 140 of 700 */
    assert_true(generator_may_be_null(table_column(&table, "b")));
    table_release(&table);
}

/* A choice of numbers, once the server has read its values. */
static void choices_of_numbers_can_be_used(void **state) {
    (void)state;
    static const struct raw_value raws[] = {{NULL, 0, "12", 2}, {NULL, 0, "-2.50", 5}};
    struct table table;
    struct error error = {0};
    const char *lines = "  term: {gen: choice, of: [a, b]}\n"
                        "  twice: {gen: expr, from: term * 2, scale: 1}\n";
    assert_false(table_try(&table, lines, 1, NULL, &error));
    size_t count;
    struct value *values = generator_find("choice")->literals(table.columns[0].spec, &count);
    for (size_t i = 0; i < count; i++)
        values[i] = (struct value){.kind = VALUE_RAW, .as.raw = &raws[i]};
    struct siblings siblings = {1, table.siblings, 2};
    error = (struct error){0};
    assert_true(siblings_resolve(&siblings, &error));
    for (uint64_t row = 0; row < 20; row++) {
        bool first = table_draw(&table, "term", row, row).as.raw == &raws[0];
        assert_string_equal(table_text(&table, "twice", row, row), first ? "24.0" : "-5.0");
    }
    table_release(&table);
}

static void commit_goes_through(void **state) {
    (void)state;
    struct table table;
    table_init(&table,
               "  a: {gen: int, per: commit}\n"
               "  b: {gen: expr, from: a + 1}\n"
               "  c: {gen: int}\n"
               "  d: {gen: expr, from: c, per: commit}\n"
               "  e: {gen: expr, from: c + 1}\n",
               1);
    for (uint64_t row = 40; row < 50; row++) {
        assert_true(table_number(&table, "a", row, 40) == table_number(&table, "a", 40, 40));
        assert_true(table_number(&table, "b", row, 40) == table_number(&table, "a", 40, 40) + 1);
        assert_true(table_number(&table, "d", row, 40) == table_number(&table, "c", 40, 40));
        assert_true(table_number(&table, "e", row, 40) == table_number(&table, "c", row, row) + 1);
    }
    assert_true(table_number(&table, "a", 50, 50) != table_number(&table, "a", 40, 40));
    static const struct {
        const char *name;
        bool by_commit;
    } cases[] = {{"a", true}, {"b", true}, {"c", false}, {"d", true}, {"e", false}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_true(generator_by_commit(table_column(&table, cases[i].name)) == cases[i].by_commit);
    table_release(&table);
}

#define EXPR(text) \
    "  c: {gen: expr, from: '" text "'}\n  score: {gen: int}\n  \"a b\": {gen: int}\n"

static void wrong_expressions_are_told(void **state) {
    (void)state;
    static const struct table_wrong wrongs[] = {
        {"  c: {gen: expr}\n", "3:3", "column c: the argument \"from\" is missing", "from: '2"},
        {EXPR(""), "3:18", "column c: from: a number or a column is expected at its end", "180"},
        {EXPR("1 +"), "3:18", "column c: from: a number or a column is expected at its end", "180"},
        {EXPR("1 + * 2"), "3:18",
         "column c: from: a number or a column is expected at character 5, not \"*\"", "180"},
        {EXPR("(1 + 2"), "3:18", "column c: from: \")\" is expected at its end", "180"},
        {EXPR("1 2"), "3:18",
         "column c: from: an operator such as + is expected at character 3, not \"2\"", "180"},
        {EXPR("ä + 10k"), "3:18",
         "column c: from: a number is expected at character 5, not \"10k\"", "180"},
        {EXPR("1.2.3"), "3:18",
         "column c: from: a number is expected at character 1, not \"1.2.3\"", "180"},
        {EXPR("score & 1"), "3:18",
         "column c: from: a number, a column or a sign that can be computed with is expected at "
         "character 7, not \"&\"",
         "180"},
        {EXPR("300 < score < 500"), "3:18", "column c: from: a second comparison at character 13",
         "300 < x and x < 500"},
        {EXPR("score ? 1"), "3:18", "column c: from: \":\" of a condition is expected at its end",
         "180"},
        {EXPR("1 + and"), "3:18",
         "column c: from: a number or a column is expected at character 5, not \"and\"", "180"},
        {EXPR("1 + squrt(4)"), "3:18",
         "column c: from: there is no function \"squrt\" (character 5)", "did you mean \"sqrt\"?"},
        {EXPR("zzzzzz(4)"), "3:18", "column c: from: there is no function \"zzzzzz\" (character 1)",
         "there are min, max"},
        {EXPR("1 + normal(4)"), "3:18",
         "column c: from: normal takes 2 values, not 1 (character 5)", ""},
        {EXPR("abs(1, 2)"), "3:18", "column c: from: abs takes 1 value, not 2 (character 1)", ""},
        {EXPR("min(1)"), "3:18",
         "column c: from: min takes two or more values, not one (character 1)", ""},
    };
    table_all_wrong(wrongs, COUNT_OF(wrongs));
}

static void wrong_columns_are_told(void **state) {
    (void)state;
    static const struct table_wrong wrongs[] = {
        {EXPR("2 * scoer"), "3:18",
         "column c: from: there is no other column \"scoer\" (character 5)",
         "did you mean \"score\"? It can use score, a b"},
        {EXPR("\"a c\" + zzzzzz"), "3:18",
         "column c: from: there is no other column \"a c\" (character 1)", "did you mean \"a b\"?"},
        {EXPR("c + 1"), "3:18", "column c: it is made from itself", "takes nothing"},
        {"  a: {gen: int}\n  c: {gen: expr, from: d}\n  d: {gen: expr, from: e + a}\n"
         "  e: {gen: expr, from: c}\n",
         "4:18",
         "column c: columns are made from each other in a circle: c, made from d, made from e, "
         "made from c",
         "takes nothing"},
        {"  t: default\n  c: {gen: expr, from: t}\n", "4:18",
         "column c: from: \"t\" (character 1) is filled by the server",
         "no other column has a number"},
        {"  a: {gen: int}\n  t: {gen: text}\n  c: {gen: expr, from: 1 + t}\n", "5:18",
         "column c: from: \"t\" (character 5) is neither a number nor a boolean that pgwrite makes",
         "it can use a"},
        {"  a: {gen: int, null: 1%}\n  b: {gen: expr, from: a}\n"
         "  strict: {gen: expr, from: b}\n",
         "5:23", "column strict: it is NOT NULL, and \"b\", from which it is made, can be NULL",
         "{null: 0}"},
    };
    table_all_wrong(wrongs, COUNT_OF(wrongs));
}

static void wrong_types_are_told(void **state) {
    (void)state;
    static const struct table_wrong wrongs[] = {
        {"  c: {gen: expr, from: 1, type: text}\n", "3:27",
         "column c: type: \"text\" is not one of int, float, numeric, bool", "type: int"},
        {"  c: {gen: expr, from: 1, type: int, scale: 2}\n", "3:38",
         "column c: scale: only numeric has one, this is int", "type: numeric"},
        {"  c: {gen: expr, from: 1, scale: 19}\n", "3:27", "column c: scale: 19 is not 0..18",
         "scale: 2"},
        {"  c: {gen: expr, from: 1, type: bool, max: 2}\n", "3:39",
         "column c: max: true and false have none", "leave it out"},
        {"  c: {gen: expr, from: 1, min: 5, max: 2}\n", "3:27", "column c: min 5 is above max 2",
         "not above"},
        {"  c: {gen: expr, from: 1, min: 1.5}\n", "3:27",
         "column c: min: \"1.5\" is not a whole number", "500"},
        {"  c: {gen: expr, from: 1, scale: 2, max: 1.125}\n", "3:37",
         "column c: max: 1.125 has more decimals than scale 2 keeps", "scale"},
    };
    table_all_wrong(wrongs, COUNT_OF(wrongs));
}

/* What would overflow the stack of the parser, or of the program. */
static void limits_are_told(void **state) {
    (void)state;
    static const struct {
        const char *repeated, *end, *what;
        int count;
    } cases[] = {
        {"(", "1", "it is nested deeper than 50 (character 51)", 100000},
        {"-", "1", "it is nested deeper than 50 (character 50)", 100000},
        {"not ", "1", "it is nested deeper than 50", 100000},
        {"0 ? 1 : ", "1", "it keeps more than 64 values at once", 100000},
        {"1 or 2 < 3 + 4 * (", "1", "it keeps more than 64 values at once", 40},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct strbuf text = STRBUF_INIT;
        for (int k = 0; k < cases[i].count; k++)
            strbuf_add(&text, cases[i].repeated);
        strbuf_add(&text, cases[i].end);
        struct arena arena = {0};
        struct error error = {0};
        struct expr expr;
        assert_false(expr_compile(text.text, &arena, &expr, &error));
        assert_non_null(strstr(error.what, cases[i].what));
        arena_release(&arena);
        strbuf_release(&text);
    }
    struct strbuf text = STRBUF_INIT;
    for (int k = 0; k < 17; k++)
        strbuf_printf(&text, "c%d + ", k);
    strbuf_add(&text, "1");
    struct arena arena = {0};
    struct error error = {0};
    struct expr expr;
    assert_false(expr_compile(text.text, &arena, &expr, &error));
    assert_string_equal(error.what, "it uses more than 16 columns");
    arena_release(&arena);
    strbuf_release(&text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_have_their_rank),
        cmocka_unit_test(same_seed_same_rows),
        cmocka_unit_test(columns_are_those_of_the_row),
        cmocka_unit_test(rows_correlate),
        cmocka_unit_test(share_of_approved),
        cmocka_unit_test(results_have_their_type),
        cmocka_unit_test(null_gives_null),
        cmocka_unit_test(choices_of_numbers_can_be_used),
        cmocka_unit_test(commit_goes_through),
        cmocka_unit_test(wrong_expressions_are_told),
        cmocka_unit_test(wrong_columns_are_told),
        cmocka_unit_test(wrong_types_are_told),
        cmocka_unit_test(limits_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
