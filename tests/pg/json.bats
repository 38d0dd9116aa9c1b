# The result file: its schema, its histograms, and that what is unknown is null.

load helpers
load running

setup_file() {
    target_start
    export RESULTS=$TARGET_WORLD/results
    mkdir "$RESULTS"
    make_results
}

teardown_file() {
    target_stop
}

setup() {
    world_setup
    DOCS=$(cd "$BATS_TEST_DIRNAME/../../docs" && pwd)
}

teardown() {
    world_teardown
}

on_it() {
    "$PGWRITE" run -q -h "$TARGET" -U postgres -d postgres "$@" >"$RESULTS/out" 2>&1
}

# One result of each kind, which all tests look at.
make_results() {
    local here=$RESULTS code
    on_it --path insert,prepared,copy-binary --pool 3 --batch 5..15 --rounds 2 --warmup 100ms \
        --duration 400ms --json "$here/complete.json"
    on_it --path multirow,pipeline --pool 1,2 --batch 10 --rows 200 --json "$here/rows.json"
    on_it --path insert --rows 1 --pool 1 --json "$here/one.json"
    # Not more than a hundred rows.
    echo "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY CHECK (id <= 100), note text);" \
        >"$here/hundred.sql"
    code=0
    on_it --schema "$here/hundred.sql" --path insert,copy-text --pool 2 --duration 30s --warmup 0s \
        --json "$here/failed.json" || code=$?
    [ "$code" = 1 ]
    make_interrupted "$here"
    make_waits "$here"
}

# Short lock waits, which the log knows better than the samples, and long ones behind companions.
make_waits() {
    "$PGWRITE" run -q --throwaway --data-dir "$1" hot-row --path insert --pool 8 --warmup 200ms \
        --duration 1s --ceiling 100ms --log-locks --json "$1/hot.json" >"$1/out" 2>&1
    printf '%s\n' 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY, n int NOT NULL);' \
        'CREATE TABLE others (n int); INSERT INTO others VALUES (1);' >"$1/companions.sql"
    cat >"$1/companions.yaml" <<'EOF'
schema: companions.sql
table: t
companions:
  - {do: lock, name: table, table: t, mode: exclusive, hold: 100ms, every: 300ms}
  - {do: lock, name: nothing, table: others, row: n = 2, hold: 10ms, every: 300ms}
  - {do: read, query: SELECT n FROM others, every: 100ms}
  - {do: ddl, sql: SELECT pg_sleep(60)}
EOF
    on_it "$1/companions.yaml" --path insert,copy-text --pool 3 --batch 10 --mode steady \
        --interval 200ms --warmup 0s --duration 600ms --fsync-probe "$1" --json "$1/beside.json"
}

# The first of two cells is cut short, the second never begins.
make_interrupted() {
    local run code=0 RUN_SERVER=$TARGET RUN_SCHEMA
    "$PGWRITE" run -q -h "$TARGET" -U postgres -d postgres --path insert --pool 2,3 --warmup 0s \
        --duration 60s --json "$1/interrupted.json" >"$1/out" 2>&1 3>&- &
    run=$!
    wait_until finds_writing
    kill -INT "$run"
    wait "$run" || code=$?
    [ "$code" = 130 ]
}

@test "every kind of result is as the schema says" {
    local name
    for name in complete rows one failed interrupted hot beside; do
        run violations "$RESULTS/$name.json"
        echo "$name: $output"
        [ "$status" = 0 ]
        [ -z "$output" ]
    done
}

@test "waits, companions, the probe and the mode are in the results that were made for them" {
    json "$RESULTS/hot.json" '.fsync_probe.flushes > 0 and (.cells[0] | .ceiling.rows_per_s > 0
        and .lock_wait_share > 0 and (.lock_waits.by | length) > 0
        and .lock_waits.logged.threshold_ms == 10)'
    # What is not known of a wait is null, and no empty text.
    json "$RESULTS/hot.json" '[.. | objects | .locktype?, .mode?, .relation?, .statement?]
        | all(. != "")'
    json "$RESULTS/beside.json" '.run.mode == "steady" and (.fsync_probe.flushes > 0)
        and ([.cells[] | .rounds[0].window_at_s >= 1.2 and .lock_waits.time_s > 0] | all)'
    json "$RESULTS/beside.json" '[.cells[].companions | map({(.name): .}) | add
        | .table.runs > 0 and .nothing.errors > 0 and .read.rows > 0 and .ddl.runs == 0
        and .ddl.mean_ms == null and .nothing.first_error != null] | all'
}

