/* What load comes, by a workload file: stages, tenants, faults, gauges, checks, tables and the
 * pool. What good ones give, and each wrong one's error. The steps have a test of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "workload/fault.h"
#include "workload_text.h"

/* An element of a list begins in line 3, column 5. */
#define STAGE(entry) "stages:\n  - " entry "\n"
#define TENANT(entry) "tenants:\n  - " entry "\n"
#define FAULT(entry) "faults:\n  - " entry "\n"
#define GAUGE(entry) "gauges:\n  " entry "\n"
#define CHECK(entry) "checks:\n  - " entry "\n"
#define TABLE(entry) "tables:\n  " entry "\n"
#define POOL(entry) "load:\n  pool: " entry "\n"

static const struct wrong wrong_stages[] = {
    {"stages:\n", "w.yaml:2:1", "\"stages\" has no value",
     "for example `- {name: peak, for: 2m, users: 200, ramp: linear}`"},
    {"stages: {for: 1s}\n", "w.yaml:2:9", "\"stages\" must be a list, not a map",
     "for example `- {name: peak, for: 2m, users: 200, ramp: linear}`"},
    {"stages: []\n", "w.yaml:2:9", "\"stages\" is empty",
     "leave it out, or write for example `- {name: peak, for: 2m, users: 200, ramp: linear}`"},
    {STAGE("peak"), "w.yaml:3:5", "a stage must be a map, not a text",
     "for example `- {name: peak, for: 2m, users: 200, ramp: linear}`"},
    {STAGE("{for: 1s}"), "w.yaml:3:5", "a stage without a load",
     "it needs one of users, rate and pool: for example `- {name: peak, for: 2m, users: 200, ramp: "
     "linear}`"},
    {STAGE("{users: 1}"), "w.yaml:3:5", "a stage of users needs \"for\"", "for example `for: 2m`"},
    {STAGE("{for: 1s, user: 1}"), "w.yaml:3:15", "unknown key \"user\" in a stage",
     "did you mean \"users\"?"},
    {STAGE("{for: 1s, users: 1, rmap: linear}"), "w.yaml:3:25", "unknown key \"rmap\" in a stage",
     "did you mean \"ramp\"?"},
    {STAGE("{for: 1s, users: 1, zzzzzz: linear}"), "w.yaml:3:25",
     "unknown key \"zzzzzz\" in a stage",
     "the keys of a stage of users are: name, for, users, think, ramp and thresholds"},
    {STAGE("{for: 1s, users: 0}\n  - {for: 1s, users: 0, ramp: linear}"), "w.yaml:3:3",
     "the stages have no users: there is no load",
     "for example `- {name: peak, for: 2m, users: 200, ramp: linear}`"},
    {STAGE("{for: 1s, users: 1000001}"), "w.yaml:3:22",
     "users: \"1000001\" is not between 0 and 1000000", "for example `users: 200`"},
    {STAGE("{for: 1s, users: 1.5}"), "w.yaml:3:22",
     "users: \"1.5\" is not a count: it is not whole",
     "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M"},
    {STAGE("{for: 1s, users: [1, 2]}"), "w.yaml:3:22", "\"users\" must be a text, not a list",
     "for example `users: 200`"},
    {STAGE("{for: 1s, pool: 0}"), "w.yaml:3:21", "pool: \"0\" is not between 1 and 1000",
     "for example `pool: 10`"},
    {STAGE("{for: 1s, pool: 1..2}"), "w.yaml:3:21",
     "pool: \"1..2\" is not a count: no digit follows the point",
     "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M"},
    {STAGE("{for: 1s, rate: 0/s}"), "w.yaml:3:21", "rate: \"0/s\" is not a rate: it is 0",
     "a rate is a number with /s, /min, /h or /day: 500/s, 500000/day"},
    {STAGE("{for: 1s, rate: 500}"), "w.yaml:3:21",
     "rate: \"500\" is not a rate: the unit is missing",
     "write \"500/s\" for a second; units are /s, /min, /h, /day"},
    {STAGE("{for: 1s, rate: 500/sec}"), "w.yaml:3:21",
     "rate: \"500/sec\" is not a rate: unknown unit \"/sec\"", "write \"500/s\""},
    {STAGE("{for: 1s, rate: -5/s}"), "w.yaml:3:21", "rate: \"-5/s\" is not a rate: it is negative",
     "a rate is a number with /s, /min, /h or /day: 500/s, 500000/day"},
    {STAGE("{for: 0, users: 1}"), "w.yaml:3:11", "for: \"0\" is 0", "for example `for: 2m`"},
    {STAGE("{for: 99ms, users: 1}"), "w.yaml:3:11", "for: \"99ms\" is less than 100 ms",
     "for example `for: 2m`"},
    {STAGE("{for: 366d, users: 1}"), "w.yaml:3:11", "for: \"366d\" is more than 365 d",
     "for example `for: 2m`"},
    {STAGE("{for: 10, users: 1}"), "w.yaml:3:11",
     "for: \"10\" is not a duration: the unit is missing",
     "write \"10s\" for seconds; units are us, ms, s, m, h, d"},
    {STAGE("{for: , users: 1}"), "w.yaml:3:6", "\"for\" has no value", "for example `for: 2m`"},
    {STAGE("{for: 1s, users: 1, rate: 5/s}"), "w.yaml:3:25", "a stage with \"users\" and \"rate\"",
     "a stage has one of users, rate and pool"},
    {STAGE("{for: 1s, users: 1}\n  - {for: 1s, rate: 5/s}"), "w.yaml:4:15",
     "a stage of \"rate\" after one of \"users\"", "all stages have the same: users, rate or pool"},
    {STAGE("{for: 1s, pool: 1}\n  - {for: 1s, users: 5}"), "w.yaml:4:15",
     "a stage of \"users\" after one of \"pool\"", "all stages have the same: users, rate or pool"},
    {STAGE("{for: 1s, users: 1, ramp: slow}"), "w.yaml:3:31", "ramp: unknown word \"slow\"",
     "ramp is one of: step and linear"},
    {STAGE("{for: 1s, users: 1, ramp: linaer}"), "w.yaml:3:31", "ramp: unknown word \"linaer\"",
     "did you mean \"linear\"?"},
    {STAGE("{for: 1s, users: 1, think: 3s..1s}"), "w.yaml:3:32",
     "think: \"3s..1s\" is not a range of durations: its end is below its start",
     "write \"1s..3s\""},
    {STAGE("{for: 1s, rate: 5/s, think: 1s}"), "w.yaml:3:26",
     "\"think\" does not belong to a stage of rate",
     "the keys of a stage of rate are: name, for, rate, ramp and thresholds"},
    {STAGE("{for: 1s, users: 1, name: a}\n  - {for: 1s, users: 1, name: a}"), "w.yaml:4:31",
     "two stages are called \"a\"", "give each a name of its own"},
    {STAGE("{for: 1s, users: 1, name: 'a, b'}"), "w.yaml:3:31", "name: \"a, b\" has a \",\"",
     "thresholds name it: leave out braces, brackets, commas and colons"},
};

