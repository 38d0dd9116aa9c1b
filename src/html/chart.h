/*
 * A chart: its place in the page, and its data for report.js, which knows this one shape:
 *
 *   {"id": "c1", "title", "kind": "lines" | "bars" | "stack",
 *    "x": AXIS, "y": AXIS, "y2": AXIS or null,
 *    "series": [{"name", "unit", "axis": "y" | "y2", "style": "line" | "points" | "bar" | "step",
 *                "points": [[x, y], …]            with bars and stack: [[index of the label, y], …]
 *                "low": [y, …], "high": [y, …], null or no longer than points: an interval around y
 *                "hue": n or null}],              colour: its number in report.js' palette;
 *                                                 null: in the order of the series
 *    "marks": [{"kind": "checkpoint" | "error" | "stage" | "change" | "limit",
 *               "from": x, "to": x or null, "label", "axis": "x" | "y"}]}
 *   AXIS = {"title", "unit", "scale": "linear" | "log" | "labels" | "percentile",
 *           "labels": [text, …] or null}
 *
 * On a percentile axis x is 1/(1-q), shown as "99.9 %". y null: not known, a gap. Units are what a
 * person reads behind a number: "rows/s", "ms", "%"; shares are percent.
 */
#ifndef PGWRITE_HTML_CHART_H
#define PGWRITE_HTML_CHART_H

#include "html/page.h"

enum chart_kind { CHART_LINES, CHART_BARS, CHART_STACK };
enum chart_scale { SCALE_LINEAR, SCALE_LOG, SCALE_LABELS, SCALE_PERCENTILE };
enum chart_style { STYLE_LINE, STYLE_POINTS, STYLE_BAR, STYLE_STEP };
enum chart_mark { MARK_CHECKPOINT, MARK_ERROR, MARK_STAGE, MARK_CHANGE, MARK_LIMIT };

struct chart {
    struct page *page;
    json_t *object, *series; /* series: the points of the last one */
};

/* Begins one. explanation: a sentence that says what it shows, for people and screen readers. */
struct chart chart_begin(struct page *page, enum chart_kind kind, const char *title,
                         const char *explanation);
void chart_axis(struct chart *chart, const char *which, const char *title, const char *unit,
                enum chart_scale scale);                  /* which: "x", "y", "y2" */
void chart_label(struct chart *chart, const char *label); /* the next one of x */
void chart_series(struct chart *chart, const char *name, const char *unit, const char *axis,
                  enum chart_style style);
/* Of the last series: the colour that it always has, so that the same thing looks the same in all
 * charts. */
void chart_hue(struct chart *chart, size_t hue);
/* Of the last series; y negative and is_known(y) false: a gap. chart_signed: y may be negative, NAN
 * is the gap. */
void chart_point(struct chart *chart, double x, double y);
void chart_signed(struct chart *chart, double x, double y);
void chart_interval(struct chart *chart, double x, double y, double low, double high);
/* to: NAN for a point. axis "x" or "y". */
void chart_mark(struct chart *chart, enum chart_mark kind, const char *axis, double from, double to,
                const char *label);
/* Prints the figure: its heading, the canvas, and the same figures as a table in a fold, which is
 * what shows without JavaScript. Hands its data to the page. A chart without a known point prints
 * nothing. */
void chart_end(struct chart *chart);

#endif
