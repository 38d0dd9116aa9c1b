/* Charts: data for report.js, and the same as a table. */
#include "html/chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [CHART_LINES] = "lines", [CHART_BARS] = "bars", [CHART_STACK] = "stack"};
static const char *const scales[] = {[SCALE_LINEAR] = "linear",
                                     [SCALE_LOG] = "log",
                                     [SCALE_LABELS] = "labels",
                                     [SCALE_PERCENTILE] = "percentile"};
static const char *const styles[] = {
    [STYLE_LINE] = "line", [STYLE_POINTS] = "points", [STYLE_BAR] = "bar", [STYLE_STEP] = "step"};
static const char *const marks[] = {[MARK_CHECKPOINT] = "checkpoint",
                                    [MARK_ERROR] = "error",
                                    [MARK_STAGE] = "stage",
                                    [MARK_CHANGE] = "change",
                                    [MARK_LIMIT] = "limit"};

/* Texts of a server or a user may hold bytes that are no UTF-8: JSON can't, so that they become
 * U+FFFD. */
static json_t *text_json(const char *text) {
    struct strbuf valid = STRBUF_INIT;
    json_t *json = json_string(text);
    for (const char *at = text; !json && *at; at++) {
        size_t length = (unsigned char)*at < 0x80   ? 1
                        : (unsigned char)*at < 0xe0 ? 2
                        : (unsigned char)*at < 0xf0 ? 3
                                                    : 4;
        json_t *character = strnlen(at, length) == length ? json_stringn(at, length) : NULL;
        if (character)
            strbuf_add_bytes(&valid, at, length);
        else
            strbuf_add(&valid, "\xef\xbf\xbd");
        at += character ? length - 1 : 0;
        json_decref(character);
    }
    if (!json)
        json = json_string(valid.text);
    strbuf_release(&valid);
    return json;
}

/* Six digits: more than a screen shows, and a long run stays a small file. */
static json_t *number_json(double value) {
    char digits[32];
    if (!isfinite(value))
        return json_null();
    snprintf(digits, sizeof digits, "%.6g", value);
    value = strtod(digits, NULL);
    if (fabs(value) < 1e15 && value == trunc(value))
        return json_integer((json_int_t)value);
    return json_real(value);
}

struct chart chart_begin(struct page *page, enum chart_kind kind, const char *title,
                         const char *explanation) {
    struct chart chart = {page, json_object(), NULL};
    char id[32];
    snprintf(id, sizeof id, "c%zu", ++page->ids);
    json_object_set_new(chart.object, "id", json_string(id));
    json_object_set_new(chart.object, "title", text_json(title));
    json_object_set_new(chart.object, "explanation", text_json(explanation));
    json_object_set_new(chart.object, "kind", json_string(kinds[kind]));
    json_object_set_new(chart.object, "x", json_null());
    json_object_set_new(chart.object, "y", json_null());
    json_object_set_new(chart.object, "y2", json_null());
    json_object_set_new(chart.object, "series", json_array());
    json_object_set_new(chart.object, "marks", json_array());
    return chart;
}

void chart_axis(struct chart *chart, const char *which, const char *title, const char *unit,
                enum chart_scale scale) {
    json_t *axis = json_object();
    json_object_set_new(axis, "title", text_json(title));
    json_object_set_new(axis, "unit", text_json(unit));
    json_object_set_new(axis, "scale", json_string(scales[scale]));
    json_object_set_new(axis, "labels", scale == SCALE_LABELS ? json_array() : json_null());
    json_object_set_new(chart->object, which, axis);
}

void chart_label(struct chart *chart, const char *label) {
    json_t *labels = json_object_get(json_object_get(chart->object, "x"), "labels");
    json_array_append_new(labels, text_json(label));
}

static json_t *last_series(const struct chart *chart) {
    json_t *series = json_object_get(chart->object, "series");
    return json_array_get(series, json_array_size(series) - 1);
}

