#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "base/memory.h"
#include "base/rng.h"
#include "stats/histogram.h"

#define SAMPLES 20000
#define PAYLOAD_MAX (40 + HISTOGRAM_BUCKETS * 9)

/* --- buckets --- */

static void check_bucket_of(uint64_t ns) {
    uint32_t index = histogram_index(ns);
    assert_true(index < HISTOGRAM_BUCKETS);
    assert_true(histogram_bucket_low(index) <= ns);
    assert_true(ns < histogram_bucket_high(index));
}

static void value_lies_in_its_bucket(void **state) {
    (void)state;
    check_bucket_of(0);
    for (uint64_t power = 1; power < HISTOGRAM_MAX_NS; power *= 2)
        for (uint64_t ns = power > 2 ? power - 2 : 0; ns <= power + 2; ns++)
            check_bucket_of(ns);
    for (uint64_t ns = 1; ns < HISTOGRAM_MAX_NS; ns += ns / 97 + 1)
        check_bucket_of(ns);
    check_bucket_of(HISTOGRAM_MAX_NS);
}

static void buckets_follow_one_another_without_gap(void **state) {
    (void)state;
    uint32_t last = histogram_index(HISTOGRAM_MAX_NS);
    assert_int_equal(histogram_bucket_low(0), 0);
    for (uint32_t i = 0; i <= last; i++) {
        uint64_t low = histogram_bucket_low(i), high = histogram_bucket_high(i);
        assert_true(low < high);
        assert_int_equal(histogram_bucket_low(i + 1), high);
        assert_int_equal(histogram_index(low), i);
        if (i < last)
            assert_int_equal(histogram_index(high - 1), i);
    }
}

/* The promise of the header: half a bucket is 0.05 % of the value above 2 ms, 0.5 µs below. */
static void buckets_are_as_narrow_as_promised(void **state) {
    (void)state;
    for (uint32_t i = 0; i <= histogram_index(HISTOGRAM_MAX_NS); i++) {
        uint64_t low = histogram_bucket_low(i), half = (histogram_bucket_high(i) - low) / 2;
        if (low < 2000000)
            assert_true(half <= 512);
        else
            assert_true((double)half <= 0.0005 * (double)low);
    }
}

/* Two points of HdrHistogram's own layout (digits 3, lowest 1) and the last one. */
static void layout_is_that_of_hdrhistogram(void **state) {
    (void)state;
    assert_int_equal(histogram_index(2047ull << 10), 2047);
    assert_int_equal(histogram_index(2048ull << 10), 2048);
    assert_int_equal(histogram_index(2049ull << 10), 2048);
    assert_int_equal(histogram_index(2050ull << 10), 2049);
    assert_int_equal(histogram_index(HISTOGRAM_MAX_NS), 23180);
    assert_int_equal(histogram_index(UINT64_MAX), 23180);
}

/* --- quantiles --- */

static int compare_u64(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static void assert_near(uint64_t reported, uint64_t exact) {
    uint64_t off = reported > exact ? reported - exact : exact - reported;
    double allowed = exact > 2000000 ? 0.0005 * (double)exact : 512;
    if ((double)off > allowed)
        fail_msg("reported %llu, exact %llu", (unsigned long long)reported,
                 (unsigned long long)exact);
}

/* Ranks are counted in thousandths and integers, so that the test shares no arithmetic with the
 * code. */
static void check_quantiles(uint64_t *values, size_t count) {
    struct histogram *histogram = histogram_new();
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) {
        histogram_record(histogram, values[i]);
        sum += values[i];
    }
    qsort(values, count, sizeof(values[0]), compare_u64);
    for (size_t thousandths = 1; thousandths <= 1000; thousandths++) {
        size_t rank = (thousandths * count + 999) / 1000;
        assert_near(histogram_quantile(histogram, (double)thousandths / 1000), values[rank - 1]);
    }
    assert_near(histogram_quantile(histogram, 0), values[0]);
    assert_int_equal(histogram->count, count);
    assert_int_equal(histogram->sum_ns, sum);
    assert_int_equal(histogram->min_ns, values[0]);
    assert_int_equal(histogram->max_ns, values[count - 1]);
    assert_true(histogram_mean(histogram) == (double)sum / (double)count);
    histogram_free(histogram);
}

static uint64_t uniform(struct rng *rng) {
    return rng_below(rng, 50000000);
}

