/*
 * The Plackett-Burman design of 12 runs and its mirror image: the main effects of up to 11 factors
 * of two levels, each from all 24 runs, so that they tell as much of each factor as 24 runs for it
 * alone would. In the first 12 runs an effect is blurred by what two other factors do together;
 * the mirrored ones, in which every factor is at its other level, are blurred by the opposite, so
 * that it drops out of their mean (fold-over). What three factors do together does not.
 *
 * Sources: Plackett, Burman, "The Design of Optimum Multifactorial Experiments", Biometrika 33,
 * 1946, table for N = 12; Box, Hunter, Hunter, "Statistics for Experimenters", 2nd ed., chapters 6
 * and 7 (fold-over); the error: Lenth, "Quick and Easy Analysis of Unreplicated Factorials",
 * Technometrics 31, 1989.
 */
#ifndef PGWRITE_STATS_SCREENING_H
#define PGWRITE_STATS_SCREENING_H

#include <stdbool.h>
#include <stddef.h>

#define SCREENING_RUNS 24
#define SCREENING_FACTORS 11

/* Whether a factor is at its high level in a run. */
bool screening_high(size_t run, size_t factor);

struct screening_effect {
    double effect; /* mean at the high level minus mean at the low one */
    double error;  /* the same for all: 1.5 times the median of the effects' sizes, those beyond 2.5
                      times that median left out. It takes it that fewer than half of the 11 columns
                      do anything; if more do, it is too large. */
};

/* responses[repeat * SCREENING_RUNS + run]; factors <= SCREENING_FACTORS use the first columns; the
 * others go into the error alone. repeats >= 1. */
void screening_effects(const double *responses, size_t repeats, size_t factors,
                       struct screening_effect *out);

#endif
