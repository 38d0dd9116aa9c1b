#include "cli/page.h"

#include <stdlib.h>

#include "base/memory.h"
#include "cli/cli.h"
#include "report/screen.h"

/* The widest column that a continued line begins in: the last one of `pgwrite check`. */
enum { LABEL_COLUMNS = 60 };

static char *text;
static size_t text_size;

FILE *page_open(void) {
    if (cli_terminal_width() == 0)
        return stdout;
    FILE *page = open_memstream(&text, &text_size);
    if (!page)
        panic("out of memory");
    return page;
}

void page_close(FILE *page) {
    const struct screen screen = {.columns = cli_terminal_width()};
    if (page == stdout)
        return;
    if (fclose(page) != 0)
        panic("out of memory");
    screen_begin(&screen);
    screen_print(text, LABEL_COLUMNS, stdout);
    screen_end();
    free(text);
    text = NULL;
}
