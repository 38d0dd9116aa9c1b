/*
 * A point in time at which an event loop wakes up: absolute, on the monotonic clock, to some
 * microseconds (a timerfd through uv_poll, where there is one). libuv's own timers have whole
 * milliseconds and end up to one late, which is lag that the load would not have.
 */
#ifndef PGWRITE_LOAD_ALARM_H
#define PGWRITE_LOAD_ALARM_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct alarm {
    uv_poll_t poll;
    uv_timer_t timer; /* in place of poll */
    int fd;           /* -1: there is no timerfd here */
    uint64_t at_ns;   /* UINT64_MAX: not set */
    void (*ring)(void *context);
    void *context;
};

/* Panics if the loop takes no more handles. ring is called on the loop's thread. It keeps the loop
 * alive until alarm_close(), set or not. */
void alarm_init(struct alarm *alarm, uv_loop_t *loop, void (*ring)(void *context), void *context);

/* Rings once, at ns or soon after; UINT64_MAX: not at all. What was set before is forgotten. */
void alarm_set(struct alarm *alarm, uint64_t ns);

/* Its handles close in the loop's next rounds; the memory must live until then. */
void alarm_close(struct alarm *alarm);

#endif
