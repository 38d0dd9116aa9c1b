/* The result file of a search for settings, from one made by hand. Run from the top of the source
 * tree: the schema is docs/result.schema.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "comparison_by_hand.h"
#include "json_written.h"
#include "result/tune.h"

static const char *command[] = {"pgwrite", "tune", NULL};
static struct server_facts server;
static struct result block;
static struct tune_setting settings[2];
static struct study_phase phases[2];
static struct ab_result winner;
static struct tune_result tune;

static int start(void **state) {
    (void)state;
    server = (struct server_facts){.version = "15.1", .version_num = 150001};
    block = (struct result){.started_at = "2026-03-01T03:00:00Z",
                            .command = command,
                            .seed = 7,
                            .binding = "raw",
                            .mode = "steady",
                            .warmup_ns = 1500000000,
                            .duration_ns = 3000000000,
                            .rounds = 1,
                            .cpus = 8,
                            .memory_bytes = UNKNOWN,
                            .workload = "events",
                            .row_bytes = UNKNOWN};
    settings[0] = (struct tune_setting){.name = "commit_delay",
                                        .present = "10000",
                                        .context = "session",
                                        .durability = "safe",
                                        .matters = "a commit waits",
                                        .cost = "",
                                        .outcome = TUNE_RECOMMENDED,
                                        .value = "0",
                                        .screened = true,
                                        .effect = -0.25,
                                        .effect_error = UNKNOWN,
                                        .compared = true,
                                        .comparison = make_comparison()};
    settings[1] = (struct tune_setting){.name = "io_method",
                                        .context = "restart",
                                        .durability = "safe",
                                        .outcome = TUNE_NOT_TRIED,
                                        .why = "PostgreSQL 15 has no such setting",
                                        .effect_error = UNKNOWN};
    phases[0] = (struct study_phase){"screening", 24, 30, 28.5};
    phases[1] = (struct study_phase){"confirming", 16, 20, UNKNOWN};
    winner = (struct ab_result){
        .a_variant = "", .b_variant = "commit_delay=0", .comparison = make_comparison()};
    tune = (struct tune_result){.block = &block,
                                .workload = "events",
                                .cell = "insert, pool 2",
                                .target = "host=/tmp",
                                .server = &server,
                                .cpus = 2,
                                .memory_bytes = 4e9,
                                .metric = COMPARE_ROWS_PER_S,
                                .margin = 0.05,
                                .budget_s = 60,
                                .seconds = 50,
                                .phases = phases,
                                .phase_count = 2,
                                .settings = settings,
                                .setting_count = 2,
                                .recovery_present_s = UNKNOWN,
                                .recovery_tuned_s = UNKNOWN,
                                .memory_present_bytes = UNKNOWN,
                                .memory_tuned_bytes = UNKNOWN};
    return 0;
}

static json_t *written(void) {
    char file[] = "/tmp/pgwrite-test-XXXXXX";
    int handle = mkstemp(file);
    assert_true(handle >= 0);
    close(handle);
    struct error error = {0};
    assert_true(tune_write_json(&tune, file, &error));
    return read_written(file, "tune");
}

static void what_is_needed_to_repeat_it_is_there(void **state) {
    (void)state;
    json_t *root = written();
    says(root, "study", "tune");
    says(root, "started_at", "2026-03-01T03:00:00Z");
    says(root, "command.1", "tune");
    assert_int_equal(json_array_size(find(root, "command")), 2);
    is(root, "seed", 7);
    says(root, "run.mode", "steady");
    is(root, "run.warmup_s", 1.5);
    is(root, "run.duration_s", 3);
    is(root, "host.cpus", 8);
    is_null(root, "host.memory_bytes");
    is_null(root, "host.kernel");
    is(root, "machine.cpus", 2);
    is(root, "server.version_num", 150001);
    says(root, "workload.name", "events");
    is_null(root, "workload.table");
    json_decref(root);
}

static void what_is_not_known_is_null(void **state) {
    (void)state;
    json_t *root = written();
    is_null(root, "settings.0.why");
    is_null(root, "settings.0.cost");
    is(root, "settings.0.screened_change", -0.25);
    is_null(root, "settings.0.screened_error");
    has_type(root, "settings.0.comparison", JSON_OBJECT);
    is_null(root, "settings.1.present");
    is_null(root, "settings.1.value");
    is_null(root, "settings.1.matters");
    is_null(root, "settings.1.screened_change");
    is_null(root, "settings.1.comparison");
    is_null(root, "winner");
    is_null(root, "pgtune");
    is_null(root, "recovery_tuned_s");
    is_null(root, "memory_present_bytes");
    is(root, "phases.0.blocks", 24);
    is(root, "phases.1.planned_s", 20);
    is_null(root, "phases.1.seconds");
    json_decref(root);
}

/* A plan is no measurement. */
static void blocks_are_those_that_were_run(void **state) {
    (void)state;
    json_t *root = written();
    is(root, "phases.1.blocks", 0);
    json_decref(root);
}

static void a_comparison_counts_after_its_first_look(void **state) {
    (void)state;
    tune.winner = &winner;
    json_t *root = written();
    is_null(root, "winner");
    json_decref(root);
    winner.compared = true;
    root = written();
    says(root, "winner.a", "");
    says(root, "winner.b", "commit_delay=0");
    says(root, "winner.comparison.metric", "rows_per_s");
    json_decref(root);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_needed_to_repeat_it_is_there, start),
        cmocka_unit_test_setup(what_is_not_known_is_null, start),
        cmocka_unit_test_setup(blocks_are_those_that_were_run, start),
        cmocka_unit_test_setup(a_comparison_counts_after_its_first_look, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
