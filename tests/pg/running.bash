# Runs of pgwrite in the background, watched from outside. Load it after helpers, call world_setup
# first.
#
# A run works on a throwaway server of its own in WORLD, or on the target that a file shares:
# target_start in setup_file, target_stop in teardown_file.

# The program under test. A test reads a run's figures with `json`.
PGWRITE=${PGWRITE:-$(build_dir)/pgwrite}

# target_start [SETTING=VALUE…]: a server that outlives the tests of one file.
target_start() {
    local word options=()
    for word in "$@"; do
        options+=(--set "$word")
    done
    export TARGET_WORLD
    TARGET_WORLD=$(mktemp -d /tmp/pgw-target-XXXXXX)
    chmod 1777 "$TARGET_WORLD"
    TMPDIR=$TARGET_WORLD "$(build_dir)/tests/throwaway_probe" --max-connections 64 \
        "${options[@]}" start-and-wait >"$TARGET_WORLD/out" 2>"$TARGET_WORLD/err" 3>&- &
    echo $! >"$TARGET_WORLD/pid"
    wait_until grep -q ready=1 "$TARGET_WORLD/out"
    export TARGET BIN
    TARGET=$(sed -n 's/^socket=//p' "$TARGET_WORLD/out")
    BIN=$(sed -n 's/^bin=//p' "$TARGET_WORLD/out")
}

target_stop() {
    local pid
    pid=$(cat "$TARGET_WORLD/pid")
    kill -INT "$pid"
    wait_until process_gone "$pid"
    rm -rf "$TARGET_WORLD"
}

# sql SOCKET QUERY: one value, or lines with | between the values
sql() {
    "$BIN/psql" -X -q -A -t -h "$1" -U postgres -d postgres -c "$2" 2>/dev/null
}

# run_start OPTION…: `pgwrite run` in the background; RUN is its process.
run_start() {
    RUN_OUT=$WORLD/run-$((++RUNS))
    "$PGWRITE" run "$@" >"$RUN_OUT.out" 2>"$RUN_OUT.err" </dev/null 3>&- &
    RUN=$!
    CHILDREN+=("$RUN")
}

on_target=(-h "${TARGET:-}" -U postgres -d postgres)

# run_ends CODE: waits for the run and compares its exit code
run_ends() {
    local code=0
    wait "$RUN" || code=$?
    cat "$RUN_OUT.out" "$RUN_OUT.err"
    echo "exit code $code"
    [ "$code" = "$1" ]
}

# The run has one error, and it says this.
run_says() {
    local said
    said=$(grep '^pgwrite: ' "$RUN_OUT.err" | grep -v -e '^pgwrite: warning: ' -e ': writes to ')
    [[ $said == *"$1"* && $said != *$'\n'* ]]
}

# What the run measured until it was stopped is reported and marked as a part.
run_reports_part() {
    grep -q "✓ partial" "$RUN_OUT.out"
    grep -q "$1" "$RUN_OUT.out"
}

# The throwaway server's folder and socket, once it answers: RUN_DIR, RUN_SERVER.
find_server() {
    local dir
    [ -n "${BIN:-}" ] || find_bin || return
    for dir in "$WORLD"/pgwrite-*; do
        [ "$dir" != "${OTHER_DIR:-}" ] || continue
        RUN_DIR=$dir RUN_SERVER=$dir/socket
        [ "$(sql "$RUN_SERVER" 'SELECT 1')" = 1 ] && return
    done
    return 1
}

# BIN, where no target has told it.
find_bin() {
    local dir
    for dir in "$WORLD"/pgwrite-*; do
        BIN=$(sed -n 's/^bin //p' "$dir/pgwrite.marker" 2>/dev/null)
        [ -z "$BIN" ] || return 0
    done
    return 1
}

# The schema of a run on the target. RUN_SCHEMA
find_schema() {
    RUN_SCHEMA=$(sql "$RUN_SERVER" "SELECT nspname FROM pg_namespace
        WHERE nspname ~ '^pgwrite_' AND nspname <> '${OTHER_SCHEMA:-}'")
    [ -n "$RUN_SCHEMA" ]
}

# Rows are committed, and more of them (RUN_ROWS) than the pool can have in flight, so that some are
# acknowledged too.
is_writing() {
    [ "$(sql "$RUN_SERVER" "SELECT count(*) > 0 FROM pg_stat_activity
        WHERE application_name ~ '^pgwrite [0-9a-f]{8}$' AND query ~ '^(INSERT|COPY)'
        AND (SELECT count(*) FROM $RUN_SCHEMA.events) > ${RUN_ROWS:-100}")" = t ]
}

# A run makes its schema once to check the plan, and again for each round.
finds_writing() {
    find_schema && is_writing
}

# run_is_writing [target]: waits until it does, on its own server or on the target.
run_is_writing() {
    if [[ ${1:-} == target ]]; then
        RUN_SERVER=$TARGET
    else
        wait_until find_server
    fi
    wait_until finds_writing
}

# No schema of a run is left on the target, and no session of one.
assert_target_clean() {
    [ -z "$(sql "$TARGET" "SELECT nspname FROM pg_namespace WHERE nspname ~ '^pgwrite'")" ]
    wait_until target_is_quiet
}

target_is_quiet() {
    [ "$(sql "$TARGET" "SELECT count(*) FROM pg_stat_activity
        WHERE application_name ~ '^pgwrite'")" = 0 ]
}

# companion SERVER: a session of somebody else's; `tell SQL` gives it statements.
companion() {
    mkfifo "$WORLD/companion"
    "$BIN/psql" -X -q -A -t -h "$1" -U postgres -d postgres <"$WORLD/companion" \
        >"$WORLD/companion.out" 2>&1 3>&- &
    CHILDREN+=($!)
    exec {COMPANION}>"$WORLD/companion"
}

tell() {
    echo "$1" >&"$COMPANION"
}

companion_ends() {
    exec {COMPANION}>&-
}

# json FILE EXPRESSION: must hold
json() {
    jq -e "$2" "$1" >/dev/null || {
        echo "does not hold: $2" >&2
        jq 'del(.. | .histograms?)' "$1" >&2
        return 1
    }
}

# Sanitizers have their own memory and their own pace.
is_sanitized() {
    grep -q -e __asan_init -e __tsan_init "$PGWRITE"
}