static void test_wrong_stages(void **state) {
    (void)state;
    check_wrong(wrong_stages, COUNT_OF(wrong_stages));
}

static const struct wrong wrong_tenants[] = {
    {"tenants:\n", "w.yaml:2:1", "\"tenants\" has no value",
     "for example `- {name: small, weight: 1, limit: 1000/min}`"},
    {"tenants: {a: 1}\n", "w.yaml:2:10", "\"tenants\" must be a list, not a map",
     "for example `- {name: small, weight: 1, limit: 1000/min}`"},
    {"tenants: []\n", "w.yaml:2:10", "\"tenants\" is empty",
     "leave it out, or write for example `- {name: small, weight: 1, limit: 1000/min}`"},
    {TENANT("small"), "w.yaml:3:5", "a tenant must be a map, not a text",
     "for example `- {name: small, weight: 1, limit: 1000/min}`"},
    {TENANT("{weight: 1}"), "w.yaml:3:5", "a tenant needs \"name\"", "for example `name: small`"},
    {TENANT("{name: a, wieght: 1}"), "w.yaml:3:15", "unknown key \"wieght\" in a tenant",
     "did you mean \"weight\"?"},
    {TENANT("{name: a, zzzzzz: 1}"), "w.yaml:3:15", "unknown key \"zzzzzz\" in a tenant",
     "the keys of a tenant are: name, weight, limit and burst"},
    {TENANT("{name: a, weight: 0}"), "w.yaml:3:23", "weight: \"0\" is 0",
     "for example `weight: 10`"},
    {TENANT("{name: a, weight: -1}"), "w.yaml:3:23",
     "weight: \"-1\" is not a number: it is negative", "for example 30 or 0.5"},
    {TENANT("{name: a, limit: 0/s}"), "w.yaml:3:22", "limit: \"0/s\" is not a rate: it is 0",
     "a rate is a number with /s, /min, /h or /day: 500/s, 500000/day"},
    {TENANT("{name: a, limit: 5}"), "w.yaml:3:22",
     "limit: \"5\" is not a rate: the unit is missing",
     "write \"5/s\" for a second; units are /s, /min, /h, /day"},
    {TENANT("{name: a, limit: 5/s, burst: 0}"), "w.yaml:3:34",
     "burst: \"0\" is not between 1 and 1000000000", "for example `burst: 100`"},
    {TENANT("{name: a, burst: 5}"), "w.yaml:3:15", "\"burst\" without a limit",
     "add what it is a burst of: `limit: 1000/min`"},
    {TENANT("{name: a}\n  - {name: a}"), "w.yaml:4:12", "two tenants are called \"a\"",
     "give each a name of its own"},
};

