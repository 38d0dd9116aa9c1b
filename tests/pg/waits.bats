# The sampler of waits, driven by sampler_probe, with sessions of psql that stand in each other's way.

load helpers
load server

setup_file() {
    server_setup --max-connections 16 --set max_prepared_transactions=2 --set autovacuum=off
    sql "CREATE TABLE a (id int PRIMARY KEY, n int); INSERT INTO a VALUES (1, 0), (2, 0);
         CREATE TABLE b (id int); CREATE TABLE grow (t text);
         CREATE ROLE plain LOGIN; GRANT SELECT, UPDATE ON a TO plain"
}

teardown_file() {
    server_teardown
}

setup() {
    CHILDREN=()
    declare -gA SESSION_IN=()
    OUT=$WORLD/probe
}

teardown() {
    local name pid
    for name in "${!SESSION_IN[@]}"; do
        hang_up "$name"
    done
    for pid in "${CHILDREN[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    wait_until nobody_else
    sql "DROP TABLE IF EXISTS temporary" 2>/dev/null
}

# No session but the one that asks.
nobody_else() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'")" = 1 ]
}

# session NAME [ROLE]: a psql with that application_name; `tell NAME SQL` gives it statements.
session() {
    rm -f "$WORLD/$1.in"
    mkfifo "$WORLD/$1.in"
    PGAPPNAME=$1 "$BIN/psql" -X -q -A -t -h "$SOCKET" -U "${2:-postgres}" -d postgres \
        <"$WORLD/$1.in" >"$WORLD/$1.out" 2>&1 3>&- &
    CHILDREN+=($!)
    local fd
    exec {fd}>"$WORLD/$1.in"
    SESSION_IN[$1]=$fd
}

tell() {
    echo "$2;" >&"${SESSION_IN[$1]}"
}

hang_up() {
    local fd=${SESSION_IN[$1]}
    exec {fd}>&-
    unset "SESSION_IN[$1]"
}

# The session of that name has that state and waits for a lock or not (t, f).
is_in() {
    [ "$(sql "SELECT state || ' ' || (wait_event_type IS NOT DISTINCT FROM 'Lock')::text
        FROM pg_stat_activity WHERE application_name = '$1'")" = "$2 $3" ]
}

# told NAME SQL STATE: tells it, and waits until it is in that state and waits for no lock
told() {
    tell "$1" "$2"
    wait_until is_in "$1" "$3" false
}

blocked() {
    tell "$1" "$2"
    wait_until is_in "$1" active true
}

# probe APPLICATION [ROLE]: starts a sampler of those sessions; intervals of 100 ms
probe() {
    rm -f "$WORLD/probe.in"
    mkfifo "$WORLD/probe.in"
    "$(build_dir)/tests/sampler_probe" "$SOCKET" "$(server_field port)" "${2:-postgres}" "$1" 100 \
        <"$WORLD/probe.in" >"$OUT" 2>"$OUT.err" 3>&- &
    PROBE=$!
    CHILDREN+=("$PROBE")
    exec {PROBE_IN}>"$WORLD/probe.in"
    ANSWERS=0
    answer
}

# The next line that it prints: ANSWER
answer() {
    wait_until has_answered
    ANSWERS=$((ANSWERS + 1))
    ANSWER=$(sed -n "${ANSWERS}p" "$OUT")
}

has_answered() {
    [ "$(wc -l <"$OUT")" -gt "$ANSWERS" ] || process_gone "$PROBE"
}

ask() {
    echo "$1" >&"$PROBE_IN"
    answer
}

# observe INTERVALS: a measured window that long
observe() {
    ask start
    ask begin
    ask "intervals $1"
    ask end
}

close_probe() {
    local code=0
    exec {PROBE_IN}>&-
    wait "$PROBE" || code=$?
    cat "$OUT" "$OUT.err"
    [ "$code" = 0 ]
}

# saw NAME: what the probe printed for it
saw() {
    sed -n "s/^$1=//p" "$OUT"
}

# is NAME VALUE
is() {
    same "$1" "$(saw "$1")" "$2"
}

# holds EXPRESSION: of awk, true
holds() {
    awk "BEGIN { exit !($1) }" || {
        echo "does not hold: $1" >&2
        return 1
    }
}

lsn() {
    sql "SELECT pg_current_wal_insert_lsn() - '0/0'"
}

