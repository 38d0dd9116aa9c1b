/*
 * Counter-based random numbers: the n-th draw of (seed, column, row) is a pure function, so that a
 * value does not depend on the path, the pool, the thread or the order in which rows are made.
 *
 * Mixing: the finaliser of SplitMix64 (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
 * Generators", OOPSLA 2014), whose stream here starts at a point hashed from key and row.
 */
#ifndef PGWRITE_BASE_RNG_H
#define PGWRITE_BASE_RNG_H

#include <stdint.h>

struct rng {
    uint64_t state;
};

static inline uint64_t rng_mix(uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
    return x ^ (x >> 31);
}

/* The key of a named stream: a column, the order of cells, the sizes of batches. */
static inline uint64_t rng_key(uint64_t seed, const char *name) {
    uint64_t h = rng_mix(seed + 0x9e3779b97f4a7c15ull);
    for (; *name; name++)
        h = rng_mix(h ^ (unsigned char)*name) + 0x9e3779b97f4a7c15ull;
    return h;
}

/* The stream of one row of a key. */
static inline struct rng rng_at(uint64_t key, uint64_t row) {
    return (struct rng){rng_mix(key ^ rng_mix(row + 0x9e3779b97f4a7c15ull))};
}

static inline uint64_t rng_next(struct rng *rng) {
    rng->state += 0x9e3779b97f4a7c15ull;
    return rng_mix(rng->state);
}

/* Uniform in [0, bound), bound > 0; by multiplication (Lemire 2019), bias below bound / 2^64. */
static inline uint64_t rng_below(struct rng *rng, uint64_t bound) {
    return (uint64_t)(((unsigned __int128)rng_next(rng) * bound) >> 64);
}

/* Uniform in [0, 1), 53 bits. */
static inline double rng_unit(struct rng *rng) {
    return (double)(rng_next(rng) >> 11) * 0x1.0p-53;
}

#endif
