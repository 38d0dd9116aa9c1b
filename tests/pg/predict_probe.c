/*
 * What the model of `pgwrite size --fsync` says of a server that was measured otherwise:
 *
 *     predict_probe ALONE_US CPU_US FLUSH_US POOL CLOSED_PER_S FSYNC_US
 *
 * Mean response at one connection, CPU time of a commit (server and client), one flush, all on the
 * disk that is there; the pool and its commits/s in a closed loop; a flush on the other disk.
 * Prints the commits/s that the pool is to do there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "study/size_internal.h"

int main(int count, char **words) {
    double figures[6];
    if (count != 7)
        return EXIT_USAGE;
    for (int i = 0; i < 6; i++)
        figures[i] = strtod(words[i + 1], NULL);
    struct size_point alone = {.pool = 1,
                               .mean_s = figures[0] / 1e6,
                               .commits_per_s = 1,
                               .rows_per_s = 1,
                               .server_cpu_us_per_row = figures[1]};
    struct size_result result = {
        .levels = &alone,
        .level_count = 1,
        .pool = (uint32_t)figures[3],
        .closed_per_s = figures[4],
        .capacity_per_s = figures[4],
        .rows_per_commit = 1,
        .needed_per_s = UNKNOWN,
        .prediction = {.asked = true, .fsync_s = figures[5] / 1e6, .disk_bytes_per_s = UNKNOWN},
    };
    struct arena arena = {0};
    size_predict(&result, (double)sysconf(_SC_NPROCESSORS_ONLN), figures[2] / 1e6, 1, &arena);
    arena_release(&arena);
    if (!result.prediction.known) {
        fprintf(stderr, "predict_probe: %s\n", result.prediction.unknown_why);
        return EXIT_FAILED;
    }
    printf("%.0f\n", result.prediction.closed_per_s);
    return EXIT_OK;
}
