#include "observe/sampler.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/memory.h"
#include "base/rng.h"
#include "base/strbuf.h"
#include "observe/host.h"
#include "observe/lock_tree.h"
#include "observe/sampling_cost.h"
#include "observe/time_line.h"
#include "pg/control.h"

#define CHECKPOINT_INTERVAL_NS (250 * NS_PER_MS)
/* How long after sampler_close there may still be asked. */
#define LATE_NS (100 * NS_PER_MS)

struct query {
    char *sql;       /* NULL: there is nothing to ask */
    bool takes_name; /* $1: the application_name */
};

/* Of the server's checkpoints: numbers since whenever; negative: not known. */
struct checkpoints {
    int64_t begun;
    char last[32]; /* the position of the last one's record; "": not known */
};

struct sampler {
    struct control *control;
    const char *application_name;
    struct query activity_query, locks_query, checkpoints_query;
    uint64_t interval_ns; /* of the time line */
    pthread_t thread;
    struct rng rng;

    pthread_mutex_t mutex; /* over what follows, up to the thread's own */
    pthread_cond_t wake;
    uint64_t go_ns, begin_ns, end_ns, quit_ns; /* 0: not yet */
    struct time_line line;

    /* The thread's own until it has ended. */
    struct error error;
    struct observation *seen; /* times in seconds until sampler_close */
    struct lock_tree *locks;
    double session_s;       /* sum of sessions × interval */
    double observed_s;      /* of the window */
    uint64_t last_ns;       /* of the look before; of the start before the first */
    uint64_t next_ns;       /* from the look to the next one, as planned */
    int64_t wal_bytes;      /* its position; negative: not known */
    uint64_t checkpoint_ns; /* when they were asked for; 0: not yet */
    struct checkpoints checkpoints;
    bool window_known; /* checkpoints from the window's beginning on were asked for */
    double trip_ns;    /* spent on round trips so far */
    struct sampling_cost cost;
};

/* A look at the sessions. */
struct look {
    uint64_t at_ns;
    double window_s; /* of what it stands for, in the window */
    double sessions, locked;
    double wal_bytes; /* since the look before; negative: not known */
    struct lock_count counts[LOCK_TYPES_MAX];
    size_t count;
};

/* Whether sampler_close waits for a slow answer. */
static bool is_late(struct sampler *sampler, uint64_t now_ns) {
    pthread_mutex_lock(&sampler->mutex);
    bool late = sampler->quit_ns && now_ns > sampler->quit_ns + LATE_NS;
    pthread_mutex_unlock(&sampler->mutex);
    return late;
}

/* False without an error: it is too late to ask. */
static bool ask(struct sampler *sampler, const struct query *query, struct control_rows **rows) {
    uint64_t asked_ns = clock_ns();
    if (is_late(sampler, asked_ns))
        return false;
    struct control_arg name = ARG_TEXT(sampler->application_name);
    bool ok = control_query(sampler->control, query->sql, &name, query->takes_name, rows,
                            &sampler->error);
    sampler->trip_ns += (double)(clock_ns() - asked_ns);
    return ok;
}

static struct wait_share *event_entry(struct observation *seen, const char *type,
                                      const char *event) {
    for (size_t i = 0; i < seen->event_count; i++)
        if (strcmp(seen->events[i].type, type) == 0 && strcmp(seen->events[i].event, event) == 0)
            return &seen->events[i];
    if (seen->event_count == SAMPLER_EVENTS_MAX)
        return &seen->events[SAMPLER_EVENTS_MAX - 1];
    /* More kinds of waits than any server shows at once: the rest together. */
    bool is_rest = seen->event_count == SAMPLER_EVENTS_MAX - 1;
    struct wait_share *added = &seen->events[seen->event_count++];
    snprintf(added->type, sizeof added->type, "%s", is_rest ? "other" : type);
    snprintf(added->event, sizeof added->event, "%s", is_rest ? "" : event);
    return added;
}

/* What stands for a wait where there is none. A session without a statement waits for the client,
 * even in the moment it is not seen waiting. */
