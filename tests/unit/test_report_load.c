/* How the report tells of a load: which loop it was, where its wishes waited, whether the pool is
 * too small, and what became of stages, steps, tenants, checks and thresholds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/internal.h"
#include "result_by_hand.h"

static void has(const char *text, const char *what) {
    if (!strstr(text, what))
        fail_msg("no \"%s\" in:\n%s", what, text);
}

static void has_not(const char *text, const char *what) {
    if (strstr(text, what))
        fail_msg("\"%s\" in:\n%s", what, text);
}

/* Wherever its lines are broken. */
static void says(const char *text, const char *what) {
    char *flat = mem_strdup(text);
    for (char *at = flat; *at; at++)
        *at = *at == '\n' ? ' ' : *at;
    if (!strstr(flat, what))
        fail_msg("no \"%s\" in:\n%s", what, text);
    free(flat);
}

/* From a word on, all lines of a block are narrow and end without blanks. */
static void is_narrow(const char *text, const char *word) {
    const char *at = strstr(text, word);
    if (!at)
        fail_msg("no \"%s\" in:\n%s", word, text);
    for (; *at && *at != '\n'; at += strcspn(at, "\n") + 1) {
        char line[1024];
        snprintf(line, sizeof line, "%.*s", (int)strcspn(at, "\n"), at);
        if (text_width(line) > REPORT_COLUMNS || line[strlen(line) - 1] == ' ')
            fail_msg("%d columns, or blanks at the end: “%s”", text_width(line), line);
    }
}

static void the_loop_is(const struct result *result, const char *wanted) {
    struct strbuf text = STRBUF_INIT;
    report_loop(result, &text);
    assert_string_equal(text.text, wanted);
    strbuf_release(&text);
}

static void the_loop_is_named(void **state) {
    (void)state;
    struct result_cell cells[3] = {{.pool = 4, .pool_min = 4, .threads = 2, .rate = 500},
                                   {.pool = 4, .pool_min = 4, .threads = 2},
                                   {.pool = 16, .pool_min = 16, .threads = 2}};
    struct result result = {.cells = cells, .cell_count = 1};
    struct workload workload = workload_by_hand;
    the_loop_is(&result, "closed loop: 4 connections, no think time");
    result.cell_count = 3;
    the_loop_is(&result, "closed loop: 4 or 16 connections, no think time");
    cells[2].pool_min = 2;
    the_loop_is(&result, "closed loop: 4 or 2 to 16 connections, no think time");
    result.cell_count = 1;
    cells[0].pool = cells[0].pool_min = 1;
    the_loop_is(&result, "closed loop: 1 connection, no think time");
    result.source = LOAD_RATE;
    the_loop_is(&result,
                "open loop: 500/s, Poisson arrivals, over a pool of 1, split evenly over 2 "
                "threads");
    cells[0].threads = 1;
    result.uniform = true;
    the_loop_is(&result, "open loop: 500/s, uniform arrivals, over a pool of 1");
    result.source = LOAD_USERS;
    cells[0].users = 15000;
    the_loop_is(&result, "closed loop: 15,000 users without thinking, over a pool of 1");
    result.think_min_ns = result.think_max_ns = NS_PER_S;
    the_loop_is(&result, "closed loop: 15,000 users thinking 1 s, over a pool of 1");
    result.think_max_ns = 3 * NS_PER_S;
    result.load = &workload;
    result.quick = true;
    the_loop_is(&result,
                "quick run, times scaled down; closed loop: up to 500 users thinking 1 s to "
                "3 s in 2 stages, over a pool of 1");
    result.source = LOAD_POOL;
    workload.stage_count = 1;
    the_loop_is(&result, "quick run, times scaled down; closed loop: up to 100 connections in 1 "
                         "stage, no think time");
}

static void no_queue_has_no_table(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    char *text = print(&result);
    assert_ptr_equal(strstr(text, "closed loop: 4 connections, no think time\n\n"), text);
    has_not(text, "pool wait");
    has_not(text, "asked");
    has_not(text, "thresholds");
    has_not(text, "\nstage");
    release(&result, text);
}

