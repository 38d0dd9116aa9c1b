/* What the report says of the server's side: where the time goes, lock waits to the root, storage,
 * and the surroundings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/internal.h"
#include "result_by_hand.h"

static void has(const char *text, const char *what) {
    if (!strstr(text, what))
        fail_msg("no \"%s\" in:\n%s", what, text);
}

static void has_not(const char *text, const char *what) {
    if (strstr(text, what))
        fail_msg("\"%s\" in:\n%s", what, text);
}

/* What stands between the main table, which follows the first line, and the lines about the run. */
static void lines_are_neat(const char *text) {
    const char *end = strstr(text, "\nserver ");
    assert_non_null(end);
    const char *table = strstr(text, "\n\n");
    assert_non_null(table);
    for (const char *at = strstr(table + 2, "\n\n"); at && at < end;) {
        char line[1024];
        size_t length = strcspn(at, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, at);
        if (text_width(line) > 118 || (length && line[length - 1] == ' '))
            fail_msg("%d columns, or blanks at the end: “%s”", text_width(line), line);
        assert_false(at[length] == '\n' && at[length + 1] == '\n' && at[length + 2] == '\n');
        at += length + 1;
    }
}

static void everything_is_shown(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    char *text = print(&result);
    lines_are_neat(text);
    has(text, "commit flush 36 %, lock 35 %, CPU 17 %");
    has(text, "commit flush 71 %, CPU 17 %, client 12 %");
    has(text, "transactionid ShareLock  public.counters");
    has(text, "    waits   INSERT INTO counters VALUES ($1)\n");
    has(text, "    behind  “UPDATE counters SET n = n + 1”\n");
    has(text,
        "    root    companion orders (“SELECT 1 FROM counters FOR UPDATE”), idle in transaction, "
        "depth 2\n");
    has_not(text, "public.extended"); /* less than 0.1 % */
    has(text, "sampled every 21 ms");
    has(text, "sampling took at most 0.4 % of a core");
    has(text, "deadlocks   4, retried 8 times; the latency includes it");
    has(text, "server log  24 waits of 10 ms and more took 4.62 s, longest 310 ms (exact); 2 more "
              "did not "
              "get their lock in the window: their time is left out\n");
    has(text, "machine     steal 3 %, CPU pressure 12 %, I/O pressure 4 %, memory pressure <1 %");
    has(text, "disk        2,000 flushes (fdatasync) in /var/tmp: 8,120/s, median 98 µs");
    has(text, "the fastest cell made 1,700 commits/s: 0.21 commits a flush\n");
    has_not(text, "it lies");
    has(text, "memory      server 191 MB (most of any cell), pgwrite 11.4 MB\n");
    has(text, "buffers     written by checkpointer 3,600, background writer 12, backends 280\n");
    has(text,
        "companion   insert: orders (lock row): 18 times, mean 203 ms, longest 210 ms, waited "
        "600 ms for its own lock; 2 errors: canceling statement due to lock timeout\n");
    has(text, "companion   insert: ddl: not once to its end\n");
    has(text, "autovacuum  of the tables written to: 4 × vacuum, 8 × analyze");
    has(text, "temp files  8, 12 MB");
    has(text, "insert waited for locks 35 % of its time, most of it: transactionid of counters, "
              "behind “UPDATE counters SET n = n + 1”; at the root: companion orders (“SELECT 1 "
              "FROM counters FOR UPDATE”), idle in transaction.");
    release(&result, text);
}

/* The letters of the bar in a line. */
static size_t bar_of(const char *text, const char *word, char *bar, size_t size) {
    char line[512];
    const char *at = strstr(text, "where the time goes");
    assert_non_null(at);
    line_of(at, word, line, sizeof line);
    const char *begin = line + strcspn(line, " ");
    begin += strspn(begin, " ");
    snprintf(bar, size, "%.*s", (int)strcspn(begin, " "), begin);
    return strlen(bar);
}

static size_t count_letter(const char *bar, char letter) {
    size_t count = 0;
    for (; *bar; bar++)
        count += *bar == letter;
    return count;
}

static void letters_fill_the_bar(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 1);
    char bar[256];
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[1] = make_cell("unnest", 1, (uint64_t[]){1000});
    /* Nine equal parts: 40 / 9 has a remainder everywhere. */
    for (size_t i = 0; i < TIME_PARTS; i++)
        result.cells[0].rounds[0].waits->parts[i] = 1.0 / TIME_PARTS;
    char *text = print(&result);
    assert_int_equal(bar_of(text, "insert", bar, sizeof bar), 40);
    for (const char *letter = "cx#fLewi."; *letter; letter++) {
        size_t count = count_letter(bar, *letter);
        assert_true(count == 4 || count == 5);
    }
    assert_int_equal(bar_of(text, "unnest", bar, sizeof bar), 40);
    assert_int_equal(count_letter(bar, 'f'), 28); /* 28.4, 6.8 and 4.8 of 40 */
    assert_int_equal(count_letter(bar, '#'), 7);
    assert_int_equal(count_letter(bar, 'c'), 5);
    release(&result, text);
}

