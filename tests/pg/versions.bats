# Servers of several versions: that a run measures, verifies, sees lock waits and cleans up on each.
# PGWRITE_TEST_BINS lists the folders of their programs, separated by colons; without it the test is
# of the server that pgwrite finds. scripts/check-versions fetches one of every version.
# PGWRITE_TEST_SHORT leaves out all but a run of all paths and the lock test.

load helpers
load running

setup() {
    world_setup
    RUNS=0
    JSON=$WORLD/result.json
    IFS=: read -r -a bins <<<"${PGWRITE_TEST_BINS:-$(found_bin)}"
    [ ${#bins[@]} -gt 0 ]
}

teardown() {
    world_teardown
}

not_in_short() {
    [ -z "${PGWRITE_TEST_SHORT:-}" ] || skip "left out of the short form"
}

found_bin() {
    "$(build_dir)/tests/throwaway_probe" start-remove | sed -n 's/^bin=//p'
}

# on_each FUNCTION: calls it with BIN set to each folder in turn; says which one failed.
on_each() {
    for BIN in "${bins[@]}"; do
        unset RUN_DIR RUN_SERVER RUN_SCHEMA
        if ! "$1"; then
            echo "failed with $("$BIN/postgres" --version) of $BIN" >&2
            return 1
        fi
    done
}

# "18.4" of "postgres (PostgreSQL) 18.4"
version_of_bin() {
    "$BIN/postgres" --version | awk '{print $3}'
}

run_throwaway() {
    run_start --throwaway --pg-bin "$BIN" --json "$JSON" "$@"
}

measures() {
    run_throwaway --pool 2 --warmup 100ms --duration 400ms || return
    run_ends 0 || return
    json "$JSON" ".server.version | startswith(\"$(version_of_bin)\")" || return
    json "$JSON" '[.cells[].path] | sort == ["copy-binary", "copy-csv", "copy-text", "insert",
        "multirow", "pipeline", "prepared", "unnest"]' || return
    json "$JSON" '[.cells[].verified | .ok and .found_rows > 0] | all' || return
    # All of these work on every version: none that should be known is missing.
    json "$JSON" '[.cells[] | .wal.bytes, .deadlocks, .verified.server_commits, .lock_waits.samples,
        .table.heap_bytes_per_row] | all(. != null)' || return
    # What was counted is this round's, all of it: on 13 and 14 the counters come late.
    json "$JSON" '[.cells[] | .table.inserted == .verified.acknowledged_rows
        and .checkpoints_requested == 0] | all' || return
    json "$JSON" '.warnings | all(test("unknown|ended early") | not)' || return
    assert_nothing_left
}

@test "all eight paths measure and verify on each version" {
    on_each measures
}

writes_same() {
    local hash
    run_throwaway --pool 3 --batch 7 --rows 100 --ceiling off "$BATS_TEST_DIRNAME/data/hostile.yaml" || return
    run_ends 0 || return
    hash=$(jq -r '[.cells[].verified.content_hash] | unique | join(" ")' "$JSON") || return
    [[ $hash =~ ^-?[0-9]+$ ]] || return
    [ "${HASH:=$hash}" = "$hash" ]
}

@test "the same rows arrive on each version" {
    not_in_short
    on_each writes_same
}

# The run's sessions wait for a lock, all of them for 600 ms so far.
run_waits() {
    [ "$(sql "$RUN_SERVER" "SELECT count(*) = 3 AND min(clock_timestamp() - query_start) > '600 ms'
        FROM pg_stat_activity WHERE application_name ~ '^pgwrite [0-9a-f]{8}$'
        AND wait_event_type = 'Lock'")" = t ]
}

sees_lock() {
    run_throwaway --path insert --pool 3 --warmup 0s --duration 4s || return
    run_is_writing || return
    rm -f "$WORLD/companion"
    companion "$RUN_SERVER" || return
    tell "BEGIN; LOCK TABLE $RUN_SCHEMA.events IN SHARE MODE;"
    wait_until run_waits || return
    tell "COMMIT;"
    companion_ends
    run_ends 0 || return
    # Three sessions waited for 600 ms each. How exactly that is seen is not for here: samples are
    # few on a busy machine.
    json "$JSON" '.cells[0].lock_waits.time_s > 0.9' || return
    json "$JSON" '.cells[0].lock_waits.max_ms > 100' || return
    json "$JSON" '.cells[0].lock_waits.by[] | select(.locktype == "relation")
        | .mode == "RowExclusiveLock" and (.relation | endswith("events"))
          and (.statement | startswith("INSERT")) and (.blocked_by | tostring | test("LOCK TABLE"))'
}

@test "a lock wait is seen on each version, with mode, relation and blocker" {
    on_each sees_lock
}

keeps() {
    run_throwaway --path insert --rows 10 --keep || return
    run_ends 0 || return
    find_server || return
    [ "$(sql "$RUN_SERVER" "SELECT split_part(version(), ' ', 2)")" = "$(version_of_bin)" ] ||
        return
    "$PGWRITE" clean --kept >"$WORLD/clean" || return
    grep -q "^server  $RUN_DIR, kept by --keep, postgres runs as pid " "$WORLD/clean" || return
    "$(build_dir)/tests/throwaway_probe" clean "$WORLD" || return
    assert_nothing_left
}

@test "a kept server of each version is listed and removed" {
    not_in_short
    on_each keeps
}

killed() {
    run_throwaway --path insert --pool 2 --duration 60s || return
    run_is_writing || return
    kill -KILL "$RUN" || return
    wait "$RUN" || true
    "$(build_dir)/tests/throwaway_probe" clean "$WORLD" || return
    assert_nothing_left
}

@test "what a killed run left of each version is removed" {
    not_in_short
    on_each killed
}
