/*
 * Where a series of results changes its level: E-divisive means. A segment is cut where the energy
 * distance between its two parts is largest, if permutations of the segment reach that distance
 * seldom enough; then its parts are looked at likewise.
 *
 * Source: Matteson, James, "A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data", JASA 109, 2014, sections 2 and 3, with exponent 1; for performance of
 * databases: Daly et al., "The Use of Change Point Detection to Identify Software Performance
 * Regressions in a Continuous Integration System", ICPE 2020.
 */
#ifndef PGWRITE_STATS_CHANGE_POINTS_H
#define PGWRITE_STATS_CHANGE_POINTS_H

#include <stddef.h>
#include <stdint.h>

/* Points of a segment, at least. */
#define CHANGE_SEGMENT_MIN 4
/* Permutations of a segment that is tested, and the share of them that may reach its distance. */
#define CHANGE_PERMUTATIONS 999
#define CHANGE_SIGNIFICANCE 0.01

/* Writes the indexes at which new segments begin, ascending, at most max; returns how many. Below
 * 2 CHANGE_SEGMENT_MIN points there is none. seed: of the permutations. */
size_t change_points(const double *values, size_t count, uint64_t seed, size_t *at, size_t max);

#endif