static void thin_samples_have_no_bar(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 2, 1);
    char bar[256];
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[1] = make_cell("unnest", 1, (uint64_t[]){1000});
    result.cells[1].rounds[0].waits->samples = WAIT_SAMPLES_MIN - 1;
    char *text = print(&result);
    bar_of(text, "unnest", bar, sizeof bar);
    assert_string_equal(bar, "–");
    has(text, "lock waits  none above 0.1 % of the time in the 1 of 2 cells with enough samples, "
              "sampled every 21 ms for at most 0.4 % of a core\n");
    release(&result, text);
}

static void what_is_unknown_takes_no_room(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[0].rounds[0].waits->valid = false;
    char *text = print(&result);
    lines_are_neat(text);
    static const char *const absent[] = {"where the time goes",
                                         "lock waits",
                                         "sampled",
                                         "FPI",
                                         "records",
                                         "ceiling",
                                         "machine",
                                         "memory",
                                         "buffers",
                                         "disk",
                                         "temp",
                                         "companion",
                                         "autovacuum",
                                         "deadlocks",
                                         "server log",
                                         "conflicts"};
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        has_not(text, absent[i]);
    release(&result, text);
}

static void known_columns_alone_are_shown(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    char line[512];
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[0].rounds[0].statistics.wal_records = 230000;
    result.cells[0].rounds[0].statistics.wal_fpi = 20;
    result.cells[0].rounds[0].statistics.rows_updated = 0;
    result.cells[0].rounds[0].statistics.rows_hot_updated = 0;
    char *text = print(&result);
    assert_string_equal(line_of(text, "a row", line, sizeof line), "a row   WAL B  records    FPI");
    has(text, "\ninsert    300      2.3  <0.01\nFPI: full-page images\n");
    release(&result, text);
}

static void surroundings_are_shown_as_far_as_known(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.client_rss_bytes = 12e6;
    result.cells[0].rounds[0].statistics.buffers_checkpointer = 0;
    result.cells[0].rounds[0].statistics.buffers_bgwriter = 1203;
    char *text = print(&result);
    has(text, "\nmemory      pgwrite 11.4 MB\n");
    has(text, "\nbuffers     written by checkpointer 0, background writer 1,203\n");
    release(&result, text);

    result = make_result(&arena, 1, 1);
    result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
    result.cells[0].rounds[0].host.server_memory_bytes = 300e6;
    result.cells[0].rounds[0].statistics.buffers_checkpointer = 0;
    text = print(&result);
    has(text, "\nmemory      server 286 MB\n");
    has_not(text, "buffers");
    release(&result, text);
}