@test "the check of the schema finds what is wrong" {
    local file=$RESULTS/complete.json
    broken "$file" 'del(.cells[1].rounds[0].verified.lost)' "result.cells[1].rounds[0].verified: no lost"
    broken "$file" '.cells[0].wal.bytes = "7"' "result.cells[0].wal.bytes: string, not integer or null"
    broken "$file" '.cells[0].rounds[0].rows = 1.5' "result.cells[0].rounds[0].rows: number, not integer"
    broken "$file" '.cells[0].lock_wait_share = -1' "result.cells[0].lock_wait_share: -1 is less than 0"
    broken "$file" '.cells[0].commit_flush_share = 2' \
        "result.cells[0].commit_flush_share: 2 is more than 1"
    broken "$file" '.cells[2].new = 1' "result.cells[2].new: not in the schema"
    broken "$file" '.verdict = "good"' 'result.verdict: good is none of ["pass","fail","inconclusive"]'
    broken "$file" '.format = "pgwrite/2"' "result.format: pgwrite/2, not pgwrite/1"
    broken "$file" '.command[0] = 1' "result.command[0]: integer, not string"
    broken "$file" '.started_at = "now"' "result.started_at: now is not like $(jq -r \
        '.definitions.started_at.pattern' "$DOCS/result.schema.json")"
}

@test "every key of the schema is in docs/result.md" {
    local key missing=
    while read -r key; do
        grep -qE "[.\`]$key(\[|\.|\`)" "$DOCS/result.md" || missing+=" $key"
    done < <(jq -r '[.. | objects | .properties? | objects | keys[]] | unique[]' \
        "$DOCS/result.schema.json")
    echo "missing:$missing"
    [ -z "$missing" ]
}

@test "verdicts, and what they rest on" {
    json "$RESULTS/complete.json" '.verdict == "pass" and (.interrupted | not)
        and ([.cells[] | .complete and .verified.ok] | all)'
    json "$RESULTS/failed.json" '.verdict == "fail" and (.interrupted | not)
        and ([.cells[] | select(.rounds != []) | .complete | not] | all)'
    json "$RESULTS/failed.json" '[.cells[].rounds[].errors | keys[]] | unique == ["23514"]'
    json "$RESULTS/interrupted.json" '.verdict == "inconclusive" and .interrupted
        and .cells[0].complete == false and .cells[0].verified.ok and .cells[0].rounds[0].rows > 0'
}

@test "a cell that never began has null and no 0" {
    json "$RESULTS/interrupted.json" '.cells[1] | .rounds == [] and .complete == false'
    json "$RESULTS/interrupted.json" '.cells[1]
        | [.rows_per_s, .commits_per_s, .retried, .time, .lock_wait_share, .commit_flush_share,
           .lock_waits, .wait_profile, .wal, .deadlocks, .table, .client.cpu_us_per_row,
           .client.cpu_share, .server_host, .machine, .checkpoints, .checkpoints_timed,
           .checkpoints_requested, .buffers, .temp, .ceiling, .verified,
           (.latency[] | objects | del(.count))]
        | [.. | select(type != "object" and type != "array")] | unique == [null]'
    json "$RESULTS/interrupted.json" '[.cells[1].latency[] | objects | .count] | unique == [0]'
    json "$RESULTS/interrupted.json" '.cells[1] | .series == [] and .companions == []'
}

@test "what is not measured, or does not apply, is null" {
    local name
    for name in complete rows one failed interrupted hot beside; do
        json "$RESULTS/$name.json" '[.cells[] | .users, .rate,
            (.latency, .rounds[].latency | .lag, .pool_wait)] | unique == [null]'
        # Commits that are counted when their second is over come too late for its quantiles.
        json "$RESULTS/$name.json" '[.cells[] | .series[], .rounds[].series[]
            | (.commits > 0 or .p50 == null) and (.p50 == null) == (.p99 == null)] | all'
        json "$RESULTS/$name.json" '[.cells[], .cells[].rounds[]
            | (.table.updated // 0) > 0 or .table.hot_share == null] | all'
        json "$RESULTS/$name.json" '[.cells[].rounds[]
            | (.lock_waits == null) == (.time == null)
            and (.time == null or ([.time[]] | add - 1 | fabs) < 0.001)] | all'
        json "$RESULTS/$name.json" '[.cells[].rounds[]
            | (.rows == 0) == (.client.cpu_us_per_row == null)] | all'
        json "$RESULTS/$name.json" '[.cells[], .cells[].rounds[] | .latency[] | objects
            | (.count == 0) == (.p50 == null) and (.count == 0) == (.max == null)] | all'
    done
    # A run of a few ms may end before the first sample: then all of it is unknown.
    json "$RESULTS/one.json" '[.cells[] | .lock_waits, .wait_profile, .lock_wait_share,
        .commit_flush_share | . == null] | unique | length == 1'
    json "$RESULTS/one.json" '[.cells[] | .rows_per_s, .commits_per_s | .min, .max]
        | unique == [null]'
    json "$RESULTS/complete.json" '[.cells[] | .rows_per_s, .commits_per_s
        | .min <= .median and .median <= .max and .min > 0] | all'
    json "$RESULTS/complete.json" '.run.rows == null and .run.duration_s == 0.4
        and ([.cells[].rounds[].verified.content_hash] | unique == [null])'
    json "$RESULTS/rows.json" '.run.duration_s == null and .run.rows == 200
        and ([.cells[].rounds[].verified.content_hash] | unique | length == 1 and .[0] != null)'
    json "$RESULTS/complete.json" '.workload.columns[] | select(.name == "id").generator == null'
}