static void test_wrong_tenants(void **state) {
    (void)state;
    check_wrong(wrong_tenants, COUNT_OF(wrong_tenants));
}

static const struct wrong wrong_faults[] = {
    {"faults:\n", "w.yaml:2:1", "\"faults\" has no value",
     "for example `- {do: timeout, after: 50ms, share: 10%}`"},
    {"faults: {do: cut}\n", "w.yaml:2:9", "\"faults\" must be a list, not a map",
     "for example `- {do: timeout, after: 50ms, share: 10%}`"},
    {"faults: []\n", "w.yaml:2:9", "\"faults\" is empty",
     "leave it out, or write for example `- {do: timeout, after: 50ms, share: 10%}`"},
    {FAULT("cut"), "w.yaml:3:5", "a fault must be a map, not a text",
     "for example `- {do: timeout, after: 50ms, share: 10%}`"},
    {FAULT("{share: 5%}"), "w.yaml:3:5", "a fault without \"do\"",
     "do is one of: timeout, cut and delay"},
    {FAULT("{do: cutt, share: 5%}"), "w.yaml:3:10", "do: unknown word \"cutt\"",
     "did you mean \"cut\"?"},
    {FAULT("{do: explode, share: 5%}"), "w.yaml:3:10", "do: unknown word \"explode\"",
     "do is one of: timeout, cut and delay"},
    {FAULT("{do: cut}"), "w.yaml:3:5", "do: cut needs \"share\"", "for example `share: 5%`"},
    {FAULT("{do: cut, share: 0%}"), "w.yaml:3:22", "share: \"0%\" is 0", "for example `share: 5%`"},
    {FAULT("{do: cut, share: 5}"), "w.yaml:3:22", "share: \"5\" is not a share: it is over 1",
     "write \"5%\""},
    {FAULT("{do: cut, share: 200%}"), "w.yaml:3:22",
     "share: \"200%\" is not a share: it is over 100%",
     "a share is a percentage or a number from 0 to 1: 10%, 0.1"},
    {FAULT("{do: cut, share: 5%, for: 1s}"), "w.yaml:3:26", "\"for\" does not belong to do: cut",
     "the keys of cut are: do and share"},
    {FAULT("{do: delay, share: 5%}"), "w.yaml:3:5", "do: delay needs \"for\"",
     "for example `for: 5s`"},
    {FAULT("{do: delay, share: 5%, for: 0}"), "w.yaml:3:33", "for: \"0\" is 0",
     "for example `for: 5s`"},
    {FAULT("{do: delay, share: 5%, after: 1s}"), "w.yaml:3:28",
     "\"after\" does not belong to do: delay", "the keys of delay are: do, share and for"},
    {FAULT("{do: timeout, share: 5%}"), "w.yaml:3:5", "do: timeout needs \"after\"",
     "for example `after: 50ms`"},
    {FAULT("{do: timeout, share: 5%, after: 500us}"), "w.yaml:3:37",
     "after: \"500us\" is less than 1 ms", "for example `after: 50ms`"},
    {FAULT("{do: timeout, share: 5%, after: 1500us}"), "w.yaml:3:37",
     "after: \"1500us\" is no whole number of ms", "for example `after: 50ms`"},
    {FAULT("{do: timeout, share: 5%, after: 25d}"), "w.yaml:3:37",
     "after: \"25d\" is more than 1 d", "for example `after: 50ms`"},
    {FAULT("{do: timeout, share: 5%, atfer: 1s}"), "w.yaml:3:30",
     "unknown key \"atfer\" in a fault", "did you mean \"after\"?"},
    {FAULT("{do: cut, share: 60%}\n  - {do: delay, for: 1s, share: 41%}"), "w.yaml:4:33",
     "the shares of the faults are over 100% together",
     "a transaction meets one fault at most: lower a share"},
};

