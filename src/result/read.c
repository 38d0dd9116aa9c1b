#include "result/read.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* More than any number that is measured, and small enough for a whole number of 64 bits. */
#define MEASURED_MAX 1e18

/* Below, a function that meets a fault sets the error and gives a value that does no harm; only the
 * first fault is kept (error.h), and stored_result_read asks once, at its end. */
struct reader {
    struct arena *arena;
    struct error *error;
    char where[64]; /* the object that is being read: "cells[0].rounds[2]", "" at the top */
};

static void complain(struct reader *reader, const char *key, const char *what) {
    error_usage(reader->error, "\"%s%s%s\" %s", reader->where, *reader->where ? "." : "", key,
                what);
}

/* A member by its path, "wal.bytes_per_row". NULL if the last of it or an object on the way there
 * is null, and if there is no such key, which is a fault. */
static json_t *member(struct reader *reader, json_t *object, const char *path) {
    for (const char *at = path; object && !json_is_null(object);) {
        size_t length = strcspn(at, ".");
        char key[64];
        snprintf(key, sizeof key, "%.*s", (int)length, at);
        object = json_object_get(object, key);
        if (!object)
            complain(reader, path, "is missing: that is no whole result of `pgwrite run`");
        if (!at[length])
            break;
        at += length + 1;
    }
    return json_is_null(object) ? NULL : object;
}

/* UNKNOWN if it is null. */
static double number(struct reader *reader, json_t *object, const char *path) {
    const json_t *value = member(reader, object, path);
    if (!value)
        return UNKNOWN;
    double read = json_number_value(value);
    if (json_is_number(value) && read >= 0 && read <= MEASURED_MAX)
        return read;
    complain(reader, path, "is no number that can be measured");
    return UNKNOWN;
}

/* Up to max; one that is null is a fault. */
static uint64_t whole(struct reader *reader, json_t *object, const char *path, uint64_t max) {
    const json_t *value = member(reader, object, path);
    if (json_is_integer(value) && (uint64_t)json_integer_value(value) <= max)
        return (uint64_t)json_integer_value(value);
    complain(reader, path, "is no whole number, or too large");
    return 0;
}

static bool flag(struct reader *reader, json_t *object, const char *path) {
    const json_t *value = member(reader, object, path);
    if (!json_is_boolean(value))
        complain(reader, path, "is neither true nor false");
    return json_is_true(value);
}

static const char *plain(struct reader *reader, const char *read) {
    char *text = arena_strdup(reader->arena, read);
    for (char *at = text; *at; at++)
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    return text;
}

static const char *text_of(struct reader *reader, const json_t *value) {
    return plain(reader, json_string_value(value));
}

/* "" if it is null. */
static const char *text(struct reader *reader, json_t *object, const char *path) {
    const json_t *value = member(reader, object, path);
    if (json_is_string(value))
        return text_of(reader, value);
    if (value)
        complain(reader, path, "is no text");
    return "";
}

/* Text that is never null. */
static const char *name(struct reader *reader, json_t *object, const char *path) {
    const char *read = text(reader, object, path);
    if (!*read)
        complain(reader, path, "is empty");
    return read;
}

static json_t *list(struct reader *reader, json_t *object, const char *path) {
    json_t *value = member(reader, object, path);
    if (!json_is_array(value))
        complain(reader, path, "is no list");
    return value;
}

/* With too few samples a share is chance: as comparison_sample_of. */
static void read_shares(struct reader *reader, json_t *round, struct comparison_sample *out) {
    double samples = number(reader, round, "lock_waits.samples");
    double lock = number(reader, round, "lock_waits.share");
    double flush = number(reader, round, "time.commit_flush");
    bool enough = samples >= WAIT_SAMPLES_MIN;
    out->value[COMPARE_LOCK_SHARE] = enough ? lock : UNKNOWN;
    out->value[COMPARE_FLUSH_SHARE] = enough ? flush : UNKNOWN;
}

