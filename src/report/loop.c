/* What kind of load it was, in one line. */
#include "report/internal.h"
#include "report/text.h"

static size_t stage_count(const struct result *result) {
    return result->load ? result->load->stage_count : 0;
}

/* The most of all stages, or of the run without stages. */
static double most_load(const struct result *result) {
    const struct result_cell *first = result->cell_count ? &result->cells[0] : NULL;
    double most = UNKNOWN;
    for (size_t i = 0; i < stage_count(result); i++)
        if (result->load->stages[i].target > most)
            most = result->load->stages[i].target;
    if (stage_count(result) || !first)
        return most;
    return result->source == LOAD_USERS ? first->users : first->rate;
}

static void add_in_stages(const struct result *result, struct strbuf *out) {
    if (stage_count(result))
        strbuf_printf(out, " in %zu stage%s", stage_count(result),
                      stage_count(result) == 1 ? "" : "s");
}

/* Whether an earlier cell has the same pool. */
static bool is_repeated(const struct result *result, size_t number) {
    for (size_t i = 0; i < number; i++)
        if (result->cells[i].pool == result->cells[number].pool &&
            result->cells[i].pool_min == result->cells[number].pool_min)
            return true;
    return false;
}

/* "4", "2 to 20", "4, 8 or 16". */
static void add_pools(const struct result *result, struct strbuf *out) {
    size_t count = 0, done = 0;
    char pool[32];
    for (size_t i = 0; i < result->cell_count; i++)
        count += !is_repeated(result, i);
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        if (is_repeated(result, i))
            continue;
        strbuf_add(out, done == 0 ? "" : done + 1 == count ? " or " : ", ");
        if (cell->pool_min < cell->pool)
            strbuf_printf(out, "%u to ", cell->pool_min);
        strbuf_add(out, units_show_count(pool, sizeof pool, cell->pool));
        done++;
    }
}

static void add_thinking(const struct result *result, struct strbuf *out) {
    uint64_t least = result->think_min_ns, most = result->think_max_ns;
    char min[32], max[32];
    for (size_t i = 0; i < stage_count(result); i++) {
        const struct workload_stage *stage = &result->load->stages[i];
        uint64_t low = stage->has_think ? stage->think_min_ns : result->think_min_ns;
        uint64_t high = stage->has_think ? stage->think_max_ns : result->think_max_ns;
        least = i == 0 || low < least ? low : least;
        most = i == 0 || high > most ? high : most;
    }
    units_show_duration(min, sizeof min, least);
    units_show_duration(max, sizeof max, most);
    if (most == 0)
        strbuf_add(out, " without thinking");
    else if (least == most)
        strbuf_printf(out, " thinking %s", max);
    else
        strbuf_printf(out, " thinking %s to %s", min, max);
}

static void add_threads(const struct result *result, struct strbuf *out) {
    uint32_t threads = 1;
    for (size_t i = 0; i < result->cell_count; i++)
        if (result->cells[i].threads > threads)
            threads = result->cells[i].threads;
    if (threads > 1)
        strbuf_printf(out, ", split evenly over %u threads", threads);
}

void report_loop(const struct result *result, struct strbuf *out) {
    char load[32];
    const char *up_to = stage_count(result) ? "up to " : "";
    double most = most_load(result);
    show_count(load, sizeof load, most);
    if (result->quick)
        strbuf_add(out, "quick run, times scaled down; ");
    if (result->source == LOAD_POOL) {
        strbuf_add(out, "closed loop: ");
        if (stage_count(result))
            strbuf_printf(out, "up to %s", load);
        else
            add_pools(result, out);
        bool one = stage_count(result) ? most <= 1 : result->cell_count > 0;
        for (size_t i = 0; i < result->cell_count && !stage_count(result); i++)
            one = one && result->cells[i].pool == 1;
        strbuf_add(out, one ? " connection" : " connections");
        add_in_stages(result, out);
        strbuf_add(out, ", no think time");
        return;
    }
    bool users = result->source == LOAD_USERS;
    strbuf_printf(out, "%s loop: %s%s%s", users ? "closed" : "open", up_to, load,
                  !users      ? "/s"
                  : most <= 1 ? " user"
                              : " users");
    if (users)
        add_thinking(result, out);
    add_in_stages(result, out);
    if (!users)
        strbuf_add(out, result->uniform ? ", uniform arrivals" : ", Poisson arrivals");
    strbuf_add(out, ", over a pool of ");
    add_pools(result, out);
    add_threads(result, out);
}
