#include "stats/rank.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double rank_median(const double *values, size_t count) {
    double *sorted = MEM_ARRAY(double, count);
    memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), compare);
    double median = sorted[count / 2];
    if (count % 2 == 0)
        median = sorted[count / 2 - 1] / 2 + median / 2; /* halves first: the sum may overflow */
    free(sorted);
    return median;
}

double rank_min(const double *values, size_t count) {
    double min = values[0];
    for (size_t i = 1; i < count; i++)
        if (values[i] < min)
            min = values[i];
    return min;
}

double rank_max(const double *values, size_t count) {
    double max = values[0];
    for (size_t i = 1; i < count; i++)
        if (values[i] > max)
            max = values[i];
    return max;
}

static struct rank_line line_through(const double *x, const double *y, size_t count) {
    double *slopes = MEM_ARRAY(double, count *(count - 1) / 2), *offsets = MEM_ARRAY(double, count);
    size_t pairs = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = i + 1; j < count; j++)
            if (x[i] != x[j])
                slopes[pairs++] = (y[j] - y[i]) / (x[j] - x[i]);
    struct rank_line line = {.slope = rank_median(slopes, pairs)};
    for (size_t i = 0; i < count; i++)
        offsets[i] = y[i] - line.slope * x[i];
    line.at_0 = rank_median(offsets, count);
    free(slopes);
    free(offsets);
    return line;
}

struct rank_line rank_theil_sen(const double *x, const double *y, size_t count) {
    if (count <= RANK_LINE_POINTS)
        return line_through(x, y, count);
    double *group_x = MEM_ARRAY(double, RANK_LINE_POINTS);
    double *group_y = MEM_ARRAY(double, RANK_LINE_POINTS);
    for (size_t i = 0; i < RANK_LINE_POINTS; i++) {
        size_t first = i * count / RANK_LINE_POINTS, end = (i + 1) * count / RANK_LINE_POINTS;
        group_x[i] = rank_median(x + first, end - first);
        group_y[i] = rank_median(y + first, end - first);
    }
    struct rank_line line = line_through(group_x, group_y, RANK_LINE_POINTS);
    free(group_x);
    free(group_y);
    return line;
}