static void the_pool_is_the_bottleneck(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    char *text = print(&result);
    is_narrow(text, "closed loop: 1,000 users thinking 1 s to 3 s, over a pool of 10");
    is_narrow(text, "latency  ");
    has(text, "\npool wait    3148    3148    3148    3148\n");
    has(text, "\ncommit       12.0    12.0    12.0    12.0\n");
    says(text,
         "A transaction takes 3.2 s on average: 3.15 s (98 %) waiting for a connection, 40 ms "
         "(1 %) in the statement, 12 ms (<1 %) in the commit. The pool, not the server, is "
         "the bottleneck: transactions wait 3.15 s for one of 10 connections and then take 52 "
         "ms. From about 30 connections on they would hardly wait, if the server answered as "
         "fast with them (an estimate: Erlang C).");
    has(text, "asked       2,000 transactions, 1,923 done\n");
    release(&result, text);
}

/* A wait of 40 ms: not most of the time, and by its mean the load would do with fewer. */
static void a_pool_that_is_large_enough_is_not_blamed(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    struct load_tally *tally = &result.cells[0].rounds[0].load.tallies[0];
    load_tally_release(tally);
    fill_tally(tally, 1923, 0, 40 * NS_PER_MS, 52 * NS_PER_MS);
    result.cells[0].pool = result.cells[0].pool_min = 100;
    char *text = print(&result);
    has_not(text, "bottleneck");
    says(text, "The pool is short at times: transactions wait 40 ms for one of 100 connections");
    says(text, "the load needs only about 30 (an estimate: Erlang C): it comes in bursts");
    release(&result, text);

    struct arena other = {0};
    result = make_users_result(&other);
    tally = &result.cells[0].rounds[0].load.tallies[0];
    load_tally_release(tally);
    fill_tally(tally, 1923, 0, 5 * NS_PER_MS, 52 * NS_PER_MS);
    text = print(&result);
    has(text, "(9 %) waiting for a connection");
    has_not(text, "The pool");
    release(&result, text);
}

/* 641 transactions more, a quarter of all, that held a connection for 200 ms and failed: 89 ms are
 * the mean of all, and 52 ms that of those that were done. */
static void failed_transactions_need_connections_too(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    struct load_tally *tally = &result.cells[0].rounds[0].load.tallies[0];
    tally->failed = 641;
    tally->failed_ns = 641 * 200 * NS_PER_MS;
    char *text = print(&result);
    says(text, "A transaction takes 3.2 s on average: 3.15 s (98 %) waiting for a connection");
    says(text,
         "wait 3.15 s for one of 10 connections and then take 89 ms, those that fail included. "
         "From about 47 connections on");
    release(&result, text);
}

/* From 500 users down to none. */
static void a_ramp_down_needs_what_it_begins_with(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    struct workload workload = workload_by_hand;
    struct workload_stage stages[2] = {stages_by_hand[0], stages_by_hand[1]};
    stages[0].target = 500;
    stages[1].target = 1;
    workload.stages = stages;
    result.load = &workload;
    char *text = print(&result);
    says(text, "bottleneck in stage peak: transactions wait 900 ms for one of 10 connections");
    says(text, "From about 17 connections on");
    release(&result, text);
}

/* Of a mix: none, or those of its steps. */
static void batches_are_those_of_the_steps(void **state) {
    static const char *const batches[][2] = {
        {NULL, NULL}, {NULL, "5..15"}, {"10", "10"}, {"10", "7"}};
    static const char *const shown[] = {"–", "5..15", "10", "10, 7"};
    (void)state;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct arena arena = {0};
        struct result result = make_stages_result(&arena);
        struct workload workload = workload_by_hand;
        struct workload_step steps[2] = {steps_by_hand[0], steps_by_hand[1]};
        steps[0].batch = batches[i][0];
        steps[1].batch = batches[i][1];
        workload.steps = steps;
        result.load = &workload;
        char *text = print(&result), line[1024], wanted[64];
        snprintf(wanted, sizeof wanted, "  %s  33,333", shown[i]);
        has(line_of(text, "mix", line, sizeof line), wanted);
        release(&result, text);
    }
}

static void lag_that_is_our_own_is_told_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    struct load_tally *tally = &result.cells[0].rounds[0].load.tallies[0];
    result.source = LOAD_RATE;
    result.cells[0].rate = 100;
    load_tally_release(tally);
    fill_tally(tally, 1000, 30 * NS_PER_MS, 20 * NS_PER_MS, 70 * NS_PER_MS);
    char *text = print(&result);
    has(text, "open loop: 100/s, Poisson arrivals, over a pool of 10\n");
    says(text,
         "A transaction takes 100 ms on average: 10 ms (10 %) until it is sent, once it has a "
         "connection, 20");
    has(text, "\nlag          30.0 ");
    says(text, "wait 20 ms for one of 10 connections and then take 70 ms.");
    has_not(text, "Erlang"); /* 10 are what the load needs */
    release(&result, text);
}

