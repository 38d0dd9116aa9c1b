#include "stats/histogram.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/memory.h"

#define COOKIE_COMPRESSED 0x1c849314u
#define COOKIE_PAYLOAD 0x1c849313u
#define SIGNIFICANT_DIGITS 3
#define LOWEST_DISCERNIBLE_NS 1024
#define HEADER_BYTES 40
#define OUTER_HEADER_BYTES 8
#define COUNT_BYTES_MAX 5 /* 32 bits and a sign in groups of seven */

struct histogram *histogram_new(void) {
    struct histogram *histogram = MEM_NEW(struct histogram);
    histogram->min_ns = UINT64_MAX;
    return histogram;
}

void histogram_free(struct histogram *histogram) {
    free(histogram);
}

void histogram_overflow(void) {
    panic("more than %u values in one histogram bucket", UINT32_MAX);
}

/* The buckets that may be in use: [first, end). Empty while count is 0. */
static uint32_t first_bucket(const struct histogram *histogram) {
    return histogram->count ? histogram_index(histogram->min_ns) : 0;
}

static uint32_t end_bucket(const struct histogram *histogram) {
    return histogram->count ? histogram_index(histogram->max_ns) + 1 : 0;
}

void histogram_clear(struct histogram *histogram) {
    uint32_t first = first_bucket(histogram), end = end_bucket(histogram);
    memset(histogram->counts + first, 0, (end - first) * sizeof(histogram->counts[0]));
    histogram->count = histogram->sum_ns = histogram->max_ns = 0;
    histogram->min_ns = UINT64_MAX;
}

void histogram_merge(struct histogram *into, const struct histogram *from) {
    uint32_t end = end_bucket(from);
    for (uint32_t i = first_bucket(from); i < end; i++)
        if (__builtin_add_overflow(into->counts[i], from->counts[i], &into->counts[i]))
            histogram_overflow();
    into->count += from->count;
    into->sum_ns += from->sum_ns;
    into->min_ns = from->min_ns < into->min_ns ? from->min_ns : into->min_ns;
    into->max_ns = from->max_ns > into->max_ns ? from->max_ns : into->max_ns;
}

/* The log2 of a bucket's width in ns. */
static uint32_t width_log2(uint32_t index) {
    return 10 + (index < 2048 ? 0 : (index >> 10) - 1);
}

uint64_t histogram_bucket_low(uint32_t index) {
    uint64_t s = index < 2048 ? index : (index & 1023) + 1024;
    return s << width_log2(index);
}

uint64_t histogram_bucket_high(uint32_t index) {
    return histogram_bucket_low(index) + (1ull << width_log2(index));
}

/* The middle of a bucket, but nothing that is known not to have been recorded. */
static uint64_t reported_value(const struct histogram *histogram, uint32_t index) {
    uint64_t middle = histogram_bucket_low(index) + (1ull << width_log2(index)) / 2;
    if (middle > histogram->max_ns)
        return histogram->max_ns;
    return middle < histogram->min_ns ? histogram->min_ns : middle;
}

uint64_t histogram_quantile(const struct histogram *histogram, double q) {
    if (histogram->count == 0)
        return 0;
    /* A hair less, so that 0.07 × 100, which is 7.000000000000001 in binary, has rank 7. */
    double exact = ceil(q * (double)histogram->count * (1 - 2 * DBL_EPSILON));
    uint64_t rank = exact < 1 ? 1 : (uint64_t)exact;
    if (rank > histogram->count)
        rank = histogram->count;
    uint32_t last = end_bucket(histogram) - 1;
    uint64_t seen = 0;
    for (uint32_t i = first_bucket(histogram); i < last; i++) {
        seen += histogram->counts[i];
        if (seen >= rank)
            return reported_value(histogram, i);
    }
    return reported_value(histogram, last);
}

uint64_t histogram_above(const struct histogram *histogram, uint64_t limit_ns) {
    uint32_t end = end_bucket(histogram);
    uint64_t above = 0;
    for (uint32_t i = histogram_index(limit_ns) + 1; i < end; i++)
        above += histogram->counts[i];
    return above;
}

double histogram_mean(const struct histogram *histogram) {
    return histogram->count ? (double)histogram->sum_ns / (double)histogram->count : 0;
}

