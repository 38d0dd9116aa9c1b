/*
 * Each write path on one connection of its own, for write.bats: what a commit gives that the server
 * refuses, and one into a twin that discards its rows; ON CONFLICT; and scripts over a mix of
 * tables.
 *
 *   write_probe SOCKET_DIR     as postgres in database postgres, in schema write_probe
 *
 * Prints a line for each path, protocol and binding; ends with 1 at the first that is wrong.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "pg/catalog.h"
#include "pg/control.h"
#include "workload/mix.h"
#include "write/script.h"
#include "write/write.h"

enum { BATCH = 5, COMMITS = 6 };

/* The third row is refused as the victim of a deadlock is; later, at the end of a transaction, one
 * as serializable transactions are. */
static const char setup[] =
    "DROP SCHEMA IF EXISTS write_probe CASCADE; CREATE SCHEMA write_probe;"
    "SET search_path = write_probe;"
    "CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, n int NOT NULL, note text,"
    "                     tags text[]);"
    "CREATE UNLOGGED TABLE twin (LIKE events);"
    "CREATE RULE discard AS ON INSERT TO twin DO INSTEAD NOTHING;"
    "CREATE SEQUENCE rows; CREATE SEQUENCE ends;"
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    "    IF nextval('write_probe.rows') = 3 THEN"
    "        RAISE EXCEPTION 'as in a deadlock' USING ERRCODE = '40P01';"
    "    END IF;"
    "    RETURN NEW; END $$;"
    "CREATE FUNCTION refuse_end() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    "    IF nextval('write_probe.ends') = 4 THEN"
    "        RAISE EXCEPTION 'as in a conflict' USING ERRCODE = '40001';"
    "    END IF;"
    "    RETURN NULL; END $$;"
    "CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse();"
    "CREATE CONSTRAINT TRIGGER refuse_end AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED"
    "    FOR EACH ROW EXECUTE FUNCTION refuse_end();"
    "SET search_path = ''";

/* An audit row refers to its application, which refers to a user. The fourth audit row is refused,
 * and names what it was to refer to. */
static const char mix_setup[] =
    "DROP SCHEMA IF EXISTS write_probe CASCADE; CREATE SCHEMA write_probe;"
    "SET search_path = write_probe;"
    "CREATE TABLE users (id bigint PRIMARY KEY, total int NOT NULL, extra int NOT NULL DEFAULT 0);"
    "CREATE TABLE applications (id bigint PRIMARY KEY, request_id uuid NOT NULL UNIQUE,"
    "    user_id bigint NOT NULL REFERENCES users ON DELETE CASCADE);"
    "CREATE TABLE audit_log (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, n int NOT NULL,"
    "    request_id uuid NOT NULL REFERENCES applications (request_id) ON DELETE CASCADE);"
    "CREATE SEQUENCE rows;"
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
    "    IF nextval('write_probe.rows') = 4 THEN"
    "        RAISE EXCEPTION '%', NEW.request_id USING ERRCODE = '40P01';"
    "    END IF;"
    "    RETURN NEW; END $$;"
    "CREATE TRIGGER refuse BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse();"
    "SET search_path = ''";

static void expect(bool ok, const struct error *error, const char *what) {
    if (ok)
        return;
    fprintf(stderr, "write_probe: %s: %s %s\n", what, error ? error->what : "",
            error ? error->sqlstate : "");
    exit(1);
}

static short wait_for(const struct wire *wire, short events) {
    struct pollfd socket = {.fd = wire_fd(wire), .events = events};
    expect(poll(&socket, 1, 60000) == 1, NULL, "no answer in 60 s");
    return socket.revents;
}

static struct wire *connect_wire(const struct target *target, enum wire_binding binding) {
    struct error error = {0};
    struct wire *wire = wire_connect(target, "write_probe");
    short events = POLLOUT;
    for (enum wire_poll state = WIRE_POLL_WRITE; state != WIRE_POLL_DONE;) {
        wait_for(wire, events);
        state = wire_connect_poll(wire);
        expect(state != WIRE_POLL_FAILED, NULL, "connecting");
        events = state == WIRE_POLL_READ ? POLLIN : POLLOUT;
    }
    expect(wire_ready(wire, binding, &error), &error, "connecting");
    return wire;
}

