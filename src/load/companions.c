#include "load/companions.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "pg/control.h"
#include "row/args.h"
#include "workload/companion.h"

struct companion {
    const struct workload_companion *plan;
    char *sql; /* NULL: nothing but the transaction */
};

struct companion_session {
    struct companions *all;
    const struct companion *companion;
    struct control *control;
    pthread_t thread;
    /* The thread's own until it has ended. */
    struct companion_result done;
};

struct companions {
    struct companion *list;
    size_t count;
    struct companion_session *sessions; /* in the order of the list */
    size_t session_count;
    uint64_t start_ns;
    bool started;
    int stop_read, stop_write; /* a pipe: closing its end wakes every wait */
    pthread_mutex_t mutex;
    struct error error; /* the first one, under the mutex */
};

/* The SQL */

static bool is_lock(const struct workload_companion *plan) {
    return plan->kind == COMPANION_LOCK_ROW || plan->kind == COMPANION_LOCK_TABLE ||
           plan->kind == COMPANION_LOCK_ADVISORY;
}

/* Whether it does its part at the beginning of a transaction that then stays open for a while. */
static bool holds(const struct workload_companion *plan) {
    return is_lock(plan) || plan->kind == COMPANION_IDLE;
}

static void add_table(struct strbuf *sql, const struct companions_options *options,
                      const struct workload_companion *plan) {
    if (!plan->table) {
        strbuf_add(sql, options->table);
        return;
    }
    strbuf_add_ident(sql, options->schema);
    strbuf_add_char(sql, '.');
    strbuf_add_ident(sql, plan->table);
}

/* The user's texts end with a new line, so that a comment in them ends too. */
static char *make_sql(const struct companions_options *options,
                      const struct workload_companion *plan) {
    struct strbuf sql = STRBUF_INIT;
    switch (plan->kind) {
    case COMPANION_LOCK_ROW:
        strbuf_add(&sql, "SELECT 1 FROM ");
        add_table(&sql, options, plan);
        strbuf_printf(&sql, " WHERE (%s\n) FOR %s", plan->row, plan->mode);
        break;
    case COMPANION_LOCK_TABLE:
        strbuf_add(&sql, "LOCK TABLE ");
        add_table(&sql, options, plan);
        strbuf_printf(&sql, " IN %s MODE", plan->mode);
        break;
    case COMPANION_LOCK_ADVISORY:
        strbuf_printf(&sql, "SELECT pg_catalog.pg_advisory_xact_lock('%lld'::int8)",
                      (long long)plan->advisory);
        break;
    case COMPANION_EXPORT:
        strbuf_printf(&sql, "COPY (%s\n) TO STDOUT", plan->sql);
        break;
    case COMPANION_VACUUM:
        strbuf_add(&sql, "VACUUM ");
        add_table(&sql, options, plan);
        break;
    case COMPANION_CHECKPOINT:
        strbuf_add(&sql, "CHECKPOINT");
        break;
    case COMPANION_READ:
    case COMPANION_DDL:
    case COMPANION_IDLE:
        if (!plan->sql)
            return NULL;
        strbuf_add(&sql, plan->sql);
        break;
    }
    return strbuf_detach(&sql);
}

/* Errors */

static bool has_sqlstate(const struct error *error, const char *const *sqlstates) {
    for (; *sqlstates; sqlstates++)
        if (strncmp(error->sqlstate, *sqlstates, strlen(*sqlstates)) == 0)
            return true;
    return false;
}

/* Which companion, and where the workload has it. Returns false. */
static bool locate(const struct workload_companion *plan, struct error *error) {
    static const char *const right[] = {"42501", NULL};
    /* Whose hints are of the pool: its rights, its generated values. */
    static const char *const pools[] = {"42501", "22", "23", NULL};
    if (has_sqlstate(error, pools))
        *error->hint = '\0';
    if (has_sqlstate(error, right))
        error_hint(error, "grant the role that right, or connect as another with -U");
    error_prefix(error, "companion %s", plan->name);
    return place_add(&plan->at, error);
}

/* What a busy system can do to a statement that is right. */
static bool is_passing(const struct error *error) {
    static const char *const passing[] = {"55P03", "40P01", "40001", "57014", NULL};
    return has_sqlstate(error, passing);
}

