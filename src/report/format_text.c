/* What the commands print. */
#include <stdlib.h>

#include "base/memory.h"
#include "report/ab.h"
#include "report/compare.h"
#include "report/format.h"
#include "report/size.h"
#include "report/text.h"
#include "report/tune.h"

static void print_document(const struct document *document, int width, FILE *out) {
    switch (document->kind) {
    case DOCUMENT_RUN:
        report_text(document->run, width, out);
        return;
    case DOCUMENT_AB:
        ab_text(document->ab, width, out);
        return;
    case DOCUMENT_COMPARE:
        compare_text(document->compare, out);
        return;
    case DOCUMENT_TUNE:
        tune_text(document->tune, out);
        return;
    case DOCUMENT_SIZE:
        size_text(document->size, out);
        return;
    }
}

static void print_all(const struct document *documents, size_t count, int width, FILE *out) {
    for (size_t i = 0; i < count; i++) {
        if (count > 1)
            fprintf(out, "%s==> %s <==\n", i ? "\n" : "", documents[i].file);
        print_document(&documents[i], width, out);
    }
}

enum { LABEL_COLUMNS = 30 }; /* the widest that a report has */

void format_text_on(const struct screen *screen, const struct document *documents, size_t count,
                    FILE *out) {
    char *text;
    size_t size;
    FILE *memory = open_memstream(&text, &size);
    if (!memory)
        panic("out of memory");
    screen_begin(screen);
    print_all(documents, count, screen->columns, memory);
    if (fclose(memory) != 0)
        panic("out of memory");
    screen_print(text, LABEL_COLUMNS, out);
    screen_end();
    free(text);
}

void format_text(const struct document *documents, size_t count, int width, FILE *out) {
    const struct screen screen = {.columns = width};
    format_text_on(&screen, documents, count, out);
}
