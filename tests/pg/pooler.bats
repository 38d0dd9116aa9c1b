# Through pgbouncer: in transaction mode a session of the client's is not one of the server's, so
# that nothing may rely on what a session keeps. What needs no more than a transaction works; what
# needs a named statement is refused before anything is written, or works where the pooler keeps
# track of such statements (1.21 and newer).

load helpers
load server

WORKLOAD=$BATS_TEST_DIRNAME/data/hostile.yaml
ROWS=200
REASON='the server is behind a pooler in transaction mode'

setup_file() {
    server_setup --max-connections 60
    export POOLER=$WORLD/pooler
    pooler_start
    measure "$WORKLOAD" --rows "$ROWS" --path copy-binary --pool 1 --batch 1000
    HASH=$(hashes)
    export HASH
}

teardown_file() {
    pooler_stop
    server_teardown
}

teardown() {
    [ -z "${RUN:-}" ] || kill -KILL "$RUN" 2>/dev/null || true
    drop_kept
}

# Databases of the pooler: trans has fewer sessions than most runs here, single one alone, two two;
# session keeps the client's session; tracking knows of named statements where the pooler can.
pooler_start() {
    local at=() database="host=$SOCKET port=5432 dbname=postgres" tracking=
    mkdir "$POOLER"
    chmod 1777 "$POOLER"
    printf '"postgres" ""\n' >"$POOLER/users"
    [ "$(pooler_minor)" -lt 21 ] || tracking='max_prepared_statements = 0'
    cat >"$POOLER/ini" <<END
[databases]
trans = $database pool_size=3
single = $database pool_size=1
two = $database pool_size=2
session = $database pool_size=40 pool_mode=session
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = $POOLER
auth_type = trust
auth_file = $POOLER/users
admin_users = postgres
pool_mode = transaction
max_client_conn = 200
$tracking
END
    # As root it would refuse to run.
    [ "$(id -u)" != 0 ] || at=(-u "$(server_field user)")
    pgbouncer "${at[@]}" "$POOLER/ini" >"$POOLER/log" 2>&1 3>&- &
    echo $! >"$POOLER/pid"
    wait_until pooler_answers || {
        cat "$POOLER/log" >&2
        return 1
    }
}

pooler_stop() {
    local pid
    pid=$(cat "$POOLER/pid")
    kill -INT "$pid"
    wait_until process_gone "$pid"
}

pooler_answers() {
    [ "$(through single "SELECT 1" 2>/dev/null)" = 1 ]
}

# 18 of 1.18.0
pooler_minor() {
    pgbouncer --version | sed -n 's/^PgBouncer 1\.\([0-9]*\).*/\1/p'
}

# through DATABASE TEXT: what psql prints for it
through() {
    "$BIN/psql" -X -q -A -t -h "$POOLER" -p 6432 -U postgres -d "$1" -c "$2"
}

# pooled DATABASE OPTION…: a run through the pooler
pooled() {
    local database=$1
    shift
    rm -f "$JSON"
    timeout 120 "$PGWRITE" run --quiet -h "$POOLER" -p 6432 -U postgres -d "$database" \
        --json "$JSON" "$@" >"$WORLD/out" 2>"$WORLD/err"
}

# works DATABASE OPTION…: with the content that a run without a pooler has, and nothing left
works() {
    pooled "$@" "$WORKLOAD" --rows "$ROWS" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    same verified "$(result '[.cells[].verified.ok] | unique | .[]')" true
    same "content hash" "$(hashes)" "$HASH"
    assert_no_schema
}

# is_refused DATABASE OPTION…: before anything is written, with one error that says why
is_refused() {
    local code=0
    pooled "$@" "$WORKLOAD" --rows "$ROWS" || code=$?
    cat "$WORLD/out" "$WORLD/err"
    same "exit code" "$code" 2
    same "number of errors" \
        "$(grep -v '^pgwrite: writes to ' "$WORLD/err" | grep -c '^pgwrite: ')" 1
    grep '^pgwrite: ' "$WORLD/err" | grep -qF "$REASON"
    grep -q '^hint: .*--protocol' "$WORLD/err"
    [ ! -e "$JSON" ]
    assert_no_schema
}

@test "insert, simple and extended: fewer sessions than the pooler has, and more" {
    for protocol in simple extended; do
        works trans --path insert --protocol "$protocol" --pool 1
        works trans --path insert --protocol "$protocol" --pool 8
    done
}

