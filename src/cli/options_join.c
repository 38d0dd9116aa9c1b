/* What settings mean to each other, and to the sections of the workload. */
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/options_settings.h"
#include "row/args.h"
#include "study/prepare.h"
#include "workload/threshold.h"

/* By default a sixth of the duration, so that the runs that are short anyhow stay so. */
#define CEILING_MIN_NS (20 * NS_PER_MS)
#define CEILING_MAX_NS (500 * NS_PER_MS)
#define CEILING_OF_ROWS_NS (100 * NS_PER_MS)

struct join {
    const struct workload *workload;
    struct matrix_options *out;
    enum origin *origin;
    struct error *error;
    bool dropped; /* a setting of the workload gave way to an option */
};

static const char *dashes(const struct join *join, enum setting_id i) {
    return join->origin[i] == BY_OPTION ? "--" : "";
}

static bool at_setting(const struct join *join, enum setting_id i) {
    return join->origin[i] == BY_WORKLOAD &&
           place_add(&setting_in_workload(join->workload, i)->at, join->error);
}

/* A setting that another one excludes; in the workload, at its line. Returns false. */
static bool refuse(const struct join *join, enum setting_id i, enum setting_id other,
                   const char *why, const char *hint) {
    error_usage(join->error, "%s%s does not go with %s%s: %s", dashes(join, i), option_settings[i],
                dashes(join, other), option_settings[other], why);
    error_hint(join->error, "%s", hint);
    return at_setting(join, i);
}

/* The same, where it is a section of the workload that excludes it. */
static bool refuse_section(const struct join *join, enum setting_id i, const char *section,
                           const char *why, const char *hint) {
    error_usage(join->error, "%s%s does not go with %s of the workload: %s", dashes(join, i),
                option_settings[i], section, why);
    error_hint(join->error, "%s", hint);
    return at_setting(join, i);
}

/* An option excludes what the workload has. */
static void drop(struct join *join, enum setting_id i) {
    if (join->origin[i] == BY_WORKLOAD)
        join->dropped = true;
    join->origin[i] = BY_DEFAULT;
    struct matrix_options *out = join->out;
    switch (i) {
    case USERS:
        out->users = 0;
        break;
    case RATE:
        out->rate_per_s = 0;
        break;
    case ROWS:
        out->rows = 0;
        break;
    case THINK:
        out->think_min_ns = out->think_max_ns = 0;
        break;
    case POOL_IDLE:
        out->pool_idle_ns = 0;
        break;
    case CHECKOUT_TIMEOUT:
        out->checkout_timeout_ns = 0;
        break;
    default: /* has no meaning any more, whatever its value is */
        break;
    }
}

/* Of two settings that exclude each other the one by option stays. */
static bool exclude(struct join *join, enum setting_id i, enum setting_id other, const char *why,
                    const char *hint) {
    const enum origin *origin = join->origin;
    if (!origin[i] || !origin[other])
        return true;
    if (origin[i] == origin[other])
        return refuse(join, i, other, why, hint);
    drop(join, origin[i] < origin[other] ? i : other);
    return true;
}

/* A setting without what it is about. What the workload says beside a setting that has given way to
 * an option gives way too. */
static bool need(struct join *join, enum setting_id i, bool there, const char *what,
                 const char *why, const char *hint) {
    if (there || !join->origin[i])
        return true;
    if (join->origin[i] == BY_WORKLOAD && join->dropped) {
        drop(join, i);
        return true;
    }
    error_usage(join->error, "%s%s needs %s: %s", dashes(join, i), option_settings[i], what, why);
    error_hint(join->error, "%s", hint);
    return at_setting(join, i);
}

