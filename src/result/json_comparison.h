/* Comparisons in format pgwrite/1. The caller owns what is returned. */
#ifndef PGWRITE_RESULT_JSON_COMPARISON_H
#define PGWRITE_RESULT_JSON_COMPARISON_H

#include "result/comparison.h"
#include "result/json_value.h"
#include "result/phase.h"

/* Verdict and findings, see docs/result.md. */
json_t *comparison_json(const struct comparison *comparison);
/* One value a metric, by its name. */
json_t *comparison_sample_json(const struct comparison_sample *sample);

/* rounds: what they are called, "rounds" or "blocks". */
json_t *phases_json(const struct study_phase *phases, size_t count, const char *rounds);

#endif
