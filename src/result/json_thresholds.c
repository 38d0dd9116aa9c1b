/* Thresholds as JSON, of all cells. */
#include <math.h>

#include "result/json_internal.h"

const char *const measure_unit_names[] = {[METRIC_NS] = "us",
                                          [METRIC_SHARE] = "share",
                                          [METRIC_NUMBER] = "number",
                                          [METRIC_PER_S] = "per_s",
                                          [METRIC_BYTES] = "bytes"};

/* Times are microseconds here as everywhere in the file. A drift can be negative. */
json_t *measure_json(double value, enum metric_unit unit) {
    return isfinite(value) ? json_real(unit == METRIC_NS ? value / 1000 : value) : json_null();
}

static json_t *threshold_json(const struct result_threshold *judged, size_t cell) {
    const struct threshold *threshold = judged->threshold;
    json_t *object = json_object();
    json_object_set_new(object, "expr", value_text(threshold->text));
    json_object_set_new(object, "cell", value_count(cell));
    json_object_set_new(object, "value", measure_json(judged->value, threshold->unit));
    json_object_set_new(object, "samples",
                        threshold->metric == METRIC_QUANTILE ? value_count(judged->samples)
                                                             : json_null());
    json_object_set_new(object, "limit", measure_json(threshold->value, threshold->unit));
    json_object_set_new(object, "unit", value_text(measure_unit_names[threshold->unit]));
    json_object_set_new(object, "ok",
                        judged->verdict == THRESHOLD_UNKNOWN
                            ? json_null()
                            : json_boolean(judged->verdict == THRESHOLD_HELD));
    return object;
}

json_t *thresholds_json(const struct result *result) {
    json_t *array = json_array();
    for (size_t i = 0; i < result->cell_count; i++) {
        const struct result_cell *cell = &result->cells[i];
        for (size_t k = 0; cell->thresholds && k < result->load->threshold_count; k++)
            json_array_append_new(array, threshold_json(&cell->thresholds[k], i));
    }
    return array;
}
