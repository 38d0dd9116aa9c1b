/* Which rate is tried next: steps up or down until one holds and one does not, then bisection. */
#include <math.h>

#include "study/size_internal.h"

/* The first rate, as a share of what the pool did alone: a queue needs some room. */
#define FIRST_SHARE 0.8
#define STEP_UP 1.15
#define STEP_DOWN 0.7
/* A server that can't hold this share of its throughput holds no rate. */
#define FLOOR_SHARE 0.01

void size_search_init(struct size_search *search, double closed_per_s) {
    *search = (struct size_search){.high = INFINITY, .start = closed_per_s};
}

bool size_search_bracketed(const struct size_search *search) {
    return search->low > 0 && search->high <= search->low * (1 + SIZE_BRACKET);
}

double size_search_next(const struct size_search *search) {
    if (!(search->start > 0) || search->tries >= SIZE_PROBES_MAX || size_search_bracketed(search))
        return 0;
    if (search->low > 0)
        return isinf(search->high) ? search->low * STEP_UP : sqrt(search->low * search->high);
    if (isinf(search->high))
        return search->start * FIRST_SHARE;
    double lower = search->high * STEP_DOWN;
    return lower < search->start * FLOOR_SHARE ? 0 : lower;
}

static bool is_same(double a, double b) {
    return fabs(a - b) <= 1e-9 * b;
}

void size_search_take(struct size_search *search, double rate_per_s, bool holds) {
    size_t at = 0;
    while (at < search->count && !is_same(search->tried[at].rate_per_s, rate_per_s))
        at++;
    search->tried[at] = (struct size_tried){rate_per_s, holds};
    search->count += at == search->count;
    search->tries++;
    search->low = 0;
    search->high = INFINITY;
    for (size_t i = 0; i < search->count; i++)
        if (!search->tried[i].holds)
            search->high = fmin(search->high, search->tried[i].rate_per_s);
    for (size_t i = 0; i < search->count; i++)
        if (search->tried[i].holds && search->tried[i].rate_per_s < search->high)
            search->low = fmax(search->low, search->tried[i].rate_per_s);
}