static void test_wrong_faults(void **state) {
    (void)state;
    check_wrong(wrong_faults, COUNT_OF(wrong_faults));
}

static const struct wrong wrong_queries[] = {
    {"gauges:\n", "w.yaml:2:1", "\"gauges\" has no value",
     "for example `gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}`"},
    {"gauges: [a]\n", "w.yaml:2:9", "\"gauges\" must be a map of names, not a list",
     "for example `gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}`"},
    {"gauges: {}\n", "w.yaml:2:9", "\"gauges\" is empty",
     "leave it out, or write for example `gauges: {queue_depth: SELECT count(*) FROM outbox WHERE "
     "sent_at IS NULL}`"},
    {GAUGE("a: "), "w.yaml:3:3", "\"a\" has no value",
     "for example `gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}`"},
    {GAUGE("a: [b]"), "w.yaml:3:6", "\"a\" must be a text, not a list",
     "for example `gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}`"},
    {GAUGE("a: ' ;'"), "w.yaml:3:6", "\"a\" holds no SQL",
     "for example `gauges: {queue_depth: SELECT count(*) FROM outbox WHERE sent_at IS NULL}`"},
    {GAUGE("a b: SELECT 1"), "w.yaml:3:3", "the gauge's name \"a b\" is not one word",
     "a name is of letters, digits, _, - and .: `queue_depth: SELECT …`"},
    {GAUGE("max(a): SELECT 1"), "w.yaml:3:3", "the gauge's name \"max(a)\" is not one word",
     "a name is of letters, digits, _, - and .: `queue_depth: SELECT …`"},
    {GAUGE("a234567890123456789012345678901234567890x: SELECT 1"), "w.yaml:3:3",
     "the gauge's name \"a234567890123456789012345678901234567890x\" is longer than 40 bytes",
     "a name is of letters, digits, _, - and .: `queue_depth: SELECT …`"},
    {GAUGE("a: SELECT 1\n  a: SELECT 2"), "w.yaml:4:3",
     "the key \"a\" is there twice, first in line 3", ""},
    {"checks:\n", "w.yaml:2:1", "\"checks\" has no value",
     "for example `- {name: every order has a line, sql: SELECT id FROM orders EXCEPT SELECT "
     "order_id FROM line}`"},
    {"checks: {a: SELECT 1}\n", "w.yaml:2:9", "\"checks\" must be a list, not a map",
     "for example `- {name: every order has a line, sql: SELECT id FROM orders EXCEPT SELECT "
     "order_id FROM line}`"},
    {"checks: []\n", "w.yaml:2:9", "\"checks\" is empty",
     "leave it out, or write for example `- {name: every order has a line, sql: SELECT id FROM "
     "orders EXCEPT SELECT order_id FROM line}`"},
    {CHECK("SELECT 1"), "w.yaml:3:5", "a check must be a map, not a text",
     "for example `- {name: every order has a line, sql: SELECT id FROM orders EXCEPT SELECT "
     "order_id FROM line}`"},
    {CHECK("{name: a}"), "w.yaml:3:5", "a check needs \"sql\"",
     "for example `sql: SELECT id FROM orders EXCEPT SELECT order_id FROM line`"},
    {CHECK("{sql: SELECT 1}"), "w.yaml:3:5", "a check needs \"name\"",
     "for example `name: every order has a line`"},
    {CHECK("{name: a, slq: SELECT 1}"), "w.yaml:3:15", "unknown key \"slq\" in a check",
     "did you mean \"sql\"?"},
    {CHECK("{name: a, sql: SELECT a, b FROM t}"), "w.yaml:3:30",
     "unknown key \"b FROM t\" in a check",
     "inside braces a comma ends the value: put SQL that has one in quotes"},
    {"gauges: {a: SELECT max(b, c) FROM t}\n", "w.yaml:2:27",
     "the gauge's name \"c) FROM t\" is not one word",
     "inside braces a comma ends the value: put SQL that has one in quotes"},
    {CHECK("{name: a, sql: ;}"), "w.yaml:3:20", "\"sql\" holds no SQL",
     "for example `sql: SELECT id FROM orders EXCEPT SELECT order_id FROM line`"},
    {CHECK("{name: a, sql: SELECT 1}\n  - {name: a, sql: SELECT 2}"), "w.yaml:4:12",
     "two checks are called \"a\"", "give each a name of its own"},
};

