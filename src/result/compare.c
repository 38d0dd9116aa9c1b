#include "result/compare.h"

enum comparison_verdict compare_verdict(const struct compare_result *compare) {
    static const int badness[] = {[VERDICT_BETTER] = 0,
                                  [VERDICT_EQUIVALENT] = 1,
                                  [VERDICT_INCONCLUSIVE] = 2,
                                  [VERDICT_WORSE] = 3};
    enum comparison_verdict worst = VERDICT_BETTER;
    for (size_t i = 0; i < compare->cell_count; i++) {
        enum comparison_verdict verdict = comparison_verdict(&compare->cells[i].comparison);
        worst = badness[verdict] > badness[worst] ? verdict : worst;
    }
    return worst;
}

enum exit_code compare_exit(const struct compare_result *compare) {
    enum exit_code code = EXIT_OK;
    for (size_t i = 0; i < compare->cell_count; i++) {
        enum exit_code of = comparison_exit(&compare->cells[i].comparison);
        if (of == EXIT_THRESHOLD)
            return of;
        code = of == EXIT_OK ? code : of;
    }
    return code;
}
