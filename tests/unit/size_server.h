/* A server and a clock that are made up, in place of those that the phases of a sizing measure. */
#ifndef PGWRITE_TESTS_SIZE_SERVER_H
#define PGWRITE_TESTS_SIZE_SERVER_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "study/size_internal.h"

/* ---- the server ---- */

static struct {
    double now_s;
    uint32_t connections;  /* that it serves at a time, 50 a second each */
    double fall;           /* of its throughput for each connection beyond these */
    double capacity;       /* sharp */
    double soak_capacity;  /* of a soak */
    double unsure_below_s; /* windows shorter than that are not certain */
    double steal_once_at;  /* a probe of that number fails, with stolen time; -1: none */
    double io_once_at;     /* the same, with tasks that wait for the disk; -1 */
    double cpu_once_at;    /* the same, with tasks that wait for the CPU, of which the load takes */
    double cpu_share;      /* that share; -1 */
    double chance_at;      /* one fails by chance; -1 */
    double checkpoints;    /* of a soak */
    double little;
    double max_s;  /* the longest response */
    int fails_at;  /* the round of that number is an error; -1: none */
    double needed; /* responses */
    double busy_share;
    enum size_verdict errors; /* of the second SLO, of which there are two or none */
    struct size_ask asks[200];
    bool soaks[200];
    size_t rounds, restarts;
    char restarted[128];
    char warned[2000];
} server;

static struct arena arena;
static struct size size;
static struct size_options options;
static struct size_result result;

bool size_measure(struct size *study, const struct size_ask *ask, struct size_point *out,
                  struct size_probe *probe, struct error *error) {
    size_t number = server.rounds++;
    assert_in_range(number, 0, 199);
    server.asks[number] = *ask;
    server.now_s += ask->warmup_s + ask->window_s + SIZE_ROUND_MORE_S;
    if ((int)number == server.fails_at)
        return error_set(error, "made to fail");
    *out = (struct size_point){.pool = ask->pool,
                               .rate_per_s = ask->rate_per_s > 0 ? ask->rate_per_s : UNKNOWN,
                               .seconds = ask->window_s,
                               .little = server.little,
                               .max_s = server.max_s,
                               .pressure_cpu = UNKNOWN,
                               .pressure_io = UNKNOWN,
                               .checkpoints = UNKNOWN};
    if (!probe) {
        uint32_t beyond = ask->pool > server.connections ? ask->pool - server.connections : 0;
        out->commits_per_s = fmin(ask->pool, server.connections) * 50 / (1 + server.fall * beyond);
        return true;
    }
    bool soak = strncmp(ask->label, "soak", 4) == 0;
    bool stolen = fabs((double)number - server.steal_once_at) < 0.5;
    bool unlucky = fabs((double)number - server.chance_at) < 0.5;
    bool waited = fabs((double)number - server.io_once_at) < 0.5;
    bool crowded = fabs((double)number - server.cpu_once_at) < 0.5;
    double most = soak ? server.soak_capacity : server.capacity;
    server.soaks[number] = soak;
    out->steal_share = stolen ? 0.2 : 0;
    out->pressure_io = waited ? 0.3 : 0.05;
    out->pressure_cpu = crowded ? 0.9 : 0.05;
    out->cpu_share = server.cpu_share;
    out->checkpoints = soak ? server.checkpoints : 0;
    out->cause.limit = ask->rate_per_s > most ? SIZE_LIMIT_POOL : SIZE_LIMIT_UNKNOWN;
    probe->verdict = stolen || waited || crowded || unlucky || ask->rate_per_s > most ? SIZE_FAILS
                     : ask->window_s < server.unsure_below_s                          ? SIZE_UNSURE
                                                                                      : SIZE_HOLDS;
    /* What is more than it can do is left over. */
    probe->achieved = fmin(1, most / ask->rate_per_s);
    probe->why = probe->verdict == SIZE_HOLDS ? NULL : "too slow";
    static struct size_slo slos[2];
    slos[0].verdict = SIZE_HOLDS;
    slos[1].verdict = server.errors;
    probe->slos = slos;
    out->busy_share = server.busy_share;
    probe->point = *out;
    (void)study;
    return true;
}