/* Users whose transactions are held back for 300 ms, each with its connection: that is nobody's
 * statement, and no time in which another could have had the connection. */
static void delays_are_told_apart(void **state) {
    (void)state;
    static struct workload_fault delay = {.kind = FAULT_DELAY, .share = 1};
    static const struct workload delayed = {.faults = &delay, .fault_count = 1};
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    struct load_tally *tally = &result.cells[0].rounds[0].load.tallies[0];
    result.load = &delayed;
    load_tally_release(tally);
    fill_tally(tally, 1923, 0, 148 * NS_PER_MS, 52 * NS_PER_MS);
    histogram_clear(tally->latency[LATENCY_RESPONSE]);
    add_latency(tally, LATENCY_RESPONSE, 1923, 500 * NS_PER_MS);
    char *text = print(&result);
    says(text, "A transaction takes 500 ms on average: 300 ms (60 %) until it is sent, delays on "
               "purpose included, 148 ms (30 %) waiting for a connection, 40 ms (8 %) in the "
               "statement, 12 ms (2 %) in the commit.");
    says(text, "wait 148 ms for one of 10 connections and then take 352 ms.");
    release(&result, text);
}

static void pauses_are_not_taken_for_statements(void **state) {
    (void)state;
    static struct workload_statement pausing[] = {{.kind = STATEMENT_INSERT, .table = "t"},
                                                  {.kind = STATEMENT_PAUSE}};
    static struct workload_step send = {
        .name = "send", .weight = 1, .statements = pausing, .statement_count = 2};
    static const struct workload queue = {.steps = &send, .step_count = 1};
    struct arena arena = {0};
    struct result result = make_users_result(&arena);
    result.load = &queue;
    char *text = print(&result);
    says(text, "in statements and the pauses between them, 12 ms");
    release(&result, text);
}

static void stages_steps_and_tenants_have_tables(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    char *text = print(&result);
    has(text, "open loop: up to 500/s in 2 stages, Poisson arrivals, over a pool of 10\n\n");
    is_narrow(text, "stage   for ");
    has(text,
        "\ncalm   10 s     100/s      100         98      25    20.0    20.0    20.0      20\n");
    has(text,
        "\npeak   10 s  to 500/s      500        360      90     930     930     930     100\n");
    is_narrow(text, "step ");
    has(text,
        "\ncreate   25 %       57.5    57.5     930     930     930       0        3        0\n");
    has(text,
        "\nread     75 %        172     172     930     930     930      20        0        7\n");
    is_narrow(text, "tenant ");
    has(text, "\nsmall         5  1,200       500    42 %        0          0\n");
    has(text, "\nlarge         –  4,800         0     0 %       40         60\n");
    has(text, "The pool, not the server, is the bottleneck in stage peak:");
    /* 500/s less a tenth that is rejected, 30 ms each: 13.5 erlangs. */
    says(text, "From about 17 connections on");
    has(text, "run         workload events, 2 stages in 20 s, 1 round");
    says(text, "asked       6,000 transactions, 4,580 done, 20 failed, 500 rejected, 40 dropped ");
    says(text,
         " 60 timed out at the pool, 7 skipped (no row yet), 4 unsent at the end, 789 under ");
    has(text, "error       20 × connection: server closed the connection\n");
    has(text, "error       3 × 40P01, 2 of them tried again: deadlock detected\n");
    has(text, "faults      made on purpose: 0 statement timeouts, 5 cut connections, 0 delays\n");
    has(text, "check       ✓ every application has its audit row\n");
    release(&result, text);
}

static void long_messages_are_cut(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    char line[1024];
    struct load_failure *failure = &result.cells[0].rounds[0].load.failures[0];
    memset(failure->message, 'x', sizeof failure->message - 1);
    char *text = print(&result);
    assert_int_equal(text_width(line_of(text, "error       3 × 40P01", line, sizeof line)),
                     REPORT_COLUMNS);
    assert_string_equal(line + strlen(line) - strlen("x…"), "x…");
    release(&result, text);
}