/* Sends what there is, and takes what comes, until something has come. */
static void exchange(struct wire *wire, bool unsent) {
    bool all_sent = wire_flush(wire) != WIRE_UNSENT;
    if (all_sent && unsent)
        return;
    short got = wait_for(wire, all_sent ? POLLIN : POLLIN | POLLOUT);
    expect(!(got & (POLLIN | POLLHUP)) || wire_consume(wire), NULL, "the connection is lost");
}

static void prepare(struct wire *wire, const struct write_plan *plan) {
    for (size_t i = 0; i < plan->statement_count; i++) {
        const struct write_statement *s = &plan->statements[i];
        struct wire_reply reply;
        struct error error = {0};
        expect(wire_send_prepare(wire, s->name, s->sql, s->param_count, s->type_oids), NULL,
               "preparing");
        for (enum wire_event event = WIRE_BUSY; event != WIRE_END;) {
            event = wire_next(wire, &reply);
            if (event == WIRE_BUSY)
                exchange(wire, false);
            expect(event != WIRE_FAILED || wire_error(wire, &error), &error, "preparing");
        }
    }
}

static int pauses; /* so far */

static enum write_step commit(struct writer *writer) {
    const struct write_path *path = writer->plan->path;
    enum write_step step = path->begin(writer);
    while (step == WRITE_WAIT || step == WRITE_PAUSE) {
        if (step == WRITE_WAIT) {
            exchange(writer->wire, writer->unsent);
        } else {
            pauses++;
            expect(path->resume(writer) == WRITE_PAUSE, NULL, "a pause has ended at once");
            while (clock_ns() < writer->pause_until_ns)
                poll(NULL, 0, 1);
        }
        step = path->resume(writer);
    }
    return step;
}

struct session {
    struct writer writer;
    struct write_buffer buffer;
    struct table_rows rows;
};

static void session_open(struct session *session, const struct target *target,
                         const struct write_plan *plan) {
    session->rows = (struct table_rows){.map = {.threads = 1, .shift = 10}, .end = UINT64_MAX};
    write_buffer_init(&session->buffer, &plan, 1);
    struct wire *wire = connect_wire(target, plan->binding);
    session->writer = (struct writer){
        .wire = wire, .plan = plan, .buffer = &session->buffer, .tables = &session->rows};
    expect(writer_deal(&session->writer, 0), NULL, "no rows");
    prepare(wire, plan);
    expect(!plan->path->enter || plan->path->enter(&session->writer), NULL, "entering");
}

static void session_close(struct session *session) {
    wire_close(session->writer.wire);
    write_buffer_release(&session->buffer);
}

/* The same rows again after each failure: all commits land, each once. */
static void check_again(struct control *control, const struct target *target,
                        const struct write_plan *plan) {
    struct session session;
    struct error error = {0};
    struct control_rows *rows;
    int failed = 0;
    session_open(&session, target, plan);
    for (int done = 0; done < COMMITS;) {
        enum write_step step = commit(&session.writer);
        expect(step == WRITE_DONE || step == WRITE_FAILED, NULL, "a commit is counted wrong");
        if (step == WRITE_DONE) {
            const struct write_path *path = plan->path;
            writer_finish(&session.writer, WRITER_COMMITTED);
            expect(writer_deal(&session.writer, 0), NULL, "no rows");
            /* Another step may have its turn in between. */
            expect(!path->leave || (path->leave(&session.writer) && path->enter(&session.writer)),
                   NULL, "leaving");
            done++;
        } else if (failed++ == 0) {
            wire_error(session.writer.wire, &error);
            expect(strcmp(error.sqlstate, "40P01") == 0, &error, "another error than planned");
        }
        expect(failed <= 2, NULL, "a commit after a failed one fails");
    }
    expect(failed == 2, NULL, "the refused commits have not failed");
    expect(session.rows.inserted == plan->sizes[0] * (uint64_t)COMMITS, NULL, "booked wrong");
    session_close(&session);
    expect(control_query_one(control, "SELECT count(*)::int8 FROM write_probe.events",
                             CONTROL_NO_ARGS, &rows, &error),
           &error, "counting");
    expect(control_int8(rows, 0, 0) == (int64_t)plan->sizes[0] * COMMITS, NULL,
           "other rows are there than were acknowledged");
    control_rows_free(rows);
}

