#!/usr/bin/env bats
# pgwrite ab on real servers: planted costs are found, what does not differ is not, and nothing stays.

load helpers
load server

setup_file() {
    server_setup
    cat >"$WORLD/plain.sql" <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY, k int NOT NULL, v text NOT NULL);
SQL
    # A statement takes so many ms of sleep, whatever else this machine is doing: pg_sleep rounds up
    # to whole ms, from what the clock says meanwhile, so that a whole one would often be one more.
    for ms in 08 24; do
        cat >"$WORLD/sleep$ms.sql" <<SQL
CREATE TABLE t (id bigint PRIMARY KEY, k int NOT NULL, v text NOT NULL);
CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_catalog.pg_sleep(0.0$ms - 0.0002); RETURN NEW; END';
CREATE TRIGGER nap BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION nap();
SQL
    done
    SHORT=(--path insert --pool 2 --warmup 50ms --duration 250ms --pairs 8)
    export SHORT_WORDS="${SHORT[*]}"
}

teardown_file() {
    server_teardown
}

setup() {
    read -ra SHORT <<<"$SHORT_WORDS"
    STUDY=$WORLD/study.json
    rm -f "$STUDY"
}

# ab CODE ARGUMENT…: a study on the file's server that ends with that code and leaves no schema
ab() {
    local want=$1 code=0
    shift
    "$PGWRITE" ab -h "$SOCKET" -U postgres -d postgres "${SHORT[@]}" --json "$STUDY" "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || code=$?
    if [ "$code" != "$want" ]; then
        cat "$WORLD/out" "$WORLD/err" >&2
        echo "exit code $code, not $want" >&2
        return 1
    fi
    assert_no_schema
}

# ab_measured ARGUMENT…: a study that ends with any verdict
ab_measured() {
    local code=0
    "$PGWRITE" ab -h "$SOCKET" -U postgres -d postgres "${SHORT[@]}" --json "$STUDY" "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || code=$?
    [[ $code = [034] ]] || {
        cat "$WORLD/err" >&2
        return 1
    }
    assert_no_schema
}

# study FILTER: whether it holds for the study's JSON
study() {
    jq -e "$1" "$STUDY" >/dev/null || {
        jq -c "{pairs, comparison}" "$STUDY" | cut -c 1-3000 >&2
        echo "does not hold: $1" >&2
        return 1
    }
}

@test "a trigger that sleeps 24 ms in place of 8 is found, and the interval covers its cost" {
    ab 3 --schema "$WORLD/sleep08.sql" -B schema="$WORLD/sleep24.sql" --duration 400ms
    # What a transaction takes beside its sleep makes the difference smaller: 8/24 with nothing, 14/30
    # with the 6 ms that it can be on a machine that is busy otherwise. Of a window in which 28 to 100
    # fit, one more or less is cut off at the ends.
    study '.comparison.findings.rows_per_s | .verdict == "worse" and .interval_95[0] <= 14/30 - 1 and .interval_95[1] >= 8/24 - 1.02'
    study '.comparison.verdict == "worse" and .pairs_valid == 8 and .early == false'
    ab 0 --schema "$WORLD/sleep24.sql" -B schema="$WORLD/sleep08.sql"
    study '.comparison.verdict == "better"'
}

@test "what does not differ is equivalent, and pairs that are not needed are not run" {
    ab 0 --schema "$WORLD/sleep08.sql" --pairs 30 --margin 25% -B ''
    study '.comparison.verdict == "equivalent" and .early and .pairs_valid < 30'
    # At 8 pairs a fifth of the error is theirs: the interval reaches from the least to the greatest.
    study '([.pairs[] | .b.rows_per_s / .a.rows_per_s - 1] | [min, max]) as $ends |
        .comparison.findings.rows_per_s.interval_95 as $got |
        .looks > 1 or ([0, 1] | all(. as $i | ($got[$i] - $ends[$i]) | fabs < 1e-6))'
    # Of two that are the same, one in 20 is found to differ.
    ab_measured --schema "$WORLD/plain.sql" -B '' --margin 0.01%
    study '.comparison.verdict != "equivalent"'
}

