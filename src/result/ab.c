#include "result/ab.h"

size_t ab_pairs_valid(const struct ab_result *ab) {
    size_t count = 0;
    for (size_t i = 0; i < ab->pair_count; i++)
        count += ab->pairs[i].valid;
    return count;
}

bool ab_has_verdict(const struct ab_result *ab) {
    return ab->compared &&
           (!ab->interrupted || ab->early || ab_pairs_valid(ab) >= ab->pairs_planned);
}
