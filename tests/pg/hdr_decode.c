/*
 * Reads histograms out of a result, for json.bats: base64, zlib and the HdrHistogram V2 layout,
 * written after that format's definition and sharing no code with what is tested.
 *
 *   hdr_decode <payloads   one payload a line; for each prints: count, then for the quantiles 0.5,
 *                          0.9, 0.95, 0.99, 0.999 and 1 the bounds of the bucket in µs
 *   hdr_decode --above MS <payloads   for each: the sum in seconds of the values from MS on, each
 *                          taken as the middle of its bucket, and how many they are
 */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LINE_MAX_BYTES = 1 << 20, BUCKETS_MAX = 1 << 16, HEADER_BYTES = 40, BUCKET_HALF = 1024 };

struct decoded {
    uint64_t counts[BUCKETS_MAX];
    size_t used;
    uint64_t total;
    unsigned unit_log2; /* of the lowest discernible value */
};

static _Noreturn void fail(const char *why) {
    fprintf(stderr, "hdr_decode: %s\n", why);
    exit(1);
}

static uint64_t big_endian(const unsigned char *at, size_t bytes) {
    uint64_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | *at++;
    return value;
}

static int base64_digit(char c) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static size_t decode_base64(const char *text, unsigned char *out) {
    size_t length = 0;
    uint32_t bits = 0;
    unsigned held = 0;
    for (; *text && *text != '=' && *text != '\n'; text++) {
        int digit = base64_digit(*text);
        if (digit < 0)
            fail("not base64");
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            out[length++] = (unsigned char)(bits >> held);
        }
    }
    return length;
}

/* ZigZag LEB128, whose ninth byte has no continuation bit. */
static int64_t next_number(const unsigned char **at, const unsigned char *end) {
    uint64_t value = 0;
    for (unsigned i = 0; i < 9; i++) {
        if (*at == end)
            fail("counts end in the middle of a number");
        unsigned char byte = *(*at)++;
        if (i == 8) {
            value |= (uint64_t)byte << 56;
            break;
        }
        value |= (uint64_t)(byte & 127) << (7 * i);
        if (byte < 128)
            break;
    }
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void read_counts(const unsigned char *at, const unsigned char *end, struct decoded *out) {
    while (at < end) {
        int64_t number = next_number(&at, end);
        uint64_t zeros = number < 0 ? (uint64_t)-number : 0;
        if (out->used + zeros + 1 > BUCKETS_MAX)
            fail("more counts than the range has");
        out->used += zeros;
        if (number >= 0) {
            out->counts[out->used++] = (uint64_t)number;
            out->total += (uint64_t)number;
        }
    }
}

static void decode(const char *line, struct decoded *out) {
    static unsigned char packed[LINE_MAX_BYTES], payload[LINE_MAX_BYTES];
    size_t length = decode_base64(line, packed);
    uLongf payload_length = sizeof payload;
    *out = (struct decoded){0};
    if (length < 8 || big_endian(packed, 4) != 0x1c849314 ||
        big_endian(packed + 4, 4) != length - 8)
        fail("the outer header is wrong");
    if (uncompress(payload, &payload_length, packed + 8, (uLong)(length - 8)) != Z_OK)
        fail("zlib can't read it");
    if (payload_length < HEADER_BYTES || big_endian(payload, 4) != 0x1c849313 ||
        big_endian(payload + 4, 4) != payload_length - HEADER_BYTES)
        fail("the inner header is wrong");
    if (big_endian(payload + 8, 4) != 0 || big_endian(payload + 12, 4) != 3 ||
        big_endian(payload + 24, 8) != 3600000000000 ||
        big_endian(payload + 32, 8) != 0x3ff0000000000000)
        fail("not 3 digits up to an hour in ns");
    uint64_t lowest = big_endian(payload + 16, 8);
    while (1ull << (out->unit_log2 + 1) <= lowest)
        out->unit_log2++;
    read_counts(payload + HEADER_BYTES, payload + payload_length, out);
}

/* Lower bound of a bucket, ns: two halves of 1,024 with the lowest unit, then 1,024 a doubling. */
static double bucket_low(const struct decoded *h, size_t index) {
    unsigned doubling = index < 2 * BUCKET_HALF ? 0 : (unsigned)(index / BUCKET_HALF) - 1;
    uint64_t sub = index < 2 * BUCKET_HALF ? index : (uint64_t)(index % BUCKET_HALF) + BUCKET_HALF;
    return ldexp((double)sub, (int)(doubling + h->unit_log2));
}

static void print_quantile(const struct decoded *h, double quantile) {
    uint64_t rank = (uint64_t)ceil(quantile * (double)h->total - 1e-9), seen = 0;
    size_t i = 0;
    for (; i < h->used; i++) {
        seen += h->counts[i];
        if (seen >= (rank ? rank : 1))
            break;
    }
    printf(" %.3f %.3f", bucket_low(h, i) / 1000, bucket_low(h, i + 1) / 1000);
}

static void print_above(const struct decoded *h, double ms) {
    double seconds = 0;
    uint64_t count = 0;
    for (size_t i = 0; i < h->used; i++) {
        double middle_ns = (bucket_low(h, i) + bucket_low(h, i + 1)) / 2;
        if (middle_ns < ms * 1e6)
            continue;
        seconds += (double)h->counts[i] * middle_ns / 1e9;
        count += h->counts[i];
    }
    printf("%.6f %" PRIu64 "\n", seconds, count);
}

static void print_quantiles(const struct decoded *h) {
    static const double quantiles[] = {0.5, 0.9, 0.95, 0.99, 0.999, 1};
    printf("%" PRIu64, h->total);
    for (size_t i = 0; h->total && i < sizeof quantiles / sizeof *quantiles; i++)
        print_quantile(h, quantiles[i]);
    putchar('\n');
}

int main(int argc, char **argv) {
    static char line[LINE_MAX_BYTES];
    static struct decoded histogram;
    bool above = argc == 3 && strcmp(argv[1], "--above") == 0;
    if (argc != 1 && !above)
        fail("usage: hdr_decode [--above MS] <payloads");
    while (fgets(line, sizeof line, stdin)) {
        decode(line, &histogram);
        if (above)
            print_above(&histogram, atof(argv[2]));
        else
            print_quantiles(&histogram);
    }
    return 0;
}
