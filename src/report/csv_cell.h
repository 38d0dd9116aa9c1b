/* What the lines of both CSV files have in front and behind: where they are from. */
#ifndef PGWRITE_REPORT_CSV_CELL_H
#define PGWRITE_REPORT_CSV_CELL_H

#include "report/csv.h"
#include "result/document.h"

/* A run in a document. */
struct csv_source {
    const struct document *document;
    const char *side; /* "", or of ab "A", "B" */
    const struct result *run;
};

/* File, side, variant, workload. */
void csv_source_columns(struct csv *csv, const struct csv_source *source);
/* What tells the cell from others. */
void csv_cell_columns(struct csv *csv, const struct result *run, size_t number);
/* When and how it was measured, on what. */
void csv_run_columns(struct csv *csv, const struct csv_source *source);

#endif
