# What `pgwrite size` takes and what it refuses, without a server: SLOs, the need, and the load of
# the workload, in whose place it puts its own.

load helpers

setup() {
    cli_setup
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
}

teardown() {
    cli_teardown
}

SLO='p99(response) < 50ms'

# taken ARG… <<MESSAGES: every check passed, and a server is looked for; MESSAGES were said.
taken() {
    local line
    invoke size --pg-bin "$NO_SERVER" "$@"
    same "exit code of size $*" 2 "$status"
    has "size $*" "$NO_SERVER does not hold both initdb and postgres" "$errors"
    while read -r line; do
        has "size $*" "$line" "$errors"
    done
}

# wrong ARG… <<MESSAGE
wrong() {
    refused 2 size --pg-bin "$NO_SERVER" "$@"
}

# workload LINE…: w.yaml, the lines from line 2 on
workload() {
    printf '%s\n' 'schema: s.sql' "$@" >w.yaml
}

@test "size: what is right is measured" {
    taken --slo "$SLO" --path multirow --batch 10 </dev/null
    taken --slo "$SLO" --slo 'errors < 0.1%' --need 500000/day --peak 10x --budget 5m \
        --path multirow --batch 10 --pool 1,2,4 --batches 1,100 --fsync 1ms --disk-mbps 125.5 \
        --present commit_delay=10 --duration 2s --warmup 1s --on-error stop -q </dev/null
    taken --slo "$SLO" --batches off --pool 8 --need 5/s --peak 1.5 --ceiling off </dev/null
    taken --slo "$SLO" --backlog 10 --checkout-timeout 1s --connect-each --throwaway </dev/null
    taken --slo "$SLO" <<'END'
pgwrite: path insert (of 8); options name others
END
}

@test "size: what can be an SLO" {
    for slo in 'p99.9(statement) <= 5ms' 'avg(commit)<1s' 'max(lag) < 1s' 'p50(pool_wait) < 1ms' \
        'errors == 0' 'errors <= 0' 'dropped < 1%' 'timeouts < 0.5%' 'deadlocks == 0' \
        'deadlocks < 3' 'lock_waits.share < 2%'; do
        taken --slo "$slo" </dev/null
    done
    workload 'stages: [{name: peak, for: 1s, pool: 5}]'
    taken w.yaml --slo 'p99(lag) < 1s' </dev/null
    workload 'steps: [{name: add, insert: t}, {name: see, sql: SELECT 1}]'
    taken w.yaml --slo 'p99(response){step: add} < 5ms' --slo 'p99(response){step: see} < 5ms' \
        </dev/null
}

@test "size: what can't be one" {
    hint='hint: an SLO is a quantile, avg or max of response, lag, pool_wait, statement or commit, or errors, dropped, timeouts, lock_waits.share or deadlocks, with < or <= and a limit, of the latter also == 0'
    metric='its metric says nothing of how a load is served'
    while IFS='|' read -r slo why; do
        wrong --slo "$slo" <<END
pgwrite: --slo: "$slo" can't be an SLO: $why
$hint
END
    done <<END
rows_per_s > 1000|$metric
achieved >= 99%|$metric
drift(p99) < 10%|$metric
min(response) < 1s|$metric
connections < 80%|$metric
rejected < 1%|$metric
p99(connect) < 1s|it is of no time that a transaction takes
p99(response) > 50ms|it says no limit that more load comes up to
p99(response) == 0|it says no limit that more load comes up to
errors == 1%|it says no limit that more load comes up to
errors != 0|it says no limit that more load comes up to
p99(response) <= 0|no load could hold it
errors < 0|no load could hold it
END
    workload 'stages: [{name: peak, for: 1s, users: 5}]' 'gauges: {queue: SELECT 1}'
    wrong w.yaml --slo 'errors{stage: peak} < 1%' <<END
pgwrite: --slo: "errors{stage: peak} < 1%" can't be an SLO: it is of one stage, and size leaves the stages out
$hint
END
    wrong w.yaml --slo 'max(queue) < 5' <<END
pgwrite: --slo: "max(queue) < 5" can't be an SLO: it is of no time that a transaction takes
$hint
END
}

@test "size: an SLO that is none, twice the same, none at all" {
    wrong --slo 'p99(respose) < 50ms' <<'END'
pgwrite: --slo: threshold "p99(respose) < 50ms": no latency is called "respose"
hint: did you mean "response"?
END
    wrong --slo "$SLO" --slo 'errors < 1%' --slo 'p99(response)  <60ms' <<'END'
pgwrite: --slo: "p99(response) < 50ms" and "p99(response) <60ms" are two limits of the same
hint: leave one of them out
END
    wrong <<'END'
pgwrite: no SLO: neither --slo nor a threshold of the workload says what has to hold
hint: for example --slo 'p99(response) < 50ms' --slo 'errors < 0.1%'
END
    workload 'thresholds: [rows_per_s > 10]'
    wrong w.yaml <<'END'
pgwrite: no SLO: --slo is not given, and no threshold of the workload can be one
hint: for example --slo 'p99(response) < 50ms' --slo 'errors < 0.1%'
END
}

