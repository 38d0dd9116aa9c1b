/* Results of ab, compare and tune, made by hand, read back whole: the bytes and the text are those
 * that were written; what is no such result is refused with its key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ab_by_hand.h"
#include "read_back.h"

/* ---- ab ---- */

static struct ab_index indexes[] = {{"events", "events_payload_idx", UNKNOWN, 212.5},
                                    {"events", "events_pkey", 21.4, 21.3}};
/* The first kind is not the one of the largest weight, and within it the second is the larger. */
static struct ab_difference differences[] = {{AB_WAIT, "CPU", 0.31, 0.30, 0.01},
                                             {AB_WAIT, "IO:WalSync", 0.3, 0.4, 0.1},
                                             {AB_WAL, "Btree", 12, 190.1, 0.7},
                                             {AB_HOT, "", UNKNOWN, 0.4, 0.1}};
static const char *unexplained[] = {"page splits: no pg_walinspect"};
static const char *ab_warnings[] = {"the disk flushes in 81 µs", "another one"};

static void fill_study(struct study *study) {
    make_study(study);
    struct ab_result *ab = &study->ab;
    ab->b_cell = "insert, pool 4, batch 1000";
    ab->indexes = indexes;
    ab->index_count = 2;
    ab->explained = true;
    ab->differences = differences;
    ab->difference_count = 4;
    ab->unexplained = unexplained;
    ab->unexplained_count = 1;
    ab->warnings = ab_warnings;
    ab->warning_count = 2;
    study->b.server.durability = UNSAFE;
    study->b.server.durability_why = "fsync is off";
    ab->across_tiers = true;
    invalidate(ab, 1, "a checkpoint ran in B alone");
    invalidate(ab, 2, NULL);
    found(&ab->comparison, COMPARE_LOCK_SHARE, -0.02, 0.01, 0.03, VERDICT_EQUIVALENT);
}

static void ab_reads_back(struct ab_result *ab) {
    reads_back(&(struct document){.kind = DOCUMENT_AB, .ab = ab});
}

static void two_variants_read_back(void **state) {
    (void)state;
    struct study study;
    fill_study(&study);
    ab_reads_back(&study.ab);
    found(&study.ab.comparison, COMPARE_ROWS_PER_S, -0.01, 0.002, 0.03, VERDICT_EQUIVALENT);
    ab_reads_back(&study.ab);
    found(&study.ab.comparison, COMPARE_ROWS_PER_S, -0.1, -0.04, 0.03, VERDICT_INCONCLUSIVE);
    study.ab.comparison.pairs_needed = 31;
    ab_reads_back(&study.ab);
    release_study(&study);
}

static void a_study_without_a_verdict_reads_back(void **state) {
    (void)state;
    struct study study;
    fill_study(&study);
    struct ab_result *ab = &study.ab;
    ab->early = false;
    ab->interrupted = true;
    ab_reads_back(ab);
    ab->compared = false;
    ab->comparison = make_comparison();
    ab->pair_count = 3;
    ab->looks = 0;
    ab->explained = false;
    ab->b_cell = NULL;
    ab->across_tiers = false;
    ab->warning_count = ab->index_count = 0;
    ab->steal_share = ab->pressure_cpu = ab->pressure_io = UNKNOWN;
    ab_reads_back(ab);
    ab->interrupted = false;
    ab_reads_back(ab);
    release_study(&study);
}

static void what_is_no_study_of_two_variants_is_refused(void **state) {
    (void)state;
    struct study study;
    fill_study(&study);
    const struct document document = {.kind = DOCUMENT_AB, .ab = &study.ab};
    is_refused(&document, "variants.a", "7", "\"variants.a\" is no text");
    is_refused(&document, "variants", NULL, "\"variants\" is missing");
    is_refused(&document, "metric", "\"speed\"", "\"metric\" is \"speed\"");
    is_refused(&document, "pairs.3", "[]", "\"pairs[3]\" is no object");
    is_refused(&document, "pairs.3.order", "\"aa\"", "\"pairs[3].order\" is \"aa\"");
    is_refused(&document, "pairs.3.a", "null", "\"pairs[3].a\" is missing");
    is_refused(&document, "pairs.3.b.p99", "-2", "\"pairs[3].b.p99\" is no number");
    is_refused(&document, "comparison.findings.p99.change", "true",
               "\"comparison.findings.p99.change\" is no number");
    is_refused(&document, "comparison.findings.rows_per_s.interval_95", "[1]",
               "\"comparison.findings.rows_per_s.interval_95\" is no interval");
    is_refused(&document, "comparison.findings.rows_per_s.change", "null",
               "\"comparison.findings.rows_per_s.change\" is missing");
    is_refused(&document, "explanation.differences.1.kind", "null",
               "\"explanation.differences[1].kind\" is missing");
    is_refused(&document, "b", "[]", "\"b\" is no object");
    is_refused(&document, "b", NULL, "\"b\" is missing");
    is_refused(&document, "warnings.0", "0", "\"warnings\" is no list of texts");
    release_study(&study);
}

