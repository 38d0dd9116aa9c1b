/* One part of the HTML page, printed into memory, and what is looked for in it. Include it after
 * cmocka.h. */
#ifndef PGWRITE_TESTS_PAGE_BY_HAND_H
#define PGWRITE_TESTS_PAGE_BY_HAND_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html/page.h"

static struct page page;
static char *page_text;
static size_t page_size_bytes;

static inline void page_open(void) {
    page = (struct page){.charts = json_array()};
    page.out = open_memstream(&page_text, &page_size_bytes);
    assert_non_null(page.out);
}

static inline size_t page_count(const char *what) {
    size_t count = 0;
    for (const char *at = strstr(page_text, what); at; at = strstr(at + 1, what))
        count++;
    return count;
}

/* Every list and section is closed, and none is empty. */
static inline void page_is_whole(void) {
    static const char *const tags[][2] = {
        {"<section", "</section>"}, {"<dl", "</dl>"},        {"<ul", "</ul>"},   {"<p", "</p"},
        {"<h3", "</h3>"},           {"<table>", "</table>"}, {"<div", "</div>"}, {"<li>", "</li>"}};
    static const char *const never[] = {"</h2>\n</section>",
                                        "<ul>\n</ul>",
                                        "facts\">\n</dl>",
                                        "<p></p>",
                                        "nan",
                                        "inf%",
                                        "-1.0",
                                        "(null)",
                                        "<script"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
        if (page_count(tags[i][0]) != page_count(tags[i][1]))
            fail_msg("%s is not closed in:\n%s", tags[i][0], page_text);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(page_text, never[i]))
            fail_msg("%s in:\n%s", never[i], page_text);
}

static inline void page_close(void) {
    assert_int_equal(fclose(page.out), 0);
    page_is_whole();
}

static inline void page_free(void) {
    free(page_text);
    page_text = NULL;
    json_decref(page.charts);
}

static inline void page_says(const char *words) {
    if (!strstr(page_text, words))
        fail_msg("no \"%s\" in:\n%s", words, page_text);
}

static inline void page_is_silent_of(const char *words) {
    if (strstr(page_text, words))
        fail_msg("\"%s\" in:\n%s", words, page_text);
}

/* ---- charts ---- */

/* Where it was called. */
#define assert_near(value, expected, off)                                     \
    do {                                                                      \
        double found_ = (value);                                              \
        if (!(fabs(found_ - (expected)) <= (off)))                            \
            fail_msg("%s is %g, not %g", #value, found_, (double)(expected)); \
    } while (0)

static inline json_t *named(json_t *array, const char *key, const char *name) {
    size_t i;
    json_t *element;
    json_array_foreach(array, i, element) {
        const char *found = json_string_value(json_object_get(element, key));
        if (found && strcmp(found, name) == 0)
            return element;
    }
    return NULL;
}

static inline json_t *chart_of(const char *title) {
    json_t *chart = named(page.charts, "title", title);
    if (!chart)
        fail_msg("no chart \"%s\"", title);
    return chart;
}

static inline json_t *series_of(json_t *chart, const char *name) {
    return named(json_object_get(chart, "series"), "name", name);
}

static inline json_t *mark_of(json_t *chart, const char *label) {
    return named(json_object_get(chart, "marks"), "label", label);
}

/* y of point i; NAN: a gap. */
static inline double y_of(json_t *series, size_t i) {
    json_t *y = json_array_get(json_array_get(json_object_get(series, "points"), i), 1);
    return json_is_number(y) ? json_number_value(y) : NAN;
}

static inline double end_of(json_t *series, const char *which, size_t i) {
    json_t *end = json_array_get(json_object_get(series, which), i);
    return json_is_number(end) ? json_number_value(end) : NAN;
}

#endif