void chart_series(struct chart *chart, const char *name, const char *unit, const char *axis,
                  enum chart_style style) {
    json_t *series = json_object();
    json_object_set_new(series, "name", text_json(name));
    json_object_set_new(series, "unit", text_json(unit));
    json_object_set_new(series, "axis", json_string(axis));
    json_object_set_new(series, "style", json_string(styles[style]));
    chart->series = json_array();
    json_object_set_new(series, "points", chart->series);
    json_object_set_new(series, "low", json_null());
    json_object_set_new(series, "high", json_null());
    json_object_set_new(series, "hue", json_null());
    json_array_append_new(json_object_get(chart->object, "series"), series);
}

void chart_hue(struct chart *chart, size_t hue) {
    json_object_set_new(last_series(chart), "hue", json_integer((json_int_t)hue));
}

/* An end of the interval of the last point; those before that have none get null. */
static void add_end(struct chart *chart, const char *which, double value) {
    json_t *series = last_series(chart), *ends = json_object_get(series, which);
    if (json_is_null(ends) && !isfinite(value))
        return;
    if (json_is_null(ends)) {
        ends = json_array();
        json_object_set_new(series, which, ends);
    }
    while (json_array_size(ends) + 1 < json_array_size(chart->series))
        json_array_append_new(ends, json_null());
    json_array_append_new(ends, number_json(value));
}

void chart_signed(struct chart *chart, double x, double y) {
    chart_interval(chart, x, y, NAN, NAN);
}

void chart_point(struct chart *chart, double x, double y) {
    chart_signed(chart, x, is_known(y) ? y : NAN);
}

void chart_interval(struct chart *chart, double x, double y, double low, double high) {
    json_t *point = json_array();
    json_array_append_new(point, number_json(x));
    json_array_append_new(point, number_json(y));
    json_array_append_new(chart->series, point);
    add_end(chart, "low", low);
    add_end(chart, "high", high);
}

void chart_mark(struct chart *chart, enum chart_mark kind, const char *axis, double from, double to,
                const char *label) {
    json_t *mark = json_object();
    json_object_set_new(mark, "kind", json_string(marks[kind]));
    json_object_set_new(mark, "from", number_json(from));
    json_object_set_new(mark, "to", number_json(to));
    json_object_set_new(mark, "label", text_json(label));
    json_object_set_new(mark, "axis", json_string(axis));
    json_array_append_new(json_object_get(chart->object, "marks"), mark);
}

static const char *string_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

/* Four digits or more, with their sign. */
static void add_number(struct strbuf *out, const json_t *number) {
    char digits[64];
    double value = fabs(json_number_value(number));
    if (!json_is_number(number)) {
        strbuf_add(out, DASH);
        return;
    }
    if (json_number_value(number) < 0)
        strbuf_add(out, "−");
    if (value >= 1000 || value == 0)
        strbuf_add(out, units_show_count(digits, sizeof digits, value));
    else
        strbuf_printf(out, "%.*f", value >= 100 ? 1 : value >= 10 ? 2 : value >= 1 ? 3 : 4, value);
}

/* What a value of x is called: a label, "99.9 %", or the number. */
static void add_x(struct strbuf *out, const json_t *axis, double x) {
    const char *scale = string_of(axis, "scale");
    if (strcmp(scale, scales[SCALE_LABELS]) == 0) {
        const char *label =
            json_string_value(json_array_get(json_object_get(axis, "labels"), (size_t)x));
        strbuf_add(out, label ? label : DASH);
    } else if (strcmp(scale, scales[SCALE_PERCENTILE]) == 0) {
        strbuf_printf(out, "%.6g %%", 100 * (1 - 1 / x));
    } else {
        strbuf_printf(out, "%.6g", x);
    }
}

/* A point's place in the table. */
struct place_of_point {
    double x;
    size_t series, number;
};

static int compare_places(const void *a, const void *b) {
    const struct place_of_point *left = a, *right = b;
    if (left->x < right->x || left->x > right->x)
        return left->x < right->x ? -1 : 1;
    if (left->series != right->series)
        return left->series < right->series ? -1 : 1;
    return (left->number > right->number) - (left->number < right->number);
}

