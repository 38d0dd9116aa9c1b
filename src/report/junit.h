/*
 * A suite of test cases as JUnit XML: what Jenkins (junit-10.xsd of its xunit plugin), GitLab,
 * GitHub's actions and the older schema of Ant's JUnitReport (JUnit.xsd of Windy Road Technology)
 * all take. The form in common is written down in tests/data/junit.xsd.
 */
#ifndef PGWRITE_REPORT_JUNIT_H
#define PGWRITE_REPORT_JUNIT_H

#include <stdio.h>

#include "base/strbuf.h"

enum junit_outcome {
    JUNIT_PASSED,
    JUNIT_FAILED,  /* it does not hold */
    JUNIT_ERROR,   /* it could not be measured to its end */
    JUNIT_SKIPPED, /* not known, or not judged: no failure for CI */
};

/* Starts as JUNIT_SUITE_INIT; texts are of anybody's, and escaped when they are written. */
struct junit_suite {
    struct strbuf properties, cases; /* written */
    struct strbuf out, err;          /* what stands in system-out and system-err */
    size_t counts[JUNIT_SKIPPED + 1];
    double seconds; /* the sum of the cases' */
};
#define JUNIT_SUITE_INIT \
    { .properties = STRBUF_INIT, .cases = STRBUF_INIT, .out = STRBUF_INIT, .err = STRBUF_INIT }

/* NULL or "": left out */
void junit_property(struct junit_suite *suite, const char *name, const char *value);

/* group: the class of the case: "events, insert, pool 4". message: of what has not passed, the
 * reason; type: its kind in a word ("threshold"), of what failed or is an error. */
void junit_case(struct junit_suite *suite, const char *group, const char *name, double seconds,
                enum junit_outcome outcome, const char *type, const char *message);

/* started_at: ISO 8601, UTC, or NULL. Releases the inside. */
void junit_write(struct junit_suite *suite, const char *name, size_t number, const char *started_at,
                 FILE *out);

#endif