static void read_sample(struct reader *reader, json_t *round, struct comparison_sample *out) {
    static const struct {
        enum comparison_metric metric;
        const char *path;
    } fields[] = {{COMPARE_ROWS_PER_S, "rows_per_s"},
                  {COMPARE_COMMITS_PER_S, "commits_per_s"},
                  {COMPARE_P50, "latency.response.p50"},
                  {COMPARE_P95, "latency.response.p95"},
                  {COMPARE_P99, "latency.response.p99"},
                  {COMPARE_WAL_BYTES, "wal.bytes_per_row"},
                  {COMPARE_HEAP_BYTES, "table.heap_bytes_per_row"},
                  {COMPARE_INDEX_BYTES, "table.index_bytes_per_row"},
                  {COMPARE_CLIENT_CPU, "client.cpu_us_per_row"}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        out->value[fields[i].metric] = number(reader, round, fields[i].path);
    read_shares(reader, round, out);
}

static void read_rounds(struct reader *reader, json_t *object, size_t at, struct stored_cell *out) {
    json_t *rounds = list(reader, object, "rounds");
    out->round_count = json_array_size(rounds);
    out->samples = ARENA_ARRAY(reader->arena, struct comparison_sample, out->round_count + 1);
    for (size_t i = 0; i < out->round_count && !reader->error->set; i++) {
        json_t *round = json_array_get(rounds, i);
        snprintf(reader->where, sizeof reader->where, "cells[%zu].rounds[%zu]", at, i);
        if (!flag(reader, round, "complete"))
            continue;
        /* null: the table was not looked at to its end */
        out->unverified += json_is_false(member(reader, round, "verified.ok"));
        read_sample(reader, round, &out->samples[out->sample_count++]);
    }
}

static void read_think(struct reader *reader, json_t *object, double think_s[2]) {
    const json_t *think = member(reader, object, "think_s");
    think_s[0] = think_s[1] = UNKNOWN;
    if (!think)
        return;
    for (size_t i = 0; i < 2; i++) {
        const json_t *value = json_array_get(think, i);
        double read = json_number_value(value);
        if (json_array_size(think) != 2 || !json_is_number(value) || !(read >= 0)) {
            complain(reader, "think_s", "is no pair of times");
            return;
        }
        think_s[i] = read;
    }
}

static void read_cell(struct reader *reader, json_t *object, size_t at, struct stored_cell *out) {
    snprintf(reader->where, sizeof reader->where, "cells[%zu]", at);
    out->path = name(reader, object, "path");
    out->protocol = text(reader, object, "protocol");
    out->batch = text(reader, object, "batch");
    out->pool = (uint32_t)whole(reader, object, "pool", UINT32_MAX);
    out->pool_min = (uint32_t)whole(reader, object, "pool_min", UINT32_MAX);
    out->threads = (uint32_t)whole(reader, object, "threads", UINT32_MAX);
    out->users = number(reader, object, "users");
    out->rate = number(reader, object, "rate_per_s");
    out->arrival = text(reader, object, "arrival");
    read_think(reader, object, out->think_s);
    read_rounds(reader, object, at, out);
}

static int by_name(const void *a, const void *b) {
    const struct stored_setting *x = a, *y = b;
    return strcmp(x->name, y->name);
}

static void read_settings(struct reader *reader, json_t *root, struct stored_result *out) {
    json_t *settings = member(reader, root, "server.settings"), *value;
    const char *key;
    if (!json_is_object(settings))
        complain(reader, "server.settings", "is no object");
    out->settings =
        ARENA_ARRAY(reader->arena, struct stored_setting, json_object_size(settings) + 1);
    json_object_foreach(settings, key, value) {
        out->settings[out->setting_count++] = (struct stored_setting){
            .name = plain(reader, key),
            .value = json_is_string(value) ? text_of(reader, value) : "",
        };
    }
    qsort(out->settings, out->setting_count, sizeof *out->settings, by_name);
}

static void read_workload(struct reader *reader, json_t *root, struct stored_result *out) {
    out->workload = name(reader, root, "workload.name");
    out->table = text(reader, root, "workload.table");
    json_t *columns = list(reader, root, "workload.columns");
    out->column_count = json_array_size(columns);
    out->columns = ARENA_ARRAY(reader->arena, struct stored_column, out->column_count + 1);
    for (size_t i = 0; i < out->column_count; i++) {
        json_t *column = json_array_get(columns, i);
        snprintf(reader->where, sizeof reader->where, "workload.columns[%zu]", i);
        out->columns[i].name = name(reader, column, "name");
        out->columns[i].type = text(reader, column, "type");
        out->columns[i].generator = text(reader, column, "generator");
    }
    *reader->where = '\0';
}

static void read_top(struct reader *reader, json_t *root, struct stored_result *out) {
    out->started_at = name(reader, root, "started_at");
    out->version = name(reader, root, "tool.version");
    out->seed = whole(reader, root, "seed", UINT64_MAX);
    out->cpus = (uint32_t)whole(reader, root, "host.cpus", UINT32_MAX);
    out->memory_bytes = number(reader, root, "host.memory_bytes");
    out->kernel = text(reader, root, "host.kernel");
    out->server_version = name(reader, root, "server.version");
    out->version_num = (uint32_t)whole(reader, root, "server.version_num", UINT32_MAX);
    out->durability = name(reader, root, "server.durability");
    read_settings(reader, root, out);
    out->flushes_per_s = number(reader, root, "fsync_probe.flushes_per_s");
    out->mode = name(reader, root, "run.mode");
    out->warmup_s = number(reader, root, "run.warmup_s");
    out->duration_s = number(reader, root, "run.duration_s");
    out->rows = number(reader, root, "run.rows");
    out->quick = flag(reader, root, "quick");
    out->interrupted = flag(reader, root, "interrupted");
    read_workload(reader, root, out);
}

/* What its studies found is under keys of their own: docs/result.md. */
static void hint_of_study(const char *study, struct error *error) {
    if (strcmp(study, "size") == 0)
        error_hint(error, "`jq .size.answer FILE` prints the answer that it has");
    else if (strcmp(study, "tune") == 0)
        error_hint(error, "`jq .settings FILE` prints the settings that it found");
    else
        error_hint(error, "`jq .verdict FILE` prints the verdict that it has");
}

static void read_all(struct reader *reader, json_t *root, struct stored_result *out) {
    const json_t *format = json_object_get(root, "format"), *study = json_object_get(root, "study");
    if (!json_is_string(format)) {
        error_usage(reader->error, "that is no result of pgwrite: it has no \"format\"");
        return;
    }
    if (strcmp(json_string_value(format), "pgwrite/1") != 0) {
        error_usage(reader->error, "its format is \"%s\"; this pgwrite reads pgwrite/1",
                    text_of(reader, format));
        return;
    }
    if (json_is_string(study)) {
        error_usage(reader->error, "that is a result of `pgwrite %s`; compare reads those of run",
                    text_of(reader, study));
        hint_of_study(json_string_value(study), reader->error);
        return;
    }
    read_top(reader, root, out);
    json_t *cells = list(reader, root, "cells");
    out->cell_count = json_array_size(cells);
    out->cells = ARENA_ARRAY(reader->arena, struct stored_cell, out->cell_count + 1);
    for (size_t i = 0; i < out->cell_count && !reader->error->set; i++)
        read_cell(reader, json_array_get(cells, i), i, &out->cells[i]);
}

/* NULL: the error is set. */
static json_t *load(const char *file, struct error *error) {
    json_error_t fault;
    FILE *in = fopen(file, "r");
    if (!in) {
        error_usage(error, "can't read \"%s\": %s", file, strerror(errno));
        return NULL;
    }
    json_t *root = json_loadf(in, 0, &fault);
    int why = errno;
    if (!root && ferror(in)) {
        error_usage(error, "can't read \"%s\": %s", file, strerror(why));
    } else if (!root) {
        error_usage(error, "that is no JSON: %s", fault.text);
        error_at(error, file, fault.line, fault.column);
    }
    fclose(in);
    return root;
}

bool stored_result_read(const char *file, struct arena *arena, struct stored_result *out,
                        struct error *error) {
    struct reader reader = {.arena = arena, .error = error};
    *out = (struct stored_result){.file = arena_strdup(arena, file)};
    json_t *root = load(file, error);
    if (!root)
        return false;
    read_all(&reader, root, out);
    if (error->set)
        error_at(error, file, 0, 0);
    json_decref(root);
    return !error->set;
}
