/* The parts of what sizing found, read back. */
#ifndef PGWRITE_RESULT_PARSE_SIZE_H
#define PGWRITE_RESULT_PARSE_SIZE_H

#include "result/parse_study.h"

/* ---- parse_size_point.c ---- */

/* Microseconds as seconds. Division makes of them those that they were written from, or others that
 * are written the same. */
double parse_us(struct parse *parse, const json_t *object, const char *key);
void parse_cause(struct parse *parse, const json_t *object, const char *key,
                 struct size_cause *out);
/* "slos": what values are held to. Stages, steps and gauges that an SLO names stay in its text. */
void parse_limits(struct parse *parse, const json_t *found, struct size_result *out);
void parse_point(struct parse *parse, const json_t *object, struct size_point *out);
/* Of a study whose limits are read. */
void parse_probe(struct parse *parse, const json_t *object, const struct size_result *size,
                 struct size_probe *out);

#endif