@test "a chain of three: blocker, root, depth, mode, relation" {
    session root
    session middle
    session ours
    told root "BEGIN; LOCK TABLE a IN SHARE MODE" "idle in transaction"
    told middle "BEGIN; LOCK TABLE b" "idle in transaction"
    blocked middle "UPDATE a
        SET n = 1"
    blocked ours "SELECT count(*) FROM b"
    probe ours
    observe 3
    close_probe
    is locks 1
    is lock.0.locktype relation
    is lock.0.mode AccessShareLock
    is lock.0.relation public.b
    is lock.0.statement "SELECT count(*) FROM b;"
    is lock.0.depth 2
    is lock.0.seen 1
    is lock.0.blocker.application middle
    is lock.0.blocker.state active
    [[ $(saw lock.0.blocker.statement) == "UPDATE a SET n = 1"* ]]
    is lock.0.root.application root
    is lock.0.root.state "idle in transaction"
    is lock.0.root.statement "LOCK TABLE a IN SHARE MODE;"
    # It waited all the time, and nothing else did.
    is lock_share 1.000000000
    is part.lock 1.000000000
    is event.Lock:relation 1.000000000
    is sessions 1.000000
    same "time of the kind" "$(saw lock.0.time_s)" "$(saw lock_time_s)"
    same "longest" "$(saw lock.0.max_ms)" "$(saw lock_max_ms)"
    # The wait began before the window; from 14 on the server says when.
    [ "$(sql "SHOW server_version_num")" -lt 140000 ] || holds "$(saw lock_max_ms) >= 300"
    holds "$(saw lock_max_ms) > 0"
    is others_hidden 0
}

@test "who waits for a row names its table" {
    session root
    session first
    session ours
    told root "BEGIN; UPDATE a SET n = 1 WHERE id = 1" "idle in transaction"
    blocked ours "UPDATE a SET n = 2 WHERE id = 1"
    probe ours
    observe 2
    close_probe
    is lock.0.locktype transactionid
    is lock.0.mode ShareLock
    is lock.0.relation public.a
    is lock.0.depth 1
    is lock.0.root.application root
    is lock.0.blocker.application root
}

@test "a queue for a row: whom the first one waits for is everybody's root" {
    session root
    session first
    session ours
    told root "BEGIN; UPDATE a SET n = 1 WHERE id = 1" "idle in transaction"
    blocked first "UPDATE a SET n = 2 WHERE id = 1"
    blocked ours "UPDATE a SET n = 3 WHERE id = 1"
    probe ours
    observe 2
    close_probe
    is lock.0.locktype tuple
    is lock.0.mode ExclusiveLock
    is lock.0.relation public.a
    is lock.0.depth 2
    is lock.0.blocker.application first
    is lock.0.root.application root
}

@test "a prepared transaction stands in the way" {
    sql "BEGIN; UPDATE a SET n = 1 WHERE id = 2; PREPARE TRANSACTION 'p'"
    session ours
    blocked ours "UPDATE a SET n = 2 WHERE id = 2"
    probe ours
    observe 2
    sql "ROLLBACK PREPARED 'p'"
    close_probe
    is lock.0.root.statement "a prepared transaction"
    is lock.0.depth 1
}

@test "the parts of the time add up, and so do the waits" {
    local i
    for i in 1 2 3 4; do
        session "ours$i"
        tell "ours$i" "SET application_name = 'ours'"
    done
    tell ours1 "SELECT pg_sleep(60)"
    tell ours2 "BEGIN; LOCK TABLE b"
    tell ours3 "DO 'BEGIN LOOP END LOOP; END'"
    wait_until same_states "active:1,active:Timeout,idle in transaction:Client,idle:Client"
    probe ours
    observe 3
    close_probe
    sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'ours'" >/dev/null
    is sessions 4.000000
    is parts 1.000000
    is events 1.000000
    is part.other 0.250000000
    is part.in_transaction 0.250000000
    is part.client 0.250000000
    is part.cpu 0.250000000
    is event.CPU:running 0.250000000
    is event.Client:ClientRead 0.500000000
    is lock_share 0.000000000
    is locks 0
    is lock_max_ms 0.000
}