static void check_discarding(struct control *control, const struct target *target,
                             const struct write_plan *twin, const struct write_plan *no_twin) {
    struct session session;
    struct error error = {0};
    struct control_rows *rows;
    session_open(&session, target, twin);
    for (int i = 0; i < COMMITS; i++)
        expect(commit(&session.writer) == WRITE_DONE, NULL, "a discarding commit is not done");
    session_close(&session);
    expect(control_query_one(control, "SELECT count(*)::int8 FROM write_probe.twin",
                             CONTROL_NO_ARGS, &rows, &error),
           &error, "counting");
    expect(control_int8(rows, 0, 0) == 0, NULL, "the twin has rows");
    control_rows_free(rows);
    /* COPY discards by itself, whatever the table. */
    bool copy = strncmp(twin->path->name, "copy", 4) == 0;
    session_open(&session, target, no_twin);
    expect(commit(&session.writer) == (copy ? WRITE_DONE : WRITE_MISCOUNT), NULL,
           "rows that were not discarded went unnoticed");
    session_close(&session);
}

static void check(struct control *control, const struct target *target,
                  const struct write_path *path, enum write_protocol protocol,
                  enum wire_binding binding) {
    struct arena arena = {0};
    struct catalog_table table;
    struct plan *plan = NULL;
    struct write_plan real, twin, no_twin;
    struct error error = {0};
    struct write_options options = {
        .path = path, .batch = {BATCH, BATCH}, .protocol = protocol, .binding = binding};
    expect(control_exec(control, setup, &error), &error, "setup");
    expect(catalog_describe(control, "write_probe", "events", &arena, &table, &error) &&
               plan_build(NULL, &table, 1, control, &arena, &plan, &error) &&
               plan_seed_parents(plan, control, &arena, &error),
           &error, "planning");
    options.plan = plan;
    expect(write_plan_build(&options, &arena, &real, &error), &error, "planning");
    options.twin = "write_probe.twin";
    expect(write_plan_build(&options, &arena, &twin, &error), &error, "planning a twin");
    options.twin = "write_probe.events";
    expect(write_plan_build(&options, &arena, &no_twin, &error), &error, "planning a twin");
    check_again(control, target, &real);
    check_discarding(control, target, &twin, &no_twin);
    printf("%s %s %s: ok\n", path->name, write_protocol_name(&real),
           binding == WIRE_BINDING_RAW ? "raw" : "libpqtypes");
    arena_release(&arena);
}

static int64_t number(struct control *control, const char *sql) {
    struct control_rows *rows;
    struct error error = {0};
    expect(control_query_one(control, sql, CONTROL_NO_ARGS, &rows, &error), &error, sql);
    int64_t result = control_int8(rows, 0, 0);
    control_rows_free(rows);
    return result;
}

/* SQL that gives true. */
static void check_sql(struct control *control, const char *sql) {
    char *query = mem_printf("SELECT (%s)::int::int8", sql);
    expect(number(control, query) == 1, NULL, sql);
    free(query);
}

static struct workload_column generated(const char *name, const char *generator) {
    return (struct workload_column){.name = name, .generator = generator_find(generator)};
}

/* Ten rows, and then ten of which five have the same keys, by another seed: those stay, or get its
 * values. */