@test "size: the workload's load is left out, and named; its thresholds are the SLOs" {
    workload 'load: {path: multirow, batch: 5, rate: 50/s, pool: 2..20, pool-idle: 5s, backlog: 20}' \
        "thresholds: [{check: 'p99(response) < 1s', abort: true}, p50(lag) < 1s, achieved > 99%]"
    taken w.yaml <<'END'
pgwrite: size replaces the load of the workload, and leaves out: rate, pool, pool-idle and the thresholds that are no SLO ("achieved > 99%")
END
    taken w.yaml --slo "$SLO" <<'END'
pgwrite: size replaces the load of the workload, and leaves out: rate, pool, pool-idle and thresholds
END
    workload 'load: {path: multirow, on-error: continue, warmup: 5s}' \
        'stages: [{name: peak, for: 1m, users: 5, think: 1s, thresholds: [errors < 1%]}]' \
        'tenants: [{name: a, weight: 1, limit: 5/s}, {name: b, weight: 1}]' \
        'thresholds: [errors < 1%]'
    taken w.yaml --duration 3s <<'END'
pgwrite: size replaces the load of the workload, and leaves out: stages, warmup, tenants and the thresholds that are no SLO ("errors{stage: peak} < 1%")
END
    workload 'load: {path: multirow}' 'thresholds: [errors < 1%]'
    taken w.yaml </dev/null
    [[ $errors != *"leaves out"* ]]
}

@test "size: each option wrong once" {
    wrong --slo "$SLO" --need 5 <<'END'
pgwrite: --need: "5" is not a rate: the unit is missing
hint: write "5/s" for a second; units are /s, /min, /h, /day
END
    wrong --slo "$SLO" --peak 10x <<'END'
pgwrite: --peak is of the need, and --need is not given
hint: for example --need 500000/day --peak 10x
END
    for peak in 0.5x 1001 x 10y -1 '' 10xx 1111111111111111111111111111111111111; do
        wrong --slo "$SLO" --need 5/s --peak "$peak" <<END
pgwrite: --peak: "$peak" is not between 1 and 1000 times the average
hint: for example 10x
END
    done
    invoke size --slo "$SLO" --budget soon
    same "exit code of --budget soon" 2 "$status"
    has "--budget soon" 'pgwrite: --budget: "soon" is not a duration' "$errors"
    wrong --slo "$SLO" --fsync 0 <<<'pgwrite: --fsync: "0" is not above 0 and at most 10s'
    wrong --slo "$SLO" --fsync 11s <<<'pgwrite: --fsync: "11s" is not above 0 and at most 10s'
    wrong --slo "$SLO" --disk-mbps 0 <<<'pgwrite: --disk-mbps: "0" is not above 0'
    wrong --slo "$SLO" --present commit_delay <<'END'
pgwrite: --present: "commit_delay" is not a name, = and a value
hint: for example --present commit_delay=0
END
    wrong --slo "$SLO" --present commit_delay=10 -d postgres <<'END'
pgwrite: --present is for a throwaway server, and the settings name one of yours
hint: leave it out, or add --throwaway
END
    wrong --slo "$SLO" --json /no/such/folder/x.json <<'END'
pgwrite: --json: can't write /no/such/folder/x.json: No such file or directory
END
}

@test "size: pools and batches" {
    wrong --slo "$SLO" --pool 2,4..8 <<'END'
pgwrite: --pool: 4..8 is a range, and size looks for one number
hint: name the levels to try: --pool 1,2,4,8,16,32,64
END
    wrong --slo "$SLO" --pool 0 <<<'pgwrite: --pool: "0" is not between 1 and 1000'
    wrong --slo "$SLO" --batches 1,0 <<<'pgwrite: --batches: "0" is not between 1 and 10000000 rows'
    wrong --slo "$SLO" --batches 10,1,10 <<<'pgwrite: --batches: "10" is listed twice'
    wrong --slo "$SLO" --batches "$(seq -s , 1 33)" <<<'pgwrite: --batches: a list of more than 32'
    workload 'steps: [{insert: t}]'
    wrong w.yaml --slo "$SLO" --batches 1,10 <<'END'
pgwrite: --batches does not go with the steps of the workload: they say how many rows a transaction writes
hint: leave it out
END
    taken w.yaml --slo "$SLO" --batches off </dev/null
    taken w.yaml --slo "$SLO" </dev/null
}

@test "size: what says how much is asked for is refused, with what to do instead" {
    finds='size looks for the rate that holds the SLO: --need says what you need, --pool the pools to try'
    while IFS='|' read -r option value hint; do
        wrong --slo "$SLO" "$option" "$value" <<END
pgwrite: $option does not go with \`pgwrite size\`
hint: $hint
END
    done <<END
--users|5|$finds
--think|1s|$finds
--rate|5/s|$finds
--arrival|uniform|leave it out: capacity is of Poisson arrivals
--pool-idle|5s|leave it out: the pool that is found is a fixed one
--mode|steady|leave it out: each round is as long as its phase needs
--rows|5|--budget says how much is measured
--rounds|5|--budget says how much is measured
--ceiling|1s|leave it out
END
    wrong --slo "$SLO" --keep <<'END'
pgwrite: --keep does not go with `pgwrite size`
hint: leave it out
END
    for option in --quick --dry-run; do
        invoke size --slo "$SLO" "$option"
        same "exit code of $option" 2 "$status"
        has "$option" "$option: unknown option" "$errors"
    done
}