static const json_t *points_of(const json_t *all, size_t series) {
    return json_object_get(json_array_get(all, series), "points");
}

/* Of the series [first, end), by x. */
static struct place_of_point *sort_points(const json_t *all, size_t first, size_t end,
                                          size_t *count) {
    size_t used = 0;
    for (size_t i = first; i < end; i++)
        used += json_array_size(points_of(all, i));
    struct place_of_point *places = MEM_ARRAY(struct place_of_point, used + 1);
    *count = used;
    used = 0;
    for (size_t i = first; i < end; i++)
        for (size_t k = 0; k < json_array_size(points_of(all, i)); k++) {
            const json_t *point = json_array_get(points_of(all, i), k);
            places[used++] =
                (struct place_of_point){json_number_value(json_array_get(point, 0)), i, k};
        }
    qsort(places, used, sizeof *places, compare_places);
    return places;
}

/* "response, ms"; "rows/s" where name and unit are the same. */
static char *head_of(const char *name, const char *unit) {
    if (!*unit || strcmp(name, unit) == 0)
        return mem_strdup(name);
    return *name ? mem_printf("%s, %s", name, unit) : mem_strdup(unit);
}

static void add_value(struct strbuf *out, const json_t *series, size_t number) {
    const json_t *low = json_array_get(json_object_get(series, "low"), number);
    const json_t *high = json_array_get(json_object_get(series, "high"), number);
    const json_t *point = json_array_get(json_object_get(series, "points"), number);
    strbuf_add(out, out->length ? "; " : "");
    add_number(out, json_array_get(point, 1));
    if (!json_is_number(low) || !json_is_number(high))
        return;
    strbuf_add(out, " (");
    add_number(out, low);
    strbuf_add(out, " to ");
    add_number(out, high);
    strbuf_add(out, ")");
}

static void fill_rows(struct table *table, const json_t *axis, const json_t *all, size_t first,
                      size_t end) {
    struct strbuf text = STRBUF_INIT;
    size_t count;
    struct place_of_point *places = sort_points(all, first, end, &count);
    for (size_t i = 0; i < count; i++) {
        const struct place_of_point *place = &places[i];
        if (i == 0 || places[i - 1].x < place->x) {
            table_row(table);
            strbuf_clear(&text);
            add_x(&text, axis, place->x);
            table_set(table, 0, text.text);
            for (size_t c = 1; c < table->column_count; c++)
                table_set(table, c, DASH);
        }
        strbuf_clear(&text);
        for (; i + 1 < count && places[i + 1].x <= place->x &&
               places[i + 1].series == places[i].series;
             i++)
            add_value(&text, json_array_get(all, places[i].series), places[i].number);
        add_value(&text, json_array_get(all, places[i].series), places[i].number);
        table_set(table, 1 + places[i].series - first, text.text);
    }
    free(places);
    strbuf_release(&text);
}

/* Of as many series as a table has columns. */
static void print_table(const struct chart *chart, size_t first, size_t end) {
    const json_t *axis = json_object_get(chart->object, "x");
    const json_t *all = json_object_get(chart->object, "series");
    const char *scale = string_of(axis, "scale");
    bool labels = strcmp(scale, scales[SCALE_LABELS]) == 0;
    bool percentile = strcmp(scale, scales[SCALE_PERCENTILE]) == 0;
    struct table table = {0};
    char *heads[TABLE_COLUMNS_MAX];
    heads[0] = head_of(string_of(axis, "title"), percentile ? "" : string_of(axis, "unit"));
    table_column(&table, heads[0], labels, false, 0);
    for (size_t i = first; i < end; i++) {
        const json_t *series = json_array_get(all, i);
        heads[1 + i - first] = head_of(string_of(series, "name"), string_of(series, "unit"));
        table_column(&table, heads[1 + i - first], false, false, 0);
    }
    fill_rows(&table, axis, all, first, end);
    html_table(chart->page->out, &table, NULL);
    table_release(&table);
    for (size_t i = 0; i <= end - first; i++)
        free(heads[i]);
}

