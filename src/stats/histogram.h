/*
 * Latency histogram: log-linear buckets with three significant decimal digits, 1 µs to 1 h.
 *
 * Values are nanoseconds. Unit of the lowest bucket is 1,024 ns, so that the table is small: a
 * value v is counted with u = v >> 10; for u the bucket is that of HdrHistogram with 3 digits and
 * lowest value 1 (b = bitlen(u | 2047) - 11; s = u >> b; index = ((b + 1) << 10) + s - 1024). A
 * reported value is the middle of its bucket, or the exact minimum or maximum where the middle lies
 * beyond it: at most 0.05 % off above 2 ms, 0.5 µs below. Values over an hour count as an hour,
 * except in the maximum and the mean, which are exact.
 *
 * A histogram belongs to one thread. Merging and reading is for when its owner has handed it over.
 */
#ifndef PGWRITE_STATS_HISTOGRAM_H
#define PGWRITE_STATS_HISTOGRAM_H

#include <stdbool.h>
#include <stdint.h>

#define HISTOGRAM_MAX_NS 3600000000000ull
#define HISTOGRAM_BUCKETS \
    23552 /* 22 + 1 halves of 1,024: an hour is 3,515,625,000 units (32 bits) */

struct histogram {
    uint64_t count;
    uint64_t sum_ns; /* exact sum: the mean has no bucket error */
    uint64_t min_ns; /* exact; UINT64_MAX while count is 0 */
    uint64_t max_ns; /* exact; 0 while count is 0 */
    uint32_t counts[HISTOGRAM_BUCKETS];
};

/* One allocation; histogram_free releases it. */
struct histogram *histogram_new(void);
void histogram_free(struct histogram *histogram);
void histogram_clear(struct histogram *histogram);

/* A bucket would hold more than 2^32 - 1 values: the counts are no longer true. Panics. */
_Noreturn void histogram_overflow(void);

/* The bucket of a value. */
static inline uint32_t histogram_index(uint64_t ns) {
    uint64_t u = (ns < HISTOGRAM_MAX_NS ? ns : HISTOGRAM_MAX_NS) >> 10;
    uint32_t b = 53u - (uint32_t)__builtin_clzll(u | 2047);
    return (b << 10) + (uint32_t)(u >> b);
}

static inline void histogram_record(struct histogram *histogram, uint64_t ns) {
    if (__builtin_expect(++histogram->counts[histogram_index(ns)] == 0, 0))
        histogram_overflow();
    histogram->count++;
    histogram->sum_ns += ns;
    histogram->min_ns = ns < histogram->min_ns ? ns : histogram->min_ns;
    histogram->max_ns = ns > histogram->max_ns ? ns : histogram->max_ns;
}

void histogram_merge(struct histogram *into, const struct histogram *from);

/* The value at quantile q in [0, 1]: the smallest that at least ceil(q × count) values do not
 * exceed (nearest rank). 0 while count is 0: ask count first. */
uint64_t histogram_quantile(const struct histogram *histogram, double q);
/* Values above a limit, by whole buckets: one counts if its bucket lies above the limit's. */
uint64_t histogram_above(const struct histogram *histogram, uint64_t limit_ns);
double histogram_mean(const struct histogram *histogram); /* ns */

/* The counts as an HdrHistogram V2 payload, zlib-compressed, in base64; free() it. The layout is
 * the same as ours, so that nothing is lost: 3 significant digits, lowest discernible value 1,024,
 * highest HISTOGRAM_MAX_NS, values in ns. Outside cookie 0x1c849314, zlib length, zlib stream;
 * inside cookie 0x1c849313, payload length, 0, digits, lowest (int64), highest (int64), 1.0
 * (double), then counts as ZigZag LEB128 (-n for n zeros; the 9th byte carries 8 bits), all
 * big-endian. Empty: one byte 0x01. Source: HdrHistogram,
 * AbstractHistogram.encodeIntoCompressedByteBuffer. */
char *histogram_encode(const struct histogram *histogram);

/* The counts back, of text that anybody may have written. Mean, minimum and maximum are not in it:
 * they are set from the buckets, as near as those tell. False: it is no such text, or its layout is
 * another; the histogram is then empty. */
bool histogram_decode(const char *text, struct histogram *out) __attribute__((warn_unused_result));

/* Bucket arithmetic, for the tests. */
uint64_t histogram_bucket_low(uint32_t index);  /* smallest value of the bucket, ns */
uint64_t histogram_bucket_high(uint32_t index); /* first value above it, ns */

#endif