@test "the figures of a cell are those of its rounds" {
    json "$RESULTS/complete.json" '[.cells[] | (.rounds | length) == 2
        and (.latency.response.count == ([.rounds[].latency.response.count] | add))
        and (.latency.response.count == ([.rounds[].commits] | add))
        and (.wal.bytes == ([.rounds[].wal.bytes] | add))
        and (.latency.response.max == ([.rounds[].latency.response.max] | max))
        and (.rows_per_s.median - ([.rounds[].rows_per_s] | add / 2) | fabs) < 0.01
        and .verified == .rounds[-1].verified and .series == .rounds[-1].series] | all'
    json "$RESULTS/complete.json" '[.cells[].rounds[] | .wal.bytes > 0 and .rows > 0
        and (.wal.bytes_per_row - .wal.bytes / .rows | fabs) < 0.01] | all'
}

@test "no number is NaN or infinite" {
    refute grep -inE '[:[,] *"?-?(nan|inf|infinity)"? *,?$' "$RESULTS"/*.json
    # Nor one that only a mistake can make so large.
    local name
    for name in complete rows one failed interrupted hot beside; do
        json "$RESULTS/$name.json" '[.cells | .. | numbers | . >= 0 and . < 1e15] | all'
    done
}

# The histograms of a file and the figures made from them, a line each: payload, count, quantiles.
histograms() {
    jq -r '.cells[].rounds[] | .latency as $latency | .histograms | to_entries[]
        | [.value, ($latency[.key] | .count, .p50, .p90, .p95, .p99, .p999, .max)] | @tsv' "$1"
}

@test "histograms decode, and hold the latencies" {
    local name
    for name in complete rows failed interrupted hot beside; do
        histograms "$RESULTS/$name.json" >"$WORLD/lines"
        cut -f 1 "$WORLD/lines" | "$(build_dir)/tests/hdr_decode" >"$WORLD/decoded"
        [ -s "$WORLD/decoded" ]
        # Each figure lies in the bucket that the decoder finds at its rank.
        cut -f 2- "$WORLD/lines" | paste -d' ' "$WORLD/decoded" - | tr '\t' ' ' | awk '
            { values = $1 == 0 ? 2 : 20 }
            NF != values && $1 > 0 { print "fields: " $0; bad = 1; next }
            $1 == 0 { if ($2 != 0) { print "not empty: " $0; bad = 1 }; next }
            {
                if ($1 != $14) { print "count: " $0; bad = 1 }
                for (i = 0; i < 6; i++)
                    if ($(15 + i) < $(2 + 2 * i) - 0.001 || $(15 + i) > $(3 + 2 * i) + 0.001) {
                        print "quantile " i ": " $0
                        bad = 1
                    }
            }
            END { exit bad || NR == 0 }'
    done
    # commit is there where it can be told, and only there.
    json "$RESULTS/complete.json" '[.cells[] | (.path == "prepared") as $own | .rounds[]
        | (.histograms | has("commit")) == $own and (.latency.commit != null) == $own] | all'
}

@test "--json - writes the result alone" {
    "$PGWRITE" run -q --path insert --rows 10 --json - "${on_target[@]}" >"$WORLD/out.json"
    json "$WORLD/out.json" '.verdict == "pass"'
    [ "$(jq -s length "$WORLD/out.json")" = 1 ]
    [ "$(violations "$WORLD/out.json")" = "" ]
}