/* Keeps the first one's text, cut between characters. */
static void count_error(struct companion_session *session, const char *what) {
    struct companion_result *done = &session->done;
    if (done->errors++ > 0)
        return;
    size_t length = strnlen(what, sizeof done->first_error - 1);
    while (length > 0 && ((unsigned char)what[length] & 0xc0) == 0x80)
        length--;
    memcpy(done->first_error, what, length);
    done->first_error[length] = '\0';
}

static bool fail(struct companion_session *session, struct error *error) {
    struct companions *all = session->all;
    locate(session->companion->plan, error);
    pthread_mutex_lock(&all->mutex);
    if (!all->error.set)
        all->error = *error;
    pthread_mutex_unlock(&all->mutex);
    return false;
}

/* The threads. Each step says whether to go on. */

/* False as soon as the companions are stopped. */
static bool wait_until(const struct companions *all, uint64_t at_ns) {
    for (;;) {
        uint64_t now = clock_ns(), left_ns = at_ns > now ? at_ns - now : 0;
        struct timespec left = {.tv_sec = (time_t)(left_ns / NS_PER_S),
                                .tv_nsec = (long)(left_ns % NS_PER_S)};
        struct pollfd stop = {.fd = all->stop_read, .events = POLLIN};
        int n = ppoll(&stop, 1, &left, NULL);
        if (n > 0)
            return false;
        if (n < 0 && errno != EINTR)
            panic("ppoll: %s", strerror(errno));
        if (n == 0 && clock_ns() >= at_ns)
            return true;
    }
}

static bool is_stopped(const struct companions *all) {
    return !wait_until(all, 0);
}

static uint64_t later(uint64_t at_ns, uint64_t by_ns) {
    return at_ns + by_ns < at_ns ? UINT64_MAX : at_ns + by_ns;
}

static void count_run(struct companion_session *session, uint64_t begin_ns) {
    struct companion_result *done = &session->done;
    uint64_t took_ns = clock_ns() - begin_ns;
    done->runs++;
    done->total_s += (double)took_ns / (double)NS_PER_S;
    if ((double)took_ns / (double)NS_PER_MS > done->max_ms)
        done->max_ms = (double)took_ns / (double)NS_PER_MS;
}

static bool run(struct companion_session *session, const char *sql, struct control_drained *drained,
                struct error *error) {
    return control_drain(session->control, sql, session->all->stop_read, drained, error);
}

/* Goes on after an error that passes. One that our own stopping has made is none. */
static bool recover(struct companion_session *session, struct error *error) {
    if (is_stopped(session->all))
        return false;
    if (!is_passing(error))
        return fail(session, error);
    count_error(session, error->what);
    struct control_drained drained;
    struct error failed = {0};
    if (!holds(session->companion->plan) || run(session, "ROLLBACK", &drained, &failed))
        return true;
    return !is_stopped(session->all) && fail(session, &failed);
}

static bool run_statement(struct companion_session *session) {
    struct control_drained drained;
    struct error error = {0};
    uint64_t begin_ns = clock_ns();
    if (!run(session, session->companion->sql, &drained, &error))
        return recover(session, &error);
    count_run(session, begin_ns);
    session->done.rows += drained.rows;
    if (!drained.in_transaction)
        return true;
    error_set(&error, "its SQL leaves a transaction open");
    error_hint(&error, "what has to stay open is `do: idle-in-transaction`");
    return fail(session, &error);
}

/* The locks are taken; *none: there was none to take. */
static bool take_hold(struct companion_session *session, bool *none, struct error *error) {
    const struct companion *companion = session->companion;
    struct control_drained drained;
    *none = false;
    if (!run(session, "BEGIN", &drained, error))
        return false;
    if (!companion->sql)
        return true;
    uint64_t begin_ns = clock_ns();
    bool ok = run(session, companion->sql, &drained, error);
    if (is_lock(companion->plan))
        session->done.waited_s += (double)(clock_ns() - begin_ns) / (double)NS_PER_S;
    *none = companion->plan->kind == COMPANION_LOCK_ROW && drained.rows == 0;
    return ok;
}

