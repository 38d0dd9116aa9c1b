#include "result/document.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "result/json_file.h"
#include "result/parse.h"

const char *const document_kind_names[] = {[DOCUMENT_RUN] = "run",
                                           [DOCUMENT_AB] = "ab",
                                           [DOCUMENT_COMPARE] = "compare",
                                           [DOCUMENT_TUNE] = "tune",
                                           [DOCUMENT_SIZE] = "size"};

/* jansson reads a stream of the C library byte by byte, which takes twice as long. */
static size_t read_some(void *buffer, size_t length, void *in) {
    return fread(buffer, 1, length, in);
}

/* NULL: the error is set. */
static json_t *load(const char *file, const char *shown, struct error *error) {
    json_error_t fault;
    bool is_stdin = strcmp(file, "-") == 0;
    FILE *in = is_stdin ? stdin : fopen(file, "r");
    if (!in) {
        error_usage(error, "can't read \"%s\": %s", file, strerror(errno));
        return NULL;
    }
    json_t *root = json_load_callback(read_some, in, 0, &fault);
    int why = errno;
    if (!root && ferror(in)) {
        error_usage(error, "can't read \"%s\": %s", shown, strerror(why));
    } else if (!root) {
        error_usage(error, "that is no JSON: %s", fault.text);
        error_at(error, shown, fault.line, fault.column);
    }
    if (!is_stdin)
        fclose(in);
    return root;
}

static bool check_format(struct parse *parse, const json_t *root) {
    const json_t *format = json_object_get(root, "format");
    if (!json_is_string(format)) {
        error_usage(parse->error, "that is no result of pgwrite: it has no \"format\"");
        return error_at(parse->error, parse->file, 0, 0);
    }
    const char *name = json_string_value(format);
    if (strcmp(name, "pgwrite/1") == 0)
        return true;
    error_usage(parse->error, "its format is \"%s\"; this pgwrite reads pgwrite/1",
                parse_plain(parse, name));
    return error_at(parse->error, parse->file, 0, 0);
}

/* What every pgwrite has written of a run; without it the rest would be read as zeros. */
static void check_run(struct parse *parse, const json_t *root) {
    static const char *const keys[] = {"run", "server", "workload", "cells"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (!parse_has(root, keys[i]))
            parse_fault(parse, keys[i], "is missing: that is no whole result of `pgwrite run`");
    if (!parse_has(json_object_get(root, "server"), "durability"))
        parse_fault(parse, "server.durability",
                    "is missing: that is no whole result of `pgwrite run`");
}

static void read_kind(struct parse *parse, const json_t *root, struct document *out) {
    size_t kind = DOCUMENT_RUN;
    if (parse_has(root, "study"))
        kind = parse_choice(parse, root, "study", document_kind_names, DOCUMENT_KINDS);
    if (kind == DOCUMENT_KINDS)
        return;
    out->kind = (enum document_kind)kind;
    switch (out->kind) {
    case DOCUMENT_RUN:
        out->run = parse_run(parse, root);
        check_run(parse, root);
        return;
    case DOCUMENT_AB:
        out->ab = parse_ab(parse, root);
        return;
    case DOCUMENT_COMPARE:
        out->compare = parse_compare(parse, root);
        return;
    case DOCUMENT_TUNE:
        out->tune = parse_tune(parse, root);
        return;
    case DOCUMENT_SIZE:
        out->size = parse_size(parse, root);
        return;
    }
}

bool document_read(const char *file, struct arena *arena, struct document *out,
                   struct error *error) {
    *out = (struct document){.file = arena_strdup(arena, file)};
    const char *shown = strcmp(file, "-") == 0 ? "standard input" : out->file;
    struct parse parse = {.file = shown, .arena = arena, .error = error};
    json_t *root = load(file, shown, error);
    if (!root)
        return false;
    if (check_format(&parse, root)) {
        const json_t *tool = parse_object(&parse, root, "tool");
        parse_enter(&parse, "tool", SIZE_MAX);
        out->version = parse_filled(&parse, tool, "version");
        parse_leave(&parse);
        read_kind(&parse, root, out);
    }
    if (error->set)
        error_at(error, shown, 0, 0);
    json_decref(root);
    out->read = parse.result;
    out->read_count = parse.result_count;
    if (error->set)
        document_release(out);
    return !error->set;
}

void document_release(struct document *document) {
    for (size_t i = 0; i < document->read_count; i++)
        parse_result_release(document->read[i]);
    document->read_count = 0;
}

bool document_write_json(const struct document *document, const char *file, struct error *error) {
    switch (document->kind) {
    case DOCUMENT_RUN:
        return result_write_json(document->run, file, error);
    case DOCUMENT_AB:
        return ab_write_json(document->ab, file, error);
    case DOCUMENT_COMPARE:
        return compare_write_json(document->compare, file, error);
    case DOCUMENT_TUNE:
        return tune_write_json(document->tune, file, error);
    case DOCUMENT_SIZE:
        return size_write_json(document->size, file, error);
    }
    panic("a document of no kind");
}

size_t document_runs(const struct document *document, const struct result *runs[DOCUMENT_RUNS_MAX],
                     const char *labels[DOCUMENT_RUNS_MAX]) {
    if (document->kind == DOCUMENT_RUN) {
        runs[0] = document->run;
        labels[0] = "";
        return 1;
    }
    if (document->kind != DOCUMENT_AB)
        return 0;
    runs[0] = document->ab->a;
    runs[1] = document->ab->b;
    labels[0] = "A";
    labels[1] = "B";
    return 2;
}

const char *document_name(const struct document *document, char *out, size_t size) {
    if (!document->file) {
        snprintf(out, size, "this run");
        return out;
    }
    const char *slash = strrchr(document->file, '/');
    const char *name = slash ? slash + 1 : document->file;
    const char *suffix = strrchr(name, '.');
    size_t length = suffix && suffix > name && strcmp(suffix, ".json") == 0
                        ? (size_t)(suffix - name)
                        : strlen(name);
    snprintf(out, size, "%.*s", (int)length, name);
    return out;
}