static uint64_t bimodal(struct rng *rng) {
    return rng_below(rng, 100) < 90 ? 200000 + rng_below(rng, 50000)
                                    : 100000000 + rng_below(rng, 9000000);
}

/* Pareto with shape 0.7: from 100 µs to the hour and beyond its square root of samples. */
static uint64_t heavy_tail(struct rng *rng) {
    double value = 100000 / pow(1 - rng_unit(rng), 1 / 0.7);
    return value < (double)HISTOGRAM_MAX_NS ? (uint64_t)value : HISTOGRAM_MAX_NS;
}

static void check_distribution(uint64_t (*draw)(struct rng *rng)) {
    static uint64_t values[SAMPLES];
    static const size_t counts[] = {1, 2, 3, 7, 10, 100, 999, 1000, 1001, SAMPLES};
    for (size_t c = 0; c < sizeof(counts) / sizeof(counts[0]); c++) {
        struct rng rng = rng_at(rng_key(7, "histogram"), c);
        for (size_t i = 0; i < counts[c]; i++)
            values[i] = draw(&rng);
        check_quantiles(values, counts[c]);
    }
}

static void quantiles_of_uniform_values(void **state) {
    (void)state;
    check_distribution(uniform);
}

static void quantiles_of_bimodal_values(void **state) {
    (void)state;
    check_distribution(bimodal);
}

static void quantiles_of_heavy_tailed_values(void **state) {
    (void)state;
    check_distribution(heavy_tail);
}

/* 0.07 × 100 is above 7 in binary floating point: the rank is 7 all the same. */
static void rank_is_exact_for_decimal_quantiles(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    for (uint64_t i = 1; i <= 100; i++)
        histogram_record(histogram, i * 1024);
    for (uint64_t i = 1; i <= 100; i++)
        assert_int_equal(histogram_index(histogram_quantile(histogram, (double)i / 100)), i);
    histogram_free(histogram);
}

static void quantile_is_never_beyond_min_and_max(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    histogram_record(histogram, 1000000001);
    assert_int_equal(histogram_quantile(histogram, 0.5), 1000000001);
    histogram_record(histogram, 1000000002);
    assert_in_range(histogram_quantile(histogram, 0.5), 1000000001, 1000000002);
    histogram_free(histogram);
}

static void empty_histogram_is_all_zero(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    assert_int_equal(histogram->count, 0);
    assert_int_equal(histogram_quantile(histogram, 0.99), 0);
    assert_true(histogram_mean(histogram) == 0);
    assert_int_equal(histogram->max_ns, 0);
    histogram_free(histogram);
}

static void values_over_an_hour_count_as_an_hour(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    histogram_record(histogram, 3 * HISTOGRAM_MAX_NS);
    histogram_record(histogram, HISTOGRAM_MAX_NS + 1);
    assert_int_equal(histogram->counts[histogram_index(HISTOGRAM_MAX_NS)], 2);
    assert_near(histogram_quantile(histogram, 1), HISTOGRAM_MAX_NS);
    assert_int_equal(histogram->max_ns, 3 * HISTOGRAM_MAX_NS);
    assert_int_equal(histogram->min_ns, HISTOGRAM_MAX_NS + 1);
    assert_int_equal(histogram->sum_ns, 4 * HISTOGRAM_MAX_NS + 1);
    histogram_free(histogram);
}

/* --- above a limit --- */

/* Against the values themselves: what is above the limit's bucket counts, and nothing else. */
static void above_a_limit_by_whole_buckets(void **state) {
    (void)state;
    static uint64_t values[SAMPLES];
    struct histogram *histogram = histogram_new();
    struct rng rng = rng_at(rng_key(7, "above"), 0);
    assert_int_equal(histogram_above(histogram, 0), 0);
    for (size_t i = 0; i < SAMPLES; i++)
        histogram_record(histogram, values[i] = heavy_tail(&rng));
    for (uint64_t limit = 1; limit < HISTOGRAM_MAX_NS; limit = limit * 3 / 2 + 1) {
        uint64_t first_above = histogram_bucket_high(histogram_index(limit)), above = 0;
        for (size_t i = 0; i < SAMPLES; i++)
            above += values[i] >= first_above;
        assert_int_equal(histogram_above(histogram, limit), above);
    }
    histogram_free(histogram);
}

