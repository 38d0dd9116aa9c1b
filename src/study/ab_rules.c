#include "study/ab_rules.h"

#include <string.h>

#include "result/total.h"

const char *ab_why_invalid(const struct ab_side_round *a, const struct ab_side_round *b,
                           bool checkpoints_count, struct arena *arena) {
    const struct {
        const char *what;
        double a, b;
    } alone[] = {
        {"a checkpoint", a->round->checkpoints, b->round->checkpoints},
        {"autovacuum", a->round->statistics.autovacuums, b->round->statistics.autovacuums},
    };
    for (size_t i = checkpoints_count ? 1 : 0; i < sizeof alone / sizeof *alone; i++)
        if (is_known(alone[i].a) && is_known(alone[i].b) && (alone[i].a > 0) != (alone[i].b > 0))
            return arena_printf(arena, "%s ran in %s alone", alone[i].what,
                                alone[i].a > 0 ? "A" : "B");
    if (a->reconnected || b->reconnected)
        return arena_printf(arena, "a connection of %s was lost and made again",
                            a->reconnected ? "A" : "B");
    return NULL;
}

double ab_rest_of_error(const struct looks *looks, size_t from) {
    double rest = 0;
    for (size_t i = from; i < looks->count; i++)
        rest += looks->share[i];
    return rest;
}

void ab_describe_machine(struct ab_result *out) {
    struct host_usage a, b;
    result_host(&out->a->cells[0], &a);
    result_host(&out->b->cells[0], &b);
    double all_s = a.seconds + b.seconds;
    const struct {
        double *out, a, b;
    } shares[] = {{&out->steal_share, a.steal_share, b.steal_share},
                  {&out->pressure_cpu, a.pressure_cpu, b.pressure_cpu},
                  {&out->pressure_io, a.pressure_io, b.pressure_io}};
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++)
        *shares[i].out = is_known(shares[i].a) && is_known(shares[i].b) && all_s > 0
                             ? (shares[i].a * a.seconds + shares[i].b * b.seconds) / all_s
                             : UNKNOWN;
}

/* What arrives is what is written, as long as the server can: the same on both sides, however much
 * slower B is. */
static const char *warn_of_rate(const struct ab_result *out, enum comparison_metric metric,
                                struct arena *arena) {
    bool throughput = metric == COMPARE_ROWS_PER_S || metric == COMPARE_COMMITS_PER_S;
    if (!throughput || out->a->source != LOAD_RATE || out->b->source != LOAD_RATE)
        return NULL;
    return arena_printf(arena,
                        "%s of a rate is what arrives, not what the server can do: decide by a "
                        "response time (--metric p95)",
                        comparison_definitions[metric].label);
}

void ab_join_warnings(struct ab_result *out, enum comparison_metric metric, struct arena *arena) {
    const struct result *sides[] = {out->a, out->b};
    const char *of_rate = warn_of_rate(out, metric, arena);
    out->warnings =
        ARENA_ARRAY(arena, const char *, out->a->warning_count + out->b->warning_count + 2);
    if (of_rate)
        out->warnings[out->warning_count++] = of_rate;
    for (size_t side = 0; side < 2; side++)
        for (size_t i = 0; i < sides[side]->warning_count; i++) {
            bool there = false;
            for (size_t k = 0; k < out->warning_count; k++)
                there |= strcmp(out->warnings[k], sides[side]->warnings[i]) == 0;
            if (!there)
                out->warnings[out->warning_count++] = sides[side]->warnings[i];
        }
}
