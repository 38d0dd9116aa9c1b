# Results that are read back: printed and written as the run itself did.

load helpers
load server

setup_file() {
    server_setup --max-connections 40
}

teardown_file() {
    server_teardown
}

setup() {
    cd "$WORLD"
    rm -f "$JSON"
}

# comes_back CODE WORKLOAD OPTION…: a run that ends with that code, and the same from its file
comes_back() {
    local code=$1 found=0
    shift
    timeout 60 "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --quiet --json "$JSON" "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || found=$?
    same "the exit code" "$found" "$code" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    "$PGWRITE" report --text "$JSON" >"$WORLD/text" || return
    diff "$WORLD/out" "$WORLD/text" || return
    "$PGWRITE" report "$JSON" --json - >"$WORLD/json" || return
    cmp "$JSON" "$WORLD/json"
}

@test "several cells and rounds" {
    comes_back 0 events --path insert,copy-text --pool 2 --rounds 2 --warmup 100ms --duration 700ms \
        --interval 200ms
}

@test "a mix with stages, users, gauges, faults, checks and thresholds" {
    cat >s.sql <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL);
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
table: t
columns: {id: {gen: serial}}
tables: {t: {rows: 100}}
steps:
  - {name: write, weight: 3, insert: t, path: multirow, batch: 2}
  - {name: read, weight: 1, select: t}
  - name: both
    weight: 1
    transaction: [{sql: "\n  UPDATE t SET a = a\n + 1 WHERE id = ${key t.id}"}, {pause: 1ms}]
stages:
  - {name: calm, for: 600ms, users: 3, think: 5ms..10ms}
  - {name: peak, for: 600ms, users: 9, ramp: linear, think: 1ms, thresholds: [avg(response) < 9s]}
tenants: [{name: small, limit: 1000/s}, {name: large, weight: 3}]
faults: [{do: cut, share: 2%}, {do: delay, share: 2%, for: 2ms}]
gauges: {depth: SELECT count(*) FROM t}
checks: [{name: nothing below, sql: SELECT 1 FROM t WHERE id < -5}]
thresholds: ['p99(response){stage: calm} < 9s', max(depth) < 1, 'errors{step: read} < 99%']
companions: [{do: lock, row: id = 1, hold: 50ms, every: 100ms}]
YAML
    comes_back 3 w.yaml --pool 4 --interval 200ms
}

@test "an open loop over an elastic pool, with thresholds" {
    printf '%s\n' 'CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL);' >s.sql
    printf '%s\n' 'schema: s.sql' 'columns: {id: {gen: serial}}' \
        'thresholds: [p95(response) < 9s, p99(lag) < 9s, achieved >= 1%, rows_per_s < 1]' >w.yaml
    comes_back 3 w.yaml --path prepared --pool 1..3 --rate 200/s --duration 700ms --warmup 100ms \
        --interval 200ms
}

@test "from a pipe, and an error for what is no result" {
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --quiet --json - events --pool 1 \
        --rows 100 >"$JSON"
    "$PGWRITE" report - --text <"$JSON" >"$WORLD/text"
    "$PGWRITE" report "$JSON" >"$WORLD/named"
    cmp "$WORLD/text" "$WORLD/named"
    head -c 500 "$JSON" >"$WORLD/cut.json"
    run "$PGWRITE" report "$WORLD/cut.json"
    [ "$status" = 2 ]
    [[ $output == *"cut.json:"*"no JSON"* ]]
}