static void above_a_limit_at_the_edges(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    uint64_t high = histogram_bucket_high(histogram_index(50000000));
    histogram_record(histogram, 50000000);
    histogram_record(histogram, high - 1);
    assert_int_equal(histogram_above(histogram, 50000000), 0);
    histogram_record(histogram, high);
    assert_int_equal(histogram_above(histogram, 50000000), 1);
    assert_int_equal(histogram_above(histogram, 0), 3);
    histogram_record(histogram, 2 * HISTOGRAM_MAX_NS);
    assert_int_equal(histogram_above(histogram, 50000000), 2);
    assert_int_equal(histogram_above(histogram, HISTOGRAM_MAX_NS), 0);
    assert_int_equal(histogram_above(histogram, UINT64_MAX), 0);
    histogram_free(histogram);
}

/* --- merging --- */

static void assert_same(const struct histogram *a, const struct histogram *b) {
    assert_memory_equal(a, b, sizeof(*a));
}

static void merging_is_recording_into_one(void **state) {
    (void)state;
    struct histogram *parts[3], *merged = histogram_new(), *one = histogram_new();
    for (int p = 0; p < 3; p++)
        parts[p] = histogram_new();
    struct rng rng = rng_at(rng_key(7, "merge"), 0);
    for (int i = 0; i < SAMPLES; i++) {
        uint64_t ns = heavy_tail(&rng);
        histogram_record(parts[rng_below(&rng, 2)], ns); /* the third stays empty */
        histogram_record(one, ns);
    }
    for (int p = 0; p < 3; p++) {
        histogram_merge(merged, parts[p]);
        histogram_free(parts[p]);
    }
    assert_same(merged, one);
    histogram_clear(one);
    struct histogram *fresh = histogram_new();
    assert_same(one, fresh);
    histogram_free(fresh);
    histogram_free(merged);
    histogram_free(one);
}

/* The child must abort: counts that wrapped would be wrong without a word. */
static void assert_aborts(void (*action)(struct histogram *), struct histogram *histogram) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        if (!freopen("/dev/null", "w", stderr))
            _exit(2);
        action(histogram);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void record_1000(struct histogram *histogram) {
    histogram_record(histogram, 1000);
}

static void merge_itself(struct histogram *histogram) {
    histogram_merge(histogram, histogram);
}

static void full_bucket_ends_the_program(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    histogram_record(histogram, 1000);
    histogram->counts[histogram_index(1000)] = UINT32_MAX;
    assert_aborts(record_1000, histogram);
    assert_aborts(merge_itself, histogram);
    histogram_free(histogram);
}

/* --- encoding --- */

static uint64_t get_bytes(const unsigned char *at, int bytes) {
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

static size_t decode_base64(const char *text, unsigned char *out) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t length = 0;
    assert_int_equal(strlen(text) % 4, 0);
    for (; *text; text += 4) {
        uint32_t group = 0;
        int padding = 0;
        for (int i = 0; i < 4; i++) {
            const char *digit = strchr(digits, text[i]);
            padding += text[i] == '=';
            assert_true(digit != NULL || (text[i] == '=' && !text[4] && i >= 2));
            group = group << 6 | (uint32_t)(digit ? digit - digits : 0);
        }
        for (int i = 0; i < 3 - padding; i++)
            out[length++] = (unsigned char)(group >> (16 - 8 * i));
    }
    return length;
}

/* The counts' bytes, the header checked; returns their number. */
static size_t decode_frame(const struct histogram *histogram, unsigned char *counts) {
    char *text = histogram_encode(histogram);
    unsigned char *frame = malloc(strlen(text)), *payload = malloc(PAYLOAD_MAX);
    size_t length = decode_base64(text, frame);
    assert_int_equal(get_bytes(frame, 4), 0x1c849314);
    assert_int_equal(get_bytes(frame + 4, 4), length - 8);
    uLongf payload_length = PAYLOAD_MAX;
    assert_int_equal(uncompress(payload, &payload_length, frame + 8, length - 8), Z_OK);
    assert_int_equal(get_bytes(payload, 4), 0x1c849313);
    assert_int_equal(get_bytes(payload + 4, 4), payload_length - 40);
    assert_int_equal(get_bytes(payload + 8, 4), 0);
    assert_int_equal(get_bytes(payload + 12, 4), 3);
    assert_int_equal(get_bytes(payload + 16, 8), 1024);
    assert_int_equal(get_bytes(payload + 24, 8), HISTOGRAM_MAX_NS);
    uint64_t ratio_bits = get_bytes(payload + 32, 8);
    double ratio;
    memcpy(&ratio, &ratio_bits, sizeof(ratio));
    assert_true(ratio == 1.0);
    memcpy(counts, payload + 40, payload_length - 40);
    free(payload);
    free(frame);
    free(text);
    return payload_length - 40;
}