static void name_no_wait(const char *state, const char **type, const char **event) {
    enum time_part part = wait_part(state, "", "");
    bool idle = part == PART_CLIENT || part == PART_IN_TRANSACTION;
    *type = idle ? "Client" : part == PART_CPU ? "CPU" : "other";
    *event = idle ? "ClientRead" : part == PART_CPU ? "running" : "";
}

static void add_lock_count(struct look *look, const char *locktype, double sessions) {
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->counts[i].locktype, locktype) == 0) {
            look->counts[i].sessions += sessions;
            return;
        }
    if (look->count == LOCK_TYPES_MAX)
        panic("more than %d types of locks", LOCK_TYPES_MAX);
    look->counts[look->count++] = (struct lock_count){locktype, sessions};
}

static void add_sessions(struct sampler *sampler, struct look *look, const char *state,
                         const char *type, const char *event, double count) {
    look->sessions += count;
    if (strcmp(type, "Lock") == 0) {
        look->locked += count;
        add_lock_count(look, event, count);
    }
    double seconds = count * look->window_s;
    if (seconds <= 0)
        return;
    sampler->seen->parts[wait_part(state, type, event)] += seconds;
    if (!*type)
        name_no_wait(state, &type, &event);
    event_entry(sampler->seen, type, event)->share += seconds;
}

static void add_wal(struct sampler *sampler, struct look *look, int64_t position) {
    look->wal_bytes = -1;
    /* A position that goes back is another server's, after a failover. */
    if (position >= 0 && sampler->wal_bytes >= 0 && position >= sampler->wal_bytes)
        look->wal_bytes = (double)(position - sampler->wal_bytes);
    sampler->wal_bytes = position;
}

/* What a look stands for in the window: half of the time since the look before, and half of the
 * time until the next one. All of the former alone would be wrong: while there are locks to look at
 * the looks are further apart, and the one that finds a wait over would take away more than the one
 * that found it has given. Nothing of a look after the window's end, which may find the sessions
 * gone. */
static double seconds_in_window(struct sampler *sampler, uint64_t at_ns) {
    pthread_mutex_lock(&sampler->mutex);
    uint64_t begin_ns = sampler->begin_ns, end_ns = sampler->end_ns;
    pthread_mutex_unlock(&sampler->mutex);
    if (!begin_ns || at_ns <= begin_ns || (end_ns && at_ns > end_ns))
        return 0;
    uint64_t before_ns =
        sampler->last_ns > begin_ns ? (at_ns - sampler->last_ns) / 2 : at_ns - begin_ns;
    uint64_t covered_ns = before_ns + sampler->next_ns / 2;
    return (double)covered_ns / (double)NS_PER_S;
}

static void read_session(const struct control_rows *rows, size_t row, struct lock_tree *tree) {
    struct lock_session *session = lock_tree_session(tree);
    session->pid = control_int8(rows, row, 0);
    session->ours = control_bool(rows, row, 1);
    struct lock_holder *shown = &session->shown;
    snprintf(shown->application, sizeof shown->application, "%s", control_text(rows, row, 2));
    snprintf(shown->state, sizeof shown->state, "%s", control_text(rows, row, 3));
    lock_session_statement(session, control_text(rows, row, 4));
    session->waiting = control_bool(rows, row, 5);
    snprintf(session->locktype, sizeof session->locktype, "%s", control_text(rows, row, 6));
    snprintf(session->mode, sizeof session->mode, "%s", control_text(rows, row, 7));
    snprintf(session->relation, sizeof session->relation, "%s", control_text(rows, row, 8));
    session->since_us = control_int8(rows, row, 9);
    session->waited_ms = control_float8(rows, row, 10);
    session->blocker = control_int8(rows, row, 11);
}