static bool join_stages(struct join *join) {
    static const struct {
        enum setting_id id;
        const char *why, *hint;
    } excluded[] = {
        {USERS, "they say the load", "leave it out: each stage has its own users, rate or pool"},
        {RATE, "they say the load", "leave it out: each stage has its own users, rate or pool"},
        {ROWS, "they end a cell by time", "leave it out"},
        {DURATION, "each lasts as long as its `for:` says", "leave it out, or take --quick"},
        {WARMUP, "every one of them is measured", "leave it out: a first stage can be the warm-up"},
    };
    if (join->workload->stage_count == 0)
        return true;
    for (size_t i = 0; i < sizeof excluded / sizeof *excluded; i++)
        if (join->origin[excluded[i].id])
            return refuse_section(join, excluded[i].id, "the stages", excluded[i].why,
                                  excluded[i].hint);
    if (join->origin[MODE] && join->out->mode != MODE_FIXED)
        return refuse_section(join, MODE, "the stages", "they are the window, whatever happens",
                              "leave it out, or take `stages:` out of the workload");
    if (join->origin[POOL] && join->workload->stage_source == LOAD_POOL)
        return refuse_section(join, POOL, "the stages", "they say how many connections there are",
                              "leave it out");
    join->out->warmup_ns = join->out->duration_ns = 0;
    for (size_t i = 0; i < join->workload->stage_count; i++)
        join->out->duration_ns += join->workload->stages[i].for_ns;
    return true;
}

static bool join_steps(struct join *join) {
    static const char of_path[] = "leave it out: `path:` and `batch:` belong to a step";
    struct matrix_options *out = join->out;
    if (join->workload->step_count == 0)
        return true;
    if (join->origin[PATH])
        return refuse_section(join, PATH, "the steps", "the steps say it", of_path);
    if (join->origin[BATCH])
        return refuse_section(join, BATCH, "the steps", "the steps say it", of_path);
    if (join->origin[ROWS] && join->workload->step_count > 1)
        return refuse_section(join, ROWS, "the steps", "rows of which of them is not said",
                              "leave it out, or give a duration in place of the rows");
    if (join->origin[CEILING] && out->ceiling_ns > 0)
        return refuse_section(join, CEILING, "the steps",
                              "it is the rate of one write path into a table that discards",
                              "leave it out");
    if (out->binding == WIRE_BINDING_LIBPQTYPES)
        return refuse_section(join, BINDING, "the steps", "they are sent by libpq alone",
                              "leave it out, or take the binding raw");
    if (out->protocol == PROTOCOL_SIMPLE)
        return refuse_section(join, PROTOCOL, "the steps", "their values are parameters",
                              "prepared or extended");
    return true;
}

static bool join_rows(struct join *join) {
    const enum origin *origin = join->origin;
    struct matrix_options *out = join->out;
    if (!exclude(join, ROWS, USERS, "rows are written as fast as the pool can",
                 "leave one of them out") ||
        !exclude(join, ROWS, RATE, "rows are written as fast as the pool can",
                 "leave one of them out"))
        return false;
    if (origin[ROWS] && origin[DURATION] == origin[ROWS])
        return refuse(join, DURATION, ROWS, "rows or time end a cell", "leave one of them out");
    if (origin[DURATION] > origin[ROWS])
        out->rows = 0;
    if (out->rows && origin[WARMUP] >= origin[ROWS])
        return refuse(join, WARMUP, ROWS, "every row of a cell is counted",
                      "leave it out, or give a duration in place of the rows");
    if (out->rows && out->mode != MODE_FIXED && origin[MODE] >= origin[ROWS])
        return refuse(join, MODE, ROWS, "every row of a cell is counted",
                      "leave it out, or give a duration in place of the rows");
    if (out->rows) {
        out->warmup_ns = 0;
        out->mode = MODE_FIXED;
    }
    return true;
}

static bool any_elastic(const struct matrix_options *out) {
    for (size_t i = 0; i < out->pool_count; i++)
        if (out->pools[i].min < out->pools[i].max)
            return true;
    return false;
}