static void test_wrong_queries(void **state) {
    (void)state;
    check_wrong(wrong_queries, COUNT_OF(wrong_queries));
}

static const struct wrong wrong_tables[] = {
    {"tables:\n", "w.yaml:2:1", "\"tables\" has no value",
     "for example `tables: {users: {rows: 10k, columns: {id: {gen: serial}}}}`"},
    {"tables: [users]\n", "w.yaml:2:9", "\"tables\" must be a map of names, not a list",
     "for example `tables: {users: {rows: 10k, columns: {id: {gen: serial}}}}`"},
    {"tables: {}\n", "w.yaml:2:9", "\"tables\" is empty",
     "leave it out, or write for example `tables: {users: {rows: 10k, columns: {id: {gen: "
     "serial}}}}`"},
    {TABLE("users:"), "w.yaml:3:3", "the table users has nothing in it",
     "for example `tables: {users: {rows: 10k, columns: {id: {gen: serial}}}}`"},
    {TABLE("users: 10k"), "w.yaml:3:10", "the table users must be a map, not a text",
     "for example `tables: {users: {rows: 10k, columns: {id: {gen: serial}}}}`"},
    {TABLE("users: {row: 10k}"), "w.yaml:3:11", "unknown key \"row\" in the table users",
     "did you mean \"rows\"?"},
    {TABLE("users: {zzzzzz: 10k}"), "w.yaml:3:11", "unknown key \"zzzzzz\" in the table users",
     "the keys of the table users are: rows and columns"},
    {TABLE("users: {rows: many}"), "w.yaml:3:17",
     "rows: \"many\" is not a count: it does not start with a digit",
     "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M"},
    {TABLE("users: {rows: -1}"), "w.yaml:3:17", "rows: \"-1\" is not a count: it is negative",
     "a count is a whole number, or one with k, M or G: 500, 10k, 1.5M"},
    {TABLE("users: {columns: [a]}"), "w.yaml:3:20",
     "\"tables.users.columns\" must be a map of column names, not a list",
     "for example `columns: {site_id: {gen: int, min: 1, max: 500}}`"},
    {TABLE("users: {columns: {id: {gen: seriall}}}"), "w.yaml:3:31",
     "column id: no generator is called \"seriall\"", "did you mean \"serial\"?"},
    {TABLE("users: {columns: {id: serial}}"), "w.yaml:3:25",
     "column id: expected default or a generator in braces", "write `id: {gen: serial}`"},
    {TABLE("users: {}\n  users: {}"), "w.yaml:4:3",
     "the key \"users\" is there twice, first in line 3", ""},
    {"table: t\ncolumns: {a: default}\ntables:\n  t: {columns: {b: default}}\n", "w.yaml:5:3",
     "the columns of t are given twice",
     "put them all into `columns:`; `tables:` may give its rows"},
    {"columns: {a: default}\nsteps:\n  - {insert: t}\n", "w.yaml:2:1",
     "\"columns\" without \"table\"",
     "name their table, `table: events`, or put them into `tables: {events: {columns: …}}`"},
};

