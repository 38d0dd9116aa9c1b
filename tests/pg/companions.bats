# Companions on a real server: each does what its words say, in the run's own schema, and its end is
# the run's end. The writers' waits that they make are in truth.bats.

load helpers
load running

setup_file() {
    target_start
    sql "$TARGET" "CREATE ROLE plain LOGIN; GRANT CREATE ON DATABASE postgres TO plain"
}

teardown_file() {
    target_stop
}

setup() {
    world_setup
    RUNS=0
    JSON=$WORLD/result.json
    printf '%s\n' 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, a int NOT NULL);' \
        'CREATE TABLE others (id int PRIMARY KEY, n int); INSERT INTO others VALUES (1, 0), (2, 0);' \
        'CREATE TABLE "Odd ""name" (id int);' >"$WORLD/s.sql"
}

teardown() {
    # A backend that a test has stopped.
    [ -z "${STOPPED:-}" ] || kill -CONT "$STOPPED" 2>/dev/null || true
    world_teardown
}

# companions LINE…: the workload w.yaml with these, the first one in line 4
companions() {
    printf '%s\n' 'schema: s.sql' 'table: t' 'companions:' "$@" >"$WORLD/w.yaml"
}

# target_run DURATION: options of a run on the target, as ROLE or postgres
target_run() {
    RUN_OPTIONS=(-q --path insert --pool 2 --warmup 100ms --duration "$1" --rounds 1
        -h "$TARGET" -U "${ROLE:-postgres}" -d postgres "$WORLD/w.yaml")
}

# measure [DURATION]: a run with the companions that has to succeed, its result in JSON
measure() {
    target_run "${1:-2s}"
    timeout 60 "$PGWRITE" run --json "$JSON" "${RUN_OPTIONS[@]}" >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err"
        return 1
    }
    json "$JSON" '.verdict == "pass" and (.cells | length == 1)' || return
    assert_target_clean
}

# did NAME EXPRESSION: holds for the companion of that name
did() {
    json "$JSON" "[.cells[0].companions[] | select(.name == \"$1\")] | length == 1 and (.[0] | $2)"
}

# fails CODE WHERE WORDS: a run that would take longer ends with this
fails() {
    target_run 20s
    run_start "${RUN_OPTIONS[@]}"
    run_ends "$1" || return
    grep -F "pgwrite: $WORLD/w.yaml:$2: " "$RUN_OUT.err" | grep -q -F ": companion $3" || return
    assert_target_clean
}

# seen QUERY: true, asked of the server from outside
seen() {
    [ "$(sql "$TARGET" "$1")" = t ]
}

# locked NAME CONDITION: the companion has such a lock
locked() {
    seen "SELECT count(*) > 0 FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE a.application_name = 'pgwrite companion $1' AND l.granted AND $2"
}

@test "reads, exports, vacuums and checkpoints, as often as they are told" {
    companions \
        '  - {do: read, times: 3, query: "SELECT * FROM generate_series(1, 300);"}' \
        '  - {do: export, times: 2, sessions: 3, query: "SELECT n FROM generate_series(1, 1000) n -- !"}' \
        '  - {do: vacuum, times: 1}' \
        '  - {do: vacuum, name: odd, times: 1, table: Odd "name}' \
        '  - {do: checkpoint, times: 1}' \
        '  - {do: ddl, sql: "CREATE INDEX CONCURRENTLY ON t (a)"}'
    measure
    json "$JSON" '[.cells[0].companions[] | .name] == ["read", "export", "vacuum", "odd", "checkpoint", "ddl"]'
    json "$JSON" '[.cells[0].companions[] | .what] == ["read", "export", "vacuum", "vacuum", "checkpoint", "ddl"]'
    json "$JSON" '[.cells[0].companions[] | .errors == 0 and (.first_error // "") == ""
        and .mean_ms > 0 and .max_ms >= .mean_ms] | all'
    did read '.runs == 3 and .rows == 900'
    did export '.runs == 6 and .rows == 6000'
    did vacuum '.runs == 1'
    did odd '.runs == 1'
    did checkpoint '.runs == 1'
    did ddl '.runs == 1 and .rows == null and .waited_s == null'
}