static void print_marks(const struct chart *chart) {
    const json_t *all = json_object_get(chart->object, "marks");
    struct strbuf text = STRBUF_INIT;
    struct table table = {0};
    if (!json_array_size(all))
        return;
    table_column(&table, "mark", true, false, 0);
    table_column(&table, "at", true, false, 0);
    table_column(&table, "to", true, true, 0);
    for (size_t i = 0; i < json_array_size(all); i++) {
        const json_t *mark = json_array_get(all, i);
        const json_t *axis = json_object_get(chart->object, string_of(mark, "axis"));
        const json_t *to = json_object_get(mark, "to");
        const char *unit = string_of(axis, "unit");
        table_row(&table);
        table_set(&table, 0, string_of(mark, "label"));
        strbuf_clear(&text);
        add_x(&text, axis, json_number_value(json_object_get(mark, "from")));
        strbuf_printf(&text, " %s", unit);
        table_set(&table, 1, text.text);
        strbuf_clear(&text);
        strbuf_add(&text, json_is_number(to) ? "" : DASH);
        if (json_is_number(to)) {
            add_x(&text, axis, json_number_value(to));
            strbuf_printf(&text, " %s", unit);
        }
        table_set(&table, 2, text.text);
    }
    html_table(chart->page->out, &table, NULL);
    table_release(&table);
    strbuf_release(&text);
}

static bool has_point(const struct chart *chart) {
    const json_t *all = json_object_get(chart->object, "series");
    for (size_t i = 0; i < json_array_size(all); i++)
        for (size_t k = 0; k < json_array_size(points_of(all, i)); k++)
            if (json_is_number(json_array_get(json_array_get(points_of(all, i), k), 1)))
                return true;
    return false;
}

/* More rows stand in a fold that a reader opens, with or without a script. */
enum { ROWS_OPEN = 40 };

static bool is_short(const struct chart *chart) {
    const json_t *all = json_object_get(chart->object, "series");
    for (size_t i = 0; i < json_array_size(all); i++)
        if (json_array_size(points_of(all, i)) > ROWS_OPEN)
            return false;
    return true;
}

/* A short table is open, and the canvas hidden, until the script has found that it can draw. */
static void print_figure(const struct chart *chart) {
    FILE *out = chart->page->out;
    const char *id = string_of(chart->object, "id");
    const char *title = string_of(chart->object, "title");
    const char *explanation = string_of(chart->object, "explanation");
    size_t count = json_array_size(json_object_get(chart->object, "series"));
    fprintf(
        out,
        "<figure class=\"chart\" aria-labelledby=\"%s-title\">\n<figcaption><h3 id=\"%s-title\">",
        id, id);
    html_text(out, title);
    fputs("</h3>\n<p class=\"chart-note\">", out);
    html_text(out, explanation);
    fprintf(out,
            "</p></figcaption>\n<div class=\"chart-box\" hidden><canvas id=\"%s\" role=\"img\" "
            "tabindex=\"0\" aria-label=\"",
            id);
    html_text(out, title);
    fputs(". ", out);
    html_text(out, explanation);
    fprintf(out,
            "\"></canvas></div>\n<details class=\"chart-data\"%s>"
            "<summary>The same figures as a table</summary>\n",
            is_short(chart) ? " open" : "");
    for (size_t first = 0; first < count; first += TABLE_COLUMNS_MAX - 1)
        print_table(chart, first,
                    count - first < TABLE_COLUMNS_MAX ? count : first + TABLE_COLUMNS_MAX - 1);
    print_marks(chart);
    fputs("</details>\n</figure>\n", out);
}

void chart_end(struct chart *chart) {
    if (!has_point(chart)) {
        json_decref(chart->object);
        return;
    }
    print_figure(chart);
    json_object_del(chart->object, "explanation");
    json_array_append_new(chart->page->charts, chart->object);
}