static void readers_alone_have_rows(void **state) {
    (void)state;
    static const struct {
        struct companion_result companion;
        const char *line;
    } cases[] = {
        {{.name = "ddl", .what = "ddl", .runs = 1, .rows = 1, .total_s = 2, .max_ms = 2000},
         "companion   ddl: 1 time, mean 2 s, longest 2 s\n"},
        {{.name = "a", .what = "read", .runs = 2, .rows = 1, .total_s = 2, .max_ms = 1000},
         "companion   a (read): 2 times, mean 1 s, longest 1 s, 1 row\n"},
        {{.name = "b", .what = "export", .rows = 300},
         "companion   b (export): not once to its end, 300 rows\n"},
        {{.name = "c", .what = "read"}, "companion   c (read): not once to its end\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct result result = make_result(&arena, 1, 1);
        result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
        struct result_round *round = &result.cells[0].rounds[0];
        round->companions = calloc(1, sizeof *round->companions);
        round->companion_count = 1;
        *round->companions = cases[i].companion;
        char *text = print(&result);
        has(text, cases[i].line);
        release(&result, text);
    }
}

static void a_doubtful_disk_is_a_warning(void **state) {
    (void)state;
    struct arena arena = {0};
    struct result result = make_full_result(&arena);
    result_warn_disk(&result);
    assert_int_equal(result.warning_count, 0);
    result.fsync = (struct fsync_probe){40000, 24, 30, 100, 2000, true};
    result_warn_disk(&result);
    assert_int_equal(result.warning_count, 1);
    char *text = print(&result);
    has(text, "warning     /var/tmp: a flush takes 24 µs: only a disk whose cache outlives a power "
              "cut may be so fast; if it has none, it lies\n");
    release(&result, text);
}

static void holders_are_described(void **state) {
    (void)state;
    static const struct {
        struct lock_holder holder;
        const char *waits, *behind;
    } cases[] = {
        {{"LOCK TABLE t", "psql", "idle in transaction"},
         "INSERT",
         "behind  “LOCK TABLE t” (psql), idle in transaction\n"},
        {{"", "psql", "active"}, "INSERT", "behind  psql\n"},
        {{"", "", ""}, "INSERT", "behind  a session that was not seen\n"},
        {{"INSERT", "pgwrite 1a2b3c4d", "active"},
         "INSERT",
         "behind  another session of the pool with the same statement\n"},
        {{"INSERT", "other", "active"}, "INSERT", "behind  “INSERT” (other)\n"},
        /* 53 code points of two bytes; 52 fit. */
        {{"äääääääääääääääääääääääääääääääääääääääääääääääääääää", "", "active"},
         "INSERT",
         "behind  “äääääääääääääääääääääääääääääääääääääääääääääääääää…”\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct result result = make_full_result(&arena);
        struct lock_waits *wait = &result.cells[0].rounds[1].waits->locks[0];
        wait->blocker = wait->root = cases[i].holder;
        wait->depth = 1;
        snprintf(wait->statement, sizeof wait->statement, "%s", cases[i].waits);
        snprintf(wait->relation, sizeof wait->relation, "pgwrite_1a2b3c4d.events");
        char *text = print(&result);
        has(text, cases[i].behind);
        has_not(text, "    root ");
        has(text, "ShareLock  events\n");
        release(&result, text);
    }
}

static void kinds_without_a_mode_say_why(void **state) {
    (void)state;
    for (int several = 0; several < 2; several++) {
        struct arena arena = {0};
        struct result result = make_full_result(&arena);
        struct lock_waits *wait = &result.cells[0].rounds[1].waits->locks[0];
        *wait = (struct lock_waits){.time_s = 4.19, .max_ms = UNKNOWN};
        snprintf(wait->locktype, sizeof wait->locktype, several ? "other" : "tuple");
        char *text = print(&result);
        if (several)
            has_not(text, "over before");
        else
            has(text, "    short   over before it could be looked at\n");
        release(&result, text);
    }
}

static void the_log_says_what_it_holds(void **state) {
    (void)state;
    static const struct {
        double threshold_ms;
        uint64_t waits, unfinished;
        const char *line; /* NULL: none */
    } cases[] = {
        {1000, 0, 0, NULL},
        {10, 0, 0, "server log  no wait lasted 10 ms (exact)\n"},
        {10, 0, 1,
         "server log  1 wait of 10 ms and more did not get its lock in the window: its time is "
         "left "
         "out\n"},
        {1000, 1, 0, "server log  1 wait of 1000 ms and more took 2 s, longest 2 s (exact)\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct result result = make_result(&arena, 1, 1);
        result.cells[0] = make_cell("insert", 1, (uint64_t[]){1000});
        struct lock_log *logged = result.cells[0].rounds[0].logged = calloc(1, sizeof *logged);
        assert_non_null(logged);
        logged->threshold_ms = cases[i].threshold_ms;
        logged->waits = cases[i].waits;
        logged->unfinished = cases[i].unfinished;
        logged->total_s = 2 * (double)cases[i].waits;
        logged->max_ms = 2000 * (double)cases[i].waits;
        char *text = print(&result);
        if (cases[i].line)
            has(text, cases[i].line);
        else
            has_not(text, "server log");
        release(&result, text);
    }
}

static void kinds_left_out_are_counted(void **state) {
    (void)state;
    static const struct {
        size_t kinds;
        const char *line;
    } cases[] = {{8, NULL},
                 {9, "\nand 1 more kind of 0.1 % and more, with less time: --json has it\n"},
                 {10, "\nand 2 more kinds of 0.1 % and more, with less time each: --json has "
                      "them\n"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct arena arena = {0};
        struct result result = make_full_result(&arena);
        struct observation *waits = result.cells[0].rounds[1].waits;
        waits->lock_count = cases[i].kinds;
        waits->lock_time_s = (double)cases[i].kinds;
        for (size_t k = 0; k < cases[i].kinds; k++)
            waits->locks[k] =
                (struct lock_waits){.locktype = "tuple", .mode = "ExclusiveLock", .time_s = 1};
        char *text = print(&result);
        if (cases[i].line)
            has(text, cases[i].line);
        else
            has_not(text, "more kind");
        release(&result, text);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_is_shown),
        cmocka_unit_test(letters_fill_the_bar),
        cmocka_unit_test(thin_samples_have_no_bar),
        cmocka_unit_test(what_is_unknown_takes_no_room),
        cmocka_unit_test(known_columns_alone_are_shown),
        cmocka_unit_test(surroundings_are_shown_as_far_as_known),
        cmocka_unit_test(readers_alone_have_rows),
        cmocka_unit_test(a_doubtful_disk_is_a_warning),
        cmocka_unit_test(holders_are_described),
        cmocka_unit_test(kinds_without_a_mode_say_why),
        cmocka_unit_test(the_log_says_what_it_holds),
        cmocka_unit_test(kinds_left_out_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