@test "an index more is told with its bytes a row, whatever the verdict is" {
    ab_measured --schema "$WORLD/plain.sql" -B 'sql=CREATE INDEX t_k_v ON t (k, v)' \
        --markdown "$WORLD/md"
    study '.comparison.findings.index_bytes_per_row.verdict == "worse"'
    study '.comparison.findings.wal_bytes_per_row.verdict == "worse"'
    study '[.indexes[] | select(.name == "t_k_v" and .a_bytes_per_row == null and .b_bytes_per_row > 10)] | length == 1'
    grep -q "t_k_v" "$WORLD/out"
    grep -q "t_k_v" "$WORLD/md"
    # Pairs alternate, and both sides write the same rows.
    study '[.pairs[].order][:3] == ["ab", "ba", "ab"]'
    study '.a.seed == .b.seed'
    study '(.a.cells[0].rounds | length) == 8 and (.b.cells[0].rounds | length) == 8'
    as_schema_says ab "$STUDY"
    study '.a.command == .b.command and .a.command[:2] == ["pgwrite", "ab"]'
    broken "$STUDY" '.new = 1' "result.new: not in the schema"
    broken "$STUDY" 'del(.pairs[3].a.p99)' "result.pairs[3].a: no p99"
    broken "$STUDY" '.comparison.margin = "0.05"' "result.comparison.margin: string, not number"
}

@test "pairs in which a checkpoint ran on one side alone do not count" {
    cat >"$WORLD/checkpoint.yaml" <<'YAML'
schema: plain.sql
companions:
  - {do: checkpoint, after: 150ms, times: 1}
YAML
    ab 4 --schema "$WORLD/plain.sql" -B workload="$WORLD/checkpoint.yaml" --duration 400ms
    study '.pairs_valid < 8 and .pairs_run == 12 and .comparison == null'
    study '[.pairs[] | select(.valid | not) | .why] | unique == ["a checkpoint ran in B alone"]'
    grep -q "^No verdict: 0 of at least 8 pairs" "$WORLD/out"
}

@test "a setting that sessions can set stays with its side" {
    ab 3 --schema "$WORLD/plain.sql" -B set.commit_delay=20000 -B set.commit_siblings=0
    study '.b.server.settings.commit_delay == "20000" and .b.server.settings.commit_siblings == "0"'
    study '.a.server.settings.commit_delay == null'
}

@test "another durability is refused, and compared if that is wanted" {
    ab 2 --schema "$WORLD/plain.sql" -B set.synchronous_commit=off
    grep -q "A is durable and B is async-commit" "$WORLD/err"
    grep -q -- "--across-tiers" "$WORLD/err"
    ab_measured --across-tiers --schema "$WORLD/plain.sql" -B set.synchronous_commit=off
    study '.a.server.durability == "durable" and .b.server.durability == "async-commit"'
    grep -q "async-commit" "$WORLD/out"
}

@test "a setting that needs a reload is put back on a server of the user's" {
    before=$(cat "$SOCKET/../data/postgresql.auto.conf")
    # Each round is refused that runs with the other side's value.
    local check="ALTER TABLE t ADD CHECK (v IS NULL OR current_setting('checkpoint_timeout')"
    ab_measured --schema "$WORLD/plain.sql" -A "sql=$check <> '10min')" \
        -B "sql=$check = '10min')" -B set.checkpoint_timeout=10min
    study '.a.server.settings.checkpoint_timeout == null and .b.server.settings.checkpoint_timeout == "10min"'
    # Pairs run A B, B A: the server's log has one change to B's value for every two of them, and
    # one more as both sides are tried at first.
    study "(.pairs_run / 2 | ceil) == $(grep -c 'checkpoint_timeout" changed to "10min"' "$SOCKET/../log") - 1"
    [ "$(cat "$SOCKET/../data/postgresql.auto.conf")" = "$before" ]
    assert_no_schema
}

