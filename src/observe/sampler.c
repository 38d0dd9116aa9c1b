#include "observe/sampler.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/embed.h"
#include "base/memory.h"
#include "base/rng.h"
#include "pg/control.h"

#define COST_SHARE_MAX 0.02
#define INTERVAL_MAX_NS (NS_PER_S)

/* A wait that goes on: to count it once and to know how long it has lasted. */
struct open_wait {
    int64_t pid;
    uint64_t since_ns;
    bool seen_now;
};
enum { OPEN_WAITS_MAX = 1024 };

struct sampler {
    struct control *control;
    const char *application_name; /* the caller's, longer-lived */
    char *locks_sql;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    bool sampling, quit;
    _Atomic double lock_share;
    struct error error;
    struct observation seen; /* times in seconds until sampler_close */
    double session_s;        /* sum of sessions × interval */
    double observed_s;
    uint64_t cost_ns;
    struct open_wait *open;
    size_t open_count;
    uint64_t answered_ns; /* when the last look at the locks was over */
    struct rng rng;
};

static void add_event(struct observation *seen, const char *type, const char *event,
                      double seconds) {
    for (size_t i = 0; i < seen->event_count; i++)
        if (strcmp(seen->events[i].type, type) == 0 && strcmp(seen->events[i].event, event) == 0) {
            seen->events[i].share += seconds;
            return;
        }
    if (seen->event_count == SAMPLER_EVENTS_MAX) {
        /* More kinds of waits than any server shows at once: the rest counts with the last. */
        seen->events[SAMPLER_EVENTS_MAX - 1].share += seconds;
        return;
    }
    struct wait_share *added = &seen->events[seen->event_count++];
    snprintf(added->type, sizeof added->type, "%s", type);
    snprintf(added->event, sizeof added->event, "%s", event);
    added->share = seconds;
}

static struct lock_waits *lock_entry(struct observation *seen, const struct lock_waits *like) {
    for (size_t i = 0; i < seen->lock_count; i++) {
        struct lock_waits *known = &seen->locks[i];
        if (strcmp(known->locktype, like->locktype) == 0 && strcmp(known->mode, like->mode) == 0 &&
            strcmp(known->relation, like->relation) == 0 &&
            strcmp(known->statement, like->statement) == 0 &&
            strcmp(known->blocked_by, like->blocked_by) == 0)
            return known;
    }
    if (seen->lock_count < SAMPLER_LOCKS_MAX) {
        seen->locks[seen->lock_count] = *like;
        return &seen->locks[seen->lock_count++];
    }
    struct lock_waits *other = &seen->locks[SAMPLER_LOCKS_MAX - 1];
    snprintf(other->locktype, sizeof other->locktype, "other");
    *other->mode = *other->relation = *other->statement = *other->blocked_by = '\0';
    return other;
}