@test "what is held is held for that long, again and again" {
    companions \
        '  - {do: lock, row: id = 1, table: others, hold: 100ms, every: 300ms, times: 2}' \
        '  - {do: lock, table: t, hold: 200ms, times: 1}' \
        '  - {do: lock, advisory: 5, hold: 50ms, every: 0, times: 2, sessions: 2}' \
        '  - {do: idle-in-transaction, hold: 150ms, times: 2}'
    measure
    did "lock row" '.runs == 2 and .mean_ms >= 100 and .max_ms >= .mean_ms and .errors == 0'
    did "lock table" '.runs == 1 and .mean_ms >= 200'
    # The two sessions wait for each other's.
    did "lock advisory" '.runs == 4 and .mean_ms >= 50 and .waited_s > 0'
    did idle-in-transaction '.runs == 2 and .mean_ms >= 150 and .rows == null'
    json "$JSON" '.cells[0].lock_waits.time_s > 0'
}

@test "a companion comes after its time, and not again before the next one's" {
    companions \
        '  - {do: read, name: late, query: SELECT 1, after: 10m}' \
        '  - {do: read, name: once, query: SELECT 1, every: 10m}' \
        '  - {do: read, name: often, query: SELECT 1}'
    measure
    did late '.runs == 0 and .mean_ms == null'
    did once '.runs == 1'
    did often '.runs > 10'
}

@test "locks have the mode and the thing that they name; an interruption ends them at once" {
    companions \
        '  - {do: lock, name: row, row: id = 1, table: others, hold: 10m}' \
        '  - {do: lock, name: shared, row: id = 2, table: others, mode: key share, hold: 10m}' \
        '  - {do: lock, name: strong, table: others, mode: share update exclusive, hold: 10m}' \
        '  - {do: lock, name: weak, table: t, mode: access share, hold: 10m}' \
        '  - {do: lock, name: mine, advisory: -42, hold: 10m}' \
        '  - {do: idle-in-transaction, name: idle, sql: UPDATE "Odd ""name" SET id = 1, hold: 10m}' \
        '  - {do: read, name: asleep, query: SELECT pg_sleep(600)}'
    target_run 10m
    run_start --json "$JSON" "${RUN_OPTIONS[@]}"
    wait_until locked row "relation::regclass::text ~ 'others' AND mode = 'RowShareLock'"
    wait_until locked shared "relation::regclass::text ~ 'others' AND mode = 'RowShareLock'"
    wait_until locked strong "mode = 'ShareUpdateExclusiveLock'"
    wait_until locked weak "mode = 'AccessShareLock' AND relation::regclass::text ~ '\.t$'"
    wait_until locked mine "locktype = 'advisory' AND (classid, objid) = (4294967295, 4294967254)"
    wait_until locked idle "relation::regclass::text ~ 'Odd' AND mode = 'RowExclusiveLock'
        AND a.state = 'idle in transaction'"
    # UPDATE's lock excludes all, KEY SHARE's lets foreign keys pass.
    local schema
    schema=$(sql "$TARGET" "SELECT nspname FROM pg_namespace WHERE nspname ~ '^pgwrite_'")
    seen "SELECT count(*) = 1 FROM (SELECT 1 FROM $schema.others FOR KEY SHARE SKIP LOCKED) x"
    seen "SELECT count(*) = 0 FROM (SELECT 1 FROM $schema.others FOR UPDATE SKIP LOCKED) x"
    wait_until seen "SELECT count(*) = 1 FROM pg_stat_activity
        WHERE application_name = 'pgwrite companion asleep' AND wait_event = 'PgSleep'"
    kill -INT "$RUN"
    run_ends 130
    assert_target_clean
    # A hold that is cut short counts, a statement that is cancelled does not.
    did row '.runs == 1 and .errors == 0 and .mean_ms > 0'
    did idle '.runs == 1 and .errors == 0'
    did asleep '.runs == 0 and .errors == 0 and (.first_error // "") == ""'
}