@test "settings that this server can't change are refused before anything is measured" {
    ab 2 --schema "$WORLD/plain.sql" -B set.shared_buffers=64MB
    grep -q "B: set.shared_buffers: it needs a restart" "$WORLD/err"
    ab 2 --schema "$WORLD/plain.sql" -B set.shared_bufers=64MB
    grep -q "B: set.shared_bufers: PostgreSQL .* has no such setting" "$WORLD/err"
    ab 2 --schema "$WORLD/plain.sql" -B set.commit_delay=much
    grep -q "B: set.commit_delay: " "$WORLD/err"
    ab 2 --schema "$WORLD/plain.sql" -A set.block_size=4096
    grep -q "A: set.block_size: it can't be changed" "$WORLD/err"
}

@test "keys of a variant that overrule each other or change nothing are refused" {
    ab 2 --schema "$WORLD/plain.sql" -B users=4 -B rate=100/s
    grep -q -- "-B has both users and rate" "$WORLD/err"
    local code=0
    "$PGWRITE" ab -B pg_bin="$BIN" -B "dsn=host=$SOCKET" 2>"$WORLD/err" || code=$?
    [ "$code" = 2 ]
    grep -q -- "-B has both pg_bin and dsn" "$WORLD/err"
    ab 2 --schema "$WORLD/plain.sql" -A batch=10
    grep -q -- "-A batch changes nothing: path insert" "$WORLD/err"
}

@test "an error in the SQL of a variant names the variant, and nothing is measured" {
    ab 2 --schema "$WORLD/plain.sql" -B 'sql=CREATE INDEX ON tt (k)'
    grep -q "B: -B sql:1" "$WORLD/err" || grep -q -- "-B sql" "$WORLD/err"
    [ ! -s "$WORLD/out" ]
}

@test "a throwaway server is restarted for a setting that needs it" {
    TMPDIR=$WORLD "$PGWRITE" ab --throwaway "${SHORT[@]}" --duration 100ms --schema "$WORLD/plain.sql" \
        -A set.max_wal_senders=3 -B set.shared_buffers=64MB -B set.max_wal_size=512MB --json "$STUDY" \
        >"$WORLD/out" 2>"$WORLD/err" || [[ $? = [34] ]]
    study '.a.server.settings | .shared_buffers != "64MB" and .max_wal_size != "512MB" and .max_wal_senders == "3"'
    study '.b.server.settings | .shared_buffers == "64MB" and .max_wal_size == "512MB" and .max_wal_senders == null'
}

@test "a value that the server does not start with is told with the server's own words" {
    code=0
    TMPDIR=$WORLD "$PGWRITE" ab --throwaway "${SHORT[@]}" --schema "$WORLD/plain.sql" \
        -B set.shared_buffers=1000TB >"$WORLD/out" 2>"$WORLD/err" || code=$?
    [ "$code" = 2 ]
    grep -q "B: with set.shared_buffers=1000TB" "$WORLD/err"
    grep -q 'invalid value for parameter "shared_buffers"\|is outside the valid range' "$WORLD/err"
}

@test "sides on two servers" {
    TMPDIR=$WORLD "$PGWRITE" ab "${SHORT[@]}" --duration 100ms --schema "$WORLD/plain.sql" \
        -A pg_bin="$BIN" -B "dsn=host=$SOCKET user=postgres dbname=postgres password=Sesam" \
        --json "$STUDY" >"$WORLD/out" 2>"$WORLD/err" || [[ $? = [34] ]]
    refute grep Sesam "$STUDY" "$WORLD/out" "$WORLD/err"
    study '.a.server.throwaway and (.b.server.throwaway | not)'
    assert_no_schema
}

@test "Ctrl-C puts settings back, removes the schema and gives no verdict" {
    local before auto=$SOCKET/../data/postgresql.auto.conf
    before=$(cat "$auto")
    "$PGWRITE" ab -h "$SOCKET" -U postgres -d postgres "${SHORT[@]}" --schema "$WORLD/plain.sql" \
        -B set.checkpoint_timeout=11min --json "$STUDY" >"$WORLD/out" 2>"$WORLD/err" 3>&- &
    local pid=$!
    has_pair() {
        grep -q 11min "$auto"
    }
    wait_until has_pair
    kill -INT $pid
    local code=0
    wait $pid || code=$?
    [ "$code" = 130 ]
    [ "$(cat "$auto")" = "$before" ]
    assert_no_schema
    ! grep -qE "slower|faster|as fast" "$WORLD/out"
}
