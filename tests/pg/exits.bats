# Every way out of `pgwrite run`: what was measured is told, and nothing stays behind.

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
    in_clean=(-h "$WORLD/target" -U postgres -d postgres)
    LONG=(--path insert --pool 4 --warmup 0s --duration 60s)
}

teardown() {
    world_teardown
}

# interrupted_in_window SIGNAL…: a run in its measured window gets the signals
interrupted_in_window() {
    run_start "${LONG[@]}" --json "$WORLD/result.json" "${RUN_OPTIONS[@]}"
    run_is_writing "${RUN_OPTIONS[0]:+target}"
    local signal
    for signal in "$@"; do
        kill -"$signal" "$RUN"
    done
    run_ends 130
    run_says "interrupted"
    run_reports_part "interrupted: this is what was measured until then"
    json "$WORLD/result.json" '.interrupted and .verdict == "inconclusive"'
    json "$WORLD/result.json" '.cells[0] | .complete == false and .verified.ok
        and .rounds[0].rows > 0 and .verified.acknowledged_rows == .verified.found_rows'
    assert_nothing_left
}

@test "SIGINT while the throwaway server starts" {
    run_start "${LONG[@]}"
    has_begun() {
        compgen -G "$WORLD/pgwrite-*/data/postmaster.pid" >/dev/null
    }
    wait_until has_begun
    kill -INT "$RUN"
    run_ends 130
    run_says "interrupted while the throwaway server was starting"
    [ ! -s "$RUN_OUT.out" ]
    assert_nothing_left
}

@test "SIGTERM while the throwaway server starts" {
    run_start "${LONG[@]}"
    has_log() {
        compgen -G "$WORLD/pgwrite-*/log" >/dev/null
    }
    wait_until has_log
    kill -TERM "$RUN"
    run_ends 130
    run_says "interrupted"
    assert_nothing_left
}

@test "SIGINT while connections are made" {
    # Enough of them that they can be caught at it, and a warm-up that no one could sit through.
    run_start --path insert --pool 300 --warmup 60s --duration 60s --json "$WORLD/result.json"
    is_connecting() {
        [ "$(find "/proc/$RUN/fd" -lname 'socket:*' 2>/dev/null | wc -l)" -gt 10 ]
    }
    wait_until is_connecting
    kill -INT "$RUN"
    run_ends 130
    run_says "interrupted"
    [ ! -s "$RUN_OUT.out" ]
    [ ! -e "$WORLD/result.json" ]
    assert_nothing_left
}

@test "SIGTERM in the warm-up, on a target" {
    run_start --path insert --pool 4 --warmup 60s --duration 60s "${on_target[@]}"
    run_is_writing target
    kill -TERM "$RUN"
    run_ends 130
    run_says "interrupted"
    [ ! -s "$RUN_OUT.out" ]
    assert_target_clean
}

@test "SIGINT in the window" {
    RUN_OPTIONS=()
    interrupted_in_window INT
}

@test "SIGTERM in the window, on a target" {
    RUN_OPTIONS=("${on_target[@]}")
    interrupted_in_window TERM
    assert_target_clean
}

@test "signals that follow one another change nothing" {
    RUN_OPTIONS=()
    interrupted_in_window INT INT TERM INT
}

@test "SIGINT between two cells, on a target" {
    run_start --path insert --pool 3,4 --rows 10k --json "$WORLD/result.json" "${on_target[@]}"
    # Somebody who reads the first cell's table keeps the second cell from being set up.
    RUN_SERVER=$TARGET
    companion "$TARGET"
    reads_table() {
        find_schema || return
        : >"$WORLD/companion.out"
        tell "BEGIN; SELECT 'has rows' FROM $RUN_SCHEMA.events LIMIT 1; \\echo answered"
        wait_until grep -q answered "$WORLD/companion.out"
        grep -qx "has rows" "$WORLD/companion.out" && return
        tell "ROLLBACK;"
        return 1
    }
    wait_until reads_table
    setup_waits() {
        [ "$(sql "$TARGET" "SELECT count(*) FROM pg_stat_activity
            WHERE application_name = 'pgwrite' AND wait_event_type = 'Lock'
            AND query ~ 'DROP SCHEMA'")" = 1 ]
    }
    wait_until setup_waits
    kill -INT "$RUN"
    is_cleaning_up() {
        [ "$(sql "$TARGET" "SELECT count(*) FROM pg_stat_activity
            WHERE application_name = 'pgwrite' AND wait_event_type = 'Lock'
            AND query ~ '^DROP SCHEMA [^;]*$'")" = 1 ]
    }
    wait_until is_cleaning_up
    companion_ends
    run_ends 130
    run_says "interrupted"
    grep -q "✓" "$RUN_OUT.out"
    json "$WORLD/result.json" '.interrupted and .verdict == "inconclusive"'
    json "$WORLD/result.json" '[.cells[] | select(.complete)] | length == 1
        and (.[0].verified | .ok and .found_rows == 10000)'
    json "$WORLD/result.json" '[.cells[] | select(.complete | not)] | length == 1
        and .[0].rows_per_s.median == null'
    assert_target_clean
}

