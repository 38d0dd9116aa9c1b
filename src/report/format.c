#include "report/format.h"

const struct report_format report_formats[] = {
    {"text", "the same text as the command's", FORMAT_OF_ALL, format_text},
    {"markdown", "a comment for a pull request, 60 lines at most", FORMAT_OF_ALL, format_markdown},
    {"csv", "figures for spreadsheets: a line a cell", FORMAT_OF_RUNS, format_csv},
    {"csv-series", "the time line: a line an interval", FORMAT_OF_RUNS, format_csv_series},
    {"junit", "for CI: what had to hold, as test cases", FORMAT_OF_ALL, format_junit},
    {"hlog", "every latency whole, as an HdrHistogram log", FORMAT_OF_RUNS, format_hlog},
    {"openmetrics", "figures for Prometheus, as OpenMetrics", FORMAT_OF_RUNS, format_openmetrics},
};
const size_t report_format_count = sizeof report_formats / sizeof *report_formats;
