# The load engine on a real server: pools that grow and shrink, connections, queues that are full,
# errors, tenants. Here counts are held, and times only where a wide margin is enough.

bats_require_minimum_version 1.5.0

load load

# looks FROM TO FIELD FILTER: about the whole intervals of the series between two times
looks() {
    holds "[.cells[0].series[] | select(.length_s > 0.19)
        | select(.t_s > $1 and .t_s + .length_s < $2) | $3] | length > 0 and $4"
}

@test "an elastic pool grows under load and shrinks when there is none" {
    slow_steps 20ms
    workload <<'YAML'
stages:
  - {name: calm, for: 1s, rate: 10/s}
  - {name: storm, for: 1200ms, rate: 600/s}
  - {name: calm again, for: 2s, rate: 10/s}
YAML
    measure "$WORLD/load.yaml" --ceiling off --pool 2..6 --pool-idle 200ms --backlog 20 \
        --interval 200ms
    adds_up
    holds '.cells[0] | .pool == 6 and .pool_min == 2' \
        '.cells[0].rounds[0].accounting | .open_max == 6 and .connected >= 6'
    looks -1 5 .open 'min >= 2 and max <= 6'
    looks -1 5 '(.busy <= .open + 0.01)' all
    looks 0.1 1 .open 'max <= 3'
    looks 1.3 2.2 .open 'min == 6'
    looks 1.3 2.2 .busy 'max > 5'
    looks 3.2 4.2 .open 'min == 2'
}

@test "connections are made anew after their lifetime" {
    slow_steps 2ms
    load_run --users 8 --think 10ms --pool 4 --duration 500ms
    holds '.cells[0].rounds[0].accounting | .connected == 4 and .open_max == 4'
    load_run --users 8 --think 10ms --pool 4 --pool-lifetime 100ms --duration 1s
    # Each place in the pool has a new one every 100 ms, or some time after that.
    holds '.cells[0].rounds[0].accounting | .connected > 16 and .connected <= 4 * (1 + 1200 / 100)
        and .open_max == 4 and .failed == 0'
}

# Arrivals are dealt to the threads in turn, far enough apart for one connection at a time.
one_at_a_time() {
    load_run --path insert --rate 5/s --arrival uniform --threads 2 --pool 1..4 --connect-each \
        --duration 1s &&
        holds '.cells[0].rounds[0].accounting | .committed > 3 and .open_max == 1'
}

@test "the most connections at a time are of all threads together, not of each" {
    within_tries 3 one_at_a_time
    load_run --users 8 --think 1ms --threads 2 --pool 4 --duration 300ms
    holds '.cells[0].rounds[0].accounting.open_max == 4'
}

@test "a connection for each transaction" {
    load_run --path insert --users 4 --think 10ms --pool 4 --connect-each --duration 1s
    # Those that were there before the load, and those that the end found without a transaction.
    holds '.cells[0].rounds[0].accounting | .connected >= .started and .connected <= .started + 8
        and .open_max <= 4' \
        '.cells[0].latency.connect | .count > 20 and .p50 > 100' \
        '.cells[0].latency | .response.mean >= .pool_wait.mean + .connect.mean + .statement.mean'
    load_run --path insert --users 4 --think 10ms --pool 4 --duration 500ms
    holds '.cells[0].latency.connect == null'
}

@test "who waits too long for a connection gives up and is counted" {
    slow_steps 20ms
    load_run --rate 200/s --arrival uniform --pool 1 --checkout-timeout 60ms --duration 1s
    # A connection does fewer than 50 in a second: the others give up.
    holds '.cells[0] | .checkout_timeouts > 140 and .checkout_timeouts <= 200 and .dropped == 0' \
        '.cells[0].rounds[0].accounting | .checkout_timeouts > 150 and .failed == 0' \
        '.cells[0].errors == []' '.cells[0].rounds[0].errors == {}' \
        '[.cells[0].series[].errors] | add >= 140' \
        '.cells[0].latency | .pool_wait.p99 > 20000 and .pool_wait.p50 < 100000'
    grep -q 'timed out at the pool' "$WORLD/out"
    # A user who gave up thinks, and comes back.
    load_run --users 10 --think 10ms --pool 1 --checkout-timeout 30ms --duration 500ms
    holds '.cells[0] | .asked > 50 and .checkout_timeouts > 25 and .rounds[0].commits > 8'
    # Nobody gives up without a limit.
    load_run --users 10 --think 10ms --pool 1 --duration 500ms
    holds '.cells[0] | .checkout_timeouts == 0 and .rounds[0].accounting.checkout_timeouts == 0' \
        '.cells[0].latency.pool_wait.p50 > 100000'
}