static bool run_held(struct companion_session *session) {
    const struct workload_companion *plan = session->companion->plan;
    struct control_drained drained;
    struct error error = {0};
    bool none;
    if (!take_hold(session, &none, &error))
        return recover(session, &error);
    if (none) {
        count_error(session, "no row to lock: the condition fits none");
        return run(session, "ROLLBACK", &drained, &error) || recover(session, &error);
    }
    uint64_t begin_ns = clock_ns();
    bool whole = wait_until(session->all, later(begin_ns, plan->hold_ns));
    /* Once stopped, the connection's end is the transaction's. */
    if (whole && !run(session, "COMMIT", &drained, &error))
        return recover(session, &error);
    count_run(session, begin_ns);
    return whole;
}

static void *session_main(void *context) {
    struct companion_session *session = context;
    const struct workload_companion *plan = session->companion->plan;
    uint64_t next_ns = later(session->all->start_ns, plan->after_ns);
    for (uint64_t n = 0; plan->times == 0 || n < plan->times; n++) {
        if (!wait_until(session->all, next_ns))
            break;
        next_ns = later(clock_ns(), plan->every_ns);
        if (!(holds(plan) ? run_held(session) : run_statement(session)))
            break;
    }
    return NULL;
}

/* Opening */

static bool check_table(struct control *control, const struct companions_options *options,
                        const struct workload_companion *plan, struct error *error) {
    struct strbuf name = STRBUF_INIT;
    add_table(&name, options, plan);
    struct control_rows *rows;
    bool ok = control_query_one(
        control,
        "SELECT pg_catalog.to_regclass($1) IS NOT NULL, coalesce((SELECT "
        "pg_catalog.string_agg(relname::text, ', ' ORDER BY relname) FROM pg_catalog.pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = (SELECT oid FROM "
        "pg_catalog.pg_namespace WHERE nspname = $2)), '')::text",
        CONTROL_ARGS(ARG_TEXT(name.text), ARG_TEXT(options->schema)), &rows, error);
    strbuf_release(&name);
    if (!ok)
        return false;
    if (!control_bool(rows, 0, 0)) {
        ok = error_usage(error, "the schema file makes no table \"%s\"", plan->table);
        error_hint(error, "it makes: %s", control_text(rows, 0, 1));
    }
    control_rows_free(rows);
    return ok;
}

/* Parsed and analysed, never executed: the protocol of queries with parameters takes one statement,
 * so that nothing can follow a semicolon. */
static bool check_query(struct control *control, const char *sql, struct error *error) {
    static const char *const wrong[] = {"42", "22", "0A", NULL};
    char *prepare = mem_printf("PREPARE pgwrite_companion AS %s", sql);
    bool ok = control_call(control, prepare, CONTROL_NO_ARGS, error) &&
              control_exec(control, "DEALLOCATE pgwrite_companion", error);
    free(prepare);
    if (!ok && has_sqlstate(error, wrong))
        error->exit_code = EXIT_USAGE;
    return ok;
}

