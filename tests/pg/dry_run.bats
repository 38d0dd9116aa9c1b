# `--dry-run`: what a run would be, and whether the server has room for it; what `check` shows of a
# workload's sections; and what thresholds and `--quick` make of a run's exit code.

load helpers
load server

setup_file() {
    server_setup --max-connections 8
}

teardown_file() {
    server_teardown
}

setup() {
    cd "$WORLD"
    echo 'CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL, b text NOT NULL);' >s.sql
    printf '%s\n' 'schema: s.sql' 'columns: {b: {gen: text, min: 100, max: 100}}' \
        'load: {path: multirow, batch: 10, pool: 2, ceiling: 1s}' >w.yaml
}

teardown() {
    drop_kept
}

# plan ARGUMENT…: a dry run on the server, that leaves nothing
plan() {
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --dry-run "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    assert_no_schema
}

# refused PATTERN ARGUMENT…: a dry run that ends with exit code 2 and says so
refused() {
    local pattern=$1 code=0
    shift
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --dry-run "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || code=$?
    same "the exit code" "$code" 2 || return
    told "$pattern" err || return
    same "the plan" "$(cat "$WORLD/out")" "" || return
    assert_no_schema
}

@test "a rate: commits, rows and time" {
    plan w.yaml --rate 500/s --duration 10s --warmup 2s --pool 2,4 --rounds 3
    told '^workload +w, open loop, Poisson arrivals$'
    told '^ window \| +500 \| 10 s \| +5,000$'
    # 2 cells: 3 rounds of 12 s, and a ceiling; warm-ups write too.
    told '^run +2 cells, 3 rounds: 1 min 14 s of load$'
    told '^rows +360,000 at most, about [0-9]+ B each'
    told '^connections 7 at most; the server has [0-9]+: 0 reserved, [0-9]+ in use$'
    told '^disk +[0-9.]+ [MGT]B free'
    plan w.yaml --rate 500/s --arrival uniform
    told 'open loop, uniform arrivals$'
}

@test "users: one commit a think time" {
    plan w.yaml --users 100 --think 1s..3s --duration 10s --warmup 0
    told '^workload +w, closed loop$'
    told '^ window \| +100 \| 10 s \| +500$'
    told '^rows +5,000 at most'
}

@test "a pool alone: as fast as the server goes" {
    plan w.yaml
    told '^ window \| +2 \| +3 s \| +–$'
    told '^rows +as many as the server takes, about [0-9]+ B each with their indexes$'
    plan w.yaml --rows 1000
    told '^ rows +\| +2 \| +– \| +–$'
    told '^run +1 cell, 1 round: as long as it takes$'
    told '^rows +1,000 at most'
}

@test "stages" {
    cat >stages.yaml <<'END'
schema: s.sql
load: {path: insert, pool: 2, think: 2s, ceiling: off}
stages:
  - {name: up, for: 10s, users: 100, ramp: linear}
  - {name: peak, for: 1m, users: 100, think: 1s}
  - {name: down, for: 10s, users: 20, ramp: linear}
  - {name: calm, for: 20s, users: 20}
END
    plan stages.yaml
    told '^ up +\| +0 to 100 \| +10 s \| +250$'
    told '^ peak +\| +100 \| +1 min \| +6,000$'
    told '^ down +\| +100 to 20 \| +10 s \| +300$'
    told '^ calm +\| +20 \| +20 s \| +200$'
    told '^run +1 cell, 1 round: 1 min 40 s of load$'
    told '^rows +6,750 at most'
    plan stages.yaml --quick
    told '^quick +scaled to seconds'
    told '^ up +\| +0 to 100 \| +1 s \| +25$'
    told '^run +1 cell, 1 round: 6 s of load$'
}