@test "arrivals that find the queue full are dropped and counted" {
    slow_steps 20ms
    load_run --rate 500/s --arrival uniform --pool 1 --backlog 5 --duration 1s --interval 200ms
    # shellcheck disable=SC2016 # jq's
    holds '.cells[0] | .dropped > 440 and .dropped < 500 and .checkout_timeouts == 0' \
        '.cells[0] | .dropped as $dropped | [.series[].errors] | add >= $dropped' \
        '[.cells[0].series[].waiting] | max == 5' '.cells[0].rounds[0].accounting.unsent <= 5' \
        '.cells[0].latency.pool_wait.p50 | . > 80000 and . < 200000'
    grep -q 'dropped (queue full)' "$WORLD/out"
}

failing_steps() {
    workload <<'YAML'
steps:
  - {name: good, insert: t, weight: 3}
  - {name: bad, sql: SELECT 1/0, weight: 1}
YAML
}

@test "after an error a run stops, or goes on and counts it" {
    failing_steps
    run pgw "$WORLD/load.yaml" --ceiling off --rate 200/s --pool 2 --duration 1s
    [ "$status" -ne 0 ]
    [[ $output == *'division by zero'* ]]
    assert_no_schema
    run pgw "$WORLD/load.yaml" --ceiling off --rate 200/s --pool 2 --duration 1s --on-error stop
    [ "$status" -ne 0 ]
    [[ $output == *'division by zero'* ]]

    load_run --rate 400/s --pool 2 --duration 1s --on-error continue
    # A quarter of some 480, give or take four sigma.
    holds '.cells[0].errors | length == 1 and .[0].sqlstate == "22012"
            and (.[0].message | contains("division by zero"))' \
        '.cells[0] | .errors[0].count == .rounds[0].accounting.failed' \
        '.cells[0].rounds[0].accounting.failed | . > 80 and . < 160' \
        '.cells[0].steps | map({(.name): .errors}) | add | .good == 0 and .bad > 60' \
        '.cells[0].steps | map({(.name): .commits}) | add | .good > 200 and .bad == 0' \
        '.cells[0].rounds[0].accounting.connected == 2'
}

@test "a tenant's limit holds, and others have nothing to do with it" {
    workload <<'YAML'
tenants:
  - {name: tight, weight: 1, limit: 50/s, burst: 5}
  - {name: roomy, weight: 1, limit: 100000/s}
  - {name: free, weight: 2}
YAML
    load_run --path insert --rate 800/s --pool 8 --duration 2s
    # A limit of 50/s lets 100 through in two seconds, and what it had saved up: 5.
    holds '.cells[0].tenants | map(.name) == ["tight", "roomy", "free"]' \
        '.cells[0].tenants[0] | .asked > 300 and (.asked - .rejected | . >= 94 and . <= 107)' \
        '.cells[0].tenants[1] | .asked > 300 and .rejected == 0' \
        '.cells[0].tenants[2] | .asked > 650 and .rejected == 0' \
        '.cells[0] | (.tenants | map(.asked) | add) == .asked' \
        '.cells[0] | (.tenants | map(.rejected) | add) == .rejected' \
        '.cells[0].tenants | map(.dropped == 0 and .checkout_timeouts == 0) | all' \
        '.cells[0].rounds[0].accounting | .failed == 0 and .rejected > 200'
    # They have not waited behind those that were rejected either: the others all were done.
    holds '.cells[0] | (.asked - .rejected - .rounds[0].commits | fabs) <= 10'
}
