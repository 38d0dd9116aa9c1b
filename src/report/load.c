/* Where wishes wait: the latencies of a load with a queue, and whether the pool is too small. */
#include "load/tally.h"
#include "report/internal.h"
#include "result/total.h"
#include "stats/queue.h"

/* Hardly waiting: below this part of the time of service. A pool is called the bottleneck when the
 * wait for it is at least the service. */
static const double hardly = 0.1, bottleneck = 1;

/* Of fewer transactions nothing is said of the pool. */
enum { FEW = 100 };

/* Means over all transactions, also over those of which a part can't be told, so that they add up;
 * UNKNOWN: it can be told of none. */
struct spent {
    double response;
    double late; /* what is left: between the waits and the sending */
    double pool_wait, connect, statement, commit;
};
static double or_0(double value) {
    return is_known(value) ? value : 0;
}
static double mean_s(const struct load_tally *tally, enum latency latency) {
    const struct histogram *part = tally->latency[latency];
    const struct histogram *whole = tally->latency[LATENCY_RESPONSE];
    if (!part || !part->count || !whole || !whole->count)
        return UNKNOWN;
    return (double)part->sum_ns / 1e9 / (double)whole->count;
}
static struct spent spent_of(const struct load_tally *tally) {
    struct spent spent = {.response = mean_s(tally, LATENCY_RESPONSE),
                          .pool_wait = mean_s(tally, LATENCY_POOL_WAIT),
                          .connect = mean_s(tally, LATENCY_CONNECT),
                          .statement = mean_s(tally, LATENCY_STATEMENT),
                          .commit = mean_s(tally, LATENCY_COMMIT)};
    double late = spent.response - or_0(spent.pool_wait) - or_0(spent.connect) -
                  or_0(spent.statement) - or_0(spent.commit);
    spent.late = late > 0 ? late : 0;
    return spent;
}

static void fill_table(const struct load_tally *tally, const char *head, struct table *table) {
    static const struct {
        enum latency latency;
        const char *name;
    } rows[] = {{LATENCY_LAG, "lag"},         {LATENCY_POOL_WAIT, "pool wait"},
                {LATENCY_CONNECT, "connect"}, {LATENCY_STATEMENT, "statement"},
                {LATENCY_COMMIT, "commit"},   {LATENCY_RESPONSE, "response"}};
    static const double quantiles[] = {0.50, 0.95, 0.99};
    char field[FIELD_BYTES];
    table_column(table, head, true, false, 0);
    table_column(table, "p50 ms", false, false, 0);
    table_column(table, "p95 ms", false, false, 0);
    table_column(table, "p99 ms", false, false, 0);
    table_column(table, "max ms", false, false, 0);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct histogram *histogram = tally->latency[rows[i].latency];
        if (!histogram || !histogram->count)
            continue;
        table_row(table);
        table_set(table, 0, rows[i].name);
        for (size_t q = 0; q < sizeof quantiles / sizeof *quantiles; q++)
            table_set(table, q + 1, show_quantile(field, sizeof field, histogram, quantiles[q]));
        table_set(table, 4, show_ms(field, sizeof field, (double)histogram->max_ns / 1e6));
    }
}

/* Whether faults make transactions hold their connections and do nothing. */
static bool has_delays(const struct result *result) {
    for (size_t i = 0; result->load && i < result->load->fault_count; i++)
        if (result->load->faults[i].kind == FAULT_DELAY)
            return true;
    return false;
}

/* Whether a transaction's own pauses are in the time of its statements. */
static bool has_pauses(const struct result *result) {
    for (size_t i = 0; result->load && i < result->load->step_count; i++) {
        const struct workload_step *step = &result->load->steps[i];
        for (size_t k = 0; k < step->statement_count; k++)
            if (step->statements[k].kind == STATEMENT_PAUSE)
                return true;
    }
    return false;
}

static void say_spent(const struct result *result, const struct spent *spent, struct strbuf *out) {
    bool delays = has_delays(result), pauses = has_pauses(result);
    const struct {
        double seconds;
        const char *where;
    } parts[] = {{spent->late, delays ? "until it is sent, delays on purpose included"
                                      : "until it is sent, once it has a connection"},
                 {spent->pool_wait, "waiting for a connection"},
                 {spent->connect, "connecting"},
                 {spent->statement,
                  pauses ? "in statements and the pauses between them" : "in the statement"},
                 {spent->commit, "in the commit"}};
    char seconds[32], share[32];
    bool any = false;
    strbuf_printf(out, "A transaction takes %s on average:",
                  show_seconds(seconds, sizeof seconds, spent->response));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        /* pgwrite's own delay is named where it matters. */
        if (!is_known(parts[i].seconds) || (i == 0 && parts[i].seconds < 0.01 * spent->response))
            continue;
        strbuf_printf(out, "%s %s (%s) %s", any ? "," : "",
                      show_seconds(seconds, sizeof seconds, parts[i].seconds),
                      show_share(share, sizeof share, parts[i].seconds / spent->response),
                      parts[i].where);
        any = true;
    }
    strbuf_add(out, ".");
}

/* Transactions that a user does between two thinkings. */
static double walk_length(const struct result *result) {
    double length = 0;
    for (size_t i = 0; result->load && i < result->load->step_count; i++)
        length += result->load->steps[i].probability;
    return length > 0 ? length : 1;
}

/* Erlangs that the connections would have to carry if nobody waited for them: on the safe side for
 * users, who come back the sooner. */
