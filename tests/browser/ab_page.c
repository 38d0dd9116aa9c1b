/* Prints the page of a study whose intervals are far wider than its estimates, which no run makes
 * for certain. */
/* cmocka.h wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../unit/ab_by_hand.h"
#include "html/html.h"

int main(void) {
    static struct study study;
    make_study(&study);
    found(&study.ab.comparison, COMPARE_ROWS_PER_S, -0.9, -0.02, 0.8, VERDICT_INCONCLUSIVE);
    struct document document = {.kind = DOCUMENT_AB, .version = "0.0.0", .ab = &study.ab};
    html_format.write(&document, 1, 0, stdout);
    release_study(&study);
    return fflush(stdout) == 0 && !ferror(stdout) ? 0 : 1;
}
