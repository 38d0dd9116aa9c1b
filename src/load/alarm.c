#include "load/alarm.h"

#include <unistd.h>

#ifdef __linux__
#include <sys/timerfd.h>
#endif

#include "base/clock.h"
#include "base/error.h"

static void rung(struct alarm *alarm) {
    alarm->at_ns = UINT64_MAX;
    alarm->ring(alarm->context);
}

static void on_timer(uv_timer_t *timer) {
    struct alarm *alarm = timer->data;
    rung(alarm);
}

#ifdef __linux__
static void on_readable(uv_poll_t *poll, int status, int events) {
    struct alarm *alarm = poll->data;
    uint64_t times;
    (void)status, (void)events;
    /* Nothing to read: it was set anew meanwhile. */
    if (read(alarm->fd, &times, sizeof times) == (ssize_t)sizeof times)
        rung(alarm);
}

static bool init_fd(struct alarm *alarm, uv_loop_t *loop) {
    alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (alarm->fd < 0)
        return false;
    if (uv_poll_init(loop, &alarm->poll, alarm->fd) ||
        uv_poll_start(&alarm->poll, UV_READABLE, on_readable))
        panic("can't watch a timer");
    alarm->poll.data = alarm;
    return true;
}

static void set_fd(const struct alarm *alarm, uint64_t ns) {
    /* All zero would switch it off, and what is past has to ring too. */
    uint64_t at_ns = ns == UINT64_MAX ? 0 : ns > 0 ? ns : 1;
    struct itimerspec at = {
        .it_value = {.tv_sec = (time_t)(at_ns / NS_PER_S), .tv_nsec = (long)(at_ns % NS_PER_S)}};
    if (timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &at, NULL))
        panic("can't set a timer");
}
#else
static bool init_fd(struct alarm *alarm, uv_loop_t *loop) {
    (void)loop;
    alarm->fd = -1;
    return false;
}

static void set_fd(const struct alarm *alarm, uint64_t ns) {
    (void)alarm, (void)ns;
}
#endif

void alarm_init(struct alarm *alarm, uv_loop_t *loop, void (*ring)(void *context), void *context) {
    *alarm = (struct alarm){.ring = ring, .context = context, .at_ns = UINT64_MAX, .fd = -1};
    if (init_fd(alarm, loop))
        return;
    alarm->fd = -1;
    if (uv_timer_init(loop, &alarm->timer))
        panic("can't make a timer");
    alarm->timer.data = alarm;
}

void alarm_set(struct alarm *alarm, uint64_t ns) {
    if (ns == alarm->at_ns)
        return;
    alarm->at_ns = ns;
    if (alarm->fd >= 0) {
        set_fd(alarm, ns);
        return;
    }
    uv_timer_stop(&alarm->timer);
    if (ns == UINT64_MAX)
        return;
    uint64_t now = clock_ns();
    uv_update_time(alarm->timer.loop);
    uv_timer_start(&alarm->timer, on_timer, ns > now ? (ns - now + NS_PER_MS - 1) / NS_PER_MS : 0,
                   0);
}

static void on_closed(uv_handle_t *handle) {
    struct alarm *alarm = handle->data;
    close(alarm->fd);
}

void alarm_close(struct alarm *alarm) {
    if (alarm->fd < 0) {
        uv_close((uv_handle_t *)&alarm->timer, NULL);
        return;
    }
    uv_poll_stop(&alarm->poll);
    uv_close((uv_handle_t *)&alarm->poll, on_closed);
}
