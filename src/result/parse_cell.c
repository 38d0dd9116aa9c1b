/* A cell read back. Its totals are computed anew from its rounds. */
#include <stdint.h>

#include "result/parse_internal.h"

static void read_batch(struct parse *parse, const json_t *object, struct range *out) {
    struct error error = {0};
    const char *text = parse_text(parse, object, "batch");
    *out = (struct range){0, 0};
    if (text && !units_range(text, out, &error)) {
        *out = (struct range){0, 0};
        parse_fault(parse, "batch", "is no number of rows, nor a range");
    }
}

/* The most values that a bucket can have once all rounds are added up. */
static void add_most(const struct histogram *histogram, uint64_t *sum) {
    uint32_t most = 0;
    for (size_t i = 0; histogram && histogram->count && i < HISTOGRAM_BUCKETS; i++)
        most = histogram->counts[i] > most ? histogram->counts[i] : most;
    *sum += most;
}

/* Sums over rounds, stages and steps panic where a bucket has no room: no file may do that. */
static bool fits(const struct result_cell *cell) {
    uint64_t of_rounds[3] = {0}, of_tallies[LATENCY_COUNT] = {0};
    bool ok = true;
    for (size_t i = 0; i < cell->round_count; i++) {
        const struct result_round *round = &cell->rounds[i];
        add_most(round->response, &of_rounds[0]);
        add_most(round->statement, &of_rounds[1]);
        add_most(round->commit, &of_rounds[2]);
        for (size_t k = 0; k < round->load.stage_count * round->load.step_count; k++)
            for (size_t l = 0; l < LATENCY_COUNT; l++)
                add_most(round->load.tallies[k].latency[l], &of_tallies[l]);
    }
    for (size_t i = 0; i < 3; i++)
        ok &= of_rounds[i] <= UINT32_MAX;
    for (size_t i = 0; i < LATENCY_COUNT; i++)
        ok &= of_tallies[i] <= UINT32_MAX;
    return ok;
}

void parse_cell(struct parse *parse, const json_t *object, struct result *result,
                struct result_cell *cell) {
    cell->path = parse_filled(parse, object, "path");
    cell->protocol = parse_filled(parse, object, "protocol");
    cell->pool = (uint32_t)parse_count_max(parse, object, "pool", UINT32_MAX);
    cell->pool_min = parse_has(object, "pool_min")
                         ? (uint32_t)parse_count_max(parse, object, "pool_min", UINT32_MAX)
                         : cell->pool;
    cell->threads = (uint32_t)parse_count_max(parse, object, "threads", UINT32_MAX);
    read_batch(parse, object, &cell->batch);
    cell->users = parse_number(parse, object, "users");
    cell->rate = parse_number(parse, object, "rate_per_s");
    const json_t *client = parse_object(parse, object, "client");
    parse_enter(parse, "client", SIZE_MAX);
    result->client_rss_bytes = parse_number(parse, client, "rss_bytes");
    parse_leave(parse);
    const json_t *ceiling = parse_object(parse, object, "ceiling");
    parse_enter(parse, "ceiling", SIZE_MAX);
    cell->ceiling_rows_per_s = parse_number(parse, ceiling, "rows_per_s");
    parse_leave(parse);
    const json_t *rounds = parse_array(parse, object, "rounds");
    size_t count = json_array_size(rounds);
    parse->round_count += count;
    if (parse->round_count > PARSE_ROUNDS_MAX)
        parse_fault(parse, "rounds", "are more than %d in this file", PARSE_ROUNDS_MAX);
    cell->rounds = MEM_ARRAY(struct result_round, count + 1);
    for (size_t i = 0; i < count && !parse->failed; i++) {
        const json_t *round = parse_element(parse, rounds, "rounds", i);
        cell->round_count++;
        parse_round(parse, round, result, &cell->rounds[i]);
        parse_leave(parse);
    }
    if (parse->failed)
        return;
    if (fits(cell))
        result_cell_summarise(cell);
    else
        parse_fault(parse, "rounds", "have more values than can be added up");
}