@test "timeouts, cancels and rows that are not there are counted, and it goes on" {
    companion "$TARGET"
    tell "SELECT pg_advisory_lock(7); \\echo locked"
    wait_until grep -q locked "$WORLD/companion.out"
    companions \
        '  - {do: ddl, name: impatient, times: 3, sql: SET LOCAL lock_timeout = 5; SELECT pg_advisory_xact_lock(7)}' \
        '  - {do: ddl, name: sleeper, times: 2, sql: SET LOCAL statement_timeout = 5; SELECT pg_sleep(600)}' \
        '  - {do: lock, name: waiter, advisory: 7, hold: 1s}' \
        '  - {do: lock, name: nobody, row: id = 99, table: others, hold: 10m, every: 0, times: 4}' \
        '  - {do: idle-in-transaction, name: refused, times: 2, hold: 0, sql: LOCK TABLE others NOWAIT}' \
        '  - {do: lock, name: holder, table: others, mode: row exclusive, hold: 10m}'
    measure
    companion_ends
    did impatient '.runs == 0 and .errors == 3 and (.first_error | contains("55P03"))'
    did waiter '.runs == 0 and .errors == 0 and .waited_s > 0'
    did nobody '.runs == 0 and .errors == 4 and (.first_error | contains("no row"))'
    did sleeper '.runs == 0 and .errors == 2 and (.first_error | contains("57014"))'
    did refused '.runs + .errors == 2'
}

@test "a deadlock between companions costs one of them its turn" {
    companions \
        '  - {do: ddl, name: up, times: 1, sql: "LOCK TABLE others; SELECT pg_sleep(0.5); LOCK TABLE \"Odd \"\"name\""}' \
        '  - {do: ddl, name: down, times: 1, sql: "LOCK TABLE \"Odd \"\"name\"; SELECT pg_sleep(0.5); LOCK TABLE others"}'
    measure 4s
    json "$JSON" '[.cells[0].companions[] | .runs, .errors] | add == 2'
    json "$JSON" '[.cells[0].companions[] | select(.errors == 1)] | length == 1
        and (.[0].first_error | contains("40P01"))'
}

@test "SQL runs in the run's own schema first" {
    sql "$TARGET" "CREATE TABLE public.others (id int)"
    companions \
        '  - {do: ddl, sql: "CREATE TABLE made AS SELECT * FROM others"}' \
        '  - {do: export, query: SELECT * FROM others, times: 1}' \
        '  - {do: read, query: "SELECT current_setting($$search_path$$) FROM others", times: 1}'
    measure
    did ddl '.runs == 1'
    did export '.rows == 2'
    did read '.rows == 2'
    seen "SELECT to_regclass('public.made') IS NULL"
    sql "$TARGET" "DROP TABLE public.others"
}

@test "any other error ends the run, with the place" {
    companions '  - {do: ddl, sql: SELECT 1/0, after: 100ms}'
    fails 1 4:5 "ddl: the server says: division by zero (SQLSTATE 22012)"
    refute grep '^hint: ' "$RUN_OUT.err"
    companions '  - {do: vacuum, every: 1s}' '  - {do: ddl, name: typo, sql: CREATE INDEX ON u (a)}'
    fails 1 5:5 'typo: the server says: relation "u" does not exist (SQLSTATE 42P01)'
    companions '  - {do: idle-in-transaction, hold: 1s, sql: SELCT}'
    fails 1 4:5 'idle-in-transaction: the server says: syntax error at or near "SELCT"'
    companions '  - {do: ddl, sql: BEGIN}'
    fails 1 4:5 'ddl: its SQL leaves a transaction open'
    companions '  - {do: ddl, sql: COPY t FROM STDIN}'
    fails 1 4:5 'ddl: COPY FROM STDIN: there is no client to copy from'
    companions '  - {do: ddl, sql: SELECT pg_terminate_backend(pg_backend_pid())}'
    fails 1 4:5 'ddl: the server says: terminating connection'
}

