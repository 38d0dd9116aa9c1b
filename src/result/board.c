#include "result/board.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>

struct board {
    pthread_mutex_t mutex;
    struct board_state state;
    /* The writer's: how much of the present round the counters hold. */
    size_t counted;            /* intervals */
    uint64_t checkpoints_seen; /* done */
};

struct board *board_new(void) {
    struct board *board = MEM_NEW(struct board);
    pthread_mutex_init(&board->mutex, NULL);
    board->state.left_s = board->state.max_connections = UNKNOWN;
    board->state.lock_share = board->state.wal_bytes_per_s = UNKNOWN;
    return board;
}

void board_free(struct board *board) {
    if (!board)
        return;
    pthread_mutex_destroy(&board->mutex);
    free(board);
}

static void forget_moment(struct board_state *state) {
    state->loading = state->warming_up = state->interval_known = false;
    state->left_s = state->lock_share = state->wal_bytes_per_s = UNKNOWN;
    state->busy = state->open = state->waiting = 0;
    *state->stage = '\0';
    for (size_t i = 0; i < GAUGES_MAX; i++)
        state->gauge_values[i] = NAN;
}

static void show_batch(const struct range *batch, char *out, size_t size) {
    const struct result_cell cell = {.batch = *batch};
    snprintf(out, size, "%s", "");
    if (batch->max > 0)
        (void)result_batch(&cell, out, size);
}

void board_begin(struct board *board, const struct board_round *round) {
    if (!board)
        return;
    pthread_mutex_lock(&board->mutex);
    struct board_state *state = &board->state;
    forget_moment(state);
    state->begun = true;
    snprintf(state->workload, sizeof state->workload, "%s", round->workload);
    snprintf(state->path, sizeof state->path, "%s", round->path);
    snprintf(state->label, sizeof state->label, "%s", round->label);
    snprintf(state->server_version, sizeof state->server_version, "%s", round->server_version);
    snprintf(state->durability, sizeof state->durability, "%s", round->durability);
    show_batch(&round->batch, state->batch, sizeof state->batch);
    state->pool = round->pool;
    state->gauges = round->gauges;
    state->gauge_count = round->gauge_count;
    state->max_connections = round->max_connections;
    state->postmaster = round->postmaster;
    board->counted = 0;
    board->checkpoints_seen = 0;
    pthread_mutex_unlock(&board->mutex);
}

static void count_intervals(struct board *board, const struct load_interval *intervals,
                            size_t count) {
    struct board_state *state = &board->state;
    for (; board->counted < count; board->counted++) {
        const struct load_interval *interval = &intervals[board->counted];
        state->rows += interval->rows;
        state->commits += interval->commits;
        state->errors += interval->errors;
        state->failed += interval->failed;
        state->asked += interval->asked;
    }
}

static void count_checkpoints(struct board *board, int64_t done) {
    uint64_t seen = done > 0 ? (uint64_t)done : 0;
    if (seen <= board->checkpoints_seen)
        return;
    board->state.checkpoints += seen - board->checkpoints_seen;
    board->checkpoints_seen = seen;
}

void board_update(struct board *board, const struct board_now *now) {
    if (!board)
        return;
    pthread_mutex_lock(&board->mutex);
    struct board_state *state = &board->state;
    const struct load_progress *load = now->load;
    count_intervals(board, load->intervals, load->count);
    count_checkpoints(board, now->sampled->checkpoints_done);
    state->loading = true;
    state->warming_up = now->warming_up;
    state->left_s = now->left_s;
    snprintf(state->stage, sizeof state->stage, "%s", now->stage);
    state->interval_known = load->count > 0;
    if (load->count > 0)
        state->last = load->intervals[load->count - 1];
    state->busy = load->busy;
    state->open = load->open;
    state->waiting = load->waiting;
    state->lock_share = now->sampled->lock_share;
    state->wal_bytes_per_s = now->sampled->wal_bytes_per_s;
    for (size_t i = 0; i < state->gauge_count && now->gauges; i++)
        state->gauge_values[i] = now->gauges[i];
    pthread_mutex_unlock(&board->mutex);
}

void board_end(struct board *board, const struct load_interval *intervals, size_t count) {
    if (!board)
        return;
    pthread_mutex_lock(&board->mutex);
    count_intervals(board, intervals, count);
    forget_moment(&board->state);
    board->state.rounds++;
    pthread_mutex_unlock(&board->mutex);
}

void board_read(struct board *board, struct board_state *out) {
    pthread_mutex_lock(&board->mutex);
    *out = board->state;
    pthread_mutex_unlock(&board->mutex);
}