static bool look_at_locks(struct sampler *sampler, const struct look *look) {
    struct control_rows *rows;
    if (!ask(sampler, &sampler->locks_query, &rows))
        return false;
    for (size_t i = 0; i < control_rows_count(rows); i++)
        read_session(rows, i, sampler->locks);
    control_rows_free(rows);
    lock_tree_look(sampler->locks, look->counts, look->count, look->window_s, clock_ns());
    return true;
}

/* The texts of look->counts are those of the rows. */
static bool read_activity(struct sampler *sampler, struct look *look,
                          const struct control_rows *rows) {
    int64_t position = -1;
    for (size_t i = 0; i < control_rows_count(rows); i++) {
        double count = (double)control_int8(rows, i, 3);
        if (count > 0)
            add_sessions(sampler, look, control_text(rows, i, 0), control_text(rows, i, 1),
                         control_text(rows, i, 2), count);
        else
            position = control_int8(rows, i, 4);
    }
    add_wal(sampler, look, position);
    if (look->window_s <= 0)
        return true;
    sampler->seen->samples++;
    sampler->seen->lock_time_s += look->locked * look->window_s;
    sampler->session_s += look->sessions * look->window_s;
    sampler->observed_s += look->window_s;
    if (look->locked > 0)
        return look_at_locks(sampler, look);
    lock_tree_forget(sampler->locks);
    return true;
}

/* Jittered by half to either side, so that it can't keep step with anything periodic. */
static uint64_t next_interval(struct sampler *sampler) {
    uint64_t mean_ns = sampling_cost_interval_ns(&sampler->cost);
    return mean_ns / 2 + rng_below(&sampler->rng, mean_ns);
}

static bool look_at_activity(struct sampler *sampler, struct look *look) {
    struct control_rows *rows;
    uint64_t asked_ns = clock_ns();
    if (!ask(sampler, &sampler->activity_query, &rows))
        return false;
    look->at_ns = asked_ns + (clock_ns() - asked_ns) / 2;
    sampler->next_ns = next_interval(sampler);
    look->window_s = seconds_in_window(sampler, look->at_ns);
    bool ok = read_activity(sampler, look, rows);
    control_rows_free(rows);
    return ok;
}

static bool read_checkpoints(struct sampler *sampler, struct checkpoints *out) {
    struct control_rows *rows;
    if (!ask(sampler, &sampler->checkpoints_query, &rows))
        return false;
    out->begun = control_int8(rows, 0, 0);
    snprintf(out->last, sizeof out->last, "%s", control_text(rows, 0, 1));
    control_rows_free(rows);
    return true;
}

/* begun, done: since the last time, 0 at the first; negative: not known. */
static bool look_at_checkpoints(struct sampler *sampler, int *begun, int *done) {
    struct checkpoints *last = &sampler->checkpoints, now;
    if (!read_checkpoints(sampler, &now))
        return false;
    bool first = !sampler->checkpoint_ns;
    *begun = now.begun < 0 ? -1 : 0;
    *done = *now.last ? 0 : -1;
    /* Somebody may have reset the counter. */
    if (!first && now.begun > last->begun)
        *begun = (int)(now.begun - last->begun);
    if (!first && strcmp(now.last, last->last) != 0)
        *done = 1;
    *last = now;
    return true;
}

/* What is noticed at the first look in the window was before it. With the mutex held. */
static void add_window_checkpoints(struct sampler *sampler, int begun, int done) {
    struct observation *seen = sampler->seen;
    if (!sampler->window_known) {
        sampler->window_known = true;
        seen->checkpoints_begun = begun < 0 ? -1 : 0;
        seen->checkpoints_done = done < 0 ? -1 : 0;
        return;
    }
    if (begun > 0)
        seen->checkpoints_begun += begun;
    if (done > 0)
        seen->checkpoints_done += done;
}

