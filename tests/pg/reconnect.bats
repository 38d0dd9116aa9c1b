# A server that ends sessions, or all of them at once, under a run that goes on after errors.

load helpers
load running

setup_file() {
    target_start
}

teardown_file() {
    target_stop
}

setup() {
    world_setup
    RUNS=0
    on_error=(--on-error continue --path insert --pool 4 --warmup 0s --ceiling off
        --json "$WORLD/result.json")
}

teardown() {
    world_teardown
}

# The pid of the control session that holds a run's advisory lock.
holder() {
    sql "$TARGET" "SELECT a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
        WHERE l.locktype = 'advisory' AND l.classid = 1885828978 AND l.granted
          AND a.application_name = 'pgwrite'"
}

# has_other_holder PID
has_other_holder() {
    local pid
    pid=$(holder)
    [ -n "$pid" ] && [ "$pid" != "$1" ]
}

# holds FILTER: jq says true about the result
holds() {
    jq -e "$1" "$WORLD/result.json" >/dev/null || {
        echo "does not hold: $1" >&2
        jq -c '.warnings, (.cells[0] | del(.rounds[].histograms, .series, .rounds[].series))' \
            "$WORLD/result.json" >&2
        return 1
    }
}

assert_no_schema() {
    [ -z "$(sql "$TARGET" "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgwrite\_%'")" ]
}

@test "the control session is ended: another one takes its lock while the pool works" {
    local before
    run_start "${on_error[@]}" --duration 4s "${on_target[@]}"
    run_is_writing target
    before=$(holder)
    [ -n "$before" ]
    sql "$TARGET" "SELECT pg_terminate_backend($before)"
    wait_until has_other_holder "$before"
    kill -0 "$RUN"
    run_ends 0
    grep -q '^warning .*the control connection was lost and made again' "$RUN_OUT.out"
    # The server went on: nothing that it counts is lost, and no transaction has failed.
    holds '.cells[0].rounds[0] | .verified.ok and .verified.found_rows == .verified.acknowledged_rows
        and .accounting.failed == 0 and .verified.server_commits >= .accounting.committed
        and .wal.bytes > 0 and .wal.records > 0 and .deadlocks == 0'
    holds '[.warnings[] | select(test("control connection was lost"))] | length == 1'
    assert_no_schema
}

@test "a backend is killed: the server recovers, the run goes on, what was reset is unknown" {
    local backend
    run_start "${on_error[@]}" --duration 6s "${on_target[@]}"
    run_is_writing target
    backend=$(sql "$TARGET" "SELECT pid FROM pg_stat_activity
        WHERE application_name ~ '^pgwrite [0-9a-f]{8}$' LIMIT 1")
    kill -KILL "$backend"
    wait_until has_other_holder 0
    run_ends 0
    holds '.cells[0].rounds[0] | .complete and .verified.ok and .accounting.failed >= 1
        and .accounting.connected >= 8 and .verified.lost == 0'
    holds '.cells[0].rounds[0] | .verified.server_commits == null and .deadlocks == null
        and .wal.records == null and .table.inserted == null and .checkpoints == null'
    holds '.cells[0].rounds[0].wal.bytes | . == null or . > 0'
    holds '[.warnings[] | select(test("statistics were reset"))] | length == 1'
    holds '[.warnings[] | select(test("control connection was lost"))] | length == 1'
    # Rows were written before the crash and after it.
    holds '[.cells[0].series[].rows] | .[0] > 0 and .[-2] > 0'
    refute grep -qE '"(deadlocks|server_commits|fpi|records|flushes)": *-' "$WORLD/result.json"
    assert_no_schema
}

@test "a server that does not come back is one clear error" {
    run_start "${on_error[@]}" --duration 2s
    run_is_writing
    kill -KILL "$(head -n 1 "$RUN_DIR/data/postmaster.pid")"
    run_ends 1
    run_says "the throwaway server ended with signal 9"
    holds '.verdict == "fail" and (.cells[0].rounds[0] | .rows > 0 and .verified.ok == null)'
    assert_nothing_left
}
