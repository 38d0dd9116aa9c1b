/* What a long look at a rate has to be. */
#include <math.h>
#include <string.h>

#include "study/size_internal.h"

#define WINDOW_LEAST_S 1.0

/* Shorter windows would be judged by a single hiccup of the machine. */
size_t size_windows_of(const struct size_result *result, double rate_per_s, double window_s) {
    size_t windows = size_windows(result->slos, result->slo_count, rate_per_s * window_s);
    return (size_t)fmax(1, fmin((double)windows, floor(window_s / WINDOW_LEAST_S)));
}

bool size_autovacuum_off(const struct server_facts *facts) {
    for (size_t i = 0; i < facts->setting_count; i++)
        if (strcmp(facts->settings[i].name, "autovacuum") == 0)
            return strcmp(facts->settings[i].value, "off") == 0;
    return false;
}
