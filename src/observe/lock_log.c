#include "observe/lock_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/strbuf.h"
#include "observe/lock_log_parser.h"

#define CHUNK_BYTES (256 << 10)

struct log_place {
    char *file; /* as the server names it; NULL: the file that is open here */
    int64_t offset;
};

struct lock_log_reader {
    struct control *control;
    int fd; /* -1: the server reads */
    bool begun, ended;
    struct log_place begin, end;
};

/* Whether the log is written in the one form that is understood, and by whom. */
static bool check_settings(struct control *control, bool *collected, bool *readable,
                           struct error *error) {
    struct control_rows *rows;
    if (!control_query_one(
            control,
            "SELECT pg_catalog.current_setting('logging_collector')::bool, "
            "pg_catalog.current_setting('log_destination')::text, "
            "pg_catalog.has_function_privilege('pg_catalog.pg_current_logfile(text)', 'EXECUTE') "
            "AND pg_catalog.has_function_privilege("
            "'pg_catalog.pg_read_binary_file(text, bigint, bigint, boolean)', 'EXECUTE') "
            "AND pg_catalog.has_function_privilege("
            "'pg_catalog.pg_stat_file(text, boolean)', 'EXECUTE')",
            CONTROL_NO_ARGS, &rows, error))
        return false;
    *collected = control_bool(rows, 0, 0);
    *readable = control_bool(rows, 0, 2);
    const char *destination = control_text(rows, 0, 1);
    bool ok = strstr(destination, "stderr") != NULL;
    if (!ok) {
        error_set(error,
                  "lock waits can't be read from the server's log: log_destination is \"%s\", "
                  "and only the form stderr is understood",
                  destination);
        error_hint(error, "add stderr to log_destination");
    }
    control_rows_free(rows);
    return ok;
}

static bool open_file(const char *file, int *fd, struct error *error) {
    struct stat info;
    *fd = open(file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (*fd < 0)
        return error_set(error, "can't read the server's log %s: %s", file, strerror(errno));
    if (fstat(*fd, &info) == 0 && S_ISREG(info.st_mode))
        return true;
    close(*fd);
    return error_set(error, "the server's log %s is not a file", file);
}

bool lock_log_open(struct control *control, const char *file, struct lock_log_reader **out,
                   struct error *error) {
    bool collected, readable;
    int fd = -1;
    *out = NULL;
    if (!check_settings(control, &collected, &readable, error))
        return false;
    if (!collected && !file) {
        error_set(error, "the server's log can't be read through the server: logging_collector is "
                         "off");
        return error_hint(error, "set logging_collector = on, which needs a restart");
    }
    if (collected && !readable) {
        error_set(error, "the role may not read the server's log");
        return error_hint(error, "connect as a superuser, or GRANT EXECUTE on pg_current_logfile, "
                                 "pg_stat_file, pg_ls_logdir and pg_read_binary_file to it");
    }
    if (!collected && !open_file(file, &fd, error))
        return false;
    *out = MEM_NEW(struct lock_log_reader);
    (*out)->control = control;
    (*out)->fd = fd;
    return true;
}

void lock_log_close(struct lock_log_reader *reader) {
    if (!reader)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader->begin.file);
    free(reader->end.file);
    free(reader);
}

/* The end of the log as it is now. */
static bool find_end(struct lock_log_reader *reader, struct log_place *place, struct error *error) {
    struct stat info;
    free(place->file);
    *place = (struct log_place){0};
    if (reader->fd >= 0) {
        if (fstat(reader->fd, &info) != 0)
            return error_set(error, "can't read the server's log: %s", strerror(errno));
        place->offset = info.st_size;
        return true;
    }
    struct control_rows *rows;
    if (!control_query(reader->control,
                       "SELECT f::text, (pg_catalog.pg_stat_file(f, true)).size::int8 "
                       "FROM pg_catalog.pg_current_logfile('stderr') f "
                       "WHERE (pg_catalog.pg_stat_file(f, true)).size IS NOT NULL",
                       CONTROL_NO_ARGS, &rows, error))
        return error_prefix(error, "reading the server's log");
    bool ok = control_rows_count(rows) == 1;
    if (ok) {
        place->file = mem_strdup(control_text(rows, 0, 0));
        place->offset = control_int8(rows, 0, 1);
    } else {
        error_set(error, "the server names no log file that is there");
    }
    control_rows_free(rows);
    return ok;
}

bool lock_log_mark_begin(struct lock_log_reader *reader, struct error *error) {
    reader->begun = find_end(reader, &reader->begin, error);
    return reader->begun;
}

bool lock_log_mark_end(struct lock_log_reader *reader, struct error *error) {
    reader->ended = find_end(reader, &reader->end, error);
    return reader->ended;
}

/* Hands on the whole lines, and keeps the beginning of the next one. */
static void take_lines(struct strbuf *text, struct lock_log_parser *parser) {
    const char *end = memrchr(text->text, '\n', text->length);
    if (!end)
        return;
    size_t whole = (size_t)(end - text->text) + 1;
    lock_log_parser_feed(parser, text->text, whole);
    struct strbuf rest = STRBUF_INIT;
    strbuf_add_bytes(&rest, text->text + whole, text->length - whole);
    strbuf_release(text);
    *text = rest;
}

