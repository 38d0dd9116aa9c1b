# What the tests of the load engine have in common: a server whose disk does not count, a workload
# of one table, and runs that must add up.

load helpers
load server

setup_file() {
    # What is looked at here is the engine. Its times shall not be those of the disk.
    server_setup --max-connections 320 --set synchronous_commit=off
    cat >"$WORLD/t.sql" <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY, n int NOT NULL);
SQL
}

teardown_file() {
    server_teardown
}

setup() {
    cat >"$WORLD/load.yaml" <<'YAML'
schema: t.sql
table: t
columns:
  id: {gen: serial}
  n: {gen: int, min: 1, max: 100}
YAML
}

# workload: more of the workload, on stdin
workload() {
    cat >>"$WORLD/load.yaml"
}

# A transaction that takes its time however fast the server is: the capacity of a pool is known.
slow_steps() { # pause
    workload <<YAML
steps:
  - {name: slow, transaction: [{insert: t}, {pause: $1}]}
YAML
}

# What was asked for is accounted for, and what was started.
adds_up() {
    holds '[.cells[].rounds[].accounting | .asked > 0 and .asked == .started + .rejected + .dropped
            + .checkout_timeouts + .skipped + .unsent] | length > 0 and all' \
        '[.cells[].rounds[].accounting | .started == .committed + .failed + .abandoned] | all'
}

# load_run OPTION…: a run of the workload that must succeed; whatever it is, it must add up.
load_run() {
    measure "$WORLD/load.yaml" --warmup 200ms --ceiling off "$@" && adds_up
}

# calc EXPRESSION: as jq computes it
calc() {
    jq -n "$1"
}

# near WHAT FOUND EXPECTED SHARE
near() {
    echo "$1: $2, expected $3"
    [ "$(calc "($2 / ($3) - 1) | fabs <= $4")" = true ] || {
        echo "$1 is $2, and not within $4 of $3" >&2
        return 1
    }
}