static unsigned char *put_u32(unsigned char *at, uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        *at++ = (unsigned char)(value >> shift);
    return at;
}

static unsigned char *put_u64(unsigned char *at, uint64_t value) {
    return put_u32(put_u32(at, (uint32_t)(value >> 32)), (uint32_t)value);
}

/* ZigZag LEB128. The 9-byte form of the format is never reached: a count has 32 bits. */
static unsigned char *put_count(unsigned char *at, int64_t count) {
    uint64_t zigzag = ((uint64_t)count << 1) ^ (count < 0 ? UINT64_MAX : 0);
    for (; zigzag >= 128; zigzag >>= 7)
        *at++ = (unsigned char)(zigzag | 128);
    *at++ = (unsigned char)zigzag;
    return at;
}

/* All counts up to the last that is not 0, a run of zeros as its negated length. */
static unsigned char *put_counts(unsigned char *at, const struct histogram *histogram) {
    uint32_t end = end_bucket(histogram);
    if (end == 0)
        return put_count(at, -1); /* readers refuse a payload without counts */
    for (uint32_t i = 0; i < end;) {
        uint32_t run_start = i;
        while (i < end && histogram->counts[i] == 0)
            i++;
        if (i > run_start)
            at = put_count(at, -(int64_t)(i - run_start));
        if (i < end)
            at = put_count(at, histogram->counts[i++]);
    }
    return at;
}

/* Writes the payload, header and counts, and returns its length. */
static size_t put_payload(unsigned char *payload, const struct histogram *histogram) {
    size_t length = (size_t)(put_counts(payload + HEADER_BYTES, histogram) - payload);
    unsigned char *at = put_u32(payload, COOKIE_PAYLOAD);
    at = put_u32(at, (uint32_t)(length - HEADER_BYTES));
    at = put_u32(at, 0); /* normalizing index offset: unused */
    at = put_u32(at, SIGNIFICANT_DIGITS);
    at = put_u64(at, LOWEST_DISCERNIBLE_NS);
    at = put_u64(at, HISTOGRAM_MAX_NS);
    put_u64(at, 0x3ff0000000000000ull); /* 1.0: values are not scaled */
    return length;
}

static char *base64(const unsigned char *bytes, size_t length) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = MEM_ARRAY(char, (length + 2) / 3 * 4 + 1), *at = text;
    for (size_t i = 0; i < length; i += 3) {
        uint32_t second = i + 1 < length ? bytes[i + 1] : 0;
        uint32_t third = i + 2 < length ? bytes[i + 2] : 0;
        uint32_t group = (uint32_t)bytes[i] << 16 | second << 8 | third;
        *at++ = digits[group >> 18];
        *at++ = digits[group >> 12 & 63];
        *at++ = i + 1 < length ? digits[group >> 6 & 63] : '=';
        *at++ = i + 2 < length ? digits[group & 63] : '=';
    }
    return text;
}

char *histogram_encode(const struct histogram *histogram) {
    size_t counts_max = (size_t)end_bucket(histogram) + 1;
    unsigned char *payload = MEM_ARRAY(unsigned char, HEADER_BYTES + counts_max * COUNT_BYTES_MAX);
    size_t length = put_payload(payload, histogram);
    uLongf packed = compressBound((uLong)length);
    unsigned char *frame = MEM_ARRAY(unsigned char, OUTER_HEADER_BYTES + packed);
    if (compress(frame + OUTER_HEADER_BYTES, &packed, payload, (uLong)length) != Z_OK)
        panic("zlib can't compress a histogram of %zu bytes", length);
    put_u32(put_u32(frame, COOKIE_COMPRESSED), (uint32_t)packed);
    char *text = base64(frame, OUTER_HEADER_BYTES + packed);
    free(payload);
    free(frame);
    return text;
}

/* The value of a digit of base64; 64: it is none. */
static uint32_t base64_digit(char c) {
    if (c >= 'A' && c <= 'Z')
        return (uint32_t)(c - 'A');
    if (c >= 'a' && c <= 'z')
        return (uint32_t)(c - 'a') + 26;
    if (c >= '0' && c <= '9')
        return (uint32_t)(c - '0') + 52;
    return c == '+' ? 62 : c == '/' ? 63 : 64;
}