static double offered_load(const struct result *result, double target,
                           const struct result_demand *demand, double service_s) {
    if (result->source == LOAD_RATE) {
        double asked = (double)demand->asked.asked;
        double taken = asked > 0 ? 1 - (double)demand->asked.rejected / asked : 1;
        return target * taken * service_s;
    }
    double think_s = demand->asked.thinks > 0
                         ? (double)demand->asked.think_ns / 1e9 / (double)demand->asked.thinks
                         : ((double)result->think_min_ns + (double)result->think_max_ns) / 2e9;
    double busy_s = walk_length(result) * service_s;
    return think_s + busy_s > 0 ? target * busy_s / (think_s + busy_s) : target;
}

/* For which a transaction has its connection, failed ones too: they keep others waiting as well. */
static double service_of(const struct load_tally *tally, const struct spent *spent, bool delays) {
    double committed_s = spent->response - or_0(spent->pool_wait) - (delays ? 0 : spent->late);
    double committed = (double)tally->committed, ended = committed + (double)tally->failed;
    return (committed_s * committed + (double)tally->failed_ns / 1e9) / ended;
}

/* The most of a stage: a ramp can lead down. */
static double most_of_stage(const struct workload *workload, size_t stage) {
    const struct workload_stage *stages = workload->stages;
    double before = stages[stage].ramp && stage > 0 ? stages[stage - 1].target : 0;
    return before > stages[stage].target ? before : stages[stage].target;
}

/* The stage whose transactions waited longest; SIZE_MAX: there are no stages. */
static size_t worst_stage(const struct result *result, const struct result_cell *cell) {
    size_t worst = SIZE_MAX;
    double longest = UNKNOWN;
    for (size_t i = 0; result->load && i < result->load->stage_count; i++) {
        struct load_tally tally;
        result_tally(result, cell, i, SIZE_MAX, &tally);
        double wait = tally.committed < FEW ? UNKNOWN : mean_s(&tally, LATENCY_POOL_WAIT);
        load_tally_release(&tally);
        if (wait > longest) {
            longest = wait;
            worst = i;
        }
    }
    return worst;
}

static void say_size(const struct result_cell *cell, uint32_t servers, struct strbuf *out) {
    char count[32];
    if (servers > cell->pool)
        strbuf_printf(out,
                      " From about %s connections on they would hardly wait, if the server "
                      "answered as fast with them (an estimate: Erlang C).",
                      units_show_count(count, sizeof count, servers));
    else if (servers && servers < cell->pool)
        strbuf_printf(out,
                      " On average the load needs only about %s (an estimate: Erlang C): it comes "
                      "in bursts, or the server stalls.",
                      units_show_count(count, sizeof count, servers));
}

static void say_pool(const struct result *result, const struct result_cell *cell,
                     struct strbuf *out) {
    size_t stage = worst_stage(result, cell);
    bool staged = stage != SIZE_MAX;
    struct load_tally tally;
    struct result_demand demand;
    char wait[32], service[32];
    result_tally(result, cell, stage, SIZE_MAX, &tally);
    result_demand(result, cell, stage, &demand);
    struct spent spent = spent_of(&tally);
    bool few = tally.committed < FEW;
    bool failed = tally.failed > 0;
    double service_s = few ? UNKNOWN : service_of(&tally, &spent, has_delays(result));
    load_tally_release(&tally);
    double target = staged                         ? most_of_stage(result->load, stage)
                    : result->source == LOAD_USERS ? cell->users
                                                   : cell->rate;
    if (few || !is_known(spent.pool_wait) || service_s <= 0 ||
        spent.pool_wait < hardly * service_s || !is_known(target))
        return;
    uint32_t servers = queue_servers(offered_load(result, target, &demand, service_s), hardly);
    if (out->length)
        strbuf_add_char(out, ' ');
    if (spent.pool_wait >= bottleneck * service_s && servers > cell->pool)
        strbuf_add(out, "The pool, not the server, is the bottleneck");
    else
        strbuf_add(out, "The pool is short at times");
    if (staged)
        strbuf_printf(out, " in stage %s", result->load->stages[stage].name);
    strbuf_printf(out, ": transactions wait %s for ",
                  show_seconds(wait, sizeof wait, spent.pool_wait));
    if (cell->pool == 1)
        strbuf_add(out, "the only connection");
    else
        strbuf_printf(out, "one of %u connections", cell->pool);
    strbuf_printf(out, " and then take %s%s.", show_seconds(service, sizeof service, service_s),
                  failed ? ", those that fail included" : "");
    say_size(cell, servers, out);
}

bool report_queue_cell(const struct result *result, const struct result_cell *cell,
                       const char *head, struct table *table, struct strbuf *text) {
    struct load_tally tally;
    result_tally(result, cell, SIZE_MAX, SIZE_MAX, &tally);
    const struct spent spent = spent_of(&tally);
    bool connects = tally.latency[LATENCY_CONNECT] != NULL;
    bool any = (result->source != LOAD_POOL || connects) && is_known(spent.response);
    if (any) {
        fill_table(&tally, head, table);
        say_spent(result, &spent, text);
        say_pool(result, cell, text);
    }
    load_tally_release(&tally);
    return any;
}

void report_queue(const struct result *result, FILE *out) {
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        struct table table = {0};
        struct strbuf head = STRBUF_INIT, text = STRBUF_INIT;
        strbuf_add(&head, "latency");
        if (result->cell_count > 1) {
            strbuf_add(&head, ", ");
            report_cell_name(result, cell, &head);
        }
        if (report_queue_cell(result, cell, head.text, &table, &text)) {
            fputc('\n', out);
            table_print(&table, out);
            print_wrapped(text.text, 0, out);
        }
        table_release(&table);
        strbuf_release(&head);
        strbuf_release(&text);
    }
}
