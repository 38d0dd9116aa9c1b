/*
 * Any bytes as a stored result: it is read, or there is one usage error with the file's name.
 * Behind a NUL stands another one, the newer: what both are is compared, and shown in every form.
 * With libFuzzer: fuzz_result tests/fuzz/corpus/result
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report/compare.h"
#include "study/compare.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_error(const struct error *error) {
    check(error->set && error->exit_code == EXIT_USAGE && error->what[0]);
}

static void check_text(const char *text) {
    for (const char *at = text; *at; at++)
        check((unsigned char)*at >= ' ' && *at != 0x7f);
}

static void check_number(double value) {
    check(is_known(value) ? isfinite(value) : value == UNKNOWN);
}

static void check_cell(const struct stored_cell *cell) {
    check_text(cell->protocol);
    check_text(cell->batch);
    check_text(cell->arrival);
    check_text(cell->path);
    check(cell->path[0]);
    check_number(cell->users);
    check_number(cell->rate);
    check_number(cell->think_s[0]);
    check_number(cell->think_s[1]);
    check(cell->sample_count <= cell->round_count && cell->unverified <= cell->sample_count);
    for (size_t i = 0; i < cell->sample_count; i++)
        for (size_t k = 0; k < COMPARE_METRICS; k++)
            check_number(cell->samples[i].value[k]);
}

static void check_result(const struct stored_result *result) {
    const char *names[] = {result->started_at, result->version, result->server_version,
                           result->durability, result->mode,    result->workload};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        check(names[i][0]);
        check_text(names[i]);
    }
    check_text(result->kernel);
    check_text(result->table);
    check_number(result->memory_bytes);
    check_number(result->flushes_per_s);
    for (size_t i = 0; i < result->setting_count; i++) {
        check_text(result->settings[i].name);
        check_text(result->settings[i].value);
        check(i == 0 || strcmp(result->settings[i - 1].name, result->settings[i].name) <= 0);
    }
    for (size_t i = 0; i < result->column_count; i++) {
        check(result->columns[i].name[0]);
        check_text(result->columns[i].name);
        check_text(result->columns[i].type);
        check_text(result->columns[i].generator);
    }
    for (size_t i = 0; i < result->cell_count; i++)
        check_cell(&result->cells[i]);
}

static bool read_bytes(const uint8_t *bytes, size_t length, struct arena *arena,
                       struct stored_result *out) {
    char file[32];
    struct error error = {0};
    int fd = memfd_create("fuzz", 0);
    check(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
    snprintf(file, sizeof file, "/proc/self/fd/%d", fd);
    bool ok = stored_result_read(file, arena, out, &error);
    close(fd);
    if (ok) {
        check(!error.set);
        check_result(out);
    } else {
        check_error(&error);
        check(strstr(error.where, file) || strstr(error.what, file));
    }
    return ok;
}

static void show(const struct compare_result *compare) {
    struct error error = {0};
    char *shown;
    size_t length;
    FILE *out = open_memstream(&shown, &length);
    check(out != NULL);
    compare_text(compare, out);
    compare_markdown(compare, out);
    check(fclose(out) == 0 && length > 0 && strlen(shown) == length);
    check(!strchr(shown, '\x1b'));
    free(shown);
    check(compare_write_json(compare, "/dev/null", &error));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    const struct compare_options options = {COMPARE_ROWS_PER_S, 0.05, length % 2 == 1};
    const uint8_t *end = length ? memchr(bytes, '\0', length) : NULL;
    size_t first = end ? (size_t)(end - bytes) : length;
    struct arena arena = {0};
    struct stored_result results[2];
    struct compare_result compare;
    struct error error = {0};
    bool ok = read_bytes(bytes, first, &arena, &results[0]);
    if (ok && end && read_bytes(end + 1, length - first - 1, &arena, &results[1])) {
        if (compare_results(results, 2, &options, &arena, &compare, &error))
            show(&compare);
        else
            check_error(&error);
    }
    arena_release(&arena);
    return 0;
}
