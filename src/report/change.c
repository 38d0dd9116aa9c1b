/* By how much B differs from A, as people read it. */
#include <math.h>
#include <string.h>

#include "report/internal.h"

/* From here on whole numbers, of three digits and more. */
static const double tenths_below = 99.95;
/* From here on a table says no more than that: it has no room, and nobody needs it exactly. */
static const double signed_most = 9999;

char *show_amount(char *out, size_t size, double change) {
    double amount = fabs(change) * 100;
    if (isinf(amount))
        snprintf(out, size, "∞");
    else if (amount >= tenths_below)
        units_show_count(out, size, amount);
    else if (amount > 0 && amount < 0.05)
        snprintf(out, size, "<0.1");
    else {
        snprintf(out, size, "%.1f", amount);
        size_t length = strlen(out);
        if (out[length - 1] == '0')
            out[length - 2] = '\0';
    }
    return out;
}

const char *amount_unit(const char *amount, bool points) {
    return !points ? "%" : strcmp(amount, "1") == 0 ? "point" : "points";
}

char *show_signed(char *out, size_t size, double change) {
    char amount[40];
    if (!isfinite(change)) {
        snprintf(out, size, DASH);
        return out;
    }
    double percent = fabs(change) * 100;
    bool above = percent > signed_most;
    if (percent >= tenths_below)
        units_show_count(amount, sizeof amount, above ? signed_most : percent);
    else
        snprintf(amount, sizeof amount, "%.1f", percent);
    const char *sign = strcmp(amount, "0.0") == 0 ? "" : change < 0 ? "−" : "+";
    snprintf(out, size, "%s%s%s", above ? ">" : "", sign, amount);
    return out;
}
