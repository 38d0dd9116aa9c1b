#include "observe/gauges.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "observe/host.h"
#include "pg/control.h"
#include "row/args.h"

#define UNKNOWN_FIGURE (-1.0)
enum { QUERY_DEADLINE_S = 5, SAMPLES_AT_FIRST = 1024 };

struct gauges {
    struct gauges_options options;
    struct control *control;
    char **sql;      /* one a query */
    char *sizes_sql; /* of the tables */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    uint64_t go_ns; /* 0: not yet */
    bool quit;
    double *latest; /* what the queries said last */
    bool latest_known;
    /* The thread's own until it has ended. */
    struct gauge_sample *samples;
    size_t count, room;
};

static void make_sizes_sql(struct gauges *gauges) {
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "SELECT coalesce(sum(pg_catalog.pg_total_relation_size(o)), 0)::float8, "
                     "coalesce(sum(pg_catalog.pg_stat_get_live_tuples(o)), 0)::float8 "
                     "FROM (SELECT coalesce(p.relid, t.oid) AS o FROM pg_catalog.unnest('{");
    for (size_t i = 0; i < gauges->options.table_count; i++)
        strbuf_printf(&sql, "%s%" PRId64, i ? "," : "", gauges->options.tables[i]);
    strbuf_add(&sql, "}'::oid[]) t(oid) LEFT JOIN LATERAL pg_catalog.pg_partition_tree(t.oid) p "
                     "ON true) s");
    gauges->sizes_sql = mem_strdup(sql.text);
    strbuf_release(&sql);
}

/* The value of one query; NAN: NULL, no row, or no finite number: JSON has no word for it, and no
 * mean can be made with it. */
static bool ask(struct gauges *gauges, const char *sql, double *value, struct error *error) {
    struct control_rows *rows;
    *value = NAN;
    if (!control_query(gauges->control, sql, CONTROL_NO_ARGS, &rows, error))
        return false;
    if (control_rows_count(rows) > 0 && control_bool(rows, 0, 0))
        *value = control_float8(rows, 0, 1);
    if (!isfinite(*value))
        *value = NAN;
    control_rows_free(rows);
    return true;
}

/* As the time line has it: what can't be asked leaves a gap there. */
static void look(struct gauges *gauges, struct gauge_sample *sample) {
    struct error ignored = {0};
    struct control_rows *rows;
    *sample = (struct gauge_sample){UNKNOWN_FIGURE, UNKNOWN_FIGURE, UNKNOWN_FIGURE,
                                    MEM_ARRAY(double, gauges->options.query_count + 1)};
    for (size_t i = 0; i < gauges->options.query_count; i++)
        sample->gauges[i] = NAN;
    sample->memory_bytes = host_own_memory_bytes(gauges->options.postmaster);
    if (control_lost(gauges->control))
        return;
    if (control_query_one(gauges->control, gauges->sizes_sql, CONTROL_NO_ARGS, &rows, &ignored)) {
        sample->table_bytes = control_float8(rows, 0, 0);
        sample->live_rows = control_float8(rows, 0, 1);
        control_rows_free(rows);
    }
    for (size_t i = 0; i < gauges->options.query_count && !control_lost(gauges->control); i++) {
        ignored = (struct error){0};
        (void)ask(gauges, gauges->sql[i], &sample->gauges[i], &ignored);
    }
}

/* Up to the sample of that number; those that it has overtaken are not known. */
static struct gauge_sample *sample_at(struct gauges *gauges, size_t number) {
    while (number >= gauges->room) {
        gauges->room *= 2;
        gauges->samples = mem_grow(gauges->samples, gauges->room, sizeof *gauges->samples);
    }
    for (; gauges->count <= number; gauges->count++)
        gauges->samples[gauges->count] =
            (struct gauge_sample){UNKNOWN_FIGURE, UNKNOWN_FIGURE, UNKNOWN_FIGURE, NULL};
    return &gauges->samples[number];
}

/* False: it is time to end. With the mutex held. */
static bool wait_until(struct gauges *gauges, uint64_t until_ns) {
    struct timespec at = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                          .tv_nsec = (long)(until_ns % NS_PER_S)};
    while (!gauges->quit && clock_ns() < until_ns)
        pthread_cond_timedwait(&gauges->wake, &gauges->mutex, &at);
    return !gauges->quit;
}