static void thresholds_are_shown_and_in_a_quick_run_not_judged(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    char *text = print(&result);
    has(text, "\nthresholds, 1 of 3 failed, 1 not known\n✓  p99(response) < 5s");
    has(text, "\n✗  errors < 1%");
    has(text, "\n–  drift(p99) < 10%");
    is_narrow(text, "thresholds");
    has_not(text, "too few values");
    release(&result, text);

    struct arena few = {0};
    result = make_stages_result(&few);
    result.cells[0].thresholds[0].samples = 458;
    text = print(&result);
    has(text, "  ~1.2 s\n");
    has(text, "\n~ too few values for this percentile\n");
    release(&result, text);

    struct arena other = {0};
    result = make_stages_result(&other);
    result.quick = true;
    text = print(&result);
    assert_ptr_equal(strstr(text, "quick run"), text);
    has(text, "\nthresholds, not judged: a quick run\n–  p99(response) < 5s");
    has(text, "\n–  errors < 1%");
    release(&result, text);
}

static void a_check_that_fails_says_how(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    struct result_check *check = &result.cells[0].rounds[0].checks[0];
    *check = (struct result_check){check->name, false, 12};
    char *text = print(&result);
    has(text, "check       ✗ every application has its audit row: 12 rows came back\n");
    release(&result, text);

    struct arena other = {0};
    result = make_stages_result(&other);
    check = &result.cells[0].rounds[0].checks[0];
    *check = (struct result_check){check->name, false, UNKNOWN};
    text = print(&result);
    has(text, "check       – every application has its audit row: could not be asked\n");
    release(&result, text);
}

static void what_was_not_measured_is_a_dash(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_stages_result(&arena);
    result.cells[0].rounds[0].seconds = 0;
    char *text = print(&result);
    has(text, "\ncalm   10 s     100/s          –       –       –       –       –       –\n");
    has(text, "\nsmall         5      –");
    has_not(text, "A transaction takes");
    has_not(text, "\nasked ");
    release(&result, text);
}

static void several_cells_are_told_apart(void **state) {
    (void)state;
    struct arena arena = {0}, spare = {0};
    struct result result = make_result(&arena, 2, 1), one = make_users_result(&spare),
                  two = make_users_result(&spare);
    result.source = LOAD_USERS;
    result.cells[0] = one.cells[0];
    result.cells[1] = two.cells[0];
    result.cells[1].pool = result.cells[1].pool_min = 20;
    free(one.cells);
    free(two.cells);
    char *text = print(&result);
    has(text, "1,000 users without thinking, over a pool of 10 or 20\n");
    has(text, "latency, insert, pool 10  p50 ms");
    has(text, "asked       insert, pool 20: 2,000 transactions, 1,923 done\n");
    release(&result, text);
}

/* Wherever the line has to end. */
static void a_number_stays_with_its_unit(void **state) {
    (void)state;
    static const char *const ends[] = {"takes 52 ms.", "(98 %) of it", "is 3 µs, then",
                                       "of 10 users so"};
    static const char *const torn[] = {"\nms", "\n%)", "\nµs", "\nusers"};
    static const char *const alone[] = {"\nms.", "\nit", "\nthen", "\nso"};
    for (int before = 80; before < REPORT_COLUMNS; before++)
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            char *printed, text[256];
            size_t size;
            FILE *out = open_memstream(&printed, &size);
            snprintf(text, sizeof text, "x%0*d %s", before - 1, 0, ends[i]);
            print_wrapped(text, 0, out);
            fclose(out);
            has_not(printed, torn[i]);
            has_not(printed, alone[i]);
            says(printed, ends[i]);
            is_narrow(printed, "x");
            free(printed);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loop_is_named),
        cmocka_unit_test(no_queue_has_no_table),
        cmocka_unit_test(the_pool_is_the_bottleneck),
        cmocka_unit_test(a_pool_that_is_large_enough_is_not_blamed),
        cmocka_unit_test(failed_transactions_need_connections_too),
        cmocka_unit_test(a_ramp_down_needs_what_it_begins_with),
        cmocka_unit_test(batches_are_those_of_the_steps),
        cmocka_unit_test(lag_that_is_our_own_is_told_apart),
        cmocka_unit_test(delays_are_told_apart),
        cmocka_unit_test(pauses_are_not_taken_for_statements),
        cmocka_unit_test(stages_steps_and_tenants_have_tables),
        cmocka_unit_test(long_messages_are_cut),
        cmocka_unit_test(thresholds_are_shown_and_in_a_quick_run_not_judged),
        cmocka_unit_test(a_check_that_fails_says_how),
        cmocka_unit_test(what_was_not_measured_is_a_dash),
        cmocka_unit_test(several_cells_are_told_apart),
        cmocka_unit_test(a_number_stays_with_its_unit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