static void check_conflict(struct control *control, const struct target *target,
                           struct write_options *options, enum on_conflict on_conflict) {
    struct arena arena = {0};
    struct catalog_table table;
    struct error error = {0};
    struct workload_column columns[] = {generated("id", "serial")};
    struct workload workload = {.columns = columns, .column_count = 1};
    uint64_t accepted = 0;
    expect(control_exec(control, mix_setup, &error) &&
               catalog_describe(control, "write_probe", "users", &arena, &table, &error),
           &error, "setup");
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct plan *plan;
        struct write_plan write;
        struct session session;
        expect(plan_build(&workload, &table, seed, control, &arena, &plan, &error) &&
                   plan_seed_parents(plan, control, &arena, &error),
               &error, "planning");
        options->plan = plan;
        options->on_conflict = seed == 1 ? CONFLICT_ERROR : on_conflict;
        expect(write_plan_build(options, &arena, &write, &error), &error, "planning");
        session_open(&session, target, &write);
        session.writer.first = seed == 1 ? 5 : 0;
        for (uint32_t rows = 0; rows < 10; rows += session.writer.count) {
            if (session.writer.count > 10 - rows)
                session.writer.count = 10 - rows; /* a last batch smaller than the others */
            expect(commit(&session.writer) == WRITE_DONE, NULL, "a commit with conflicts");
            accepted += session.writer.accepted;
            session.writer.first += session.writer.count;
        }
        session_close(&session);
        if (seed == 1)
            expect(
                control_exec(control,
                             "CREATE TABLE write_probe.before AS SELECT * FROM write_probe.users",
                             &error),
                &error, "setup");
    }
    bool nothing = on_conflict == CONFLICT_NOTHING;
    expect(accepted == (nothing ? 15 : 20), NULL, "rows accepted");
    check_sql(control, "SELECT count(*) = 15 FROM write_probe.users");
    check_sql(control, nothing ? "SELECT count(*) = 10 FROM write_probe.users NATURAL JOIN "
                                 "write_probe.before"
                               : "SELECT count(*) = 5 FROM write_probe.users NATURAL JOIN "
                                 "write_probe.before");
    arena_release(&arena);
}

static void check_conflicts(struct control *control, const struct target *target,
                            const struct write_path *path, enum write_protocol protocol) {
    struct arena arena = {0};
    struct write_plan refused;
    struct error error = {0};
    struct write_options options = {.path = path, .batch = {4, 4}, .protocol = protocol};
    if (path->conflicts) {
        check_conflict(control, target, &options, CONFLICT_NOTHING);
        check_conflict(control, target, &options, CONFLICT_UPDATE);
        printf("%s: conflicts ok\n", path->name);
        return;
    }
    struct catalog_table table = {.quoted = "t"};
    options.plan = &(struct plan){.table = &table};
    options.on_conflict = CONFLICT_NOTHING;
    expect(!write_plan_build(&options, &arena, &refused, &error) && error.hint[0], NULL,
           "a COPY with conflicts");
    arena_release(&arena);
}

enum { USERS, APPLICATIONS, TABLES = 3, FIRST_USERS = 100, APPLIED = 20 };

static struct workload_set request[] = {
    {.column = "request_id", .table = "applications", .from_column = "request_id"}};
static struct workload_set total[] = {{.column = "total"}};
static struct workload_statement apply[] = {
    {.kind = STATEMENT_INSERT, .table = "applications", .rows = 2},
    {.kind = STATEMENT_PAUSE, .pause_min_ns = 5 * NS_PER_MS, .pause_max_ns = 6 * NS_PER_MS},
    {.kind = STATEMENT_SQL,
     .sql = "UPDATE write_probe.users SET extra = extra + ${int 1..1} WHERE id = ${key users.id "
            "zipf} AND total = ${key users.total}"},
    {.kind = STATEMENT_INSERT, .table = "audit_log", .rows = 2, .sets = request, .set_count = 1},
    {.kind = STATEMENT_SQL,
     .sql = "SELECT 1/count(*) FROM write_probe.audit_log WHERE request_id = "
            "${new applications.request_id} AND request_id = ${new audit_log.request_id}"}};
static struct workload_statement touch[] = {
    {.kind = STATEMENT_UPDATE, .table = "users", .sets = total, .set_count = 1}};