@test "copy: fewer sessions than the pooler has, and more" {
    works trans --path copy-text,copy-csv,copy-binary --pool 1,8 --batch 7
    same cells "$(result '.cells | length')" 6
}

@test "nothing waits for a second session while it holds the only one" {
    works single --path insert --protocol extended --pool 4
    works single --path copy-text,copy-csv,copy-binary --pool 4 --batch 7
}

@test "a window of time, not a number of rows" {
    pooled trans --path insert,copy-binary --protocol extended --pool 8 --batch 10 \
        --warmup 200ms --duration 500ms || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    same verified "$(result '[.cells[].verified.ok] | unique | .[]')" true
    [ "$(result '[.cells[].rows_per_s.median] | min > 0')" = true ]
    assert_no_schema
}

@test "it is told once, and what a pooler hides is not known" {
    works trans --path insert,copy-text --protocol extended --pool 4
    same "warnings" "$(result "[.warnings[] | select(contains(\"$REASON\"))] | length")" 1
    # Which of the server's sessions work for this run, and for how long, can't be seen; those that
    # stay have not told the statistics yet what they did.
    same "waits, profiles and commits" \
        "$(result '[.cells[] | .lock_waits, .wait_profile, .verified.server_commits]
            | unique | map(tostring) | join(" ")')" null
    works single --path insert --protocol extended --pool 1
    # Without a pooler all of it is there.
    measure "$WORKLOAD" --rows "$ROWS" --path copy-text
    same "warnings without a pooler" \
        "$(result '[.warnings[] | select(contains("pooler"))] | length')" 0
    [ "$(result '.cells[0].verified.server_commits')" != null ]
}

@test "multirow, unnest and pipeline with unnamed statements" {
    works trans --path multirow,unnest,pipeline --protocol extended --pool 1,8 --batch 7
    same cells "$(result '.cells | length')" 6
    same protocol "$(result '[.cells[].protocol] | unique | .[]')" extended
    works single --path multirow,unnest,pipeline --protocol extended --pool 4 --batch 5..15
}

@test "a path that needs a named statement is refused, and says why" {
    is_refused trans --path insert --protocol prepared --pool 1
    for path in multirow unnest prepared pipeline; do
        is_refused trans --path "$path" --pool 1
        grep '^pgwrite: ' "$WORLD/err" | grep -q "path $path"
    done
    is_refused trans --path prepared --protocol extended --pool 1
    # One among others: nothing is measured before it.
    is_refused trans --path copy-text,multirow --pool 4
}

@test "what needs a session of its own is refused, and says why" {
    local code options what
    for what in "--log-locks" "--mode steady" "--mode cycle" "migration"; do
        read -ra options <<<"$what"
        code=0
        pooled trans --path insert --protocol extended --pool 1 "${options[@]}" || code=$?
        cat "$WORLD/err"
        same "exit code" "$code" 2
        grep '^pgwrite: ' "$WORLD/err" | grep -qF "$REASON"
        grep -q '^hint: connect to the server itself' "$WORLD/err"
        [ ! -e "$JSON" ]
        assert_no_schema
    done
}

# steps_refused WHAT: steps.yaml is, with its place, before anything is written
steps_refused() {
    local code=0
    pooled trans "$WORLD/steps.yaml" --protocol extended --pool 2 --warmup 0 --duration 300ms ||
        code=$?
    cat "$WORLD/out" "$WORLD/err"
    same "exit code" "$code" 2 || return
    grep '^pgwrite: ' "$WORLD/err" | grep -F "$REASON" | grep -q "$1" || return
    grep -q '^hint: connect to the server itself' "$WORLD/err" || return
    [ ! -e "$JSON" ] || return
    assert_no_schema
}

@test "steps: those that name their tables work, SQL, gauges and checks are refused" {
    echo 'CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL)' >"$WORLD/steps.sql"
    cat >"$WORLD/steps.yaml" <<'YAML'
schema: steps.sql
tables: {t: {rows: 100, columns: {id: {gen: serial}}}}
steps:
  - {name: write, weight: 1, insert: t}
  - name: change
    weight: 1
    transaction: [{insert: t}, {update: t, set: [a]}]
YAML
    pooled two "$WORLD/steps.yaml" --protocol extended --pool 6 --warmup 0 --duration 300ms
    same verified "$(result '[.cells[].verified.ok] | unique | .[]')" true
    cp "$WORLD/steps.yaml" "$WORLD/staged.yaml"
    cat >>"$WORLD/staged.yaml" <<'YAML'
stages: [{for: 300ms, rate: 50/s}, {for: 300ms, rate: 100/s}]
YAML
    pooled two "$WORLD/staged.yaml" --protocol extended --pool 6 || {
        cat "$WORLD/err" >&2
        return 1
    }
    same stages "$(result '.cells[0].stages | length')" 2
    both_states >"$WORLD/states"
    same "what they keep" "$(cut -d '|' -f 2- "$WORLD/states" | sort -u)" '|0|0|0|0'
    cp "$WORLD/steps.yaml" "$WORLD/good.yaml"
    # They take the search_path that only a session of their own has.
    echo '  - {name: look, weight: 1, sql: SELECT count(*) FROM t}' >>"$WORLD/steps.yaml"
    steps_refused 'steps.yaml:8:.*a step with `sql:`'
    cp "$WORLD/good.yaml" "$WORLD/steps.yaml"
    echo 'gauges: {depth: SELECT count(*) FROM t}' >>"$WORLD/steps.yaml"
    steps_refused gauges
    cp "$WORLD/good.yaml" "$WORLD/steps.yaml"
    echo 'checks: [{name: numbered, sql: SELECT FROM t WHERE id < 0}]' >>"$WORLD/steps.yaml"
    steps_refused checks
}

@test "a path that needs a named statement works where the pooler keeps track of them" {
    [ "$(pooler_minor)" -ge 21 ] || skip "pgbouncer 1.$(pooler_minor) does not: 1.21 is the first"
    sed -i 's/^max_prepared_statements = 0/max_prepared_statements = 100/' "$POOLER/ini"
    through pgbouncer RELOAD
    works trans --pool 8 --batch 7
    same cells "$(result '.cells | length')" 8
    sed -i 's/^max_prepared_statements = 100/max_prepared_statements = 0/' "$POOLER/ini"
    through pgbouncer RELOAD
}

@test "a pooler that keeps sessions together is none to pgwrite" {
    works session --pool 4 --batch 7
    same cells "$(result '.cells | length')" 8
    same "warnings" "$(result "[.warnings[] | select(contains(\"$REASON\"))] | length")" 0
}

# What a session of the server's has that the next client would get.
SESSION_STATE="SELECT pg_backend_pid(),
    (SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
     WHERE source = 'session' AND name NOT IN ('application_name', 'client_encoding', 'DateStyle',
        'TimeZone', 'standard_conforming_strings')),
    (SELECT count(*) FROM pg_prepared_statements),
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'),
    (SELECT count(*) FROM pg_listening_channels()), pg_my_temp_schema()"

# Both sessions that the pooler has: the second is asked while the first is in a transaction. (What
# a client says when it connects, pgbouncer sets for each: these are not compared.)
both_states() {
    "$BIN/psql" -X -q -A -t -h "$POOLER" -p 6432 -U postgres -d two <<END
BEGIN;
$SESSION_STATE;
\! "$BIN/psql" -XqAt -h "$POOLER" -p 6432 -U postgres -d two -c "${SESSION_STATE//$'\n'/ }"
COMMIT;
END
}

@test "what a run sets, locks or prepares is not left in the sessions that others get next" {
    pooled two --path insert,copy-text --protocol extended --pool 6 --rows 50
    same verified "$(result '[.cells[].verified.ok] | unique | .[]')" true
    both_states >"$WORLD/states"
    cat "$WORLD/states"
    same "sessions" "$(cut -d '|' -f 1 "$WORLD/states" | sort -u | wc -l)" 2
    same "what they keep" "$(cut -d '|' -f 2- "$WORLD/states" | sort -u)" '|0|0|0|0'
}

# The settings of the only session of `single`, and who it is.
single_settings() {
    through single "SELECT pg_backend_pid(), current_user, current_setting('role'),
        (SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings
         WHERE source = 'session' AND name NOT IN ('application_name', 'client_encoding', 'DateStyle',
            'TimeZone', 'standard_conforming_strings'))"
}

@test "what the schema file sets is not left in the sessions that others get next" {
    local before
    # As pg_dump writes it, and more.
    cat >"$WORLD/sets.sql" <<'END'
CREATE TABLE t (id int);
SET statement_timeout = 0;
SELECT pg_catalog.set_config('search_path', '', false);
SET work_mem = '8MB';
SET idle_in_transaction_session_timeout = 0;
SET TIME ZONE 'Asia/Tokyo';
RESET bytea_output;
SET ROLE postgres;
END
    # What a pooler's connect_query may have set is there afterwards too.
    through single "SET search_path = pg_temp, \"a b\"; SET bytea_output = escape"
    before=$(single_settings)
    [[ $before == *'|postgres|none|bytea_output=escape search_path=pg_temp, "a b"' ]]
    pooled single --schema "$WORLD/sets.sql" --rows 10 --path insert --protocol extended --pool 2
    same "the session" "$(single_settings)" "$before"
    through single "RESET search_path; RESET bytea_output"
    assert_no_schema
}

# Somebody else's session through the same pooler, which asks again and again until it is told to
# stop; it fails if one of its sessions at the server is ended.
@test "others who use the pooler are not disturbed by a run that is interrupted" {
    local code=0 other
    while [ ! -e "$WORLD/enough" ]; do
        echo "SELECT 1;"
    done | "$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$POOLER" -p 6432 -U postgres -d trans \
        >/dev/null 2>"$WORLD/other" 3>&- &
    other=$!
    "$PGWRITE" run --quiet -h "$POOLER" -p 6432 -U postgres -d trans --path insert \
        --protocol extended --pool 6 --warmup 0s --duration 60s >"$WORLD/out" 2>"$WORLD/err" 3>&- &
    RUN=$!
    wait_until writes
    kill -INT "$RUN"
    wait "$RUN" || code=$?
    RUN=
    touch "$WORLD/enough"
    cat "$WORLD/out" "$WORLD/err"
    same "exit code" "$code" 130
    wait "$other"
    same "what the other was told" "$(cat "$WORLD/other")" ''
    assert_no_schema
}

# A schema is there, and rows in its table.
writes() {
    local schema
    schema=$(schemas) && [ -n "$schema" ] &&
        [ "$(sql "SELECT count(*) > 50 FROM $schema.events" 2>/dev/null)" = t ]
}

@test "clean leaves a run alone that is at work behind the pooler" {
    local code=0
    "$PGWRITE" run --quiet -h "$POOLER" -p 6432 -U postgres -d trans --path insert \
        --protocol extended --pool 4 --warmup 0s --duration 60s >"$WORLD/out" 2>"$WORLD/err" 3>&- &
    RUN=$!
    wait_until writes
    # Whatever session of the server's had something to show that the run is alive, is gone.
    through pgbouncer 'RECONNECT trans'
    "$PGWRITE" clean --yes -h "$SOCKET" -U postgres -d postgres >"$WORLD/clean"
    cat "$WORLD/clean"
    [ -n "$(schemas)" ]
    kill -INT "$RUN"
    wait "$RUN" || code=$?
    RUN=
    assert_no_schema
}

@test "clean finds the schema of a run that was killed behind the pooler, on this machine" {
    local schema
    "$PGWRITE" run --quiet -h "$POOLER" -p 6432 -U postgres -d trans --path insert \
        --protocol extended --pool 2 --warmup 0s --duration 60s >"$WORLD/out" 2>"$WORLD/err" 3>&- &
    RUN=$!
    wait_until writes
    kill -KILL "$RUN"
    wait "$RUN" || true
    RUN=
    schema=$(schemas)
    # On another machine, or before the last boot, nothing is known of that process.
    sql "DO \$\$ BEGIN EXECUTE format('COMMENT ON SCHEMA $schema IS %L',
        replace(obj_description('$schema'::regnamespace), ' (', ' (other-')); END \$\$"
    "$PGWRITE" clean --yes -h "$SOCKET" -U postgres -d postgres >"$WORLD/clean"
    cat "$WORLD/clean"
    grep -q "^schema  $schema .*perhaps of a live run, pid [0-9]* on " "$WORLD/clean"
    same "the schema" "$(schemas)" "$schema"
    sql "DO \$\$ BEGIN EXECUTE format('COMMENT ON SCHEMA $schema IS %L',
        replace(obj_description('$schema'::regnamespace), ' (other-', ' (')); END \$\$"
    # Through the pooler as well as without it.
    "$PGWRITE" clean --yes -h "$POOLER" -p 6432 -U postgres -d trans >"$WORLD/clean"
    cat "$WORLD/clean"
    grep -q "^schema  $schema .*: removed" "$WORLD/clean"
    assert_no_schema
}

@test "startup parameters that the pooler refuses: it is said which" {
    local code=0
    PGOPTIONS='-c work_mem=8MB' pooled trans --path copy-text --rows 10 || code=$?
    same "exit code" "$code" 1
    grep -q '^pgwrite: .*unsupported startup parameter.*\(options\|work_mem\)' "$WORLD/err"
    grep -q '^hint: .*PGOPTIONS' "$WORLD/err"
    assert_no_schema
}