/* window_s: what it stands for of the window. */
static bool look_around(struct sampler *sampler, bool is_last, double *window_s) {
    struct look look = {0};
    if (!look_at_activity(sampler, &look))
        return false;
    *window_s = look.window_s;
    bool in_window = look.window_s > 0;
    bool ask_checkpoints = sampler->checkpoints_query.sql &&
                           (is_last || (in_window && !sampler->window_known) ||
                            look.at_ns >= sampler->checkpoint_ns + CHECKPOINT_INTERVAL_NS);
    int begun = -1, done = -1;
    if (ask_checkpoints && !look_at_checkpoints(sampler, &begun, &done))
        return false;
    pthread_mutex_lock(&sampler->mutex);
    if (ask_checkpoints && in_window)
        add_window_checkpoints(sampler, begun, done);
    if (ask_checkpoints)
        time_line_add_checkpoints(&sampler->line, look.at_ns, begun, done);
    time_line_add(&sampler->line, sampler->last_ns, look.at_ns, look.sessions, look.locked,
                  look.wal_bytes);
    pthread_mutex_unlock(&sampler->mutex);
    if (ask_checkpoints)
        sampler->checkpoint_ns = look.at_ns;
    sampler->last_ns = look.at_ns;
    return true;
}

/* False: it is time to end. With the mutex held. */
static bool wait_until(struct sampler *sampler, uint64_t until_ns) {
    struct timespec at = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                          .tv_nsec = (long)(until_ns % NS_PER_S)};
    while (!sampler->quit_ns && clock_ns() < until_ns)
        pthread_cond_timedwait(&sampler->wake, &sampler->mutex, &at);
    return !sampler->quit_ns;
}

static bool wait_for_start(struct sampler *sampler) {
    while (!sampler->quit_ns && !sampler->go_ns)
        pthread_cond_wait(&sampler->wake, &sampler->mutex);
    sampler->last_ns = sampler->go_ns;
    return wait_until(sampler, sampler->go_ns);
}

/* Looks from the start on, and a last time when told to end, so that all of the WAL and the
 * checkpoints are on the time line. */
static void *sampler_main(void *context) {
    struct sampler *sampler = context;
    pthread_mutex_lock(&sampler->mutex);
    bool go_on = wait_for_start(sampler), started = go_on;
    pthread_mutex_unlock(&sampler->mutex);
    sampling_cost_begin(&sampler->cost, sampler->trip_ns);
    while (started) {
        double window_s;
        if (!look_around(sampler, !go_on, &window_s))
            break;
        sampling_cost_add(&sampler->cost, sampler->trip_ns, window_s > 0);
        if (!go_on)
            break;
        uint64_t until_ns = sampler->last_ns + sampler->next_ns;
        pthread_mutex_lock(&sampler->mutex);
        go_on = wait_until(sampler, until_ns);
        pthread_mutex_unlock(&sampler->mutex);
    }
    return NULL;
}

/* The queries that fit the server. */
static void choose_queries(struct sampler *sampler, const struct control_rows *rows) {
    const char *since = control_bool(rows, 0, 1) ? "waitstart" : "NULL::pg_catalog.timestamptz";
    const char *sql = embedded_text("src/observe/locks.sql"), *place = strstr(sql, "%s AS since");
    if (!place)
        panic("locks.sql has no place for the column");
    sampler->activity_query =
        (struct query){mem_strdup(embedded_text("src/observe/activity.sql")), true};
    sampler->locks_query =
        (struct query){mem_printf("%.*s%s%s", (int)(place - sql), sql, since, place + 2), true};
    const char *begun =
        control_bool(rows, 0, 2)
            ? "SELECT num_timed + num_requested FROM pg_catalog.pg_stat_checkpointer"
            : "SELECT checkpoints_timed + checkpoints_req FROM pg_catalog.pg_stat_bgwriter";
    bool see_begun = control_bool(rows, 0, 3), see_done = control_bool(rows, 0, 4);
    if (see_begun || see_done)
        sampler->checkpoints_query.sql = mem_printf(
            "SELECT (%s)::int8, (%s)::text", see_begun ? begun : "-1",
            see_done ? "SELECT checkpoint_lsn FROM pg_catalog.pg_control_checkpoint()" : "''");
}