same_states() {
    [ "$(sql "SELECT string_agg(s, ',' ORDER BY s COLLATE \"C\") FROM (
        SELECT state || ':' || coalesce(wait_event_type, '1') FROM pg_stat_activity
        WHERE application_name = 'ours') AS x (s)")" = "$1" ]
}

@test "without a session nothing is valid" {
    probe nobody
    observe 2
    close_probe
    is valid 0
    is sessions 0.000000
    holds "$(saw samples) > 0"
}

@test "what lies outside the window is on the time line alone" {
    session root
    session ours
    told root "BEGIN; LOCK TABLE b" "idle in transaction"
    blocked ours "SELECT count(*) FROM b"
    probe ours
    ask start
    ask "intervals 2"
    ask live
    [[ $ANSWER == "lock_share=1.000000 "* ]]
    told root "COMMIT" idle
    wait_until is_in ours idle false
    ask "intervals 1"
    ask begin
    ask "intervals 2"
    ask end
    told root "BEGIN; LOCK TABLE b" "idle in transaction"
    blocked ours "SELECT count(*) FROM b"
    ask "intervals 1"
    close_probe
    is valid 1
    is part.client 1.000000000
    is lock_time_s 0.000000000
    is locks 0
    holds "$(saw series.locked_s) >= 0.3"
    holds "$(saw series.session_s) >= $(saw series.locked_s) + 0.2"
}

@test "the WAL of the intervals adds up to the difference of positions" {
    local before quiet written after
    before=$(lsn)
    probe nobody
    ask start
    ask "intervals 1"
    quiet=$(lsn)
    sql "INSERT INTO grow SELECT repeat('x', 1000) FROM generate_series(1, 20000)"
    written=$(lsn)
    close_probe
    after=$(lsn)
    holds "$written - $quiet > 20000000"
    holds "$(saw series.wal_bytes) >= $written - $quiet - 1"
    holds "$(saw series.wal_bytes) <= $after - $before + 1"
}

@test "a checkpoint is seen to begin and to be done" {
    probe nobody
    ask start
    ask "intervals 4"
    ask live
    [[ $ANSWER == *" begun=0 done=0" ]]
    sql "CHECKPOINT"
    wait_until live_ends_in " begun=1 done=1"
    close_probe
    is series.begun 1
    is series.done 1
}

live_ends_in() {
    ask live || return
    [[ $ANSWER == *"$1" ]]
}

@test "sampling has a price, and it is known" {
    session ours
    wait_until is_in ours idle false
    probe ours
    observe 5
    close_probe
    is cost_exact 1
    holds "$(saw cost_share) > 0"
    holds "$(saw samples) >= 2"
    holds "$(saw interval_ms) > 0"
}

@test "a role that may not read others' sessions sees its own" {
    session root
    session ours plain
    told root "BEGIN; UPDATE a SET n = 1 WHERE id = 1" "idle in transaction"
    blocked ours "UPDATE a SET n = 2 WHERE id = 1"
    probe ours plain
    observe 2
    close_probe
    is others_hidden 1
    is lock_share 1.000000000
    is lock.0.relation public.a
    is lock.0.root.statement ""
    is lock.0.root.state ""
    is lock.0.root.application root
}

@test "what the role may not ask stays unknown" {
    sql "REVOKE EXECUTE ON FUNCTION pg_control_checkpoint() FROM PUBLIC;
         REVOKE SELECT ON pg_stat_bgwriter FROM PUBLIC"
    [ "$(sql "SELECT to_regclass('pg_stat_checkpointer') IS NULL")" = t ] ||
        sql "REVOKE SELECT ON pg_stat_checkpointer FROM PUBLIC"
    probe nobody plain
    ask start
    ask "intervals 2"
    ask live
    [[ $ANSWER == *" begun=-1 done=-1" ]]
    close_probe
    holds "$(saw series.wal_bytes) >= 0"
}

@test "the sampler's connection is lost: it says so, and gives what it saw" {
    session ours
    wait_until is_in ours idle false
    probe ours
    ask start
    ask begin
    ask "intervals 1"
    sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'pgwrite sampler'" >/dev/null
    wait_until sampler_is_gone
    refute close_probe
    grep -q "terminating connection" "$OUT.err"
    is valid 1
    is part.client 1.000000000
}

sampler_is_gone() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity
        WHERE application_name = 'pgwrite sampler'")" = 0 ]
}