/* The load in front of the pool, and the pool behind it. */
static bool join_pool(struct join *join) {
    struct matrix_options *out = join->out;
    enum load_source source = matrix_source(join->out);
    bool queued = source != LOAD_POOL, open = source == LOAD_RATE;
    static const char alone[] = "without them every connection is at work all the time";
    static const char leave[] = "give --users N or --rate N/s, or leave it out";
    static const char give_rate[] = "give --rate N/s, or leave it out";
    if (!need(join, THINK, source == LOAD_USERS, "users", "it is theirs",
              "give --users N, or leave it out") ||
        !need(join, ARRIVAL, open, "a rate", "it says how transactions arrive", give_rate) ||
        !need(join, BACKLOG, open, "a rate", "it is of arrivals that wait", give_rate) ||
        !need(join, CHECKOUT_TIMEOUT, queued, "users or a rate", alone, leave) ||
        !need(join, POOL_IDLE, queued, "users or a rate", alone, leave))
        return false;
    if (out->pool_idle_ns > 0 && join->origin[POOL_IDLE] && !any_elastic(out))
        return need(join, POOL_IDLE, false, "a pool that is a range",
                    "a fixed pool keeps its connections", "give the pool as 2..20");
    if (!queued && any_elastic(out) && join->dropped && join->origin[POOL] == BY_WORKLOAD) {
        for (size_t i = 0; i < out->pool_count; i++)
            out->pools[i].min = out->pools[i].max;
    } else if (!queued && any_elastic(out)) {
        error_usage(join->error, "%spool: a range needs users or a rate: %s", dashes(join, POOL),
                    alone);
        error_hint(join->error, "give --users N or --rate N/s, or one number of connections");
        return at_setting(join, POOL);
    }
    static const char lives[] = "no connection outlives its transaction";
    if (out->connect_each && out->pool_idle_ns > 0)
        return refuse(join, POOL_IDLE, CONNECT_EACH, lives, "leave one of them out");
    if (out->connect_each && out->pool_lifetime_ns > 0)
        return refuse(join, POOL_LIFETIME, CONNECT_EACH, lives, "leave one of them out");
    return true;
}

/* Whether a user may ask again at once, and so without end while its tenant is over the limit. */
static bool users_do_not_think(const struct join *join) {
    const struct workload *workload = join->workload;
    if (workload->stage_count == 0)
        return join->out->think_max_ns == 0;
    for (size_t i = 0; i < workload->stage_count; i++)
        if ((workload->stages[i].has_think ? workload->stages[i].think_max_ns
                                           : join->out->think_max_ns) == 0)
            return true;
    return false;
}

static bool join_tenants(const struct join *join) {
    enum load_source source = matrix_source(join->out);
    if (join->workload->tenant_count == 0 || source == LOAD_RATE)
        return true;
    if (source == LOAD_POOL) {
        error_usage(join->error, "tenants need users or a rate: they are who asks");
        error_hint(join->error, "`users:` or `rate:` in load or in the stages");
    } else if (users_do_not_think(join)) {
        error_usage(join->error, "tenants with users need a think time: a user who was rejected "
                                 "would ask again at once, without end");
        error_hint(join->error, "for example `think: 1s..3s` in load or in each stage");
    } else {
        return true;
    }
    return place_add(&join->workload->tenants[0].at, join->error);
}

/* A fault that can befall nothing would look like one that does no harm. */
static bool join_faults(const struct join *join) {
    const struct workload *workload = join->workload;
    for (size_t i = 0; i < workload->step_count; i++)
        if (prepare_meets_timeouts(&workload->steps[i]))
            return true;
    for (size_t i = 0; i < workload->fault_count; i++) {
        if (workload->faults[i].kind != FAULT_TIMEOUT)
            continue;
        error_usage(join->error, "do: timeout can befall nothing here: no write path has a "
                                 "statement that it could delay");
        error_hint(join->error,
                   workload->step_count
                       ? "leave `path:` and `batch:` out of a step, or put its insert into a "
                         "`transaction:`"
                       : "write the insert as a step: `steps: [{insert: TABLE}]`");
        return place_add(&workload->faults[i].at, join->error);
    }
    return true;
}

/* What this load has not can hold no threshold: better said now than after an hour. */
static bool join_thresholds(const struct join *join) {
    enum load_source source = matrix_source(join->out);
    static const char *const names[] = {
        [LOAD_POOL] = "no rate and no users", [LOAD_USERS] = "users", [LOAD_RATE] = "a rate"};
    for (size_t i = 0; i < join->workload->threshold_count; i++) {
        const struct threshold *threshold = &join->workload->thresholds[i];
        const char *needs = NULL;
        if (threshold_needs_rate(threshold) && source != LOAD_RATE)
            needs = "a rate";
        else if (threshold_needs_queue(threshold) && source == LOAD_POOL)
            needs = "users or a rate";
        if (!needs)
            continue;
        error_usage(join->error, "threshold \"%s\" needs %s, and this run has %s", threshold->text,
                    needs, names[source]);
        error_hint(join->error, "give %s in load, or leave the threshold out",
                   threshold_needs_rate(threshold) ? "`rate:`" : "`users:` or `rate:`");
        return place_add(&threshold->at, join->error);
    }
    return true;
}