static void test_wrong_tables(void **state) {
    (void)state;
    check_wrong(wrong_tables, COUNT_OF(wrong_tables));
}

static const struct wrong wrong_pools[] = {
    {POOL("{}"), "w.yaml:3:3", "the pool needs \"max\"", "for example `max: 20`"},
    {POOL("{min: 2}"), "w.yaml:3:3", "the pool needs \"max\"", "for example `max: 20`"},
    {POOL("{max: 0}"), "w.yaml:3:15", "max: \"0\" is not between 1 and 1000",
     "for example `max: 20`"},
    {POOL("{max: 1001}"), "w.yaml:3:15", "max: \"1001\" is not between 1 and 1000",
     "for example `max: 20`"},
    {POOL("{min: 5, max: 2}"), "w.yaml:3:23", "pool: max is below min",
     "write `pool: {min: 2, max: 5}`"},
    {POOL("{max: 2, idel: 30s}"), "w.yaml:3:18", "unknown key \"idel\" in the pool",
     "did you mean \"idle\"?"},
    {POOL("{max: 2, zzzzzz: 30s}"), "w.yaml:3:18", "unknown key \"zzzzzz\" in the pool",
     "the keys of the pool are: min, max, idle, lifetime and checkout_timeout"},
    {POOL("{max: 2, idle: 30}"), "w.yaml:3:24",
     "idle: \"30\" is not a duration: the unit is missing",
     "write \"30s\" for seconds; units are us, ms, s, m, h, d"},
    {POOL("{max: 2, idle: 0}"), "w.yaml:3:24", "idle: \"0\" is 0", "for example `idle: 30s`"},
    {POOL("{max: [1, 2]}"), "w.yaml:3:15", "\"max\" must be a text, not a list",
     "for example `max: 20`"},
    {POOL("{max: 2, checkout_timeout: soon}"), "w.yaml:3:36",
     "checkout_timeout: \"soon\" is not a duration: it does not start with a digit",
     "a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h"},
    {POOL("{max: 2, idle: 1s}\n  pool-idle: 2s"), "w.yaml:4:14",
     "load: \"pool-idle\" is given twice", "write it either in the map of `pool:` or beside it"},
    {"load: {users: {min: 1, max: 2}}\n", "w.yaml:2:15",
     "\"load.users\" must be a word or a list of words, not a map",
     "for example `users: 8` or `users: [1, 4, 16]`"},
};

static void test_wrong_pools(void **state) {
    (void)state;
    check_wrong(wrong_pools, COUNT_OF(wrong_pools));
}

static void test_too_many(void **state) {
    (void)state;
    check_most("stages:", "- {for: 1s, users: 1%d}", 64, "w.yaml:3:3",
               "65 stages are more than 64");
    check_most("tenants:", "- {name: t%d}", 64, "w.yaml:3:3", "65 tenants are more than 64");
    check_most("faults:", "- {do: delay, for: 1%dms, share: 1%}", 16, "w.yaml:3:3",
               "17 faults are more than 16");
    check_most("gauges:", "g%d: SELECT 1", 16, "w.yaml:3:3", "17 gauges are more than 16");
    check_most("checks:", "- {name: c%d, sql: SELECT 1}", 64, "w.yaml:3:3",
               "65 checks are more than 64");
    check_most("tables:", "t%d: {}", 16, "w.yaml:3:3", "17 tables are more than 16");
}