/* ---- compare ---- */

enum { STORED = 18, NEWEST = STORED - 1 };

static struct stored_result stored[STORED];
static char stored_files[STORED][32], stored_times[STORED][32];
static const struct stored_result *bases[STORED];
static struct stored_cell stored_cell;
static struct compare_point points[STORED];
static struct compare_change changes[2];
static struct compare_cell compared_cells[2];
static struct compare_single singles[] = {{"copy, pool 4", true}, {"multirow, pool 4", false}};
static const char *compare_command[] = {"pgwrite", "compare", "results/", NULL};
static const char *compare_warnings[] = {"another kernel: 6.1 and 6.12"};
static struct compare_result compared;

static int start_compare(void **state) {
    (void)state;
    for (size_t i = 0; i < STORED; i++) {
        snprintf(stored_files[i], sizeof stored_files[i], "results/%02zu.json", i);
        snprintf(stored_times[i], sizeof stored_times[i], "2026-01-%02zuT03:00:00Z", i + 1);
        stored[i] = (struct stored_result){.file = stored_files[i],
                                           .started_at = stored_times[i],
                                           .version = "0.1.0",
                                           .seed = 7,
                                           .cpus = 2,
                                           .memory_bytes = i % 2 ? 4294967296 : UNKNOWN,
                                           .kernel = i % 2 ? "Linux 6.1" : "",
                                           .server_version = "15.18 (Debian 15.18-0+deb12u1)",
                                           .durability = "durable",
                                           .workload = "events",
                                           .quick = i == 3,
                                           .interrupted = i == 4};
        points[i] = (struct compare_point){&stored[i], i < 9 ? 1000.5 : 882.25};
    }
    for (size_t i = 9; i < NEWEST; i++)
        bases[i - 9] = &stored[i];
    stored_cell = (struct stored_cell){.path = "insert",
                                       .protocol = "prepared",
                                       .batch = "5..15",
                                       .pool = 4,
                                       .pool_min = 4,
                                       .users = UNKNOWN,
                                       .rate = 500};
    changes[0] = (struct compare_change){9, -0.118};
    changes[1] = (struct compare_change){12, NAN};
    compared_cells[0] = (struct compare_cell){.name = "insert, pool 4, batch 5..15",
                                              .cell = &stored_cell,
                                              .base = bases,
                                              .base_count = NEWEST - 9,
                                              .comparison = make_comparison(),
                                              .points = points,
                                              .point_count = STORED,
                                              .changes = changes,
                                              .change_count = 2};
    compared_cells[0].comparison.paired = false;
    found(&compared_cells[0].comparison, COMPARE_ROWS_PER_S, 0.01, 0.02, 0.03, VERDICT_EQUIVALENT);
    compared_cells[1] = compared_cells[0];
    compared_cells[1].name = "a mix";
    compared_cells[1].point_count = compared_cells[1].change_count = 0;
    compared_cells[1].comparison.findings[COMPARE_ROWS_PER_S].known = false;
    compared = (struct compare_result){.command = compare_command,
                                       .results = stored,
                                       .result_count = STORED,
                                       .metric = COMPARE_ROWS_PER_S,
                                       .margin = 0.05,
                                       .across_tiers = true,
                                       .cells = compared_cells,
                                       .cell_count = 2,
                                       .singles = singles,
                                       .single_count = 2,
                                       .warnings = compare_warnings,
                                       .warning_count = 1};
    compared_cells[1].comparison.findings[COMPARE_ROWS_PER_S].verdict = VERDICT_INCONCLUSIVE;
    return 0;
}

