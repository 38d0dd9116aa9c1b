# `pgwrite size` against servers of which it is known what they can take: data/known_capacity.sql.

load helpers
load server

setup_file() {
    # What is found here is the trigger's. Commits shall not wait for the disk.
    server_setup --max-connections 100 --set synchronous_commit=off
    sql "ALTER SYSTEM SET application_name = 'it''s mine'"
    sql "SELECT pg_reload_conf()" >/dev/null
    settings >"$WORLD/before"
}

teardown_file() {
    server_teardown
}

setup() {
    CHILDREN=()
    on_server=(-h "$SOCKET" -U postgres -d postgres)
    # Far above what a queue of arrivals makes of it below the capacity: what fails is the queue.
    short=(--path insert --batches off --fsync-probe off --slo 'p99(response) < 300ms')
}

teardown() {
    local pid
    for pid in "${CHILDREN[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

settings() {
    sort "$(server_field dir)/data/postgresql.auto.conf"
    sql "SELECT name, setting FROM pg_settings WHERE source <> 'session' ORDER BY name"
}

as_before() {
    settings | diff "$WORLD/before" - || return
    assert_no_schema
}

# slots COUNT SECONDS: a server of so many slots, each held for so long; 0: as many as connections
slots() {
    sed "s/hold_slot('8', '0.020')/hold_slot('$1', '$2')/" \
        "$BATS_TEST_DIRNAME/data/known_capacity.sql" >"$WORLD/slots.sql"
    grep -qF "hold_slot('$1', '$2')" "$WORLD/slots.sql" || return
    short+=(--schema "$WORLD/slots.sql")
}

# size CODE OPTION…: ends with this exit code, within its budget, and with a whole result
size() {
    local expected=$1 code=0
    shift
    "$PGWRITE" size --quiet --json "$JSON" "${short[@]}" "$@" >"$WORLD/out" 2>"$WORLD/err" || code=$?
    cat "$WORLD/out" "$WORLD/err"
    same "exit code" "$code" "$expected" || return
    as_schema_says size "$JSON" || return
    reads_back "$JSON" "$WORLD/out" || return
    # What is begun is ended: one round at most, and the end of the server.
    found '.seconds <= .budget_s + 10'
}

# found FILTER…: jq says true about the last result
found() {
    local filter
    for filter in "$@"; do
        jq -e "$filter" "$JSON" >/dev/null || {
            echo "does not hold: $filter" >&2
            jq -c '.phases, .warnings, (.size | .fit, .pool, .capacity, .answer,
                (.levels[] | [.pool, .commits_per_s, .littles_law]),
                (.probes[] | [.point.rate_per_s, .point.commits_per_s, .achieved, .lag_growth_s,
                              .verdict, .why]))' "$JSON" >&2
            return 1
        }
    done
}

# known PER_S POOL: the pool is this one, and what held and what did not enclose the capacity. Probes are
# short here, and the number of arrivals in one, and with it the rate that it offers, is a matter of
# chance: of n arrivals to within 1/√n. So both edges may be 15 % off; a search that takes minutes finds
# them within 5 % (docs/size.md).
known() {
    found ".size.pool.connections == $2" '.size.capacity | .per_s == .low_per_s' \
        ".size.capacity | .low_per_s <= 1.05 * $1 and .low_per_s >= 0.85 * $1" \
        ".size.capacity | .high_per_s >= 0.95 * $1 and .high_per_s <= 1.15 * $1"
}

# 12 slots of 8 ms: 1,500 rows a second, by 12 connections.
finds_slots() {
    size 4 "${on_server[@]}" --pool 1,6,12,36 --duration 2s --warmup 200ms --budget 55s \
        --need 50M/day --peak 1.2x --seed "$try" || return
    known 1500 12 || return
    # More than 12 connections wait for each other.
    found '.size.pool.cause | .limit == "lock" and (.evidence | test("advisory"))'
}

@test "the pool and the capacity of a server of known capacity are found, and what limits it" {
    slots 12 0.008
    within_tries 3 finds_slots
    found '.size.pool | .given == false and .edge == false' '.size.fit.used == false' \
        '[.size.levels[] | .littles_law | select(. != null) | . - 1 | fabs <= 0.02] | all'
    # A need of 694/s fits, but nothing here was long enough for two checkpoints.
    found '.size.answer | .fits == "fits" and .headroom > 1.8 and .headroom < 2.3
            and (.needed_per_s - 694.4 | fabs < 0.1)' \
        '.size.capacity | .confirmed == false and (.unconfirmed | length > 0)' \
        '.size.requirements | .connections == 12 and .wal_bytes_per_s > 0' \
        '.size.prediction == null or .size.prediction.capacity_per_s == null'
    as_before
    broken "$JSON" '.new = 1' "result.new: not in the schema"
    broken "$JSON" 'del(.size.capacity)' "result.size: no capacity"
    broken "$JSON" '.study = "sized"' "result.study: sized, not size"
}

# 8 connections that all sleep 10 ms a row: 800 rows a second, by whatever is their number.
finds_pool() {
    size 3 --throwaway --present synchronous_commit=off --pool 8 --budget 27s --need 1000/s \
        --seed "$try" || return
    known 800 8
}

@test "a need that does not fit ends with exit code 3, and it is said what is short" {
    slots 0 0.010
    within_tries 3 finds_pool
    found '.size.pool.given' '.size.capacity.cause.limit | . == "statement" or . == "pool"' \
        '.size.answer | .fits == "short" and .headroom < 1
            and (.short_of | test("1,000 rows/s are needed"))' \
        '.server.throwaway and .server.durability == "async-commit"'
    told '1,000'
    same "the folders left" "$(world_folders)" "$(server_field dir)"
}

# The run's schema is made anew for each round: so many have been begun
rounds_begun() {
    sql "SELECT oid FROM pg_namespace WHERE nspname LIKE 'pgwrite\_%'" >>"$WORLD/oids"
    (($(sort -u "$WORLD/oids" | grep -c .) >= $1)) || process_gone "$SIZE"
}

@test "Ctrl-C in the middle tells what was found so far" {
    slots 12 0.008
    "$PGWRITE" size --quiet --json "$JSON" "${short[@]}" "${on_server[@]}" --pool 3,12 --budget 10m \
        --duration 300ms --warmup 100ms --need 1M/day >"$WORLD/out" 2>"$WORLD/err" </dev/null 3>&- &
    SIZE=$!
    CHILDREN+=("$SIZE")
    wait_until rounds_begun 5
    kill -INT "$SIZE"
    code=0
    wait "$SIZE" || code=$?
    cat "$WORLD/out" "$WORLD/err"
    same "exit code" "$code" 130
    as_schema_says size "$JSON"
    found .interrupted '.size.levels | length >= 2' '.size.levels[0].commits_per_s > 0' \
        '.size.answer.fits == "undecided"' '.size.capacity.confirmed == false'
    as_before
}