@test "steps: rows by their weight" {
    cat >>s.sql <<'END'
CREATE TABLE log (id bigint GENERATED ALWAYS AS IDENTITY, what text NOT NULL);
END
    cat >steps.yaml <<'END'
schema: s.sql
tables:
  t: {rows: 100, columns: {id: {gen: serial}}}
load: {rate: 100/s, duration: 10s, warmup: 0, pool: 2}
steps:
  - {name: write, weight: 1, insert: t, path: multirow, batch: 10..20}
  - {name: read, weight: 6, select: t}
  - name: both
    weight: 3
    transaction:
      - {insert: t}
      - {insert: log, rows: 2}
END
    plan steps.yaml
    # (1 × 15 + 3 × 3) / 10 rows a transaction
    told '^rows +2,400 at most'
    told '^run +1 cell, 1 round: 10 s of load$'
}

# agrees: the estimate for w.yaml with a run's 50,000 rows
agrees() {
    local estimate real
    plan w.yaml || return
    estimate=$(sed -n 's/^rows .*about \([0-9]*\) B each.*/\1/p' "$WORLD/out")
    measure_kept w.yaml --rows 50000 --ceiling off || return
    real=$(sql "SELECT pg_total_relation_size('$SCHEMA.t') / 50000")
    drop_kept
    echo "estimated $estimate, real $real" >&2
    [ "$estimate" -gt $((real * 85 / 100)) ] && [ "$estimate" -lt $((real * 115 / 100)) ]
}

@test "what a row takes is what it takes in a run" {
    agrees
    # Small rows: what empty indexes take would count for much.
    echo 'CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX ON t (a, id);
        CREATE INDEX ON t (id, a); CREATE INDEX ON t ((a + 1), id);' >s.sql
    sed -i '/^columns/d' w.yaml
    agrees
}

@test "more connections than the server has left" {
    max=$(sql "SHOW max_connections")
    refused "the run opens 203 connections, and the server has [0-9]+ left: max_connections is $max" \
        w.yaml --pool 2,200
    told "^hint: ask for a --pool of [0-9]+ at most, or raise max_connections" err
    most=$(sed -n 's/.*--pool of \([0-9]*\) at most.*/\1/p' "$WORLD/err")
    sed -i "s/pool: 2,/pool: $((most + 1)),/" w.yaml
    refused "^pgwrite: w.yaml:3:41: the run opens $((most + 4)) connections" w.yaml
    cp w.yaml stages.yaml
    sed -i '/^load/d' stages.yaml
    echo "stages: [{for: 1s, pool: 2}, {for: 1s, pool: 200}]" >>stages.yaml
    refused "^pgwrite: stages.yaml:3:30: the run opens 203 connections" stages.yaml
    # A run that tries it nevertheless ends in its first connection too many.
    code=0
    sed -i "s/pool: $((most + 1)),/pool: 100, duration: 1s,/" w.yaml
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres -q w.yaml >"$WORLD/out" 2>"$WORLD/err" ||
        code=$?
    same "the exit code" "$code" 1
    told "^pgwrite: w.yaml:3:41: .*too many clients already" err
    assert_no_schema
    plan w.yaml --pool "$most"
    refused "^pgwrite: the run opens" w.yaml --pool $((most + 1))
}

