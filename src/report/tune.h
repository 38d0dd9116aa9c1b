/* What a search for settings found, for people and for postgresql.conf. */
#ifndef PGWRITE_REPORT_TUNE_H
#define PGWRITE_REPORT_TUNE_H

#include <stdio.h>

#include "base/strbuf.h"
#include "result/tune.h"

void tune_text(const struct tune_result *tune, FILE *file);

/* Whether any setting is recommended, which none is that was not confirmed. */
bool tune_recommends(const struct tune_result *tune);
/* Whether something looked better that is neither proved nor disproved. */
bool tune_undecided(const struct tune_result *tune);

/* Lines for postgresql.conf: what is recommended, with comments that say what was measured. date:
 * "2026-03-01". */
void tune_conf(const struct tune_result *tune, const char *date, struct strbuf *out);

#endif