static void stored_results_read_back(void **state) {
    (void)state;
    const struct document document = {.kind = DOCUMENT_COMPARE, .compare = &compared};
    reads_back(&document);
    compared.results = &stored[NEWEST - 1];
    compared.result_count = 2;
    compared.cell_count = 1;
    compared_cells[0].base_count = 1;
    bases[0] = &stored[NEWEST - 1];
    compared_cells[0].point_count = compared_cells[0].change_count = 0;
    compared.single_count = compared.warning_count = 0;
    reads_back(&document);
}

static void what_is_no_comparison_of_results_is_refused(void **state) {
    (void)state;
    const struct document document = {.kind = DOCUMENT_COMPARE, .compare = &compared};
    is_refused(&document, "cells", "[]", "\"cells\" is empty");
    is_refused(&document, "cells.1.pool", "5000000000", "\"cells[1].pool\" is no whole number");
    is_refused(&document, "cells.0.compared_with", "[]", "\"cells[0].compared_with\" names no");
    is_refused(&document, "cells.0.compared_with.0", "\"x\"",
               "\"cells[0].compared_with\" names a file that is not");
    is_refused(&document, "cells.0.history.0.file", "\"x\"",
               "\"cells[0].history[0].file\" names a file that is not");
    is_refused(&document, "cells.0.changes.0.file", "\"x\"",
               "\"cells[0].changes[0].file\" names a file that is not");
    is_refused(&document, "cells.0.comparison", "null", "\"cells[0].comparison\" is missing");
    is_refused(&document, "results", "[]", "\"results\" has fewer than two");
    is_refused(&document, "results.0.side", "\"new\"", "\"results[0].side\" is \"new\" of");
    is_refused(&document, "results.1.host.cpus", "{}",
               "\"results[1].host.cpus\" is no whole number");
}

/* ---- tune ---- */

static const char *tune_command[] = {"pgwrite", "tune", "--budget", "5min", NULL};
static struct server_facts server;
static struct result block;
static struct tune_setting settings[5];
static struct study_phase phases[2];
static struct ab_result winner, pgtune;
static const char *tune_warnings[] = {"PGTune's rules could not be measured: no start"};
static struct tune_result tune;

static void make_settings(void) {
    const struct tune_setting made[] = {
        {.name = "synchronous_commit",
         .present = "on",
         .context = "session",
         .durability = "async-commit",
         .matters = "a commit waits",
         .cost = "a crash loses commits",
         .outcome = TUNE_RECOMMENDED,
         .value = "off",
         .screened = true,
         .effect = 0.31,
         .effect_error = 0.04,
         .compared = true,
         .comparison = make_comparison()},
        {.name = "wal_recycle",
         .present = "on",
         .context = "reload",
         .durability = "safe",
         .outcome = TUNE_NO_MATTER,
         .value = "off",
         .screened = true,
         .effect = -0.02,
         .effect_error = UNKNOWN},
        {.name = "commit_delay",
         .present = "0",
         .context = "session",
         .durability = "safe",
         .outcome = TUNE_NOT_PROVED,
         .why = "no time",
         .value = "10",
         .screened = true,
         .effect = 0,
         .effect_error = 0.01},
        {.name = "max_wal_size",
         .present = "1GB",
         .context = "reload",
         .durability = "safe",
         .outcome = TUNE_WORSE,
         .value = "2GB",
         .effect_error = UNKNOWN,
         .compared = true,
         .comparison = make_comparison()},
        {.name = "io_method",
         .context = "restart",
         .durability = "safe",
         .outcome = TUNE_NOT_TRIED,
         .why = "PostgreSQL 15 has no such setting",
         .effect_error = UNKNOWN},
    };
    memcpy(settings, made, sizeof made);
    found(&settings[0].comparison, COMPARE_ROWS_PER_S, 0.10, 0.20, 0.30, VERDICT_BETTER);
    found(&settings[3].comparison, COMPARE_ROWS_PER_S, -0.3, -0.2, -0.1, VERDICT_WORSE);
}