bool size_fits_until(double seconds, uint64_t until_ns) {
    return (server.now_s + seconds) * 1e9 <= (double)until_ns;
}

uint64_t size_until(const struct size *study, enum size_phase_id phase) {
    double later_s = 0;
    for (size_t i = phase + 1; i < SIZE_PHASES; i++)
        later_s += study->plan.seconds[i];
    return study->end_ns - (uint64_t)(later_s * 1e9);
}

void size_warn(struct size *study, const char *format, ...) {
    size_t length = strlen(server.warned);
    va_list args;
    (void)study;
    va_start(args, format);
    vsnprintf(server.warned + length, sizeof server.warned - length, format, args);
    va_end(args);
    strcat(server.warned, "\n");
}

bool size_names_setting(const struct size *study, const char *name) {
    for (size_t i = 0; i < study->options->present_count; i++)
        if (strcmp(study->options->present[i].name, name) == 0)
            return true;
    return false;
}

size_t size_windows(const struct threshold *slos, size_t count, double responses) {
    (void)slos;
    (void)count;
    return responses > 1000 ? 5 : 1;
}

double size_responses_needed(const struct threshold *slos, size_t count) {
    (void)slos;
    (void)count;
    return server.needed;
}

bool session_restart(struct session *session, const struct server_setting *settings, size_t count,
                     struct arena *texts, struct error *error) {
    (void)session;
    (void)texts;
    (void)error;
    server.restarts++;
    server.restarted[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        strcat(server.restarted, settings[i].name);
        strcat(server.restarted, "=");
        strcat(server.restarted, settings[i].value);
        strcat(server.restarted, " ");
    }
    return true;
}

/* ---- what is asked ---- */

static struct matrix_options asked;

static inline int start(void **state) {
    (void)state;
    memset(&server, 0, sizeof server);
    server.connections = 12;
    server.capacity = server.soak_capacity = 570;
    server.steal_once_at = server.io_once_at = server.cpu_once_at = server.chance_at = -1;
    server.fails_at = -1;
    server.cpu_share = 0.2;
    server.little = UNKNOWN;
    server.checkpoints = 2;
    asked = (struct matrix_options){.pool_count = 7};
    for (size_t i = 0; i < 7; i++)
        asked.pools[i] = (struct range){1u << i, 1u << i};
    options = (struct size_options){.matrix = &asked, .seed = 5};
    result = (struct size_result){.closed_per_s = UNKNOWN,
                                  .low_per_s = UNKNOWN,
                                  .high_per_s = UNKNOWN,
                                  .capacity_per_s = UNKNOWN};
    size = (struct size){
        .options = &options, .arena = &arena, .result = &result, .matrix_options = asked};
    size.plan = (struct size_plan){.level_s = 1,
                                   .level_warmup_s = 0.2,
                                   .repeats = 2,
                                   .refines = 4,
                                   .probe_s = 10,
                                   .probe_warmup_s = 2,
                                   .probes = 9,
                                   .soak_s = 95,
                                   .seconds = {36, 120, 100, 0, 0}};
    size.end_ns = 300 * 1000000000ull;
    return 0;
}

static inline int stop(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

static inline void sweep(void) {
    struct error error = {0};
    if (!size_sweep(&size, &error))
        fail_msg("%s", error.what);
}

static inline void search(void) {
    struct error error = {0};
    result.pool = 12;
    result.closed_per_s = 600;
    if (!size_capacity(&size, &error))
        fail_msg("%s", error.what);
}

static inline void soak(void) {
    struct error error = {0};
    if (!size_soak(&size, &error))
        fail_msg("%s", error.what);
}

static inline void near(double value, double expected) {
    if (fabs(value - expected) > 1e-6 * fabs(expected))
        fail_msg("%.12g is not %.12g", value, expected);
}

static inline void warns(const char *text) {
    if (!strstr(server.warned, text))
        fail_msg("no \"%s\" in: %s", text, server.warned);
}

#endif
