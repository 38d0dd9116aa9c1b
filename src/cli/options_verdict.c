#include "cli/options_verdict.h"

bool options_verdict(const char *metric_text, const char *margin_text,
                     enum comparison_metric *metric, double *margin, struct error *error) {
    *metric = COMPARE_ROWS_PER_S;
    *margin = MARGIN_DEFAULT;
    if (metric_text && !comparison_metric_parse(metric_text, metric, error))
        return error_prefix(error, "--metric");
    if (margin_text && !units_share(margin_text, margin, error))
        return error_prefix(error, "--margin");
    if (*margin > 0 && *margin <= MARGIN_MAX)
        return true;
    error_usage(error, "--margin: \"%s\" is not above 0 and at most 50%%", margin_text);
    return error_hint(error, "for example --margin 5%%");
}
