/* What a search for settings tells: what it recommends, with which effect, and what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "comparison_by_hand.h"
#include "report/format.h"
#include "report/tune.h"

static struct tune_setting settings[4];
static struct ab_result winner;
static struct server_facts server;
static struct tune_result tune;

static int start(void **state) {
    (void)state;
    const struct tune_setting made[] = {
        {.name = "synchronous_commit",
         .present = "on",
         .context = "session",
         .durability = "async-commit",
         .cost = "a crash loses commits",
         .outcome = TUNE_RECOMMENDED,
         .value = "o'f\\f",
         .screened = true,
         .effect_error = UNKNOWN,
         .compared = true},
        {.name = "commit_delay",
         .present = "10000",
         .context = "session",
         .durability = "safe",
         .cost = "latency",
         .outcome = TUNE_RECOMMENDED,
         .value = "0",
         .screened = true,
         .effect_error = UNKNOWN,
         .compared = true},
        {.name = "wal_recycle",
         .present = "on",
         .outcome = TUNE_NO_MATTER,
         .value = "off",
         .screened = true,
         .effect = -0.02,
         .effect_error = 0.01},
        {.name = "shared_buffers",
         .present = "128MB",
         .why = "a reason",
         .outcome = TUNE_NOT_TRIED},
    };
    memcpy(settings, made, sizeof made);
    for (size_t i = 0; i < 2; i++) {
        settings[i].comparison = make_comparison();
        found(&settings[i].comparison, COMPARE_ROWS_PER_S, 0.10, 0.20, 0.30, VERDICT_BETTER);
    }
    winner = (struct ab_result){.compared = true, .comparison = make_comparison()};
    found(&winner.comparison, COMPARE_ROWS_PER_S, 0.35, 0.40, 0.45, VERDICT_BETTER);
    server = (struct server_facts){.version = "15.1"};
    tune = (struct tune_result){.workload = "events",
                                .cell = "insert, pool 2",
                                .server = &server,
                                .metric = COMPARE_ROWS_PER_S,
                                .margin = 0.05,
                                .budget_s = 60,
                                .seconds = 50,
                                .settings = settings,
                                .setting_count = 4,
                                .measured = true,
                                .confirmed = true,
                                .winner = &winner,
                                .recovery_present_s = UNKNOWN,
                                .recovery_tuned_s = UNKNOWN,
                                .memory_present_bytes = UNKNOWN,
                                .memory_tuned_bytes = UNKNOWN};
    return 0;
}

static void assert_says(bool says, const char *words) {
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    tune_text(&tune, out);
    assert_int_equal(fclose(out), 0);
    if ((strstr(text, words) != NULL) != says)
        fail_msg("%s \"%s\" in:\n%s", says ? "no" : "there is", words, text);
    free(text);
}

static void what_is_recommended_is_told_with_its_effect(void **state) {
    (void)state;
    assert_true(tune_recommends(&tune));
    assert_says(true, "Put into postgresql.conf:\n");
    assert_says(true, "commit_delay        0      10000   +20.0 % (+10.0 to +30.0)");
    assert_says(true, "Confirmed: with all of it the throughput in rows is 40 % more than with the "
                      "present settings");
    assert_says(true, "synchronous_commit is of class async-commit: a crash may lose commits");
    assert_says(true, "synchronous_commit costs: a crash loses commits");
    assert_says(false, "commit_delay costs");
    assert_says(true, "Did not help:\n  wal_recycle = off: −2.0 % ± 1.0 in the screening\n");
    assert_says(true, "Not tried:\n  shared_buffers: a reason\n");
    assert_says(true, "PGTune's rules were not measured.");
    assert_says(false, "After a crash");
}

static void a_pull_request_has_the_answer_first(void **state) {
    (void)state;
    const struct document document = {.kind = DOCUMENT_TUNE, .tune = &tune};
    static const char *const wanted[] = {
        "**Confirmed: with all of it the throughput in rows is 40 % more",
        "\n\n| setting | value | before | rows/s | needs a |\n| --- |",
        "\n- synchronous_commit is of class async-commit",
        "<details><summary>How it was measured",
        "\n- wal_recycle = off: ",
    };
    char *text;
    size_t size, lines = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    format_markdown(&document, 1, 0, out);
    assert_int_equal(fclose(out), 0);
    assert_ptr_equal(strstr(text, wanted[0]), text);
    for (size_t i = 1; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(text, wanted[i]))
            fail_msg("no \"%s\" in:\n%s", wanted[i], text);
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_true(lines <= 60);
    assert_null(strstr(strstr(text, "Confirmed") + 1, "Confirmed"));
    free(text);
}

static void nothing_is_recommended_that_is_not_proved(void **state) {
    (void)state;
    settings[0].outcome = settings[1].outcome = TUNE_NO_MATTER;
    assert_false(tune_recommends(&tune));
    assert_false(tune_undecided(&tune));
    assert_says(true, "Nothing to recommend: of 3 settings tried none made these writes faster by "
                      "5 % or more.");
    assert_says(false, "postgresql.conf");
    assert_says(false, "Confirmed");
    settings[1].outcome = TUNE_NOT_PROVED;
    settings[1].why = "no time";
    assert_true(tune_undecided(&tune));
    assert_says(true, "Nothing is recommended: what looked better is not confirmed.");
    assert_says(
        true,
        "Looked better, not proved:\n  commit_delay = 0: +20.0 % (+10.0 to +30.0); no time\n");
    tune.interrupted = true;
    assert_says(true, "Best so far, unconfirmed:\n");
}

static void the_lines_for_postgresql_conf_are_quoted_and_labelled(void **state) {
    (void)state;
    struct strbuf conf = STRBUF_INIT;
    tune_conf(&tune, "2026-03-01", &conf);
    static const char *const wanted[] = {
        "# Found by pgwrite tune on 2026-03-01: workload events, insert, pool 2, PostgreSQL",
        "\n# +20.0 % (+10.0 to +30.0) rows/s; was on.\n# Class async-commit: a crash may lose",
        "\nsynchronous_commit = 'o''f\\\\f'\n",
        "\ncommit_delay = '0'\n",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(conf.text, wanted[i]))
            fail_msg("no \"%s\" in:\n%s", wanted[i], conf.text);
    assert_null(strstr(conf.text, "wal_recycle"));
    assert_null(strstr(conf.text, "latency"));
    strbuf_release(&conf);
}

static void a_workloads_name_can_not_end_the_comment(void **state) {
    (void)state;
    struct strbuf conf = STRBUF_INIT;
    tune.workload = "a\nfsync = off";
    tune_conf(&tune, "2026-03-01", &conf);
    assert_null(strstr(conf.text, "\nfsync"));
    strbuf_release(&conf);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_recommended_is_told_with_its_effect, start),
        cmocka_unit_test_setup(a_pull_request_has_the_answer_first, start),
        cmocka_unit_test_setup(nothing_is_recommended_that_is_not_proved, start),
        cmocka_unit_test_setup(the_lines_for_postgresql_conf_are_quoted_and_labelled, start),
        cmocka_unit_test_setup(a_workloads_name_can_not_end_the_comment, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