/* Planning is most of what a query costs: it is done once. */
static bool prepare(struct sampler *sampler, const char *name, struct query *query) {
    if (!query->sql)
        return true;
    struct strbuf execute = STRBUF_INIT;
    strbuf_printf(&execute, "EXECUTE %s", name);
    if (query->takes_name) {
        strbuf_add(&execute, " (");
        strbuf_add_literal(&execute, sampler->application_name);
        strbuf_add(&execute, ")");
    }
    char *sql =
        mem_printf("PREPARE %s%s AS %s", name, query->takes_name ? " (text)" : "", query->sql);
    bool ok = control_exec(sampler->control, sql, &sampler->error);
    free(sql);
    free(query->sql);
    *query = (struct query){strbuf_detach(&execute), false};
    return ok;
}

static bool know_server(struct sampler *sampler) {
    struct control_rows *rows;
    if (!control_query_one(sampler->control, embedded_text("src/observe/sampler_server.sql"),
                           CONTROL_NO_ARGS, &rows, &sampler->error))
        return false;
    sampler->seen->others_hidden = control_bool(rows, 0, 0);
    choose_queries(sampler, rows);
    /* Behind a pooler the backend can be another one each time. */
    int64_t pid = control_int8(rows, 0, 7);
    bool same_backend = pid == control_backend_pid(sampler->control);
    if (same_backend &&
        host_find_postmaster(pid, control_text(rows, 0, 5), control_text(rows, 0, 6)))
        sampler->cost.backend_pid = pid;
    control_rows_free(rows);
    return !same_backend || (prepare(sampler, "activity", &sampler->activity_query) &&
                             prepare(sampler, "locks", &sampler->locks_query) &&
                             prepare(sampler, "checkpoints", &sampler->checkpoints_query));
}

/* Once each: what can't be asked is told before the run, and the backend has read what it needs of
 * the catalog. */
static bool try_queries(struct sampler *sampler) {
    const struct query *const queries[] = {&sampler->activity_query, &sampler->locks_query,
                                           &sampler->checkpoints_query};
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct control_rows *rows;
        if (!queries[i]->sql)
            continue;
        if (!ask(sampler, queries[i], &rows))
            return false;
        control_rows_free(rows);
    }
    return true;
}

