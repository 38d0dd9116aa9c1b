/* What the text and the page of a search for settings share. */
#ifndef PGWRITE_REPORT_TUNE_INTERNAL_H
#define PGWRITE_REPORT_TUNE_INTERNAL_H

#include "report/internal.h"
#include "report/sheet.h"
#include "result/tune.h"

/* What to put into postgresql.conf and what it costs, or why there is nothing. */
void tune_tell_answer(const struct tune_result *tune, struct sheet *out);
/* The comparison of all of it, PGTune's, crash recovery and memory, as far as they are known. */
void tune_tell_confirmation(const struct tune_result *tune, struct sheet *out);
/* A head and items for each outcome but "recommended". */
void tune_tell_settings(const struct tune_result *tune, struct sheet *out);
/* Server, workload, time, warnings. */
void tune_tell_study(const struct tune_result *tune, struct sheet *out);

#endif
