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
