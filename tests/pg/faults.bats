# What goes wrong in a workload of steps, on purpose or not, is told as it was: faults, errors,
# conflicts, deadlocks.

load mix

# Of an application and its audit row, both or none.
applications() {
    cat >s.sql <<'SQL'
CREATE TABLE app (id bigint PRIMARY KEY, sum int NOT NULL);
CREATE TABLE audit (id bigint PRIMARY KEY, app bigint NOT NULL);
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
tables: {app: {columns: {id: {gen: serial}}}, audit: {columns: {id: {gen: serial}}}}
steps:
  - name: apply
    weight: 1
    transaction: [{insert: app}, {insert: audit, set: {app: app.id}}]
checks:
  - {name: audited, sql: SELECT a.id FROM app a LEFT JOIN audit u ON u.app = a.id WHERE u.id IS NULL}
YAML
}

# fault_share KIND SHARE: so many of the run's transactions met it
fault_share() {
    within_4_sigma "$1" "$(result ".cells[0].faults.$1")" \
        "$(result '.cells[0].rounds[0].accounting.started')" "$2"
}

@test "fault: connections are cut, made anew, and nothing acknowledged is lost" {
    applications
    echo 'faults: [{do: cut, share: 10%}]' >>w.yaml
    mix --duration 1500ms
    fault_share cut 0.1
    holds '.cells[0] | .faults.cut > 20 and .faults.timeout == 0 and .faults.delay == 0'
    # Each cut ends its transaction, and costs a connection, the pool's first four beside.
    holds '.cells[0] | .faults.cut as $cut | .rounds[0].accounting |
        .failed == $cut and .connected >= $cut and .connected <= $cut + 4'
    holds '.cells[0] | .errors == [{sqlstate: "cut", count: .faults.cut, retried: 0,
        message: .errors[0].message}]'
    # Cut after a statement: gone. After the COMMIT was sent: there, perhaps, which nobody knows.
    holds '.cells[0] | .verified.ambiguous_rows == 2 * .faults.cut and .verified.lost == 0'
    is "applications" "SELECT count(*) >= $(committed), count(*) <= $(committed) + $(result \
        '.cells[0].faults.cut'), count(*) = (SELECT count(*) FROM audit) FROM app" 't|t|t'
    told 'faults .* cut connections'
    holds '.cells[0].checks[0].ok'
}

@test "fault: of a delete that was cut nobody knows whether it has happened" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {name: insert, weight: 1, insert: item}
  - {name: remove, weight: 1, delete: item}
faults: [{do: cut, share: 20%}]
YAML
    mix --duration 1500ms
    # Some have happened, and no row that is missing for that is called lost.
    holds '.cells[0] | .faults.cut > 20 and .verified.lost == 0 and .verified.extra == 0'
    is "deletes beyond the acknowledged ones" "SELECT count(*) <
        $(result '.cells[0].tables[0] | .rows_before + .inserted - .deleted') +
        $(result '.cells[0].verified.ambiguous_rows') FROM item" t
}

@test "fault: statements time out, and their transactions are undone" {
    applications
    cat >>w.yaml <<'YAML'
  - {name: no timeout is left behind, sql: SELECT FROM audit WHERE app < 0}
faults: [{do: timeout, after: 20ms, share: 5%}]
YAML
    # Longer than the timeout: whoever inherits it fails.
    sed -i 's/\[{insert: app}, /[{insert: app}, {sql: SELECT pg_sleep(0.04)}, /' w.yaml
    mix --pool 16 --duration 2s
    fault_share timeout 0.05
    holds '.cells[0] | .faults.timeout > 5 and .rounds[0].accounting.failed == .faults.timeout'
    holds '.cells[0] | .errors | length == 1 and .[0].sqlstate == "57014"'
    holds '.cells[0] | .errors[0].count == .faults.timeout'
    holds '.cells[0] | .verified.ambiguous_rows == 0 and .verified.found_rows ==
        2 * .rounds[0].accounting.committed'
    rows_agree
}

@test "fault: timeouts befall plain inserts too" {
    applications
    sed -i '/^steps/,$d' w.yaml
    cat >>w.yaml <<'YAML'
steps:
  - {name: plain, weight: 1, insert: app}
faults: [{do: timeout, after: 10ms, share: 5%}]
YAML
    mix
    fault_share timeout 0.05
    holds '.cells[0] | .faults.timeout > 5 and .rounds[0].accounting.failed == .faults.timeout'
    rows_agree
}

@test "faults: each befalls its own share, and none another's" {
    applications
    cat >>w.yaml <<'YAML'
faults:
  - {do: timeout, after: 5ms, share: 20%}
  - {do: cut, share: 10%}
  - {do: delay, for: 10ms, share: 30%}
YAML
    mix --pool 16 --duration 3s
    fault_share timeout 0.2
    fault_share cut 0.1
    fault_share delay 0.3
    holds '.cells[0] | .faults.timeout > 60 and
        .rounds[0].accounting.failed == .faults.timeout + .faults.cut'
    holds '.cells[0] | ([.errors[] | {(.sqlstate): .count}] | add) ==
        {"57014": .faults.timeout, cut: .faults.cut}'
    holds '.cells[0].checks[0].ok'
}

