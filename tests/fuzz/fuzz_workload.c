/*
 * Any bytes as a workload file: the loader gives a workload or one usage error with the file's
 * name, and nothing else. With libFuzzer: fuzz_workload tests/fuzz/corpus/workload
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "workload/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks a buffer of its own after some syntax errors in long quoted texts. */
const char *__lsan_default_suppressions(void) {
    return "leak:libfyaml";
}

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_places(const struct generator_arg *args, size_t count) {
    for (size_t i = 0; i < count; i++) {
        check(args[i].at.line > 0 && args[i].at.column > 0);
        check((args[i].scalar != NULL) != (args[i].items != NULL));
        check_places(args[i].items, args[i].item_count);
    }
}

static void check_statement(const struct workload_statement *statement, bool inside) {
    bool sql = statement->kind == STATEMENT_SQL, pause = statement->kind == STATEMENT_PAUSE;
    check(statement->at.line > 0 && statement->rows >= 1 && (inside || statement->rows == 1));
    check((statement->sql != NULL) == sql && (inside || !pause));
    check((statement->table != NULL) == (!sql && !pause));
    check((statement->set_count > 0) == (statement->sets != NULL));
    check(statement->kind != STATEMENT_UPDATE || statement->set_count > 0);
    check(statement->pause_min_ns <= statement->pause_max_ns);
    check(!statement->conflict_columns || statement->on_conflict != CONFLICT_ERROR);
    for (size_t i = 0; i < statement->set_count; i++)
        check(statement->sets[i].at.line > 0 &&
              (statement->sets[i].table != NULL) == (statement->kind == STATEMENT_INSERT));
}

static void check_steps(const struct workload *workload) {
    bool weights = workload->step_count > 0 && workload->steps[0].weight > 0;
    for (size_t i = 0; i < workload->step_count; i++) {
        const struct workload_step *step = &workload->steps[i];
        check((step->weight > 0) == weights && (step->probability > 0) == !weights);
        check(step->probability <= 1 && step->statement_count > 0);
        check(step->transaction || step->statement_count == 1);
        for (size_t k = 0; k < step->statement_count; k++)
            check_statement(&step->statements[k], step->transaction);
        for (size_t k = 0; k < i; k++)
            check(strcmp(workload->steps[k].name, step->name) != 0);
    }
}

static void check_load(const struct workload *workload) {
    double shares = 0;
    double most = 0;
    for (size_t i = 0; i < workload->stage_count; i++) {
        const struct workload_stage *stage = &workload->stages[i];
        most = stage->target > most ? stage->target : most;
        check(stage->for_ns > 0 && stage->at.line > 0);
        /* Of users alone there can be none for a while. */
        check(stage->target > 0 || (stage->target == 0 && workload->stage_source == LOAD_USERS));
        check(stage->think_min_ns <= stage->think_max_ns);
        for (size_t k = 0; k < i; k++)
            check(strcmp(workload->stages[k].name, stage->name) != 0);
    }
    check(workload->stage_count == 0 || most > 0);
    for (size_t i = 0; i < workload->tenant_count; i++)
        check(workload->tenants[i].name[0] && workload->tenants[i].weight > 0);
    for (size_t i = 0; i < workload->fault_count; i++)
        shares += workload->faults[i].share;
    check(shares < 1.001);
    for (size_t i = 0; i < workload->gauge_count; i++)
        check(workload->gauges[i].name[0] && workload->gauges[i].sql[0]);
    for (size_t i = 0; i < workload->check_count; i++)
        check(workload->checks[i].name[0] && workload->checks[i].sql[0]);
}

static void check_workload(const struct workload *workload) {
    check(workload->schema_file && workload->description);
    for (size_t i = 0; i < workload->column_count; i++) {
        const struct workload_column *column = &workload->columns[i];
        check(column->name[0] && column->at.line > 0);
        check(!column->use_default || (!column->generator && column->args.count == 0));
        check_places(column->args.args, column->args.count);
    }
    for (size_t i = 0; i < workload->load_count; i++)
        check(workload->load[i].text[0] && workload->load[i].at.line > 0);
    check_steps(workload);
    check_load(workload);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const load_options[] = {"path", "pool", "batch", "duration", NULL};
    /* Without a NUL behind it, so that a read past the end is seen. */
    char *text = malloc(length ? length : 1);
    check(text != NULL);
    memcpy(text, bytes, length);
    struct arena arena = {0};
    struct workload workload;
    struct place schema_at;
    struct error error = {0};
    if (workload_parse(text, length, "fuzz.yaml", load_options, &arena, &workload, &schema_at,
                       &error)) {
        check(!error.set);
        check_workload(&workload);
    } else {
        check(error.set && error.exit_code == EXIT_USAGE && error.what[0]);
        check(strncmp(error.where, "fuzz.yaml", 9) == 0);
    }
    arena_release(&arena);
    free(text);
    return 0;
}
