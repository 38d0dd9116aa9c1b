# Several threads under one load: each has its share of users, rate, limits and connections, they
# draw keys of their own, and what they did adds up to what was asked for. A short load of every
# kind, so that the sanitizers see the engine.

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
    cat >s.sql <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL);
CREATE TABLE log (id bigint PRIMARY KEY, t bigint NOT NULL);
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
table: t
columns: {id: {gen: serial}}
YAML
}

teardown() {
    drop_kept
}

# threads COUNT ARGUMENT…: a run of w.yaml on so many, whose figures add up
threads() {
    measure w.yaml --threads "$1" --ceiling off "${@:2}" || return
    tr -s "\n " " " <"$WORLD/out" | grep -q "split evenly over $1 threads" || {
        cat "$WORLD/out" >&2
        return 1
    }
    holds ".cells[0] | .threads == $1 and .complete" || return
    holds '.cells[0].rounds[0].accounting | .asked == .started + .rejected + .dropped
        + .checkout_timeouts + .skipped + .unsent
        and .started == .committed + .failed + .abandoned'
}

@test "users" {
    # Ten each, and one more of those that do not begin with a whole time of thinking. Two of three
    # threads would ask for 220 at most; all users in each of them for 660.
    threads 3 --path insert --pool 6 --users 30 --think 200ms --warmup 0 --duration 2s
    holds '.cells[0].rounds[0].accounting | .open_max == 6 and .asked > 240 and .asked <= 330'
}

@test "a rate, and what tenants may do of it" {
    cat >>w.yaml <<'YAML'
tenants:
  - {name: tight, weight: 1, limit: 40/s, burst: 4}
  - {name: free, weight: 1}
YAML
    threads 2 --path insert --pool 4 --rate 400/s --arrival uniform --warmup 0 --duration 1s
    # A thread that gets no CPU as the window ends has not seen the last arrivals by then.
    holds '.cells[0] | .asked - 400 | fabs <= 20'
    holds '.cells[0].tenants[0] | .asked > 120 and (.asked - .rejected | . >= 38 and . <= 48)'
    holds '.cells[0].tenants[1].rejected == 0'
}

@test "stages of an elastic pool, with faults, over tables whose keys are drawn" {
    cat >>w.yaml <<'YAML'
tables: {t: {rows: 200}, log: {columns: {id: {gen: serial}}}}
steps:
  - {name: write, weight: 2, insert: t, path: multirow, batch: 3}
  - {name: both, weight: 2, transaction: [{insert: t}, {insert: log, set: {t: t.id}}, pause: 1ms]}
  - {name: change, weight: 1, update: t, set: [a], keys: zipf}
  - {name: take, weight: 1, delete: t}
  - name: wrong
    weight: 1
    sql: SELECT 1 / (${int 1..2} - 1) FROM t WHERE id = ${key t.id latest}
load:
  on-error: continue
  pool: {min: 2, max: 8, idle: 100ms, lifetime: 300ms, checkout_timeout: 5s}
stages:
  - {name: calm, for: 500ms, rate: 100/s}
  - {name: storm, for: 500ms, rate: 1000/s, ramp: linear}
  - {name: after, for: 1s, rate: 50/s}
faults:
  - {do: cut, share: 2%}
  - {do: timeout, after: 20ms, share: 2%}
  - {do: delay, for: 5ms, share: 5%}
gauges: {rows: SELECT count(*) FROM t}
checks:
  - {name: each its own row, sql: SELECT t FROM log GROUP BY t HAVING count(*) > 1}
YAML
    threads 2 --interval 200ms
    holds '.cells[0].rounds[0].accounting | .open_max <= 8 and .connected > 8 and .failed > 0'
    holds '.cells[0].errors | map(.sqlstate) | contains(["22012", "cut"])'
    holds '[.cells[0].stages[] | .asked] | add - 375 | fabs < 4 * (375 | sqrt)'
    holds '.cells[0] | .checks[0].ok and ([.steps[].commits] | all(. > 0))'
}

@test "a connection for each transaction, for users whose queue is long" {
    threads 2 --path insert --pool 2 --users 20 --think 5ms --connect-each \
        --checkout-timeout 20ms --warmup 0 --duration 1s
    holds '.cells[0].rounds[0].accounting | .connected >= .started and .open_max <= 2'
    holds '.cells[0] | .checkout_timeouts > 0 and .latency.connect.count > 5'
}
