/* What the parts of the reader of a run share. */
#ifndef PGWRITE_RESULT_PARSE_INTERNAL_H
#define PGWRITE_RESULT_PARSE_INTERNAL_H

#include "result/parse.h"

/* What one document may have: each histogram takes 94 kB, each round up to 35 kB, however few text
 * it is; thresholds are for each cell. */
enum { PARSE_HISTOGRAMS_MAX = 20000, PARSE_ROUNDS_MAX = 4000, PARSE_THRESHOLDS_MAX = 256 };

/* ns of a key in seconds; 0 where it is not known. */
uint64_t parse_seconds_ns(struct parse *parse, const json_t *object, const char *key);
/* "seed" of an object. */
uint64_t parse_seed(struct parse *parse, const json_t *object);
/* "think_s": [min, max]. False: there is none. */
bool parse_think(struct parse *parse, const json_t *object, uint64_t *min_ns, uint64_t *max_ns);
/* An array of at most max; what is longer is a fault, and is not read. */
json_t *parse_array_max(struct parse *parse, const json_t *object, const char *key, size_t max);
/* Element number of an array, entered; NULL is a fault. parse_leave() in any case. */
const json_t *parse_element(struct parse *parse, const json_t *array, const char *key,
                            size_t number);

/* parse_plan.c: "load" of "workload", and how the load came. */
void parse_plan(struct parse *parse, const json_t *root, struct result *result);
/* One threshold of a workload, whose stages, steps and gauges may be unknown (NULL). */
void parse_threshold(struct parse *parse, const json_t *object, const struct workload *workload,
                     struct threshold *out);
/* The value of a threshold's metric as measure_json wrote it. NAN: unknown. */
double parse_measure(struct parse *parse, const json_t *object, const char *key,
                     enum metric_unit unit);

/* parse_counts.c: "load" of a round, and its histograms by enum latency. Those that are not there
 * stay NULL. */
void parse_histograms(struct parse *parse, const json_t *object,
                      struct histogram *latency[LATENCY_COUNT]);
void parse_counts(struct parse *parse, const json_t *round, const struct result *result,
                  struct histogram *const latency[LATENCY_COUNT], struct load_result *load);

/* parse_waits.c: "lock_waits", "wait_profile", "time" of a round. NULL: not sampled. */
struct observation *parse_waits(struct parse *parse, const json_t *round);
/* The log of lock waits in them; NULL: there is none. */
struct lock_log *parse_lock_log(struct parse *parse, const json_t *round);
/* parse_series.c: intervals, samples, and the waits' series of a round. */
void parse_series(struct parse *parse, const json_t *object, const struct result *result,
                  struct result_round *round);

#endif