/* One line of an SQL text, so that it fits a report. */
static void copy_statement(char *out, size_t size, const char *sql) {
    size_t n = 0;
    bool blank = true;
    for (; *sql && n + 1 < size; sql++) {
        bool is_blank = *sql == ' ' || *sql == '\n' || *sql == '\t';
        if (is_blank && blank)
            continue;
        blank = is_blank;
        out[n++] = is_blank ? ' ' : *sql;
    }
    /* Not in the middle of a character. */
    while (n > 0 && *sql && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
        n--;
    if (n > 0 && *sql && ((unsigned char)out[n - 1] & 0xc0) == 0xc0)
        n--;
    out[n] = '\0';
}

/* Whether the wait of this backend is a new one. The server says how long it has waited: less than
 * we have not looked, and it is another. Both ends of our round trips are left out of that time, so
 * that a slow answer never makes two waits of one. */
static bool track_wait(struct sampler *sampler, int64_t pid, double waited_ms, uint64_t asked_ns,
                       uint64_t now) {
    uint64_t since_ns = waited_ms >= 0 ? now - (uint64_t)(waited_ms * 1e6) : now;
    double unseen_ms = (double)(asked_ns - sampler->answered_ns) / (double)NS_PER_MS;
    for (size_t i = 0; i < sampler->open_count; i++) {
        struct open_wait *wait = &sampler->open[i];
        if (wait->pid != pid)
            continue;
        bool another = waited_ms >= 0 && waited_ms < unseen_ms;
        if (another)
            wait->since_ns = since_ns;
        wait->seen_now = true;
        return another;
    }
    if (sampler->open_count < OPEN_WAITS_MAX)
        sampler->open[sampler->open_count++] = (struct open_wait){pid, since_ns, true};
    return true;
}

static void close_waits(struct sampler *sampler, uint64_t now) {
    size_t kept = 0;
    for (size_t i = 0; i < sampler->open_count; i++) {
        struct open_wait *wait = &sampler->open[i];
        if (!wait->seen_now)
            continue;
        double lasted_ms = (double)(now - wait->since_ns) / (double)NS_PER_MS;
        if (lasted_ms > sampler->seen.lock_max_ms)
            sampler->seen.lock_max_ms = lasted_ms;
        wait->seen_now = false;
        sampler->open[kept++] = *wait;
    }
    sampler->open_count = kept;
}

static bool sample_locks(struct sampler *sampler, double seconds, struct error *error) {
    struct control_rows *rows;
    uint64_t asked_ns = clock_ns();
    if (!control_query(sampler->control, sampler->locks_sql,
                       CONTROL_ARGS(ARG_TEXT(sampler->application_name)), &rows, error))
        return false;
    uint64_t now = clock_ns();
    for (size_t i = 0; i < control_rows_count(rows); i++) {
        struct lock_waits wait = {0};
        snprintf(wait.locktype, sizeof wait.locktype, "%s", control_text(rows, i, 1));
        snprintf(wait.mode, sizeof wait.mode, "%s", control_text(rows, i, 2));
        snprintf(wait.relation, sizeof wait.relation, "%s", control_text(rows, i, 3));
        copy_statement(wait.statement, sizeof wait.statement, control_text(rows, i, 4));
        copy_statement(wait.blocked_by, sizeof wait.blocked_by, control_text(rows, i, 5));
        struct lock_waits *entry = lock_entry(&sampler->seen, &wait);
        entry->time_s += seconds;
        bool is_new = track_wait(sampler, control_int8(rows, i, 0), control_float8(rows, i, 6),
                                 asked_ns, now);
        entry->seen += is_new;
        sampler->seen.lock_seen += is_new;
    }
    control_rows_free(rows);
    close_waits(sampler, now);
    sampler->answered_ns = now;
    return true;
}

/* One look; it stands for the seconds since the last one. */
static bool sample(struct sampler *sampler, double seconds, struct error *error) {
    struct control_rows *rows;
    if (!control_query(sampler->control, embedded_text("src/observe/activity.sql"),
                       CONTROL_ARGS(ARG_TEXT(sampler->application_name)), &rows, error))
        return false;
    double sessions = 0, locked = 0;
    for (size_t i = 0; i < control_rows_count(rows); i++) {
        const char *type = control_text(rows, i, 0), *event = control_text(rows, i, 1);
        bool active = control_bool(rows, i, 2);
        double count = (double)control_int8(rows, i, 3);
        sessions += count;
        /* A session without a statement waits for the client, even in the moment it is not seen
         * waiting. */
        if (!active && strcmp(type, "CPU") == 0)
            type = "Client", event = "ClientRead";
        add_event(&sampler->seen, type, event, count * seconds);
        if (strcmp(type, "Lock") == 0)
            locked += count;
    }
    control_rows_free(rows);
    sampler->seen.samples++;
    sampler->seen.lock_time_s += locked * seconds;
    sampler->session_s += sessions * seconds;
    sampler->observed_s += seconds;
    if (sampler->session_s > 0)
        atomic_store(&sampler->lock_share, sampler->seen.lock_time_s / sampler->session_s);
    if (locked > 0)
        return sample_locks(sampler, seconds, error);
    sampler->open_count = 0;
    return true;
}

static void wait_until(struct sampler *sampler, uint64_t until_ns) {
    struct timespec at = {.tv_sec = (time_t)(until_ns / NS_PER_S),
                          .tv_nsec = (long)(until_ns % NS_PER_S)};
    pthread_cond_timedwait(&sampler->wake, &sampler->mutex, &at);
}

/* Jittered by half to either side, so that it can't keep step with anything periodic. */
static uint64_t next_interval(struct sampler *sampler) {
    uint64_t mean_ns = SAMPLER_INTERVAL_NS;
    if (sampler->seen.samples) {
        uint64_t cost_ns = sampler->cost_ns / sampler->seen.samples;
        uint64_t needed_ns = (uint64_t)((double)cost_ns / COST_SHARE_MAX);
        mean_ns = needed_ns > mean_ns ? needed_ns : mean_ns;
        mean_ns = mean_ns > INTERVAL_MAX_NS ? INTERVAL_MAX_NS : mean_ns;
    }
    return mean_ns / 2 + rng_below(&sampler->rng, mean_ns);
}

static void *sampler_main(void *context) {
    struct sampler *sampler = context;
    uint64_t last_ns = 0;
    pthread_mutex_lock(&sampler->mutex);
    while (!sampler->quit) {
        if (!sampler->sampling) {
            last_ns = 0;
            pthread_cond_wait(&sampler->wake, &sampler->mutex);
            continue;
        }
        if (!last_ns)
            last_ns = clock_ns();
        uint64_t until_ns = clock_ns() + next_interval(sampler);
        while (sampler->sampling && !sampler->quit && clock_ns() < until_ns)
            wait_until(sampler, until_ns);
        if (!sampler->sampling || sampler->quit)
            continue;
        pthread_mutex_unlock(&sampler->mutex);
        uint64_t begin_ns = clock_ns();
        bool ok = sample(sampler, (double)(begin_ns - last_ns) / (double)NS_PER_S, &sampler->error);
        last_ns = begin_ns;
        /* The round trip is an upper bound of what it took server and client together. */
        sampler->cost_ns += clock_ns() - begin_ns;
        pthread_mutex_lock(&sampler->mutex);
        if (!ok)
            break;
    }
    pthread_mutex_unlock(&sampler->mutex);
    return NULL;
}

bool sampler_open(const struct target *target, const char *application_name, struct sampler **out,
                  struct error *error) {
    struct sampler *sampler = MEM_NEW(struct sampler);
    if (!control_open(target, "pgwrite sampler", &sampler->control, error)) {
        free(sampler);
        return error_prefix(error, "the sampler of lock waits");
    }
    control_set_timeout(sampler->control, 2);
    control_set_heed_interrupt(sampler->control, false);
    sampler->application_name = application_name;
    /* pg_locks.waitstart exists since 14. */
    const char *since = control_server_version(sampler->control) >= 140000
                            ? "l.waitstart"
                            : "NULL::pg_catalog.timestamptz";
    const char *sql = embedded_text("src/observe/locks.sql"), *place = strstr(sql, "%s");
    sampler->locks_sql = mem_printf("%.*s%s%s", (int)(place - sql), sql, since, place + 2);
    sampler->open = MEM_ARRAY(struct open_wait, OPEN_WAITS_MAX);
    sampler->rng = rng_at(clock_ns(), 0); /* jitter needs no repeatability */
    atomic_store(&sampler->lock_share, -1);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sampler->mutex, NULL);
    pthread_cond_init(&sampler->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&sampler->thread, NULL, sampler_main, sampler))
        panic("can't make a thread");
    *out = sampler;
    return true;
}