/* Whole groups of four; bytes has room for three a group. The length, 0: that is no base64. */
static size_t base64_bytes(const char *text, unsigned char *bytes) {
    size_t length = strlen(text), at = 0;
    if (length % 4 != 0)
        return 0;
    for (size_t i = 0; i < length; i += 4) {
        size_t padding = i + 4 < length ? 0 : (text[i + 3] == '=') + (text[i + 2] == '=');
        uint32_t group = 0;
        for (size_t k = 0; k < 4; k++) {
            uint32_t digit = k >= 4 - padding ? 0 : base64_digit(text[i + k]);
            if (digit == 64)
                return 0;
            group = group << 6 | digit;
        }
        for (size_t k = 0; k < 3 - padding; k++)
            bytes[at++] = (unsigned char)(group >> (16 - 8 * k));
    }
    return at;
}

static uint32_t get_u32(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool header_is_ours(const unsigned char *payload, size_t length) {
    unsigned char ours[HEADER_BYTES];
    unsigned char *at = put_u32(ours, COOKIE_PAYLOAD);
    at = put_u32(at, (uint32_t)(length - HEADER_BYTES));
    at = put_u32(at, 0);
    at = put_u32(at, SIGNIFICANT_DIGITS);
    at = put_u64(at, LOWEST_DISCERNIBLE_NS);
    at = put_u64(at, HISTOGRAM_MAX_NS);
    put_u64(at, 0x3ff0000000000000ull);
    return memcmp(payload, ours, HEADER_BYTES) == 0;
}

/* One number, of which *at is moved on; false: there is none, or it has more than 35 bits. */
static bool get_count(const unsigned char **at, const unsigned char *end, int64_t *count) {
    uint64_t zigzag = 0;
    for (unsigned shift = 0; *at < end && shift < 7 * COUNT_BYTES_MAX; shift += 7) {
        unsigned char byte = *(*at)++;
        zigzag |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *count = (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
            return true;
        }
    }
    return false;
}

static bool get_counts(const unsigned char *at, const unsigned char *end, struct histogram *out) {
    uint32_t index = 0, first = 0, last = 0;
    while (at < end) {
        int64_t count;
        if (!get_count(&at, end, &count) || count > UINT32_MAX)
            return false;
        if (count <= 0) {
            int64_t zeros = count ? -count : 1;
            if (zeros > HISTOGRAM_BUCKETS - index)
                return false;
            index += (uint32_t)zeros;
            continue;
        }
        if (index >= HISTOGRAM_BUCKETS)
            return false;
        first = out->count ? first : index;
        last = index;
        out->counts[index] = (uint32_t)count;
        out->count += (uint64_t)count;
        uint64_t middle = histogram_bucket_low(index) + (1ull << width_log2(index)) / 2;
        out->sum_ns += (uint64_t)count * middle;
        index++;
    }
    if (out->count) {
        out->min_ns = histogram_bucket_low(first);
        out->max_ns = histogram_bucket_high(last) - 1;
    }
    return true;
}

/* A run of zeros takes one number, and so the payload is never longer than its buckets. */
static bool get_payload(const unsigned char *frame, size_t length, unsigned char *payload,
                        uLongf *size) {
    return length > OUTER_HEADER_BYTES && get_u32(frame) == COOKIE_COMPRESSED &&
           get_u32(frame + 4) == length - OUTER_HEADER_BYTES &&
           uncompress(payload, size, frame + OUTER_HEADER_BYTES,
                      (uLong)(length - OUTER_HEADER_BYTES)) == Z_OK &&
           *size >= HEADER_BYTES && header_is_ours(payload, *size);
}

bool histogram_decode(const char *text, struct histogram *out) {
    unsigned char *frame = MEM_ARRAY(unsigned char, strlen(text) / 4 * 3 + 1);
    uLongf size = HEADER_BYTES + (HISTOGRAM_BUCKETS + 1) * COUNT_BYTES_MAX;
    unsigned char *payload = mem_grow(NULL, size, 1);
    memset(out, 0, sizeof *out);
    out->min_ns = UINT64_MAX;
    bool ok = get_payload(frame, base64_bytes(text, frame), payload, &size) &&
              get_counts(payload + HEADER_BYTES, payload + size, out);
    if (!ok) {
        memset(out, 0, sizeof *out);
        out->min_ns = UINT64_MAX;
    }
    free(frame);
    free(payload);
    return ok;
}