@test "what can be checked is checked before the load" {
    companions '  - {do: vacuum}' '  - {do: lock, table: orders, hold: 1s}'
    fails 2 5:5 'lock table: the schema file makes no table "orders"'
    grep -qx 'hint: it makes: Odd "name, others, t' "$RUN_OUT.err"
    companions '  - {do: vacuum, table: pg_class}'
    fails 2 4:5 'vacuum: the schema file makes no table "pg_class"'
    companions '  - {do: lock, row: nosuch = 1, hold: 1s}'
    fails 2 4:5 'lock row: the server says: column "nosuch" does not exist'
    companions '  - {do: lock, row: "true); SELECT 1 FROM others WHERE (true", hold: 1s}'
    fails 2 4:5 'lock row: the server says: cannot insert multiple commands'
    companions '  - {do: read, query: SELECT nosuch FROM t}'
    fails 2 4:5 'read: the server says: column "nosuch" does not exist'
    companions '  - {do: read, query: SELECT 1; DELETE FROM others}'
    fails 2 4:5 'read: the server says: cannot insert multiple commands'
    companions '  - {do: export, query: SELCT 1}'
    fails 2 4:5 'export: the server says: syntax error at or near "SELCT"'
}

@test "a role that may not CHECKPOINT is told which right it lacks" {
    companions '  - {do: checkpoint}'
    ROLE=plain
    fails 2 4:5 'checkpoint: the role plain may not CHECKPOINT'
    grep -q '^hint: .*superuser' "$RUN_OUT.err"
    companions '  - {do: ddl, sql: COPY t TO PROGRAM $$true$$}'
    fails 1 4:5 'ddl: the server says: must be superuser'
    grep -qx 'hint: grant the role that right, or connect as another with -U' "$RUN_OUT.err"
}

@test "a backend that does not answer is given up" {
    companions '  - {do: read, query: SELECT pg_sleep(600)}'
    target_run 10m
    run_start --json "$JSON" "${RUN_OPTIONS[@]}"
    wait_until seen "SELECT count(*) = 1 FROM pg_stat_activity
        WHERE application_name = 'pgwrite companion read' AND wait_event = 'PgSleep'"
    STOPPED=$(sql "$TARGET" "SELECT pid FROM pg_stat_activity
        WHERE application_name = 'pgwrite companion read'")
    kill -STOP "$STOPPED"
    kill -INT "$RUN"
    run_ends 130
    kill -CONT "$STOPPED"
    assert_target_clean
}

@test "check reads the companions and asks the server about them" {
    companions '  - {do: lock, row: id = 1, hold: 200ms, sessions: 2}' \
        '  - {do: ddl, name: later, sql: "CREATE INDEX ON t (a)", after: 2s}'
    "$PGWRITE" check "$WORLD/w.yaml" >"$WORLD/out"
    grep -qx 'companion   lock row: FOR UPDATE of t WHERE id = 1, held 200 ms, every 1 s, 2 sessions' \
        "$WORLD/out"
    grep -qx 'companion   later: CREATE INDEX ON t (a), after 2 s, once' "$WORLD/out"
    companions '  - {do: read, query: SELECT nosuch FROM t}'
    run "$PGWRITE" check "$WORLD/w.yaml"
    [ "$status" = 2 ]
    [[ $output == *"w.yaml:4:5: companion read: the server says: column"* ]]
    assert_nothing_left
}
