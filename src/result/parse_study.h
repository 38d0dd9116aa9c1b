/* What the readers of studies share. */
#ifndef PGWRITE_RESULT_PARSE_STUDY_H
#define PGWRITE_RESULT_PARSE_STUDY_H

#include "result/parse_internal.h"

/* A text or an object that has to be there. "", NULL: it is not. */
const char *parse_needed(struct parse *parse, const json_t *object, const char *key);
json_t *parse_needed_object(struct parse *parse, const json_t *object, const char *key);
uint32_t parse_count32(struct parse *parse, const json_t *object, const char *key);
/* One of names, which has to be there; 0 if it is none of them. */
size_t parse_known(struct parse *parse, const json_t *object, const char *key,
                   const char *const *names, size_t count);
/* "metric": that of the verdict. */
enum comparison_metric parse_metric(struct parse *parse, const json_t *object);
/* Both ends; false: null. */
bool parse_interval(struct parse *parse, const json_t *object, const char *key, double *low,
                    double *high);

/* Numbers of one object, UNKNOWN where they are null. */
struct parse_field {
    const char *key;
    double *into;
};
#define PARSE_FIELDS(array) (array), sizeof(array) / sizeof *(array)
void parse_numbers(struct parse *parse, const json_t *object, const struct parse_field *fields,
                   size_t count);

/* rounds: what they are called, "rounds" or "blocks". */
struct study_phase *parse_phases(struct parse *parse, const json_t *root, const char *rounds,
                                 size_t *count);

/* One value a metric, by its name. */
void parse_sample(struct parse *parse, const json_t *object, const char *key,
                  struct comparison_sample *out);
/* As a comparison is that was not made. */
void parse_uncompared(struct comparison *out, enum comparison_metric metric, double margin);

#endif