/* One ZigZag LEB128 number; the ninth byte has no continuation bit. */
static int64_t get_count(const unsigned char **at) {
    uint64_t zigzag = 0;
    for (int byte = 0; byte < 9; byte++) {
        unsigned char c = *(*at)++;
        zigzag |= (uint64_t)(byte < 8 ? c & 127 : c) << (7 * byte);
        if (byte < 8 && c < 128)
            break;
    }
    return (int64_t)(zigzag >> 1) ^ -(int64_t)(zigzag & 1);
}

static void check_encoding(const struct histogram *histogram) {
    unsigned char *bytes = malloc(PAYLOAD_MAX);
    size_t length = decode_frame(histogram, bytes);
    uint64_t *counts = calloc(HISTOGRAM_BUCKETS, sizeof(*counts));
    size_t used = 0;
    for (const unsigned char *at = bytes; at < bytes + length;) {
        int64_t count = get_count(&at);
        if (count < 0)
            used += (size_t)-count;
        else
            counts[used++] = (uint64_t)count;
        assert_true(used <= HISTOGRAM_BUCKETS);
    }
    for (size_t i = 0; i < HISTOGRAM_BUCKETS; i++)
        assert_int_equal(counts[i], histogram->counts[i]);
    free(counts);
    free(bytes);
}

static void encoding_keeps_every_count(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    struct rng rng = rng_at(rng_key(7, "encode"), 0);
    for (int i = 0; i < SAMPLES; i++) {
        histogram_record(histogram, heavy_tail(&rng));
        if (i < 20) /* lengths of every remainder modulo 3: all forms of padding */
            check_encoding(histogram);
    }
    check_encoding(histogram);
    histogram_free(histogram);
}

static void encoding_of_first_last_and_full_buckets(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    histogram_record(histogram, 0);
    check_encoding(histogram);
    histogram_record(histogram, 2 * HISTOGRAM_MAX_NS);
    check_encoding(histogram);
    histogram->counts[0] = UINT32_MAX;
    histogram->counts[1] = 63;
    histogram->counts[2] = 64;
    check_encoding(histogram);
    histogram_free(histogram);
}

/* Every bucket full: the most bytes that the counts can take. */
static void encoding_of_all_buckets_fits(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    histogram_record(histogram, 0);
    histogram_record(histogram, HISTOGRAM_MAX_NS);
    for (uint32_t i = 0; i <= histogram_index(HISTOGRAM_MAX_NS); i++)
        histogram->counts[i] = UINT32_MAX;
    check_encoding(histogram);
    histogram_free(histogram);
}

static void encoding_of_empty_is_one_byte(void **state) {
    (void)state;
    struct histogram *histogram = histogram_new();
    unsigned char *bytes = malloc(PAYLOAD_MAX);
    assert_int_equal(decode_frame(histogram, bytes), 1);
    assert_int_equal(bytes[0], 0x01);
    free(bytes);
    histogram_free(histogram);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(value_lies_in_its_bucket),
        cmocka_unit_test(buckets_follow_one_another_without_gap),
        cmocka_unit_test(buckets_are_as_narrow_as_promised),
        cmocka_unit_test(layout_is_that_of_hdrhistogram),
        cmocka_unit_test(quantiles_of_uniform_values),
        cmocka_unit_test(quantiles_of_bimodal_values),
        cmocka_unit_test(quantiles_of_heavy_tailed_values),
        cmocka_unit_test(rank_is_exact_for_decimal_quantiles),
        cmocka_unit_test(quantile_is_never_beyond_min_and_max),
        cmocka_unit_test(empty_histogram_is_all_zero),
        cmocka_unit_test(values_over_an_hour_count_as_an_hour),
        cmocka_unit_test(above_a_limit_by_whole_buckets),
        cmocka_unit_test(above_a_limit_at_the_edges),
        cmocka_unit_test(merging_is_recording_into_one),
        cmocka_unit_test(full_bucket_ends_the_program),
        cmocka_unit_test(encoding_keeps_every_count),
        cmocka_unit_test(encoding_of_first_last_and_full_buckets),
        cmocka_unit_test(encoding_of_all_buckets_fits),
        cmocka_unit_test(encoding_of_empty_is_one_byte),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