static void set_state(struct sampler *sampler, bool sampling, bool quit) {
    pthread_mutex_lock(&sampler->mutex);
    sampler->sampling = sampling;
    sampler->quit = quit;
    pthread_cond_signal(&sampler->wake);
    pthread_mutex_unlock(&sampler->mutex);
}

void sampler_begin(struct sampler *sampler) {
    set_state(sampler, true, false);
}

void sampler_end(struct sampler *sampler) {
    set_state(sampler, false, false);
}

double sampler_lock_share(struct sampler *sampler) {
    return atomic_load(&sampler->lock_share);
}

static int by_share(const void *a, const void *b) {
    double x = ((const struct wait_share *)a)->share, y = ((const struct wait_share *)b)->share;
    return (y > x) - (y < x);
}

static int by_time(const void *a, const void *b) {
    double x = ((const struct lock_waits *)a)->time_s, y = ((const struct lock_waits *)b)->time_s;
    return (y > x) - (y < x);
}

void sampler_close(struct sampler *sampler, struct observation *out, struct error *error) {
    set_state(sampler, false, true);
    pthread_join(sampler->thread, NULL);
    struct observation *seen = &sampler->seen;
    seen->valid = seen->samples > 0 && sampler->session_s > 0;
    if (seen->valid) {
        seen->interval_ms = sampler->observed_s * 1000 / (double)seen->samples;
        seen->cost_share = (double)sampler->cost_ns / (double)NS_PER_S / sampler->observed_s;
        seen->sessions = sampler->session_s / sampler->observed_s;
        seen->lock_share = seen->lock_time_s / sampler->session_s;
        for (size_t i = 0; i < seen->event_count; i++)
            seen->events[i].share /= sampler->session_s;
        qsort(seen->events, seen->event_count, sizeof *seen->events, by_share);
        qsort(seen->locks, seen->lock_count, sizeof *seen->locks, by_time);
    }
    *out = *seen;
    if (error && sampler->error.set)
        *error = sampler->error;
    control_close(sampler->control);
    pthread_mutex_destroy(&sampler->mutex);
    pthread_cond_destroy(&sampler->wake);
    free(sampler->locks_sql);
    free(sampler->open);
    free(sampler);
}

double observation_commit_flush(const struct observation *observation) {
    static const char *const flushes[][2] = {
        {"LWLock", "WALWrite"}, {"IO", "WALSync"}, {"IO", "WALWrite"}, {"IPC", "SyncRep"}};
    double share = 0;
    for (size_t i = 0; i < observation->event_count; i++)
        for (size_t k = 0; k < sizeof flushes / sizeof *flushes; k++)
            if (strcasecmp(observation->events[i].type, flushes[k][0]) == 0 &&
                strcasecmp(observation->events[i].event, flushes[k][1]) == 0)
                share += observation->events[i].share;
    return share;
}
