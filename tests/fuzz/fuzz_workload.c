/*
 * Any bytes as a workload file: the loader gives a workload or one usage error with the file's
 * name, and nothing else. With libFuzzer: fuzz_workload tests/fuzz/corpus/workload
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "workload/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 leaks a buffer of its own after some syntax errors in long quoted texts. */
const char *__lsan_default_suppressions(void) {
    return "leak:libfyaml";
}

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_places(const struct generator_arg *args, size_t count) {
    for (size_t i = 0; i < count; i++) {
        check(args[i].at.line > 0 && args[i].at.column > 0);
        check((args[i].scalar != NULL) != (args[i].items != NULL));
        check_places(args[i].items, args[i].item_count);
    }
}

static void check_workload(const struct workload *workload) {
    check(workload->schema_file && workload->description);
    for (size_t i = 0; i < workload->column_count; i++) {
        const struct workload_column *column = &workload->columns[i];
        check(column->name[0] && column->at.line > 0);
        check(!column->use_default || (!column->generator && column->args.count == 0));
        check_places(column->args.args, column->args.count);
    }
    for (size_t i = 0; i < workload->load_count; i++)
        check(workload->load[i].text[0] && workload->load[i].at.line > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const char *const load_options[] = {"path", "pool", "batch", "duration", NULL};
    /* Without a NUL behind it, so that a read past the end is seen. */
    char *text = malloc(length ? length : 1);
    check(text != NULL);
    memcpy(text, bytes, length);
    struct arena arena = {0};
    struct workload workload;
    struct place schema_at;
    struct error error = {0};
    if (workload_parse(text, length, "fuzz.yaml", load_options, &arena, &workload, &schema_at,
                       &error)) {
        check(!error.set);
        check_workload(&workload);
    } else {
        check(error.set && error.exit_code == EXIT_USAGE && error.what[0]);
        check(strncmp(error.where, "fuzz.yaml", 9) == 0);
    }
    arena_release(&arena);
    free(text);
    return 0;
}