static void test_stages(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(STAGE("{for: 100ms, users: 2}") "  - {name: peak, for: 2m, users: 15k, ramp: "
                                                  "linear, think: 1s..3s}\n"
                                                  "  - {name: stage 3, for: 1h, users: 7, ramp: "
                                                  "step, think: 2s}\n"
                                                  "  - {for: 1h, users: 7}\n",
                  &arena, &workload);
    assert_int_equal(workload.stage_source, LOAD_USERS);
    assert_int_equal(workload.stage_count, 4);
    const struct workload_stage *stages = workload.stages;
    assert_string_equal(stages[0].name, "stage 1");
    assert_int_equal(stages[0].for_ns, 100 * NS_PER_MS);
    assert_true(stages[0].target == 2);
    assert_false(stages[0].ramp);
    assert_false(stages[0].has_think);
    assert_int_equal(stages[0].at.line, 3);
    assert_string_equal(stages[1].name, "peak");
    assert_int_equal(stages[1].for_ns, 120 * NS_PER_S);
    assert_true(stages[1].target == 15000);
    assert_true(stages[1].ramp);
    assert_true(stages[1].has_think);
    assert_int_equal(stages[1].think_min_ns, NS_PER_S);
    assert_int_equal(stages[1].think_max_ns, 3 * NS_PER_S);
    assert_false(stages[2].ramp);
    assert_int_equal(stages[2].think_min_ns, 2 * NS_PER_S);
    assert_int_equal(stages[2].think_max_ns, 2 * NS_PER_S);
    assert_string_equal(stages[3].name, "stage 4");
    arena_release(&arena);
}

/* A pause, and where a ramp begins or ends. */
static void test_stages_without_users(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(STAGE("{for: 1s, users: 0}") "  - {for: 1s, users: 1M, ramp: linear}\n"
                                               "  - {for: 1s, users: 0, ramp: linear}\n",
                  &arena, &workload);
    assert_int_equal(workload.stage_count, 3);
    assert_true(workload.stages[0].target == 0);
    assert_true(workload.stages[1].target == 1e6);
    assert_true(workload.stages[2].target == 0 && workload.stages[2].ramp);
    arena_release(&arena);
}

static void test_stages_of_rate_and_pool(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(STAGE("{for: 1s, rate: 43200/day}") "  - {for: 1s, rate: 1k/min}\n", &arena,
                  &workload);
    assert_int_equal(workload.stage_source, LOAD_RATE);
    assert_true(workload.stages[0].target == 0.5);
    assert_true(workload.stages[1].target == 1000.0 / 60);
    good_sections(STAGE("{for: 1s, pool: 10, ramp: linear}"), &arena, &workload);
    assert_int_equal(workload.stage_source, LOAD_POOL);
    assert_true(workload.stages[0].target == 10);
    arena_release(&arena);
}

static void test_tenants(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(
        TENANT("{name: small, weight: 0.5, limit: 1200/min, burst: 1k}") "  - {name: 'big: one'}\n",
        &arena, &workload);
    assert_int_equal(workload.tenant_count, 2);
    assert_string_equal(workload.tenants[0].name, "small");
    assert_true(workload.tenants[0].weight == 0.5);
    assert_true(workload.tenants[0].limit_per_s == 20);
    assert_true(workload.tenants[0].burst == 1000);
    assert_string_equal(workload.tenants[1].name, "big: one");
    assert_true(workload.tenants[1].weight == 1);
    assert_true(workload.tenants[1].limit_per_s == 0 && workload.tenants[1].burst == 0);
    assert_int_equal(workload.tenants[1].at.line, 4);
    arena_release(&arena);
}

static void test_faults(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(
        FAULT("{do: timeout, after: 50ms, share: 10%}") "  - {do: cut, share: 0.05}\n"
                                                        "  - {do: delay, for: 5s, share: 85%}\n",
        &arena, &workload);
    static const struct {
        enum fault_kind kind;
        const char *name;
        double share;
        uint64_t for_ns;
    } faults[] = {{FAULT_TIMEOUT, "timeout", 0.1, 50 * NS_PER_MS},
                  {FAULT_CUT, "cut", 0.05, 0},
                  {FAULT_DELAY, "delay", 0.85, 5 * NS_PER_S}};
    assert_int_equal(workload.fault_count, COUNT_OF(faults));
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        assert_int_equal(workload.faults[i].kind, faults[i].kind);
        assert_string_equal(fault_kind_name(workload.faults[i].kind), faults[i].name);
        assert_true(workload.faults[i].share == faults[i].share);
        assert_int_equal(workload.faults[i].for_ns, faults[i].for_ns);
        assert_int_equal(workload.faults[i].at.line, 3 + (int)i);
    }
    arena_release(&arena);
}

