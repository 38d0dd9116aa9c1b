/*
 * Any bytes as a threshold: the parser gives one that can be told and compared, or one usage error
 * with its place. The first byte says in which stage's list it stands and whether it may abort.
 * With libFuzzer: fuzz_threshold tests/fuzz/corpus/threshold
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "workload/threshold.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(bool holds) {
    if (!holds)
        abort();
}

static struct workload_stage stages[] = {{.name = "calm"}, {.name = "peak hour"}, {.name = "end"}};
static struct workload_step steps[] = {{.name = "read"}, {.name = "write"}};
static struct workload_query gauges[] = {{.name = "depth"}};

static void check_threshold(const struct threshold *got, bool may_abort) {
    char text[64];
    check(got->metric < METRIC_COUNT && isfinite(got->value) && got->value >= 0);
    check(got->metric != METRIC_QUANTILE || (got->quantile > 0 && got->quantile < 1));
    check(got->stage == THRESHOLD_ALL || (got->stage < 3 && metrics[got->metric].by_stage));
    check(got->step == THRESHOLD_ALL || (got->step < 2 && metrics[got->metric].by_step));
    check(got->gauge == THRESHOLD_ALL || got->gauge == 0);
    check(!got->abort || (may_abort && metrics[got->metric].live));
    check(threshold_show(got, got->value, text, sizeof text)[0]);
    bool equal = got->compare == AT_MOST || got->compare == AT_LEAST || got->compare == EQUAL;
    check(threshold_holds(got, got->value) == equal);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    const struct place at = {"fuzz.yaml", 3, 5, "  - a threshold"};
    struct workload workload = {.stage_source = LOAD_RATE,
                                .stages = stages,
                                .stage_count = 3,
                                .steps = steps,
                                .step_count = 2,
                                .gauges = gauges,
                                .gauge_count = 1};
    if (length == 0)
        return 0;
    size_t stage = bytes[0] % 4 < 3 ? bytes[0] % 4 : THRESHOLD_ALL;
    bool may_abort = bytes[0] / 4 % 2 == 1;
    char *text = malloc(length);
    check(text != NULL);
    memcpy(text, bytes + 1, length - 1);
    text[length - 1] = '\0';
    struct arena arena = {0};
    struct threshold got;
    struct error error = {0};
    if (threshold_parse(text, &at, stage, may_abort, &workload, &arena, &got, &error)) {
        check(!error.set);
        check_threshold(&got, may_abort);
    } else {
        check(error.set && error.exit_code == EXIT_USAGE && error.what[0]);
        check(strcmp(error.where, "fuzz.yaml:3:5") == 0);
    }
    arena_release(&arena);
    free(text);
    return 0;
}