@test "fault: delays are in the response, not in the statement" {
    applications
    echo 'faults: [{do: delay, for: 300ms, share: 30%}]' >>w.yaml
    mix --pool 16 --duration 3s
    fault_share delay 0.3
    holds '.cells[0] | .faults.delay > 20 and .rounds[0].accounting.failed == 0'
    holds '.cells[0].latency | .response.p90 >= 300000 and .statement.p90 < 300000'
}

@test "on-error: continue counts by SQLSTATE, with the first message; stop ends the run" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {name: good, weight: 8, update: item, set: [a]}
  - {name: bad, weight: 1, sql: "SELECT 1 / (${int 1..9} - 7)"}
  - {name: worse, weight: 1, sql: "INSERT INTO item SELECT * FROM item WHERE id = ${key item.id}"}
YAML
    mix --on-error continue
    holds '.cells[0].errors | map(.sqlstate) | sort == ["22012", "23505"]'
    holds '.cells[0] | (.errors | map(.count) | add) == .rounds[0].accounting.failed'
    holds '.cells[0].errors[] | select(.sqlstate == "22012").message | test("division by zero")'
    holds '.cells[0].errors[] | select(.sqlstate == "23505").message | test("item_pkey")'
    holds '.cells[0].steps | map({(.name): .}) | add | .good.errors == 0 and .bad.errors > 0
        and .bad.commits > 0 and .worse.errors > 0 and .worse.commits == 0'
    told 'error .* × 22012: .*division by zero'
    drop_kept
    unset PGOPTIONS
    timeout 30 "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --quiet --json "$JSON" w.yaml \
        --pool 4 --warmup 0 --duration 60s --on-error stop >"$WORLD/out" 2>"$WORLD/err" || code=$?
    same "the exit code" "${code:-0}" 1
    told '^pgwrite: .*(division by zero|duplicate key)' err
    holds '.cells[0] | .complete == false and .rounds[0].accounting.failed >= 1
        and .rounds[0].accounting.failed <= 4 and .verified.ok'
    assert_no_schema
}

@test "conflicts are tried again, and counted apart" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - name: count
    weight: 1
    transaction:
      - sql: SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
      - sql: SELECT count(*) FROM log
      - sql: UPDATE item SET a = a WHERE id = (SELECT min(id) FROM item)
YAML
    mix --on-error continue
    is "the updates" "SELECT sum(touched) FROM item" "$(committed)"
    holds '.cells[0] | .retried > 0 and .retried <= .rounds[0].retried + 0
        and (.errors | length == 1) and .errors[0].sqlstate == "40001"'
    # An attempt was given up: it was tried again, or its transaction has failed.
    holds '.cells[0] | .errors[0].retried == .rounds[0].retried
        and .errors[0].count == .rounds[0].accounting.failed'
}

@test "deadlocks are tried again, and counted apart" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - name: cross
    weight: 1
    transaction:
      - sql: UPDATE item SET a = a WHERE id = ${int 1..3}
      - pause: 1ms
      - sql: UPDATE item SET a = a WHERE id = ${int 1..3}
YAML
    sql "ALTER ROLE postgres SET deadlock_timeout = '10ms'"
    mix --on-error continue --pool 6
    sql "ALTER ROLE postgres RESET deadlock_timeout"
    is "the updates" "SELECT sum(touched) FROM item" "$((2 * $(committed)))"
    holds '.cells[0] | .retried > 0 and .errors[0].sqlstate == "40P01"'
    holds '.cells[0] | .errors[0].retried == .rounds[0].retried
        and .errors[0].count == .rounds[0].accounting.failed
        and .deadlocks == (.errors[0] | .retried + .count)'
}

@test "what is lost again and again is tried ten times more, and then has failed" {
    cat >s.sql <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY);
CREATE FUNCTION lose() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lost as always' USING ERRCODE = 'serialization_failure';
END $$;
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
tables: {t: {columns: {id: {gen: serial}}}}
steps:
  - {name: write, weight: 1, insert: t}
  - {name: lose, weight: 1, sql: SELECT lose()}
load: {on-error: continue}
YAML
    mix
    # One that is in flight at the end is not tried any more.
    holds '.cells[0].rounds[0] | .accounting.failed > 3 and .retried <= 10 * .accounting.failed
        and .retried >= 10 * (.accounting.failed - 4)'
    holds '.cells[0].steps | map({(.name): .errors}) | add | .write == 0 and .lose > 0'
    holds '.cells[0].errors[0] | .sqlstate == "40001" and (.message | contains("lost as always"))'
}

@test "a full disk ends the run, whatever on-error says" {
    cat >s.sql <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY);
CREATE FUNCTION fill() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no space is left' USING ERRCODE = 'disk_full';
END $$;
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
tables: {t: {columns: {id: {gen: serial}}}}
steps:
  - {name: write, weight: 20, insert: t}
  - {name: fill, weight: 1, sql: SELECT fill()}
load: {on-error: continue}
YAML
    ends 1 --duration 1m
    told 'no space is left' err
    holds '.cells[0] | .complete == false and .verified.ok and .rounds[0].seconds < 30'
}