static struct workload_statement leave[] = {{.kind = STATEMENT_DELETE, .table = "users"}};
static struct workload_statement look[] = {{.kind = STATEMENT_SELECT, .table = "users"}};
static struct workload_step steps[] = {
    {.name = "apply", .statements = apply, .statement_count = 5, .transaction = true},
    {.name = "touch", .statements = touch, .statement_count = 1},
    {.name = "leave", .statements = leave, .statement_count = 1, .transaction = true},
    {.name = "look", .statements = look, .statement_count = 1}};
enum { APPLY, TOUCH, LEAVE, LOOK, STEPS };

/* All steps of the mix, on one connection. */
struct mixed {
    struct control *control;
    struct arena arena;
    struct mix mix;
    struct write_plan plans[STEPS];
    struct table_rows tables[TABLES];
    struct write_buffer buffer;
    struct writer writer;
};

static void mixed_open(struct mixed *mixed, const struct target *target,
                       enum write_protocol protocol, enum wire_binding binding) {
    struct error error = {0};
    struct workload_column user[] = {generated("id", "serial")};
    struct workload_column application[] = {generated("id", "serial"),
                                            generated("request_id", "uuid")};
    struct workload_table tables[] = {
        {.name = "users", .rows = FIRST_USERS},
        {.name = "applications", .columns = application, .column_count = 2}};
    struct workload workload = {.columns = user,
                                .column_count = 1,
                                .tables = tables,
                                .table_count = 2,
                                .steps = steps,
                                .step_count = STEPS};
    const struct write_plan *plans[STEPS];
    expect(control_exec(mixed->control, mix_setup, &error), &error, "setup");
    expect(mix_build(&workload, "write_probe", "users", 1, mixed->control, &mixed->arena,
                     &mixed->mix, &error),
           &error, "mixing");
    expect(mixed->mix.table_count == TABLES &&
               strcmp(mixed->mix.tables[USERS].plan->columns[0].from, "workload") == 0,
           NULL, "other tables than named, or not with their columns");
    struct wire *wire = connect_wire(target, binding);
    for (size_t i = 0; i < STEPS; i++) {
        expect(script_build(&steps[i], steps[i].name, &mixed->mix, protocol, true, 1, &mixed->arena,
                            &mixed->plans[i], &error),
               &error, "scripts");
        prepare(wire, &mixed->plans[i]);
        plans[i] = &mixed->plans[i];
    }
    for (size_t i = 0; i < TABLES; i++) {
        const struct mix_table *table = &mixed->mix.tables[i];
        mixed->tables[i] = (struct table_rows){
            .map = {.threads = 1, .base = table->rows}, .end = UINT64_MAX, .keyed = table->keyed};
        if (table->keyed)
            keys_init(&mixed->tables[i].keys, table->rows, 0, 1);
    }
    write_buffer_init(&mixed->buffer, plans, STEPS);
    mixed->writer = (struct writer){.wire = wire,
                                    .buffer = &mixed->buffer,
                                    .tables = mixed->tables,
                                    .script = script_state_new()};
}

static void mixed_close(struct mixed *mixed) {
    wire_close(mixed->writer.wire);
    free(mixed->writer.script);
    write_buffer_release(&mixed->buffer);
    for (size_t i = 0; i < TABLES; i++)
        keys_release(&mixed->tables[i].keys);
    arena_release(&mixed->arena);
}

static void deal(struct mixed *mixed, size_t step) {
    mixed->writer.plan = &mixed->plans[step];
    mixed->writer.number++;
    expect(writer_deal(&mixed->writer, 0), NULL, "nothing to work on");
}

static void carry_out(struct mixed *mixed, size_t step) {
    struct error error = {0};
    deal(mixed, step);
    enum write_step got = commit(&mixed->writer);
    expect(got != WRITE_FAILED || wire_error(mixed->writer.wire, &error), &error, "a step fails");
    expect(got == WRITE_DONE, NULL, "a step is miscounted");
    writer_finish(&mixed->writer, WRITER_COMMITTED);
}

