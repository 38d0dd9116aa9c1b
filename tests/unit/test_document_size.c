/* Results of size, made by hand, read back whole: the bytes and the text are those that were
 * written; what is no such result is refused with its key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "read_back.h"
#include "size_by_hand.h"

static const struct document document = {.kind = DOCUMENT_SIZE, .size = &size};

static void a_need_that_fits_reads_back(void **state) {
    (void)state;
    reads_back(&document);
    size.need_confirmed = true;
    size.at_need->point.asked = size.at_need->point.done = 1234;
    size.at_need->point.checkpoints = 2;
    reads_back(&document);
}

static void a_need_that_is_short_reads_back(void **state) {
    (void)state;
    reads_back(&document);
    size.prediction.known = false;
    size.prediction.unknown_why = "the flush time of this server is not known";
    size.prediction.fsync_here_s = UNKNOWN;
    reads_back(&document);
}

static void without_a_need_it_reads_back(void **state) {
    (void)state;
    size.need_per_s = size.needed_per_s = size.headroom = UNKNOWN;
    size.fits = SIZE_NO_NEED;
    size.at_need = NULL;
    for (size_t i = 0; i < size.batch_count; i++)
        batches[i].commits_needed_per_s = batches[i].use = UNKNOWN;
    size.requirements.measured = false;
    size.requirements.from_rate_per_s = 980;
    server.durability = ASYNC_COMMIT;
    server.durability_why = "synchronous_commit is off";
    reads_back(&document);
}

static void what_was_interrupted_reads_back(void **state) {
    (void)state;
    reads_back(&document);
    size.level_count = size.probe_count = size.pool = 0;
    size.no_fit = NULL;
    size.fit = (struct usl_fit){0};
    size.low_per_s = size.high_per_s = size.closed_per_s = UNKNOWN;
    size.pool_cause = (struct size_cause){SIZE_LIMIT_UNKNOWN, NULL};
    reads_back(&document);
    size.probe_count = 1;
    probes[0].slos = NULL;
    probes[0].verdict = SIZE_UNSURE;
    probes[0].achieved = probes[0].lag_growth_s = UNKNOWN;
    size.high_per_s = 1400;
    reads_back(&document);
}

/* Its interval may have a lower end alone. */
static void a_peak_without_end_reads_back(void **state) {
    (void)state;
    size.fit.law.beta = 0;
    size.fit.peak_high = INFINITY;
    reads_back(&document);
    size.fit.peak_low = INFINITY;
    reads_back(&document);
}

/* Times are microseconds in the file, of a threshold made from nanoseconds: none may drift. */
static void times_read_back_as_they_were(void **state) {
    (void)state;
    for (size_t i = 0; i < size.level_count; i++) {
        levels[i].mean_s = 0.001 * (double)(i + 1) / 3;
        levels[i].p50_s = 0.0007 / (double)(i + 7);
        levels[i].p99_s = 1e-9 * (double)(i * i + 1);
        levels[i].parts[PART_CPU] = UNKNOWN;
    }
    levels[3].parts[0] = UNKNOWN;
    for (size_t i = 0; i < size.probe_count; i++)
        probe_slos[i][0].value = 1e9 / (double)(i + 3);
    probe_slos[1][0].worst = NAN;
    reads_back(&document);
}

/* Transactions of a mix whose SLOs name a step and a gauge: the file does not have those. */
static void a_mix_reads_back(void **state) {
    (void)state;
    size.mix = true;
    size.cell = "mix";
    size.rows_per_commit = 3.5;
    slos[0].text = "p99.9(response){step: pay} < 50ms";
    slos[1] = (struct threshold){.text = "max(queue) <= 1000",
                                 .metric = METRIC_MAX,
                                 .value = 1000,
                                 .unit = METRIC_NUMBER,
                                 .compare = AT_MOST};
    for (size_t i = 0; i < size.probe_count; i++)
        probes[i].point.batch = (struct range){0, 0};
    levels[0].batch = (struct range){5, 15};
    size.batch_count = 0;
    reads_back(&document);
}

static void what_is_no_sizing_is_refused(void **state) {
    (void)state;
    is_refused(&document, "size", NULL, "\"size\" is missing");
    is_refused(&document, "size.unit", "\"cows\"", "\"size.unit\" is \"cows\"");
    is_refused(&document, "size.slos.0.unit", "\"cm\"", "\"size.slos[0].unit\" is \"cm\"");
    is_refused(&document, "size.probes.2.slos", "[{}]", "\"size.probes[2].slos\" has 1 entries");
    is_refused(&document, "size.probes.2.slos.1", "3", "\"size.probes[2].slos[1]\" is no object");
    is_refused(&document, "size.probes.2.point.response", "[]",
               "\"size.probes[2].point.response\" is no object");
    is_refused(&document, "size.levels.4.batch", "\"1..\"",
               "\"size.levels[4].batch\" is no number");
    is_refused(&document, "size.levels.4.cause.limit", "\"luck\"",
               "\"size.levels[4].cause.limit\" is \"luck\"");
    is_refused(&document, "size.fit.peak.interval_95", "[1, null]",
               "\"size.fit.peak.interval_95\" is no interval");
    is_refused(&document, "size.pool.connections", "1e10", "\"size.pool.connections\" is no whole");
    is_refused(&document, "size.answer.need_per_s", "-3",
               "\"size.answer.need_per_s\" is no number");
    is_refused(&document, "size.capacity.cause", NULL, "\"size.capacity.cause\" is missing");
    is_refused(&document, "size.at_need.verdict", "null", "\"size.at_need.verdict\" is missing");
    is_refused(&document, "phases.0.name", NULL, "\"phases[0].name\" is missing");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_need_that_fits_reads_back, make_fitting),
        cmocka_unit_test_setup(a_need_that_is_short_reads_back, make_short),
        cmocka_unit_test_setup(without_a_need_it_reads_back, make_fitting),
        cmocka_unit_test_setup(what_was_interrupted_reads_back, make_interrupted),
        cmocka_unit_test_setup(a_peak_without_end_reads_back, make_fitting),
        cmocka_unit_test_setup(times_read_back_as_they_were, make_fitting),
        cmocka_unit_test_setup(a_mix_reads_back, make_fitting),
        cmocka_unit_test_setup(what_is_no_sizing_is_refused, make_fitting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
