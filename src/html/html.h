/* Results as one page that opens offline: tables and an SVG for who has no JavaScript, charts for
 * who has. */
#ifndef PGWRITE_HTML_HTML_H
#define PGWRITE_HTML_HTML_H

#include "report/format.h"

extern const struct report_format html_format;

#endif
