/* A run for a pull request. */
#ifndef PGWRITE_REPORT_MARKDOWN_RUN_H
#define PGWRITE_REPORT_MARKDOWN_RUN_H

#include "report/markdown_page.h"

/* A comment of at most MARKDOWN_LINES lines, whatever was measured. */
void run_markdown(const struct result *result, FILE *out);
/* The main sentence, with the reason of a verdict that is not "pass". */
void markdown_run_sentence(const struct result *result, struct strbuf *out);
/* One item: what it was measured with. */
void markdown_run_method(struct markdown_page *page, const char *name, const struct result *result);

#endif