static void test_queries(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections(GAUGE("queue_depth: SELECT count(*) FROM outbox;\n  b-2: SELECT 2")
                      CHECK("{name: 'all, really', sql: \"SELECT 1\\n;\"}"),
                  &arena, &workload);
    assert_int_equal(workload.gauge_count, 2);
    assert_string_equal(workload.gauges[0].name, "queue_depth");
    assert_string_equal(workload.gauges[0].sql, "SELECT count(*) FROM outbox");
    assert_string_equal(workload.gauges[1].name, "b-2");
    assert_int_equal(workload.gauges[1].at.line, 4);
    assert_int_equal(workload.check_count, 1);
    assert_string_equal(workload.checks[0].name, "all, really");
    assert_string_equal(workload.checks[0].sql, "SELECT 1");
    arena_release(&arena);
}

static void test_tables(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections("table: users\n"
                  "columns: {id: {gen: serial}}\n" TABLE(
                      "outbox: {}\n  users: {rows: 10k}\n"
                      "  logs: {rows: 0, columns: {a: default, b: {gen: int, min: 1, max: 2}}}"),
                  &arena, &workload);
    assert_int_equal(workload.column_count, 1);
    assert_int_equal(workload.table_count, 3);
    assert_string_equal(workload.tables[0].name, "outbox");
    assert_int_equal(workload.tables[0].rows, 0);
    assert_int_equal(workload.tables[0].column_count, 0);
    assert_string_equal(workload.tables[1].name, "users");
    assert_int_equal(workload.tables[1].rows, 10000);
    assert_int_equal(workload.tables[1].at.line, 6);
    assert_int_equal(workload.tables[2].column_count, 2);
    assert_true(workload.tables[2].columns[0].use_default);
    assert_string_equal(workload.tables[2].columns[1].generator->name, "int");
    arena_release(&arena);
}

static void test_pool(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections("load:\n  users: 100\n"
                  "  pool: {min: 2, checkout_timeout: 2s, max: 20, idle: 30s, lifetime: 5m}\n"
                  "  connect-each: yes\n",
                  &arena, &workload);
    static const struct {
        const char *option, *text;
        int line, column;
    } options[] = {
        {"users", "100", 3, 10},           {"pool", "2..20", 4, 9},
        {"pool-idle", "30s", 4, 55},       {"pool-lifetime", "5m", 4, 70},
        {"checkout-timeout", "2s", 4, 36}, {"connect-each", "yes", 5, 17},
    };
    assert_int_equal(workload.load_count, COUNT_OF(options));
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        assert_string_equal(workload.load[i].option, options[i].option);
        assert_string_equal(workload.load[i].text, options[i].text);
        assert_int_equal(workload.load[i].at.line, options[i].line);
        assert_int_equal(workload.load[i].at.column, options[i].column);
    }
    good_sections(POOL("{max: 8}"), &arena, &workload);
    assert_int_equal(workload.load_count, 1);
    assert_string_equal(workload.load[0].text, "8");
    good_sections(POOL("[1, 4..8]"), &arena, &workload);
    assert_string_equal(workload.load[0].text, "1,4..8");
    arena_release(&arena);
}

/* Thresholds name stages and gauges, wherever in the file these stand. */
static void test_thresholds_come_last(void **state) {
    (void)state;
    struct arena arena = {0};
    struct workload workload;
    good_sections("thresholds:\n"
                  "  - max(depth) < 10\n"
                  "  - 'p95(response){stage:peak} < 1s'\n" GAUGE("depth: SELECT 1") STAGE(
                      "{name: rise, for: 1s, users: 1}") "  - {name: peak, for: 1s, users: 1, "
                                                         "thresholds: ['p99(response) < 1s']}\n",
                  &arena, &workload);
    assert_int_equal(workload.threshold_count, 3);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wrong_stages),
        cmocka_unit_test(test_wrong_tenants),
        cmocka_unit_test(test_wrong_faults),
        cmocka_unit_test(test_wrong_queries),
        cmocka_unit_test(test_wrong_tables),
        cmocka_unit_test(test_wrong_pools),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_stages),
        cmocka_unit_test(test_stages_without_users),
        cmocka_unit_test(test_stages_of_rate_and_pool),
        cmocka_unit_test(test_tenants),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_queries),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_thresholds_come_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