static void *gauges_main(void *context) {
    struct gauges *gauges = context;
    pthread_mutex_lock(&gauges->mutex);
    while (!gauges->quit && !gauges->go_ns)
        pthread_cond_wait(&gauges->wake, &gauges->mutex);
    uint64_t interval_ns = gauges->options.interval_ns, go_ns = gauges->go_ns;
    for (uint64_t number = 0; wait_until(gauges, go_ns + (number + 1) * interval_ns);) {
        pthread_mutex_unlock(&gauges->mutex);
        struct gauge_sample *sample = sample_at(gauges, number);
        look(gauges, sample);
        uint64_t now = clock_ns();
        uint64_t next = (now - go_ns) / interval_ns;
        number = next > number ? next : number + 1;
        pthread_mutex_lock(&gauges->mutex);
        for (size_t i = 0; i < gauges->options.query_count; i++)
            gauges->latest[i] = sample->gauges[i];
        gauges->latest_known = true;
    }
    pthread_mutex_unlock(&gauges->mutex);
    return NULL;
}

static bool try_queries(struct gauges *gauges, struct error *error) {
    for (size_t i = 0; i < gauges->options.query_count; i++) {
        const struct workload_query *query = &gauges->options.queries[i];
        double value;
        gauges->sql[i] = mem_printf("SELECT v IS NOT NULL, coalesce(v, 0) FROM "
                                    "(SELECT (%s)::float8 AS v) s",
                                    query->sql);
        if (ask(gauges, gauges->sql[i], &value, error))
            continue;
        error->exit_code = EXIT_USAGE;
        error_prefix(error, "gauge \"%s\"", query->name);
        error_hint(error, "a gauge is a query that gives one number: SELECT count(*) FROM …");
        return place_add(&query->at, error);
    }
    return true;
}

static void release(struct gauges *gauges) {
    control_close(gauges->control);
    for (size_t i = 0; i < gauges->options.query_count; i++)
        free(gauges->sql[i]);
    free(gauges->sql);
    free(gauges->sizes_sql);
    free(gauges->latest);
    pthread_mutex_destroy(&gauges->mutex);
    pthread_cond_destroy(&gauges->wake);
    free(gauges);
}

static bool set_up(struct gauges *gauges, struct error *error) {
    struct strbuf sql = STRBUF_INIT;
    /* Nothing is set without need: the session may be a pooler's, which others get next. */
    if (gauges->options.query_count == 0)
        return true;
    strbuf_add(&sql, "SET search_path TO ");
    strbuf_add_ident(&sql, gauges->options.schema);
    bool ok = control_exec(gauges->control, sql.text, error);
    strbuf_release(&sql);
    return ok && try_queries(gauges, error);
}

bool gauges_open(const struct gauges_options *options, struct gauges **out, struct error *error) {
    struct gauges *gauges = MEM_NEW(struct gauges);
    pthread_condattr_t monotonic;
    gauges->options = *options;
    gauges->sql = MEM_ARRAY(char *, options->query_count + 1);
    gauges->latest = MEM_ARRAY(double, options->query_count + 1);
    make_sizes_sql(gauges);
    gauges->options.tables = NULL; /* the caller's */
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&gauges->mutex, NULL);
    pthread_cond_init(&gauges->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (!control_open(options->target, "pgwrite gauges", &gauges->control, error) ||
        !set_up(gauges, error)) {
        release(gauges);
        return false;
    }
    control_set_timeout(gauges->control, QUERY_DEADLINE_S);
    control_set_heed_interrupt(gauges->control, false);
    gauges->room = SAMPLES_AT_FIRST;
    gauges->samples = MEM_ARRAY(struct gauge_sample, gauges->room);
    if (pthread_create(&gauges->thread, NULL, gauges_main, gauges))
        panic("can't make a thread");
    *out = gauges;
    return true;
}

void gauges_start(struct gauges *gauges, uint64_t go_ns) {
    pthread_mutex_lock(&gauges->mutex);
    gauges->go_ns = go_ns;
    pthread_cond_signal(&gauges->wake);
    pthread_mutex_unlock(&gauges->mutex);
}

bool gauges_live(struct gauges *gauges, double *values) {
    pthread_mutex_lock(&gauges->mutex);
    bool known = gauges->latest_known;
    for (size_t i = 0; i < gauges->options.query_count && known; i++)
        values[i] = gauges->latest[i];
    pthread_mutex_unlock(&gauges->mutex);
    return known;
}

void gauges_close(struct gauges *gauges, struct gauge_sample **samples, size_t *count) {
    *samples = NULL;
    *count = 0;
    if (!gauges)
        return;
    pthread_mutex_lock(&gauges->mutex);
    gauges->quit = true;
    pthread_cond_signal(&gauges->wake);
    pthread_mutex_unlock(&gauges->mutex);
    pthread_join(gauges->thread, NULL);
    *samples = gauges->samples;
    *count = gauges->count;
    release(gauges);
}

void gauges_free(struct gauge_sample *samples, size_t count) {
    for (size_t i = 0; i < count; i++)
        free(samples[i].gauges);
    free(samples);
}