static int start_tune(void **state) {
    (void)state;
    make_settings();
    server = (struct server_facts){.version = "15.18", .version_num = 150018, .durability_why = ""};
    block = (struct result){.started_at = "2026-03-01T03:00:00Z",
                            .command = tune_command,
                            .seed = 7,
                            .binding = "raw",
                            .mode = "steady",
                            .warmup_ns = 1500000000,
                            .duration_ns = 3000000000,
                            .rounds = 1,
                            .cpus = 8,
                            .memory_bytes = UNKNOWN,
                            .workload = "events",
                            .row_bytes = UNKNOWN,
                            .fsync.flushes_per_s = UNKNOWN};
    phases[0] = (struct study_phase){"screening", 24, 30, 28.5};
    phases[1] = (struct study_phase){"confirming", 16, 20, UNKNOWN};
    winner = (struct ab_result){.a_variant = "",
                                .b_variant = "synchronous_commit=off",
                                .compared = true,
                                .comparison = make_comparison()};
    found(&winner.comparison, COMPARE_ROWS_PER_S, 0.35, 0.40, 0.45, VERDICT_BETTER);
    pgtune = winner;
    pgtune.a_variant = "shared_buffers=6GB";
    tune = (struct tune_result){.block = &block,
                                .workload = "events",
                                .cell = "insert, pool 2",
                                .target = "host=/tmp",
                                .throwaway = true,
                                .server = &server,
                                .cpus = 2,
                                .memory_bytes = 4e9,
                                .metric = COMPARE_ROWS_PER_S,
                                .margin = 0.05,
                                .budget_s = 60,
                                .seconds = 50.25,
                                .phases = phases,
                                .phase_count = 2,
                                .settings = settings,
                                .setting_count = 5,
                                .confirmed = true,
                                .measured = true,
                                .winner = &winner,
                                .pgtune = &pgtune,
                                .pgtune_settings = "shared_buffers=6GB max_wal_size=4GB",
                                .recovery_present_s = 1.25,
                                .recovery_tuned_s = 2.5,
                                .memory_present_bytes = 148e6,
                                .memory_tuned_bytes = 6.4e9,
                                .warnings = tune_warnings,
                                .warning_count = 1};
    return 0;
}

static const struct document tune_document = {.kind = DOCUMENT_TUNE, .tune = &tune};

static void settings_read_back(void **state) {
    (void)state;
    reads_back(&tune_document);
    settings[0].outcome = TUNE_NO_MATTER;
    reads_back(&tune_document);
}

static void half_a_search_reads_back(void **state) {
    (void)state;
    pgtune.compared = false;
    tune.recovery_tuned_s = tune.memory_present_bytes = UNKNOWN;
    reads_back(&tune_document);
    settings[0].outcome = TUNE_NOT_PROVED;
    tune.pgtune = NULL;
    tune.confirmed = winner.compared = false;
    reads_back(&tune_document);
    tune.interrupted = true;
    tune.winner = NULL;
    reads_back(&tune_document);
    tune.interrupted = tune.measured = tune.throwaway = false;
    tune.pgtune_settings = NULL;
    tune.phase_count = tune.setting_count = tune.warning_count = 0;
    reads_back(&tune_document);
}

static void what_is_no_search_is_refused(void **state) {
    (void)state;
    is_refused(&tune_document, "settings.0.value", "null", "\"settings[0].value\" is missing");
    is_refused(&tune_document, "settings.0.context", NULL, "\"settings[0].context\" is missing");
    is_refused(&tune_document, "settings.1.outcome", "0", "\"settings[1].outcome\" is no text");
    is_refused(&tune_document, "settings.2.screened_change", "\"1\"",
               "\"settings[2].screened_change\" is no number");
    is_refused(&tune_document, "phases.1.blocks", "-1", "\"phases[1].blocks\" is no whole number");
    is_refused(&tune_document, "winner.comparison.margin", "[]",
               "\"winner.comparison.margin\" is no number");
    is_refused(&tune_document, "machine.cpus", "1e300", "\"machine.cpus\" is no whole number");
    is_refused(&tune_document, "cell", NULL, "\"cell\" is missing");
    is_refused(&tune_document, "study", "\"poem\"", "\"study\" is \"poem\"");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_variants_read_back),
        cmocka_unit_test(a_study_without_a_verdict_reads_back),
        cmocka_unit_test(what_is_no_study_of_two_variants_is_refused),
        cmocka_unit_test_setup(stored_results_read_back, start_compare),
        cmocka_unit_test_setup(what_is_no_comparison_of_results_is_refused, start_compare),
        cmocka_unit_test_setup(settings_read_back, start_tune),
        cmocka_unit_test_setup(half_a_search_reads_back, start_tune),
        cmocka_unit_test_setup(what_is_no_search_is_refused, start_tune),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
