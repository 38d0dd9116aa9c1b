/*
 * What `pgwrite tune` found: filled by study/tune*.c, shown by src/report and written as JSON.
 */
#ifndef PGWRITE_RESULT_TUNE_H
#define PGWRITE_RESULT_TUNE_H

#include "result/ab.h"
#include "result/phase.h"

enum tune_outcome {
    TUNE_RECOMMENDED, /* proved itself: to be put into postgresql.conf */
    TUNE_NO_MATTER,   /* the screening or the halving left it out, or its own comparison found it
                         equal */
    TUNE_NOT_PROVED,  /* looked better in the search, but its own comparison did not say so, or
                         there was no time for one */
    TUNE_WORSE,       /* its own comparison found a change worse; a screening can't */
    TUNE_NOT_TRIED,   /* see why */
    TUNE_OUTCOMES
};
extern const char *const tune_outcome_names[TUNE_OUTCOMES]; /* "recommended", for JSON */

struct tune_setting {
    const char *name, *present; /* present NULL: the server has no such setting */
    const char *context;        /* "session", "reload", "restart" */
    const char *durability;     /* "safe", "async-commit" */
    const char *matters, *cost; /* of the list: why it matters for writes, what it costs */
    enum tune_outcome outcome;
    const char *value; /* recommended, or the one that was tried last; NULL */
    const char *why;   /* of not tried, not proved */
    /* Screening: of all its runs, as a share of the present throughput. */
    bool screened;
    double effect, effect_error; /* 0.12: 12 % more at the value tried; error UNKNOWN: not known */
    /* Its own comparison: the winner with it against the winner without it. */
    bool compared;
    struct comparison comparison; /* A without, B with */
};

struct tune_result {
    struct result *block; /* when and where blocks were measured, and how: without any cell */
    const char *workload, *cell, *target;
    bool throwaway;
    const struct server_facts *server;
    long cpus;
    double memory_bytes;
    enum comparison_metric metric;
    double margin, budget_s, seconds;
    struct study_phase *phases;
    size_t phase_count;
    struct tune_setting *settings;
    size_t setting_count;
    bool confirmed;              /* the winner, whole, was compared with the present settings */
    bool measured;               /* anything was */
    struct ab_result *winner;    /* A: present settings, B: those recommended; NULL: none, or not
                                    reached */
    struct ab_result *pgtune;    /* A: PGTune's, B: those recommended; or A: present, B: PGTune's,
                                    where none is recommended; NULL: not reached */
    const char *pgtune_settings; /* "shared_buffers=6GB …" */
    double recovery_present_s, recovery_tuned_s;     /* after a kill; UNKNOWN */
    double memory_present_bytes, memory_tuned_bytes; /* shared memory by the settings; UNKNOWN */
    bool interrupted;
    const char **warnings;
    size_t warning_count;
};

/* "study": "tune", as ab_write_json. */
MUST_CHECK bool tune_write_json(const struct tune_result *tune, const char *file,
                                struct error *error);

#endif