@test "SIGINT in a statement whose undoing takes the server long" {
    # The server tells of the cancelled statement, and is ready for the next one only after it has
    # removed the files of all these tables.
    cat >"$WORLD/schema.sql" <<'SQL'
CREATE TABLE events (id bigint);
DO $$ BEGIN FOR i IN 1..2000 LOOP
    EXECUTE format('CREATE TABLE t%s (a text)', i);
END LOOP; END $$;
SELECT pg_sleep(60);
SQL
    run_start --schema "$WORLD/schema.sql" --table events --path insert "${on_target[@]}"
    sleeps() {
        [ "$(sql "$TARGET" "SELECT count(*) FROM pg_stat_activity
            WHERE application_name = 'pgwrite' AND wait_event = 'PgSleep'")" = 1 ]
    }
    wait_until sleeps
    kill -INT "$RUN"
    run_ends 130
    run_says "interrupted"
    assert_target_clean
}

@test "SIGINT after the control connection was lost" {
    run_start --path insert --pool 4 --warmup 60s --duration 60s "${on_target[@]}"
    run_is_writing target
    sql "$TARGET" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'pgwrite'"
    kill -INT "$RUN"
    run_ends 130
    run_says "interrupted"
    assert_target_clean
}

@test "--keep after the control connection was lost" {
    run_start --path insert --pool 4 --warmup 60s --duration 60s --keep "${on_target[@]}"
    run_is_writing target
    sql "$TARGET" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'pgwrite'"
    kill -INT "$RUN"
    run_ends 130
    local comment
    comment=$(sql "$TARGET" "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace
        WHERE nspname = '$RUN_SCHEMA'")
    sql "$TARGET" "DROP SCHEMA $RUN_SCHEMA CASCADE"
    [ "$comment" = "pgwrite run ${RUN_SCHEMA#pgwrite_}, kept" ]
    assert_target_clean
}

@test "the throwaway postmaster is killed in mid-run" {
    run_start "${LONG[@]}" --json "$WORLD/result.json"
    run_is_writing
    kill -KILL "$(head -n 1 "$RUN_DIR/data/postmaster.pid")"
    run_ends 1
    run_says "ended with signal 9"
    grep -q "partial" "$RUN_OUT.out"
    json "$WORLD/result.json" '.interrupted == false and .verdict == "fail"'
    json "$WORLD/result.json" '.cells[0] | .complete == false and .rounds[0].rows > 0
        and .verified.found_rows == null and .verified.ok == null'
    assert_nothing_left
}

# terminated OPTION…: a run of which the server ends one session
terminated() {
    run_start --pool 4 --warmup 0s --duration 60s --json "$WORLD/result.json" "$@" "${on_target[@]}"
    run_is_writing target
    sql "$TARGET" "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name ~ '^pgwrite [0-9a-f]{8}$' LIMIT 1"
    run_ends 1
    run_says "terminating connection due to administrator command"
    run_reports_part "$2"
    json "$WORLD/result.json" '.verdict == "fail" and .cells[0].complete == false'
    json "$WORLD/result.json" '.cells[0].rounds[0] | .errors["57P01"] >= 1 and .rows > 0'
    json "$WORLD/result.json" '.cells[0].verified | .ok and .lost == 0 and .ambiguous_rows >= 1'
    assert_target_clean
}

@test "one connection of the pool is terminated" {
    terminated --path insert
}

@test "one connection of the pool is terminated with much on the way to it" {
    local path RUN_ROWS=5000
    for path in pipeline multirow copy-binary; do
        terminated --path "$path" --batch 1000
    done
}

# To be asked before anything is left behind on purpose.
can_clean() {
    [ "$(id -u)" = 0 ] || skip "needs root"
    unshare -m true 2>/dev/null || skip "no mount namespaces here"
}

# clean OPTION…: `pgwrite clean` with everybody else's left-overs out of sight, since with --yes
# it would remove them too. What stays of /tmp is WORLD, with the program and the target's socket.
clean() {
    mkdir -p "$WORLD/target"
    cp "$PGWRITE" "$WORLD/pgwrite"
    # shellcheck disable=SC2016 # for the inner shell
    run unshare -m sh -ec 'mount --bind "$1" "$0/target"
        mount --rbind "$0" /var/tmp
        mount -t tmpfs none /tmp
        mkdir "$0"
        mount --rbind /var/tmp "$0"
        mount -t tmpfs none /var/tmp
        shift
        exec "$0/pgwrite" clean "$@"' "$WORLD" "$TARGET" "$@"
    echo "$output"
}

@test "clean: nothing is left over" {
    can_clean
    clean --yes --kept "${in_clean[@]}"
    [ "$status" = 0 ]
    [ "$output" = "nothing is left over" ]
}

@test "SIGKILL leaves a server that clean finds; another run beside it is left alone" {
    can_clean
    run_start "${LONG[@]}"
    run_is_writing
    local beside=$RUN beside_out=$RUN_OUT killed
    OTHER_DIR=$RUN_DIR
    run_start "${LONG[@]}"
    run_is_writing
    kill -KILL "$RUN"
    wait_until process_gone "$RUN"
    killed=$(head -n 1 "$RUN_DIR/data/postmaster.pid")
    clean
    [ "$status" = 0 ]
    [ "${lines[0]}" = "server  $RUN_DIR, postgres runs as pid $killed" ]
    [ "${lines[1]}" = '`pgwrite clean --yes` removes what is listed' ]
    [ "${#lines[@]}" = 2 ]
    clean --yes
    [ "$status" = 0 ]
    [ "$output" = "server  $RUN_DIR, postgres runs as pid $killed: removed" ]
    [ ! -e "$RUN_DIR" ]
    process_gone "$killed"
    clean --yes
    [ "$output" = "nothing is left over" ]
    RUN=$beside RUN_OUT=$beside_out
    kill -INT "$RUN"
    run_ends 130
    run_reports_part "interrupted"
    assert_nothing_left
}

@test "SIGKILL leaves a schema that clean finds; another run's beside it is left alone" {
    can_clean
    run_start "${LONG[@]}" "${on_target[@]}"
    run_is_writing target
    local beside=$RUN beside_out=$RUN_OUT
    OTHER_SCHEMA=$RUN_SCHEMA
    run_start "${LONG[@]}" "${on_target[@]}"
    run_is_writing target
    kill -KILL "$RUN"
    # Its sessions find out by themselves.
    lists_schema() {
        "$PGWRITE" clean "${on_target[@]}" | grep -q "$RUN_SCHEMA"
    }
    wait_until lists_schema
    clean "${in_clean[@]}"
    [[ $output == *"schema  $RUN_SCHEMA on "* ]]
    [[ $output != *"$OTHER_SCHEMA"* ]]
    [[ $output == *'`pgwrite clean --yes` removes what is listed' ]]
    clean --yes "${in_clean[@]}"
    [ "$status" = 0 ]
    [[ $output == "schema  $RUN_SCHEMA on "*": removed" ]]
    [ "$(sql "$TARGET" "SELECT nspname FROM pg_namespace WHERE nspname ~ '^pgwrite'")" = \
        "$OTHER_SCHEMA" ]
    RUN=$beside RUN_OUT=$beside_out
    kill -INT "$RUN"
    run_ends 130
    run_reports_part "interrupted"
    assert_target_clean
}

@test "clean --kept takes what --keep left" {
    can_clean
    run_start --path insert --rows 10 --keep
    run_ends 0
    find_server
    grep -qF "psql -h $RUN_SERVER" "$RUN_OUT.err"
    [ "$(sql "$RUN_SERVER" 'SELECT 1')" = 1 ]
    clean --yes
    [ "$output" = "nothing is left over" ]
    clean --kept
    [[ ${lines[0]} == "server  $RUN_DIR, kept by --keep, postgres runs as pid "* ]]
    clean --kept --yes
    [[ $output == *": removed" ]]
    assert_nothing_left
}

@test "clean --kept takes a schema that --keep left, and plain clean does not" {
    can_clean
    run_start --path insert --rows 10 --keep "${on_target[@]}"
    run_ends 0
    RUN_SERVER=$TARGET
    find_schema
    grep -q "$RUN_SCHEMA" "$RUN_OUT.err"
    clean --yes "${in_clean[@]}"
    [ "$output" = "nothing is left over" ]
    [ "$(sql "$TARGET" "SELECT count(*) FROM $RUN_SCHEMA.events")" = 10 ]
    clean --kept "${in_clean[@]}"
    [[ ${lines[0]} == "schema  $RUN_SCHEMA on "*"kept by --keep"* ]]
    clean --kept --yes "${in_clean[@]}"
    [[ $output == *": removed" ]]
    assert_target_clean
}

# refute_writes WORD…: has to fail, since the caller has closed or filled its output
refute_writes() {
    local code=0
    "$PGWRITE" "$@" 2>"$WORLD/err" || code=$?
    [ "$code" = 1 ]
    [ "$(grep -c "^pgwrite: can't write to standard output" "$WORLD/err")" = 1 ]
}

@test "standard output that is full or closed is an error" {
    local words
    for words in "run --path insert --rows 10 ${on_target[*]}" \
        "run --path insert --rows 10 --json - ${on_target[*]}" \
        "list paths" "check events" "--version"; do
        # shellcheck disable=SC2086 # words
        refute_writes $words >/dev/full
        # shellcheck disable=SC2086
        refute_writes $words >&-
        # shellcheck disable=SC2086
        refute_writes $words <&- >&-
    done
    assert_target_clean
}

@test "--json to where nothing can be written: an error before any server, and no file" {
    mkdir "$WORLD/folder"
    run "$PGWRITE" run --rows 10 --json "$WORLD/missing/result.json" --pg-bin /nowhere
    [ "$status" = 2 ]
    [[ $output == "pgwrite: --json: can't write $WORLD/missing/result.json: No such file"* ]]
    run "$PGWRITE" run --rows 10 --json "$WORLD/folder" --pg-bin /nowhere
    [ "$status" = 2 ]
    [[ $output == "pgwrite: --json: can't write $WORLD/folder: Is a directory" ]]
    [ -z "$(ls -A "$WORLD/folder")" ]
}

@test "--json whose folder goes away: an error, and no file" {
    mkdir "$WORLD/folder"
    run_start "${LONG[@]}" --json "$WORLD/folder/result.json" "${on_target[@]}"
    run_is_writing target
    rmdir "$WORLD/folder"
    kill -INT "$RUN"
    run_ends 130
    grep -q "^pgwrite: --json: can't write $WORLD/folder/result.json: No such file" "$RUN_OUT.err"
    assert_target_clean
}

@test "--json to a device that is full: an error, and the device is still one" {
    # One of the test's own: a mistake would replace it.
    { mknod "$WORLD/full" c 1 7 && : >"$WORLD/full"; } 2>/dev/null ||
        skip "can't make a device here"
    run "$PGWRITE" run --path insert --rows 10 -q --json "$WORLD/full" "${on_target[@]}"
    [ "$status" = 1 ]
    [[ $output == *"--json: can't write $WORLD/full: No space left on device"* ]]
    [ -c "$WORLD/full" ]
    assert_target_clean
}

@test "--json replaces a file, follows a symlink, and writes into a pipe" {
    echo old >"$WORLD/old.json"
    ln -s old.json "$WORLD/link.json"
    mkfifo "$WORLD/pipe"
    local run=(run --path insert --rows 10 -q "${on_target[@]}")
    "$PGWRITE" "${run[@]}" --json "$WORLD/link.json"
    [ -L "$WORLD/link.json" ]
    json "$WORLD/old.json" '.format == "pgwrite/1"'
    timeout 30 cat "$WORLD/pipe" >"$WORLD/read.json" 3>&- &
    CHILDREN+=($!)
    "$PGWRITE" "${run[@]}" --json "$WORLD/pipe"
    wait "${CHILDREN[-1]}"
    json "$WORLD/read.json" '.format == "pgwrite/1"'
    [ "$(find "$WORLD" -name '*.json*' | wc -l)" = 3 ]
    assert_target_clean
}