/* pg_checkpoint exists since 15. */
static bool check_checkpoint(struct control *control, struct error *error) {
    bool has_role = control_server_version(control) >= 150000;
    struct control_rows *rows;
    if (!control_query_one(
            control,
            has_role ? "SELECT rolsuper OR pg_catalog.pg_has_role('pg_checkpoint', 'USAGE'), "
                       "rolname::text FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"
                     : "SELECT rolsuper, rolname::text FROM pg_catalog.pg_roles WHERE rolname = "
                       "CURRENT_USER",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    bool ok = control_bool(rows, 0, 0);
    if (!ok) {
        error_usage(error, "the role %s may not CHECKPOINT", control_text(rows, 0, 1));
        error_hint(error, has_role ? "GRANT pg_checkpoint TO it, or connect as a superuser with -U"
                                   : "connect as a superuser with -U");
    }
    control_rows_free(rows);
    return ok;
}

static bool check(struct control *control, const struct companions_options *options,
                  const struct companion *companion, struct error *error) {
    const struct workload_companion *plan = companion->plan;
    if (plan->table && !check_table(control, options, plan, error))
        return false;
    switch (plan->kind) {
    case COMPANION_LOCK_ROW:
        return check_query(control, companion->sql, error);
    case COMPANION_EXPORT:
    case COMPANION_READ:
        return check_query(control, plan->sql, error);
    case COMPANION_CHECKPOINT:
        return check_checkpoint(control, error);
    case COMPANION_LOCK_TABLE:
    case COMPANION_LOCK_ADVISORY:
    case COMPANION_VACUUM:
    case COMPANION_DDL:
    case COMPANION_IDLE:
        break; /* to find out is to do it */
    }
    return true;
}

static bool open_session(struct companion_session *session,
                         const struct companions_options *options, struct error *error) {
    char application[80];
    snprintf(application, sizeof application, "pgwrite companion %s",
             session->companion->plan->name);
    if (!control_open(options->target, application, &session->control, error))
        return false;
    struct strbuf sql = STRBUF_INIT;
    strbuf_add(&sql, "SET search_path = ");
    strbuf_add_ident(&sql, options->schema);
    strbuf_add(&sql, ", pg_catalog");
    bool ok = control_exec(session->control, sql.text, error);
    strbuf_release(&sql);
    return ok;
}

/* All sessions of one companion; the first one checks it. */
static bool open_companion(struct companions *all, const struct companions_options *options,
                           const struct companion *companion, struct error *error) {
    for (uint32_t i = 0; i < companion->plan->sessions; i++) {
        struct companion_session *session = &all->sessions[all->session_count++];
        session->all = all;
        session->companion = companion;
        if (!open_session(session, options, error) ||
            (i == 0 && !check(session->control, options, companion, error)))
            return locate(companion->plan, error);
    }
    return true;
}

bool companions_open(const struct companions_options *options, struct companions **out,
                     struct error *error) {
    const struct workload *workload = options->workload;
    *out = NULL;
    if (workload->companion_count == 0)
        return true;
    struct companions *all = MEM_NEW(struct companions);
    all->list = MEM_ARRAY(struct companion, workload->companion_count);
    all->sessions = MEM_ARRAY(struct companion_session, companions_sessions(workload));
    pthread_mutex_init(&all->mutex, NULL);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        panic("pipe: %s", strerror(errno));
    all->stop_read = ends[0];
    all->stop_write = ends[1];
    bool ok = true;
    for (size_t i = 0; ok && i < workload->companion_count; i++) {
        struct companion *companion = &all->list[all->count++];
        companion->plan = &workload->companions[i];
        companion->sql = make_sql(options, companion->plan);
        ok = open_companion(all, options, companion, error);
    }
    if (ok)
        *out = all;
    else
        companions_close(all, NULL);
    return ok;
}

void companions_start(struct companions *companions) {
    if (!companions)
        return;
    companions->started = true;
    companions->start_ns = clock_ns();
    for (size_t i = 0; i < companions->session_count; i++) {
        struct companion_session *session = &companions->sessions[i];
        if (pthread_create(&session->thread, NULL, session_main, session))
            panic("can't make a thread");
    }
}

bool companions_failed(struct companions *companions, struct error *error) {
    if (!companions)
        return false;
    pthread_mutex_lock(&companions->mutex);
    bool failed = companions->error.set;
    if (failed)
        *error = companions->error;
    pthread_mutex_unlock(&companions->mutex);
    return failed;
}

/* Closing */

static void add_result(struct companion_result *sum, const struct companion_result *done) {
    sum->runs += done->runs;
    sum->errors += done->errors;
    sum->rows += done->rows;
    sum->total_s += done->total_s;
    sum->waited_s += done->waited_s;
    if (done->max_ms > sum->max_ms)
        sum->max_ms = done->max_ms;
    if (!*sum->first_error)
        memcpy(sum->first_error, done->first_error, sizeof sum->first_error);
}

static void sum_up(const struct companions *all, struct companion_result *results) {
    for (size_t i = 0; i < all->count; i++) {
        const struct workload_companion *plan = all->list[i].plan;
        results[i] =
            (struct companion_result){.name = plan->name, .what = companion_kind_name(plan->kind)};
    }
    for (size_t i = 0; i < all->session_count; i++) {
        const struct companion_session *session = &all->sessions[i];
        add_result(&results[session->companion - all->list], &session->done);
    }
}

void companions_close(struct companions *companions, struct companion_result *results) {
    if (!companions)
        return;
    close(companions->stop_write);
    for (size_t i = 0; companions->started && i < companions->session_count; i++)
        pthread_join(companions->sessions[i].thread, NULL);
    if (results)
        sum_up(companions, results);
    for (size_t i = 0; i < companions->session_count; i++)
        control_close(companions->sessions[i].control);
    for (size_t i = 0; i < companions->count; i++)
        free(companions->list[i].sql);
    close(companions->stop_read);
    pthread_mutex_destroy(&companions->mutex);
    free(companions->list);
    free(companions->sessions);
    free(companions);
}