static void make_mutex(struct sampler *sampler) {
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sampler->mutex, NULL);
    pthread_cond_init(&sampler->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

static void sampler_free(struct sampler *sampler) {
    control_close(sampler->control);
    pthread_mutex_destroy(&sampler->mutex);
    pthread_cond_destroy(&sampler->wake);
    time_line_release(&sampler->line);
    lock_tree_free(sampler->locks);
    free(sampler->activity_query.sql);
    free(sampler->locks_query.sql);
    free(sampler->checkpoints_query.sql);
    free(sampler);
}

bool sampler_open(const struct sampler_options *options, struct sampler **out,
                  struct error *error) {
    struct sampler *sampler = MEM_NEW(struct sampler);
    if (!control_open(options->target, "pgwrite sampler", &sampler->control, error)) {
        free(sampler);
        return error_prefix(error, "the sampler of lock waits");
    }
    control_set_timeout(sampler->control, 2);
    control_set_heed_interrupt(sampler->control, false);
    sampler->application_name = options->application_name;
    sampler->interval_ns = options->interval_ns;
    sampler->rng = rng_at(clock_ns(), 0); /* jitter needs no repeatability */
    sampler->wal_bytes = -1;
    sampler->seen = MEM_NEW(struct observation);
    sampler->seen->checkpoints_begun = sampler->seen->checkpoints_done = -1;
    sampler->locks = lock_tree_new();
    make_mutex(sampler);
    if (!know_server(sampler) || !try_queries(sampler)) {
        *error = sampler->error;
        observation_free(sampler->seen);
        sampler_free(sampler);
        return error_prefix(error, "the sampler of lock waits");
    }
    if (pthread_create(&sampler->thread, NULL, sampler_main, sampler))
        panic("can't make a thread");
    *out = sampler;
    return true;
}

void sampler_start(struct sampler *sampler, uint64_t go_ns) {
    pthread_mutex_lock(&sampler->mutex);
    sampler->go_ns = go_ns;
    time_line_init(&sampler->line, go_ns, sampler->interval_ns);
    pthread_cond_signal(&sampler->wake);
    pthread_mutex_unlock(&sampler->mutex);
}

void sampler_begin(struct sampler *sampler) {
    pthread_mutex_lock(&sampler->mutex);
    sampler->begin_ns = clock_ns();
    pthread_mutex_unlock(&sampler->mutex);
}

static void end_window(struct sampler *sampler) {
    if (sampler->begin_ns && !sampler->end_ns)
        sampler->end_ns = clock_ns();
}

void sampler_end(struct sampler *sampler) {
    pthread_mutex_lock(&sampler->mutex);
    end_window(sampler);
    pthread_mutex_unlock(&sampler->mutex);
}

bool sampler_interval(struct sampler *sampler, size_t number, struct sampled_interval *out) {
    pthread_mutex_lock(&sampler->mutex);
    bool complete = number < time_line_complete(&sampler->line);
    if (complete)
        *out = sampler->line.intervals[number];
    pthread_mutex_unlock(&sampler->mutex);
    return complete;
}

void sampler_live(struct sampler *sampler, struct sampler_live *out) {
    pthread_mutex_lock(&sampler->mutex);
    time_line_live(&sampler->line, out);
    out->window_begun = sampler->seen->checkpoints_begun;
    out->window_done = sampler->seen->checkpoints_done;
    pthread_mutex_unlock(&sampler->mutex);
}

static int by_share(const void *a, const void *b) {
    double x = ((const struct wait_share *)a)->share, y = ((const struct wait_share *)b)->share;
    return (y > x) - (y < x);
}

/* From seconds to shares. What lies between the last look in the window and its end passed as the
 * rest did. */
static void finish_window(struct sampler *sampler) {
    struct observation *seen = sampler->seen;
    lock_tree_report(sampler->locks, seen);
    seen->valid = seen->samples > 0 && sampler->session_s > 0;
    if (sampler->error.set)
        seen->checkpoints_begun = seen->checkpoints_done = -1;
    double cost_ns = sampling_cost_window_ns(&sampler->cost, &seen->cost_exact);
    if (seen->samples) {
        seen->interval_ms = sampler->observed_s * 1000 / (double)seen->samples;
        seen->cost_share = cost_ns / (double)NS_PER_S / sampler->observed_s;
        seen->sessions = sampler->session_s / sampler->observed_s;
    }
    if (!seen->valid)
        return;
    seen->lock_share = seen->lock_time_s / sampler->session_s;
    for (size_t i = 0; i < TIME_PARTS; i++)
        seen->parts[i] /= sampler->session_s;
    for (size_t i = 0; i < seen->event_count; i++)
        seen->events[i].share /= sampler->session_s;
    qsort(seen->events, seen->event_count, sizeof *seen->events, by_share);
    if (sampler->error.set)
        return;
    double window_s = (double)(sampler->end_ns - sampler->begin_ns) / (double)NS_PER_S;
    double scale = window_s / sampler->observed_s;
    seen->lock_time_s *= scale;
    for (size_t i = 0; i < seen->lock_count; i++)
        seen->locks[i].time_s *= scale;
}

struct observation *sampler_close(struct sampler *sampler, struct error *error) {
    pthread_mutex_lock(&sampler->mutex);
    end_window(sampler);
    sampler->quit_ns = clock_ns();
    pthread_cond_signal(&sampler->wake);
    pthread_mutex_unlock(&sampler->mutex);
    pthread_join(sampler->thread, NULL);
    finish_window(sampler);
    struct observation *seen = sampler->seen;
    seen->series = time_line_detach(&sampler->line, &seen->series_count);
    if (error && sampler->error.set)
        *error = sampler->error;
    sampler_free(sampler);
    return seen;
}

void observation_free(struct observation *observation) {
    if (!observation)
        return;
    free(observation->series);
    free(observation);
}
