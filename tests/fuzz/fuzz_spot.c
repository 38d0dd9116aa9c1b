/*
 * Any bytes as the SQL of a step: its placeholders are found and cut into words, or there is one
 * usage error. What is no placeholder comes through as it was.
 * With libFuzzer: fuzz_spot tests/fuzz/corpus/spot
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "workload/spot.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

#define BLANKS " \t\r\n"

static void check(bool holds) {
    if (!holds)
        abort();
}

static void check_error(const struct error *error) {
    check(error->set && error->exit_code == EXIT_USAGE && error->what[0]);
}

static void check_spot(const struct spot *spot, const char *text, struct arena *arena) {
    size_t length = strlen(spot->shown), argument = strlen(spot->argument);
    check(length >= 3 && strncmp(spot->shown, "${", 2) == 0);
    check(strcspn(spot->shown, "}") == length - 1 && strstr(text, spot->shown));
    check(!strpbrk(spot->kind, BLANKS "}") && strstr(spot->shown, spot->kind));
    check(strstr(spot->shown, spot->argument) && !strchr(spot->argument, '}'));
    check(argument == 0 ||
          (!strchr(BLANKS, spot->argument[0]) && !strchr(BLANKS, spot->argument[argument - 1])));
    struct spot_names names;
    struct error error = {0};
    if (spot_split(spot, arena, &names, &error)) {
        check(names.table[0] && names.column[0] && !strchr(names.table, '.'));
        check(!strpbrk(names.table, BLANKS) && !strpbrk(names.column, BLANKS));
    } else {
        check_error(&error);
    }
}

/* Whether it could be read to its end. */
static bool check_text(const char *text, struct strbuf *plain, struct arena *arena) {
    struct spot_reader reader = {.sql = text};
    size_t shown = 0, last = 0, length = strlen(text);
    for (;;) {
        struct spot spot;
        struct error error = {0};
        if (!spot_next(&reader, plain, arena, &spot, &error)) {
            check_error(&error);
            return false;
        }
        check(!error.set);
        if (!spot.shown)
            break;
        check(spot.character > last && spot.character <= length);
        last = spot.character;
        shown += strlen(spot.shown);
        check_spot(&spot, text, arena);
    }
    /* Each `$${` is a `${`. */
    check(plain->length + shown <= length);
    check(strstr(text, "$${") || plain->length + shown == length);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    char *text = malloc(length + 1);
    check(text != NULL);
    memcpy(text, bytes, length);
    text[length] = '\0';
    struct arena arena = {0};
    struct strbuf plain = STRBUF_INIT;
    bool ok = check_text(text, &plain, &arena);
    check(ok || length > 0);
    strbuf_release(&plain);
    arena_release(&arena);
    free(text);
    return 0;
}
