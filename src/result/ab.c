#include "result/ab.h"

const char *const ab_difference_names[AB_DIFFERENCE_KINDS] = {
    [AB_WAIT] = "wait_share",
    [AB_WAL] = "wal_bytes_per_row",
    [AB_INDEX] = "index_bytes_per_row",
    [AB_PAGE_SPLIT] = "page_splits_per_1000_rows",
    [AB_HOT] = "hot_share",
};

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
