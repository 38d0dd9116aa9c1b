/*
 * Each write path on one connection of its own, for write.bats: what a commit gives that the server
 * refuses, and one into a twin that discards its rows.
 *
 *   write_probe SOCKET_DIR     as postgres in database postgres, in schema write_probe
 *
 * Prints a line for each path, protocol and binding; ends with 1 at the first that is wrong.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pg/catalog.h"
#include "pg/control.h"
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

static enum write_step commit(struct writer *writer) {
    const struct write_path *path = writer->plan->path;
    enum write_step step = path->begin(writer);
    while (step == WRITE_WAIT) {
        exchange(writer->wire, writer->unsent);
        step = path->resume(writer);
    }
    return step;
}

struct session {
    struct writer writer;
    struct write_buffer buffer;
    struct row_map map;
};

static void session_open(struct session *session, const struct target *target,
                         const struct write_plan *plan) {
    session->map = (struct row_map){.threads = 1, .shift = 10};
    write_buffer_init(&session->buffer, plan);
    struct wire *wire = connect_wire(target, plan->binding);
    session->writer = (struct writer){.wire = wire,
                                      .plan = plan,
                                      .buffer = &session->buffer,
                                      .map = &session->map,
                                      .count = plan->sizes[0]};
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
            session.writer.first += session.writer.count;
            done++;
        } else if (failed++ == 0) {
            wire_error(session.writer.wire, &error);
            expect(strcmp(error.sqlstate, "40P01") == 0, &error, "another error than planned");
        }
        expect(failed <= 2, NULL, "a commit after a failed one fails");
    }
    expect(failed == 2, NULL, "the refused commits have not failed");
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
    struct plan *plan;
    struct write_plan real, twin, no_twin;
    struct error error = {0};
    struct range batch = {BATCH, BATCH};
    expect(control_exec(control, setup, &error), &error, "setup");
    expect(catalog_describe(control, "write_probe", "events", &arena, &table, &error) &&
               plan_build(NULL, &table, 1, control, &arena, &plan, &error) &&
               plan_seed_parents(plan, control, &arena, &error) &&
               write_plan_build(path, plan, batch, protocol, binding, &arena, &real, &error) &&
               write_plan_build_discarding(path, plan, "write_probe.twin", batch, protocol, binding,
                                           &arena, &twin, &error) &&
               write_plan_build_discarding(path, plan, "write_probe.events", batch, protocol,
                                           binding, &arena, &no_twin, &error),
           &error, "planning");
    check_again(control, target, &real);
    check_discarding(control, target, &twin, &no_twin);
    printf("%s %s %s: ok\n", path->name, write_protocol_name(&real),
           binding == WIRE_BINDING_RAW ? "raw" : "libpqtypes");
    arena_release(&arena);
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
        }
    expect(control_exec(control, "DROP SCHEMA write_probe CASCADE", &error), &error, "cleaning up");
    control_close(control);
    arena_release(&arena);
    return 0;
}
