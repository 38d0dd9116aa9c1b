# Durations of lock waits from a real server's log. Times are compared with the sessions' own clocks,
# of which one ran longer than the wait and the other not as long.

load helpers
load server

setup_file() {
    server_setup --set log_line_prefix='%m [%p] %u@%d '
    server_field dir >"$WORLD/dir"
    sql "CREATE TABLE counters (id int PRIMARY KEY, n int NOT NULL);
         INSERT INTO counters VALUES (1, 0), (2, 0)"
}

teardown_file() {
    server_teardown
}

setup() {
    LOG=$(cat "$WORLD/dir")/log
    PIDS=() FDS=()
    session holder HOLDER HOLDER_PID
    session waiter WAITER WAITER_PID
}

teardown() {
    local fd pid
    for fd in "${FDS[@]}"; do
        exec {fd}>&-
    done
    for pid in "${PIDS[@]}"; do
        wait "$pid" || true
    done
    rm -f "$WORLD"/*.in "$WORLD"/*.out
}

# session NAME FD PID: a psql that reads what is written to its descriptor; PID is its backend's.
session() {
    mkfifo "$WORLD/$1.in"
    PGOPTIONS='-c log_lock_waits=on -c deadlock_timeout=10ms -c lc_messages=C' \
        "$BIN/psql" -X -q -A -t -h "$SOCKET" -U postgres -d postgres \
        <"$WORLD/$1.in" >"$WORLD/$1.out" 2>&1 3>&- &
    PIDS+=($!)
    local -n fd=$2 backend=$3
    exec {fd}>"$WORLD/$1.in"
    FDS+=("$fd")
    echo "SELECT pg_backend_pid();" >&"$fd"
    wait_until grep -q '[0-9]' "$WORLD/$1.out"
    backend=$(cat "$WORLD/$1.out")
}

# says NAME WORD: the session has printed it
says() {
    wait_until grep -q "$2" "$WORLD/$1.out"
}

# probe LOG PID…: marks the window's beginning; probe_ends marks its end: RESULT
probe() {
    mkfifo "$WORLD/probe.in"
    "$(build_dir)/tests/lock_log_probe" "$SOCKET" "$@" \
        <"$WORLD/probe.in" >"$WORLD/probe.out" 2>&1 3>&- &
    PROBE=$!
    PIDS+=("$PROBE")
    exec {PROBE_IN}>"$WORLD/probe.in"
    wait_until grep -q ready "$WORLD/probe.out"
}

probe_ends() {
    exec {PROBE_IN}>&-
    wait "$PROBE"
    RESULT=$WORLD/probe.out
    cat "$RESULT"
}

now_us() {
    echo "${EPOCHREALTIME/[.,]/}"
}

# one_wait HOLD WAIT: the waiter waits until the holder commits. WAIT_MIN and WAIT_MAX, in ms, are
# what it has waited at least and at most.
one_wait() {
    local start seen before
    before=$(grep -c "process $WAITER_PID still waiting" "$LOG") || true
    echo "BEGIN; $1; SELECT 'held';" >&"$HOLDER"
    says holder held
    start=$(now_us)
    echo "$2; SELECT 'got it';" >&"$WAITER"
    wait_until more_than "$before" "process $WAITER_PID still waiting"
    seen=$(now_us)
    # So long that the threshold is a small part of it.
    sql "SELECT pg_sleep(0.1)" >/dev/null
    WAIT_MIN=$((($(now_us) - seen) / 1000))
    echo "COMMIT;" >&"$HOLDER"
    says waiter 'got it'
    WAIT_MAX=$((($(now_us) - start) / 1000 + 1))
}

more_than() {
    [ "$(grep -c "$2" "$LOG")" -gt "$1" ]
}

# is_one_wait TYPE MODE RELATION STATEMENT: the result is this wait and no other.
is_one_wait() {
    local type mode relation statement waits total max
    same totals "$(sed -n 2p "$RESULT")" "1 0 0" || return
    same lines "$(wc -l <"$RESULT")" 3 || return
    IFS='|' read -r type mode relation statement waits total max < <(sed -n 3p "$RESULT")
    same kind "$type $mode $relation $statement $waits" "$1 $2 $3 $4 1" || return
    same longest "$max" "$total" || return
    echo "# $WAIT_MIN <= $total <= $WAIT_MAX" >&3
    [ "$WAIT_MIN" -le "$total" ] || return
    [ "$total" -le "$WAIT_MAX" ]
}

@test "a wait for a row: its time, its table, its statement" {
    probe "$LOG" "$WAITER_PID"
    one_wait "UPDATE counters SET n = 1 WHERE id = 1" \
        "UPDATE counters
            SET n = '2' WHERE id = 1"
    probe_ends
    is_one_wait transactionid ShareLock counters "UPDATE counters SET n = '…' WHERE id = 1;"
}

@test "a wait for a table: the OID in the message becomes a name" {
    probe "$LOG" "$WAITER_PID"
    one_wait "LOCK TABLE counters" "INSERT INTO counters VALUES (3, 0)"
    probe_ends
    is_one_wait relation RowExclusiveLock counters "INSERT INTO counters VALUES (3, 0);"
}

@test "waits for a key in flight and for an advisory lock" {
    probe "$LOG" "$WAITER_PID"
    one_wait "INSERT INTO counters VALUES (4, 0)" \
        "INSERT INTO counters VALUES (4, 1) ON CONFLICT (id) DO UPDATE SET n = 1"
    probe_ends
    same totals "$(sed -n 2p "$RESULT")" "1 0 0"
    # 15 waits for the transaction; which lock it is, is the server's affair.
    grep -q -E '^(transactionid|spectoken)\|ShareLock\|' "$RESULT"
    rm "$WORLD/probe.in"
    : >"$WORLD/holder.out"
    : >"$WORLD/waiter.out"
    probe "$LOG" "$WAITER_PID"
    one_wait "SELECT pg_advisory_xact_lock(7)" "SELECT pg_advisory_lock(7)"
    probe_ends
    is_one_wait advisory ExclusiveLock "" "SELECT pg_advisory_lock(7);"
}

@test "the waits of others, and those before and after the window, do not count" {
    one_wait "UPDATE counters SET n = 1 WHERE id = 1" "UPDATE counters SET n = 2 WHERE id = 1"
    probe "$LOG" "$HOLDER_PID"
    : >"$WORLD/holder.out"
    : >"$WORLD/waiter.out"
    one_wait "UPDATE counters SET n = 1 WHERE id = 1" "UPDATE counters SET n = 2 WHERE id = 1"
    probe_ends
    same result "$(cat "$RESULT")" "ready
0 0 0"
    rm "$WORLD/probe.in"
    probe "$LOG" "$HOLDER_PID" "$WAITER_PID"
    probe_ends
    same result "$(cat "$RESULT")" "ready
0 0 0"
}

@test "a deadlock and a cancelled wait are unfinished" {
    probe "$LOG" "$WAITER_PID" "$HOLDER_PID"
    echo "BEGIN; UPDATE counters SET n = 1 WHERE id = 1; SELECT 'held';" >&"$HOLDER"
    echo "BEGIN; UPDATE counters SET n = 1 WHERE id = 2; SELECT 'held';" >&"$WAITER"
    says holder held
    says waiter held
    echo "UPDATE counters SET n = 1 WHERE id = 1; COMMIT; SELECT 'over';" >&"$WAITER"
    wait_until grep -q "process $WAITER_PID still waiting" "$LOG"
    echo "UPDATE counters SET n = 1 WHERE id = 2; COMMIT; SELECT 'over';" >&"$HOLDER"
    says holder over
    says waiter over
    grep -q 'deadlock detected' "$WORLD/holder.out"
    echo "BEGIN; UPDATE counters SET n = 1 WHERE id = 1; SELECT 'again';" >&"$HOLDER"
    says holder again
    echo "SET lock_timeout = '50ms'; UPDATE counters SET n = 1 WHERE id = 1; SELECT 'late';" \
        >&"$WAITER"
    says waiter late
    grep -q 'due to lock timeout' "$WORLD/waiter.out"
    probe_ends
    # The deadlock let the waiter through.
    same totals "$(sed -n 2p "$RESULT")" "1 2 1"
    same kinds "$(wc -l <"$RESULT")" 3
}

@test "a server that collects its log reads it for us, also when it begins a new file" {
    local other first
    "$(build_dir)/tests/throwaway_probe" --set logging_collector=on keep >"$WORLD/other" 3>&-
    other=$(sed -n 's/^dir=//p' "$WORLD/other")
    SOCKET=$(sed -n 's/^socket=//p' "$WORLD/other")
    sql "CREATE TABLE counters AS SELECT 1 AS id, 0 AS n; CREATE ROLE reader LOGIN"
    session holder2 HOLDER HOLDER_PID
    session waiter2 WAITER WAITER_PID
    first=$other/data/$(sql "SELECT pg_current_logfile()")
    LOG=$first
    probe - "$WAITER_PID"
    for name in holder waiter; do
        ln -f -s "$WORLD/${name}2.out" "$WORLD/$name.out"
    done
    one_wait "UPDATE counters SET n = 1" "UPDATE counters SET n = 2"
    wait_until more_than 0 "process $WAITER_PID acquired"
    wait_until rotated "$first"
    LOG=$other/data/$(sql "SELECT pg_current_logfile()")
    : >"$WORLD/holder2.out"
    : >"$WORLD/waiter2.out"
    one_wait "UPDATE counters SET n = 1" "UPDATE counters SET n = 2"
    wait_until more_than 0 "process $WAITER_PID acquired"
    probe_ends
    same totals "$(sed -n 2p "$RESULT")" "2 0 0"
    grep -q '^transactionid|ShareLock|counters|UPDATE counters SET n = 2;|2|' "$RESULT"

    # What is missing is said.
    says_error "the role may not read the server's log" env ROLE=reader
    sql "GRANT EXECUTE ON FUNCTION pg_current_logfile(text), pg_stat_file(text, boolean),
         pg_read_binary_file(text, bigint, bigint, boolean) TO reader"
    ROLE=reader "$(build_dir)/tests/lock_log_probe" "$SOCKET" - 0 </dev/null
    sql "ALTER SYSTEM SET log_destination = 'csvlog'"
    sql "SELECT pg_reload_conf()"
    wait_until shows_csvlog
    says_error 'log_destination is "csvlog", and only the form stderr is understood'
}

# says_error TEXT [COMMAND…]: the probe fails with it
says_error() {
    local text=$1 code=0
    shift
    "$@" "$(build_dir)/tests/lock_log_probe" "$SOCKET" - 0 </dev/null >"$WORLD/error.out" 2>&1 ||
        code=$?
    cat "$WORLD/error.out"
    [ "$code" = 1 ] || return
    grep -q -F "$text" "$WORLD/error.out" || return
    grep -q '^ *hint: ' "$WORLD/error.out"
}

# Files are named by the second, so that it can take more than one try.
rotated() {
    sql "SELECT pg_rotate_logfile()" >/dev/null
    [ "$1" != "${1%/log/*}/$(sql "SELECT pg_current_logfile()")" ]
}

shows_csvlog() {
    [ "$(sql "SHOW log_destination")" = csvlog ]
}

@test "without a collector the log is out of reach but for a file" {
    says_error "logging_collector is off"
    "$(build_dir)/tests/lock_log_probe" "$SOCKET" "$LOG" 0 </dev/null
    refute "$(build_dir)/tests/lock_log_probe" "$SOCKET" "$WORLD" 0 </dev/null
    refute "$(build_dir)/tests/lock_log_probe" "$SOCKET" "$WORLD/none" 0 </dev/null
}
