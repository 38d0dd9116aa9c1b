/* The charts of sizing's page; each draws nothing where nothing is known. */
#ifndef PGWRITE_HTML_SIZE_INTERNAL_H
#define PGWRITE_HTML_SIZE_INTERNAL_H

#include "html/page.h"
#include "report/size_internal.h"

void size_draw_pool(struct page *page, const struct size_result *size);
/* One for each SLO that is a time or a share. */
void size_draw_probes(struct page *page, const struct size_result *size);
void size_draw_batches(struct page *page, const struct size_result *size);

#endif