/* The transaction fails in its midst and succeeds when it is begun again, with the same values. */
static void check_apply(struct mixed *mixed) {
    struct error error = {0};
    int failed = 0;
    pauses = 0;
    for (int i = 0; i < APPLIED; i++) {
        deal(mixed, APPLY);
        for (enum write_step got; (got = commit(&mixed->writer)) != WRITE_DONE; failed++) {
            expect(got == WRITE_FAILED, NULL, "miscounted");
            wire_error(mixed->writer.wire, &error);
            expect(failed == 0 && strcmp(error.sqlstate, "40P01") == 0, &error, "a step fails");
            wire_forget_failure(mixed->writer.wire);
        }
        expect(mixed->writer.accepted == 5 && mixed->writer.missed == 0, NULL, "rows accepted");
        expect(mixed->writer.rows_done_ns > 0, NULL, "no time of the last row");
        writer_finish(&mixed->writer, WRITER_COMMITTED);
    }
    expect(failed == 1, NULL, "nothing was refused");
    expect(pauses == APPLIED + 1, NULL, "other pauses than planned");
    expect(mixed->tables[APPLICATIONS].inserted == 2 * APPLIED, NULL, "booked wrong");
    check_sql(mixed->control, "SELECT count(*) = 40 FROM write_probe.applications");
    check_sql(mixed->control, "SELECT count(*) = 40 AND count(DISTINCT request_id) = 40"
                              " FROM write_probe.audit_log");
    check_sql(mixed->control, "SELECT sum(extra) = 20 AND max(extra) > 1 FROM write_probe.users");
    const char *uuid = strlen(error.what) >= 36 ? strstr(error.what, "-") : NULL;
    expect(uuid && uuid >= error.what + 8, &error, "no value in the error");
    char *sql = mem_printf(
        "SELECT count(*) = 1 FROM write_probe.audit_log WHERE request_id = '%.36s'", uuid - 8);
    check_sql(mixed->control, sql);
    free(sql);
}

/* A statement that exceeds its timeout, within a transaction and alone; then the same one without.
 */
static void check_timeouts(struct mixed *mixed) {
    for (size_t step = APPLY; step <= TOUCH; step++) {
        struct error error = {0};
        deal(mixed, step);
        mixed->writer.fault_timeout_ns = 2 * NS_PER_MS;
        expect(commit(&mixed->writer) == WRITE_FAILED, NULL, "there was no timeout");
        wire_error(mixed->writer.wire, &error);
        expect(strcmp(error.sqlstate, "57014") == 0, &error, "another error than a timeout");
        wire_forget_failure(mixed->writer.wire);
        mixed->writer.fault_timeout_ns = 0;
        expect(commit(&mixed->writer) == WRITE_DONE, NULL, "a step after a timeout");
        writer_finish(&mixed->writer, WRITER_COMMITTED);
    }
}

static void check_keys(struct mixed *mixed) {
    for (int i = 0; i < 60; i++) {
        carry_out(mixed, LEAVE);
        expect(mixed->writer.missed == 0 && mixed->writer.accepted == 1, NULL, "deleted wrong");
    }
    expect(mixed->tables[USERS].deleted == 60, NULL, "booked wrong");
    check_sql(mixed->control, "SELECT count(*) = 40 FROM write_probe.users");
    check_sql(mixed->control, "SELECT max(id) <= 100 FROM write_probe.users");
    for (int i = 0; i < 100; i++) {
        carry_out(mixed, i % 2 ? LOOK : TOUCH);
        expect(mixed->writer.missed == 0 && mixed->writer.accepted == 1, NULL,
               "a key is not there");
        expect(mixed->writer.rows_done_ns == 0, NULL, "a commit of its own in autocommit");
    }
    check_sql(mixed->control, "SELECT count(DISTINCT total) > 1 FROM write_probe.users");
    struct error error = {0};
    expect(control_exec(mixed->control, "TRUNCATE write_probe.users CASCADE", &error), &error,
           "setup");
    carry_out(mixed, TOUCH);
    expect(mixed->writer.missed == 1 && mixed->writer.accepted == 0, NULL, "a miss is not counted");
}

