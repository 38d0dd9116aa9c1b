/*
 * Any bytes as a result file that is read back whole: it is printed, and what is written of it is
 * read again and is the same, or there is one usage error with the file's name.
 * With libFuzzer: fuzz_document tests/fuzz/corpus/document
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report/format.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static void check(bool holds) {
    if (!holds)
        abort();
}

static bool read_from(int fd, struct arena *arena, struct document *out) {
    char file[32];
    struct error error = {0};
    snprintf(file, sizeof file, "/proc/self/fd/%d", fd);
    bool ok = document_read(file, arena, out, &error);
    check(ok != error.set);
    if (!ok) {
        check(error.exit_code == EXIT_USAGE && error.what[0]);
        check(strstr(error.where, file) || strstr(error.what, file));
    }
    return ok;
}

/* The text of what can be printed. */
static char *show(const struct document *document) {
    char *shown;
    size_t size;
    FILE *out = open_memstream(&shown, &size);
    check(out != NULL);
    format_text(document, 1, 0, out);
    check(fclose(out) == 0 && strlen(shown) == size && !strchr(shown, '\x1b'));
    return shown;
}

static void go_round(const struct document *document) {
    char file[32];
    struct error error = {0};
    struct arena arena = {0};
    struct document again;
    /* A memory file would be replaced by its link. */
    snprintf(file, sizeof file, "/tmp/fuzz-%ld", (long)getpid());
    check(document_write_json(document, file, &error));
    bool ok = document_read(file, &arena, &again, &error);
    check(unlink(file) == 0 && ok && again.kind == document->kind);
    document_release(&again);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct arena arena = {0};
    struct document document;
    int fd = memfd_create("fuzz", 0);
    check(fd >= 0 && write(fd, bytes, length) == (ssize_t)length);
    if (read_from(fd, &arena, &document)) {
        free(show(&document));
        go_round(&document);
        document_release(&document);
    }
    close(fd);
    arena_release(&arena);
    return 0;
}