static bool read_here(struct lock_log_reader *reader, struct lock_log_parser *parser,
                      struct error *error) {
    struct strbuf text = STRBUF_INIT;
    char *chunk = MEM_ARRAY(char, CHUNK_BYTES);
    bool ok = true;
    for (int64_t at = reader->begin.offset; ok && at < reader->end.offset;) {
        int64_t left = reader->end.offset - at;
        ssize_t got = pread(reader->fd, chunk, left < CHUNK_BYTES ? (size_t)left : CHUNK_BYTES, at);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            ok = error_set(error, "can't read the server's log: %s",
                           got < 0 ? strerror(errno) : "it has become shorter");
            break;
        }
        at += got;
        strbuf_add_bytes(&text, chunk, (size_t)got);
        take_lines(&text, parser);
    }
    free(chunk);
    strbuf_release(&text);
    return ok;
}

/* One file by the server, from an offset to an end (INT64_MAX: as long as it is). */
static bool read_there(struct lock_log_reader *reader, const char *file, int64_t from, int64_t to,
                       struct lock_log_parser *parser, struct error *error) {
    struct strbuf text = STRBUF_INIT;
    bool ok = true;
    while (ok && from < to) {
        struct control_rows *rows;
        int64_t wanted = to - from < CHUNK_BYTES ? to - from : CHUNK_BYTES;
        ok = control_query_one(reader->control,
                               "SELECT coalesce(pg_catalog.pg_read_binary_file($1, $2, $3, true), "
                               "''::bytea)",
                               CONTROL_ARGS(ARG_TEXT(file), ARG_INT8(from), ARG_INT8(wanted)),
                               &rows, error);
        if (!ok)
            break;
        uint32_t got;
        const char *bytes = control_binary(rows, 0, 0, &got);
        strbuf_add_bytes(&text, bytes, got);
        control_rows_free(rows);
        take_lines(&text, parser);
        if (got == 0 && to != INT64_MAX)
            ok = error_set(error, "%s has become shorter, or is gone", file);
        if (got == 0)
            break;
        from += got;
    }
    strbuf_release(&text);
    return ok;
}

/* The server has gone on to another file, perhaps more than once. */
static bool read_rotated(struct lock_log_reader *reader, struct lock_log_parser *parser,
                         struct error *error) {
    struct control_rows *between;
    if (!control_query(reader->control, embedded_text("src/observe/log_between.sql"),
                       CONTROL_ARGS(ARG_TEXT(reader->begin.file), ARG_TEXT(reader->end.file)),
                       &between, error))
        return false;
    bool ok =
        read_there(reader, reader->begin.file, reader->begin.offset, INT64_MAX, parser, error);
    for (size_t i = 0; ok && i < control_rows_count(between); i++)
        ok = read_there(reader, control_text(between, i, 0), 0, INT64_MAX, parser, error);
    control_rows_free(between);
    return ok && read_there(reader, reader->end.file, 0, reader->end.offset, parser, error);
}

static bool read_window(struct lock_log_reader *reader, struct lock_log_parser *parser,
                        struct error *error) {
    const struct log_place *begin = &reader->begin, *end = &reader->end;
    bool rotated = reader->fd < 0 && strcmp(begin->file, end->file) != 0;
    if (!rotated && end->offset < begin->offset)
        return error_set(error, "the server's log was begun anew in the measured window");
    return rotated ? read_rotated(reader, parser, error)
           : reader->fd >= 0
               ? read_here(reader, parser, error)
               : read_there(reader, begin->file, begin->offset, end->offset, parser, error);
}

/* Names in place of OIDs; a relation that is gone by now keeps its number. */
static bool name_relations(struct control *control, const uint32_t *oids, struct lock_log *log,
                           struct error *error) {
    for (size_t i = 0; i < log->kind_count; i++) {
        struct control_rows *rows;
        if (oids[i] == 0)
            continue;
        if (!control_query(control,
                           "SELECT relname::text FROM pg_catalog.pg_class WHERE oid = $1::oid",
                           CONTROL_ARGS(ARG_INT8(oids[i])), &rows, error))
            return false;
        if (control_rows_count(rows) == 1)
            snprintf(log->kinds[i].relation, sizeof log->kinds[i].relation, "%s",
                     control_text(rows, 0, 0));
        control_rows_free(rows);
    }
    return true;
}

bool lock_log_read(struct lock_log_reader *reader, const int64_t *pids, size_t pid_count,
                   struct lock_log *out, struct error *error) {
    uint32_t oids[LOCK_LOG_KINDS_MAX] = {0};
    if (!reader->begun || !reader->ended)
        panic("lock_log_read() without both marks");
    *out = (struct lock_log){.threshold_ms = out->threshold_ms};
    struct lock_log_parser *parser = lock_log_parser_new(pids, pid_count);
    bool ok = read_window(reader, parser, error);
    lock_log_parser_end(parser, out, oids);
    if (ok && name_relations(reader->control, oids, out, error))
        return true;
    return error_prefix(error, "reading lock waits from the server's log");
}