static bool join_threads(struct join *join) {
    struct matrix_options *out = join->out;
    if (out->binding == WIRE_BINDING_LIBPQTYPES) {
        if (out->threads > 1 && join->origin[THREADS] >= join->origin[BINDING])
            return refuse(join, THREADS, BINDING,
                          "libpqtypes works on one thread, as it keeps process-wide state",
                          "leave it out, or take the binding raw");
        out->threads = 1;
    }
    /* A queue in front of one pool is one queue. */
    if (out->threads == 0 && matrix_source(join->out) != LOAD_POOL)
        out->threads = 1;
    return true;
}

static uint64_t default_ceiling_ns(const struct matrix_options *out) {
    uint64_t sixth_ns = out->duration_ns / 6;
    return out->workload->step_count > 0 ? 0
           : out->rows                   ? CEILING_OF_ROWS_NS
           : sixth_ns < CEILING_MIN_NS   ? CEILING_MIN_NS
           : sixth_ns > CEILING_MAX_NS   ? CEILING_MAX_NS
                                         : sixth_ns;
}

/* Where the workload asks for the most connections, if it does and no option does. */
static const struct place *place_of_pool(const struct join *join) {
    const struct workload *workload = join->workload;
    if (join->origin[POOL] == BY_WORKLOAD)
        return &setting_in_workload(workload, POOL)->at;
    if (workload->stage_count == 0 || workload->stage_source != LOAD_POOL)
        return NULL;
    const struct workload_stage *most = &workload->stages[0];
    for (size_t i = 1; i < workload->stage_count; i++)
        if (workload->stages[i].target > most->target)
            most = &workload->stages[i];
    return &most->at;
}

static uint32_t default_pool(const struct workload *workload) {
    if (workload->stage_count > 0 && workload->stage_source == LOAD_POOL) {
        double most = 0;
        for (size_t i = 0; i < workload->stage_count; i++)
            most = workload->stages[i].target > most ? workload->stages[i].target : most;
        return (uint32_t)most;
    }
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    uint32_t pool = cpus < 1 ? 2 : (uint32_t)cpus * 2;
    return pool < SETTING_POOL_MAX ? pool : SETTING_POOL_MAX;
}

static void fill_defaults(const struct join *join) {
    struct matrix_options *out = join->out;
    bool steps = join->workload->step_count > 0;
    if (join->origin[CEILING] == BY_DEFAULT)
        out->ceiling_ns = default_ceiling_ns(out);
    if (join->origin[ON_ERROR] == BY_DEFAULT)
        out->goes_on = join->workload->fault_count > 0;
    /* The steps say both: what stands in their place makes one cell. */
    if (out->path_count == 0)
        for (size_t i = 0; i < (steps ? 1 : write_path_count); i++)
            out->paths[out->path_count++] = write_paths[i];
    if (out->batch_count == 0)
        out->batches[out->batch_count++] = steps ? (struct range){1, 1} : (struct range){100, 100};
    if (out->pool_count == 0) {
        uint32_t pool = default_pool(join->workload);
        out->pools[out->pool_count++] = (struct range){pool, pool};
    }
}

bool settings_join(const struct workload *workload, struct matrix_options *out, enum origin *origin,
                   struct error *error) {
    struct join join = {.workload = workload, .out = out, .origin = origin, .error = error};
    if (!join_stages(&join) || !join_steps(&join) ||
        !exclude(&join, RATE, USERS, "one loop is open, the other closed",
                 "leave one of them out") ||
        !join_rows(&join) || !join_pool(&join) || !join_tenants(&join) || !join_faults(&join) ||
        !join_thresholds(&join) || !join_threads(&join))
        return false;
    out->pool_at = place_of_pool(&join);
    fill_defaults(&join);
    return true;
}