/* Tables that can't be mixed: a parent without rows, keys that nobody knows. */
static void check_refusals(struct control *control) {
    struct workload_statement statements[] = {{.kind = STATEMENT_INSERT, .table = "applications"},
                                              {.kind = STATEMENT_DELETE, .table = "audit_log"},
                                              {.kind = STATEMENT_INSERT, .table = "user"}};
    static const char *const what[] = {"\"users\", which has no rows", "\"id\" is written by no",
                                       "no table \"user\""};
    static const char *const hint[] = {"set:", "serial", "\"users\""};
    for (size_t i = 0; i < 3; i++) {
        struct arena arena = {0};
        struct error error = {0};
        struct mix mix;
        struct workload_table tables[] = {{.name = "users"},
                                          {.name = i == 1 ? "users" : "applications"}};
        struct workload_step step = {
            .name = "s", .statements = &statements[i], .statement_count = 1};
        struct workload workload = {
            .tables = tables, .table_count = 2, .steps = &step, .step_count = 1};
        expect(control_exec(control, mix_setup, &error), &error, "setup");
        /* Audit rows refer to applications: there are some here, so that only their key is wrong.
         */
        expect(i != 1 || control_exec(control,
                                      "INSERT INTO write_probe.users VALUES (1, 1);"
                                      "INSERT INTO write_probe.applications VALUES (1, "
                                      "pg_catalog.gen_random_uuid(), 1)",
                                      &error),
               &error, "setup");
        expect(!mix_build(&workload, "write_probe", NULL, 1, control, &arena, &mix, &error), NULL,
               "a mix was not refused");
        expect(error.exit_code == EXIT_USAGE && strstr(error.what, what[i]) &&
                   strstr(error.hint, hint[i]),
               &error, "another refusal than planned");
        arena_release(&arena);
    }
}

static void check_scripts(struct control *control, const struct target *target,
                          enum write_protocol protocol, enum wire_binding binding) {
    struct mixed mixed = {.control = control};
    mixed_open(&mixed, target, protocol, binding);
    check_apply(&mixed);
    check_timeouts(&mixed);
    check_keys(&mixed);
    mixed_close(&mixed);
    printf("scripts by %s: ok\n", binding == WIRE_BINDING_LIBPQTYPES
                                      ? "libpqtypes"
                                      : write_protocol_name(&mixed.plans[0]));
}

int main(int argc, char **argv) {
    static const enum write_protocol protocols[] = {PROTOCOL_PREPARED, PROTOCOL_SIMPLE,
                                                    PROTOCOL_EXTENDED};
    struct arena arena = {0};
    struct target target;
    struct control *control;
    struct error error = {0}, unsupported = {0};
    if (argc != 2)
        return 2;
    struct target_options options = {.host = argv[1], .user = "postgres", .dbname = "postgres"};
    expect(target_resolve(&options, &arena, &target, &error) &&
               control_open(&target, "write_probe", &control, &error),
           &error, "connecting");
    bool typed = wire_binding_check(WIRE_BINDING_LIBPQTYPES, &unsupported);
    for (size_t i = 0; i < write_path_count; i++)
        for (int p = 0; p < (write_paths[i]->protocol ? 1 : 3); p++) {
            check(control, &target, write_paths[i], protocols[p], WIRE_BINDING_RAW);
            if (typed && protocols[p] != PROTOCOL_EXTENDED)
                check(control, &target, write_paths[i], protocols[p], WIRE_BINDING_LIBPQTYPES);
            check_conflicts(control, &target, write_paths[i], protocols[p]);
        }
    check_refusals(control);
    check_scripts(control, &target, PROTOCOL_PREPARED, WIRE_BINDING_RAW);
    check_scripts(control, &target, PROTOCOL_EXTENDED, WIRE_BINDING_RAW);
    if (typed)
        check_scripts(control, &target, PROTOCOL_PREPARED, WIRE_BINDING_LIBPQTYPES);
    expect(control_exec(control, "DROP SCHEMA write_probe CASCADE", &error), &error, "cleaning up");
    control_close(control);
    arena_release(&arena);
    return 0;
}
