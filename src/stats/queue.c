#include "stats/queue.h"

#include <math.h>

static double next_erlang_b(double before, uint32_t servers, double offered) {
    return offered * before / (servers + offered * before);
}

static double erlang_c(double erlang_b, uint32_t servers, double offered) {
    return servers <= offered ? 1 : servers * erlang_b / (servers - offered * (1 - erlang_b));
}

static double erlang_b(uint32_t servers, double offered) {
    double b = 1;
    for (uint32_t k = 1; k <= servers; k++)
        b = next_erlang_b(b, k, offered);
    return b;
}

double queue_erlang_c(uint32_t servers, double offered) {
    return erlang_c(erlang_b(servers, offered), servers, offered);
}

double queue_wait(uint32_t servers, double offered) {
    return servers <= offered ? INFINITY : queue_erlang_c(servers, offered) / (servers - offered);
}

uint32_t queue_servers(double offered, double wait_max) {
    double b = 1;
    if (!(offered >= 0 && offered < QUEUE_SERVERS_MAX))
        return 0;
    for (uint32_t c = 1; c <= QUEUE_SERVERS_MAX; c++) {
        b = next_erlang_b(b, c, offered);
        if (c > offered && erlang_c(b, c, offered) / (c - offered) < wait_max)
            return c;
    }
    return 0;
}