@test "connections in use are not free" {
    plan w.yaml
    before=$(sed -n 's/.* \([0-9]*\) in use$/\1/p' "$WORLD/out")
    "$BIN/psql" -X -h "$SOCKET" -U postgres -d postgres -c "SELECT pg_sleep(600)" 3>&- &
    sleeper=$!
    CHILDREN+=("$sleeper")
    sleeps() {
        [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'")" = 1 ]
    }
    wait_until sleeps
    plan w.yaml
    told " $((before + 1)) in use\$"
    max=$(sql "SHOW max_connections")
    refused "the server has $((max - before - 1)) left" w.yaml --pool "$max"
    sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE query LIKE 'SELECT pg_sleep%'" >/dev/null
    wait_until process_gone "$sleeper"
}

@test "reserved connections are not for every role" {
    sql "CREATE ROLE plain LOGIN; GRANT CREATE ON DATABASE postgres TO plain"
    "$PGWRITE" run -h "$SOCKET" -U plain -d postgres --dry-run w.yaml >"$WORLD/out"
    told '; the server has [0-9]+: 3 reserved, '
    sql "REVOKE CREATE ON DATABASE postgres FROM plain; DROP ROLE plain"
}

@test "more than the disk has room for" {
    refused "a round writes about [0-9,.]+ TB, and the server's disk has [0-9.]+ [MGT]B left" \
        w.yaml --rate 1000000/s --duration 1000h
}

@test "a plan that can't be" {
    refused 'makes no table "nowhere"' w.yaml --table nowhere
    sed -i 's/text,/txet,/' w.yaml
    refused 'w.yaml:2:' w.yaml
}

@test "check shows the sections" {
    cat >sections.yaml <<'END'
schema: s.sql
tables:
  t: {rows: 10k, columns: {id: {gen: serial}}}
steps:
  - {name: write, weight: 3, insert: t, path: multirow, batch: 10}
  - name: change
    weight: 1
    transaction:
      - {update: t, set: [a]}
      - pause: 1ms..5ms
stages:
  - {name: peak, for: 2m, users: 200, think: 1s, ramp: linear, thresholds: ['p95(response) < 1s']}
tenants:
  - {name: small, weight: 2, limit: 60/min}
faults:
  - {do: cut, share: 5%}
  - {do: timeout, share: 1%, after: 50ms}
gauges: {depth: SELECT count(*) FROM t}
checks:
  - {name: nobody is lost, sql: SELECT 1 WHERE false}
thresholds:
  - {check: 'errors < 6%', abort: true}
END
    "$PGWRITE" check sections.yaml --pool 2..4 >"$WORLD/out"
    told '^pool +2\.\.4$'
    told '^load +closed loop: up to 200 users thinking 1 s in 1 stage, over a pool of 2 to 4$'
    told '^run +1 stage in 2 min, 1 round$'
    told '^before +10,000 rows in t$'
    told '^step +write, 75 %: insert t, by multirow, batch 10$'
    told '^step +change, 25 %: BEGIN; update t; pause 1 ms to 5 ms; COMMIT$'
    told '^stage +peak: 2 min, 0 to 200 users, thinking 1 s$'
    told '^tenant +small: weight 2, 1/s at most$'
    told '^fault +cut: 5 % of the transactions$'
    told '^fault +timeout: 1 % of the transactions, after 50 ms; spared, .* by a write path: write$'
    told '^gauge +depth: SELECT count'
    told '^check +nobody is lost: SELECT 1'
    told '^threshold +errors ?< ?6 ?%, ends the run$'
    told '^threshold +p95\(response\)\{stage: peak\} < 1s$'
}

# ends CODE THRESHOLD ARGUMENT…: so ends a short run with that threshold
ends() {
    local code=$1 found=0
    printf '%s\n' 'schema: s.sql' "thresholds: ['$2']" >threshold.yaml
    shift 2
    pgw threshold.yaml --path insert --pool 1 --duration 500ms --warmup 0 --ceiling off "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || found=$?
    same "the exit code of $*" "$found" "$code" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
}

@test "a threshold decides the exit code, but not of a quick run" {
    ends 0 'rows_per_s > 1'
    ends 3 'rows_per_s > 100M'
    ends 0 'rows_per_s > 100M' --quick
    # A commit without a round trip of its own has no time of its own.
    ends 4 'p99(commit) < 1s'
    ends 0 'p99(commit) < 1s' --quick
    # A closed loop asks for nothing that could be achieved.
    ends 2 'achieved >= 1%'
    ends 2 'p99(lag) < 1s' --users 2 --think 1ms
    ends 2 'p99(pool_wait) < 1s'
    grep -qx 'pgwrite: threshold.yaml:2:14: threshold "p99(pool_wait) < 1s" needs users or a rate, and this run has no rate and no users' "$WORLD/err"
}
