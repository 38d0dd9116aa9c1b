# Every option wrong once, on the command line and in a workload's load section: one message that
# names it, exit code 2, and no server is looked for.

load helpers

setup() {
    cli_setup
}

teardown() {
    cli_teardown
}

# wrong ARG… <<MESSAGE: so ends a run without a server
wrong() {
    refused 2 run --pg-bin "$NO_SERVER" "$@"
}

# wrong_load LINE… <<MESSAGE: a workload whose load section has these lines, from line 3 on
wrong_load() {
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'load:' "${@/#/  }" >w.yaml
    refused 2 run --pg-bin "$NO_SERVER" w.yaml
}

@test "without a mistake the server is looked for" {
    invoke run --pg-bin "$NO_SERVER"
    same "exit code" 2 "$status"
    has "stderr" "$NO_SERVER does not hold both initdb and postgres" "$errors"
    for options in "--path insert,copy-binary --pool 1,1000 --batch 1,5..15,10M --duration 1ms" \
        "--warmup 0 --rounds 1000 --seed 0 --protocol simple --binding raw --threads 256" \
        "--rows 1" "--users 1M --think 1s..3s --pool 2..20 --pool-idle 30s --pool-lifetime 5m" \
        "--rate 500000/day --arrival uniform --backlog 1 --checkout-timeout 2s --on-error continue" \
        "--users 1 --connect-each --on-error stop" "--pool-lifetime 1m" "--quick --dry-run" \
        "--rate 5/s --arrival poisson --pool-idle 0 --checkout-timeout 0"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" $options
        has "run $options" "does not hold both initdb and postgres" "$errors"
    done
}

@test "nothing is left in /var/tmp" {
    unset TMPDIR
    # Another run may begin or end here meanwhile; what is left of this one comes each time.
    for _ in 1 2 3 4 5; do
        before=$(ls -d /var/tmp/pgwrite-* 2>/dev/null || true)
        invoke run --pg-bin "$NO_SERVER" --pool 0
        same "exit code" 2 "$status"
        after=$(ls -d /var/tmp/pgwrite-* 2>/dev/null || true)
        [ "$before" != "$after" ] || return 0
    done
    same "/var/tmp" "$before" "$after"
}

@test "path" {
    wrong --path copy_text <<'END'
pgwrite: --path: "copy_text" is no write path
hint: did you mean copy-text?
END
    wrong --path frob <<'END'
pgwrite: --path: "frob" is no write path
hint: `pgwrite list paths` lists them
END
    wrong --path insert,multirow,insert <<'END'
pgwrite: --path: "insert" is listed twice
END
    wrong --path insert,,multirow <<'END'
pgwrite: --path: "insert,,multirow" is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
    wrong --path '' <<'END'
pgwrite: --path: "" is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
}

@test "pool" {
    wrong --pool 0 <<<'pgwrite: --pool: "0" is not between 1 and 1000'
    wrong --pool 1001 <<<'pgwrite: --pool: "1001" is not between 1 and 1000'
    wrong --pool 4,1001 <<<'pgwrite: --pool: "1001" is not between 1 and 1000'
    wrong --pool 4x <<'END'
pgwrite: --pool: "4x" is not a count: unknown unit "x"
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --pool -1 <<'END'
pgwrite: --pool: "-1" is not a count: it is negative
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --pool 1,4, <<'END'
pgwrite: --pool: "1,4," is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
}

@test "a pool that is a range" {
    wrong --users 1 --pool 0..4 <<<'pgwrite: --pool: "0..4" is not between 1 and 1000'
    wrong --users 1 --pool 2..1001 <<<'pgwrite: --pool: "2..1001" is not between 1 and 1000'
    wrong --users 1 --pool 2..4,4,2..4 <<<'pgwrite: --pool: "2..4" is listed twice'
    wrong --users 1 --pool 4..2 <<'END'
pgwrite: --pool: "4..2" is not a range: its end is below its start
hint: write "2..4"
END
    wrong --pool 2..4 <<'END'
pgwrite: --pool: a range needs users or a rate: without them every connection is at work all the time
hint: give --users N or --rate N/s, or one number of connections
END
    wrong_load 'pool: [4, 2..8]' <<'END'
pgwrite: w.yaml:3:9: pool: a range needs users or a rate: without them every connection is at work all the time
  pool: [4, 2..8]
        ^
hint: give --users N or --rate N/s, or one number of connections
END
}

@test "users, think, rate, arrival and backlog" {
    wrong --users 0 <<<'pgwrite: --users: "0" is not between 1 and 1000000'
    wrong --users 2M <<<'pgwrite: --users: "2M" is not between 1 and 1000000'
    for think in 1 3s..1s 1s.. often; do
        invoke run --pg-bin "$NO_SERVER" --users 1 --think "$think"
        same "exit code of --think $think" 2 "$status"
        has "stderr" "pgwrite: --think: \"$think\" is not " "$errors"
    done
    for rate in 0/s 500 500/week -1/s; do
        invoke run --pg-bin "$NO_SERVER" --rate "$rate"
        same "exit code of --rate $rate" 2 "$status"
        has "stderr" "pgwrite: --rate: \"$rate\" is not a rate" "$errors"
    done
    wrong --rate 1/s --arrival often <<'END'
pgwrite: --arrival: "often" is no kind of arrival
hint: poisson or uniform
END
    wrong --rate 1/s --backlog 0 <<<'pgwrite: --backlog: "0" is not between 1 and 100000000'
    wrong --on-error ignore <<'END'
pgwrite: --on-error: "ignore" is no way to go on
hint: stop or continue
END
    wrong --users 1 --checkout-timeout 1 <<'END'
pgwrite: --checkout-timeout: "1" is not a duration: the unit is missing
hint: write "1s" for seconds; units are us, ms, s, m, h, d
END
    wrong_load 'connect-each: often' <<'END'
pgwrite: w.yaml:3:17: connect-each: "often" is no yes or no
  connect-each: often
                ^
hint: no or yes
END
}

@test "users with a rate" {
    wrong --users 5 --rate 5/s <<'END'
pgwrite: --rate does not go with --users: one loop is open, the other closed
hint: leave one of them out
END
    wrong_load 'users: 5' 'rate: 5/s' <<'END'
pgwrite: w.yaml:4:9: rate does not go with users: one loop is open, the other closed
  rate: 5/s
        ^
hint: leave one of them out
END
}

@test "rows with users or a rate" {
    wrong --rows 10 --users 5 <<'END'
pgwrite: --rows does not go with --users: rows are written as fast as the pool can
hint: leave one of them out
END
    wrong_load 'rows: 10' 'rate: 5/s' <<'END'
pgwrite: w.yaml:3:9: rows does not go with rate: rows are written as fast as the pool can
  rows: 10
        ^
hint: leave one of them out
END
}

@test "an option wins over the load of the workload, and over what belongs to it" {
    echo 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'load: {users: 5, think: 1s, pool: 2..4, pool-idle: 1s}' >users.yaml
    printf '%s\n' 'schema: s.sql' 'load: {rate: 5/s, arrival: uniform, backlog: 5}' >rate.yaml
    for options in "--rate 5/s users.yaml" "--rows 10 users.yaml" "--users 5 rate.yaml" \
        "--rows 10 rate.yaml"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" $options
        has "run $options" "does not hold both initdb and postgres" "$errors"
    done
    wrong --rate 5/s --think 1s users.yaml <<'END'
pgwrite: --think needs users: it is theirs
hint: give --users N, or leave it out
END
}

@test "what needs users or a rate" {
    wrong --think 1s <<'END'
pgwrite: --think needs users: it is theirs
hint: give --users N, or leave it out
END
    wrong --users 5 --arrival uniform <<'END'
pgwrite: --arrival needs a rate: it says how transactions arrive
hint: give --rate N/s, or leave it out
END
    wrong --users 5 --backlog 5 <<'END'
pgwrite: --backlog needs a rate: it is of arrivals that wait
hint: give --rate N/s, or leave it out
END
    wrong --checkout-timeout 1s <<'END'
pgwrite: --checkout-timeout needs users or a rate: without them every connection is at work all the time
hint: give --users N or --rate N/s, or leave it out
END
    wrong_load 'pool-idle: 1s' <<'END'
pgwrite: w.yaml:3:14: pool-idle needs users or a rate: without them every connection is at work all the time
  pool-idle: 1s
             ^
hint: give --users N or --rate N/s, or leave it out
END
    wrong --users 5 --pool 4 --pool-idle 1s <<'END'
pgwrite: --pool-idle needs a pool that is a range: a fixed pool keeps its connections
hint: give the pool as 2..20
END
    wrong --connect-each --pool-lifetime 1s <<'END'
pgwrite: --pool-lifetime does not go with --connect-each: no connection outlives its transaction
hint: leave one of them out
END
}

# staged LINE… <<MESSAGE: a workload with stages whose load section has these lines, from line 4 on
staged() {
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'stages: [{for: 1s, users: 5}]' 'load:' "${@/#/  }" >w.yaml
    refused 2 run --pg-bin "$NO_SERVER" w.yaml
}

@test "what stages say" {
    staged 'duration: 1s' <<'END'
pgwrite: w.yaml:4:13: duration does not go with the stages of the workload: each lasts as long as its `for:` says
  duration: 1s
            ^
hint: leave it out, or take --quick
END
    for option in "users: 5" "rate: 5/s" "rows: 5" "warmup: 1s" "mode: cycle"; do
        printf '%s\n' 'schema: s.sql' 'stages: [{for: 1s, users: 5}]' "load: {$option}" >w.yaml
        invoke run --pg-bin "$NO_SERVER" w.yaml
        same "exit code of $option" 2 "$status"
        has "stderr" "w.yaml:3:" "$errors"
        has "stderr" "${option%%:*} does not go with the stages of the workload" "$errors"
    done
    sed -i 's/^load.*/load: {think: 1s}/' w.yaml
    wrong --users 5 w.yaml <<'END'
pgwrite: --users does not go with the stages of the workload: they say the load
hint: leave it out: each stage has its own users, rate or pool
END
    invoke run --pg-bin "$NO_SERVER" --mode fixed --pool 2..4 w.yaml
    has "stages" "does not hold both initdb and postgres" "$errors"
    printf '%s\n' 'schema: s.sql' 'stages: [{for: 1s, pool: 5}]' >w.yaml
    wrong --pool 5 w.yaml <<'END'
pgwrite: --pool does not go with the stages of the workload: they say how many connections there are
hint: leave it out
END
}

@test "what steps say" {
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'steps: [{insert: t, weight: 1}, {sql: SELECT 1, weight: 1}]' \
        'load:' '  batch: 5' >w.yaml
    refused 2 run --pg-bin "$NO_SERVER" w.yaml <<'END'
pgwrite: w.yaml:4:10: batch does not go with the steps of the workload: the steps say it
  batch: 5
         ^
hint: leave it out: `path:` and `batch:` belong to a step
END
    sed -i '/load/,$d' w.yaml
    for options in "--path insert" "--batch 5" "--rows 5" "--ceiling 1s" "--protocol simple"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" w.yaml $options
        same "exit code of $options" 2 "$status"
        has "stderr" "${options% *} does not go with the steps of the workload" "$errors"
    done
    if has_libpqtypes; then
        invoke run --pg-bin "$NO_SERVER" w.yaml --binding libpqtypes
        has "stderr" "--binding does not go with the steps of the workload" "$errors"
    fi
    invoke run --pg-bin "$NO_SERVER" w.yaml --protocol extended --ceiling off
    has "steps" "does not hold both initdb and postgres" "$errors"
    printf '%s\n' 'schema: s.sql' 'steps: [{insert: t}]' >w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml --rows 5
    has "one step" "does not hold both initdb and postgres" "$errors"
}

@test "timeouts that could befall nothing" {
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'load: {path: insert}' 'faults:' \
        '  - {do: cut, share: 5%}' '  - {do: timeout, share: 5%, after: 50ms}' >w.yaml
    wrong w.yaml <<'END'
pgwrite: w.yaml:5:5: do: timeout can befall nothing here: no write path has a statement that it could delay
  - {do: timeout, share: 5%, after: 50ms}
    ^
hint: write the insert as a step: `steps: [{insert: TABLE}]`
END
    sed -i 's/^load:.*/steps: [{insert: t, batch: 10}, {insert: t, path: copy-text}]/' w.yaml
    wrong w.yaml <<'END'
pgwrite: w.yaml:5:5: do: timeout can befall nothing here: no write path has a statement that it could delay
  - {do: timeout, share: 5%, after: 50ms}
    ^
hint: leave `path:` and `batch:` out of a step, or put its insert into a `transaction:`
END
    sed -i 's/, path: copy-text//' w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml
    has "one step" "does not hold both initdb and postgres" "$errors"
    printf '%s\n' 'schema: s.sql' 'faults:' '  - {do: cut, share: 5%}' \
        '  - {do: delay, share: 5%, for: 50ms}' >w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml
    has "the other faults" "does not hold both initdb and postgres" "$errors"
}

@test "tenants" {
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'tenants:' '  - {name: small, weight: 1, limit: 5/s}' >w.yaml
    wrong w.yaml <<'END'
pgwrite: w.yaml:3:5: tenants need users or a rate: they are who asks
  - {name: small, weight: 1, limit: 5/s}
    ^
hint: `users:` or `rate:` in load or in the stages
END
    wrong --users 5 w.yaml <<'END'
pgwrite: w.yaml:3:5: tenants with users need a think time: a user who was rejected would ask again at once, without end
  - {name: small, weight: 1, limit: 5/s}
    ^
hint: for example `think: 1s..3s` in load or in each stage
END
    for options in "--users 5 --think 1s" "--rate 5/s"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" $options w.yaml
        has "run $options" "does not hold both initdb and postgres" "$errors"
    done
    echo 'stages: [{for: 1s, users: 5, think: 1s}, {for: 1s, users: 5}]' >>w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml
    has "a stage without think" "tenants with users need a think time" "$errors"
    echo 'load: {think: 0s..1s}' >>w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml
    has "think in load" "does not hold both initdb and postgres" "$errors"
}

@test "quick and dry-run" {
    wrong --quick --mode steady <<'END'
pgwrite: --quick does not go with mode steady: its window lasts as long as it takes
hint: leave --quick out, or add --mode fixed
END
    wrong --dry-run --json result.json <<'END'
pgwrite: --dry-run measures nothing, and there is no result to write
hint: leave --dry-run out, or the files
END
    wrong_load 'quick: yes' <<'END'
pgwrite: w.yaml:3:3: unknown key "quick" in load
  quick: yes
  ^
hint: the keys of load are: path, pool, pool-idle, pool-lifetime, checkout-timeout, connect-each, users, think, rate, arrival, backlog, on-error, batch, mode, duration, warmup, interval, ceiling, rows, rounds, seed, protocol, binding and threads
END
}

@test "batch" {
    wrong --batch 0 <<<'pgwrite: --batch: "0" is not between 1 and 10000000 rows'
    wrong --batch 0..5 <<<'pgwrite: --batch: "0..5" is not between 1 and 10000000 rows'
    wrong --batch 11M <<<'pgwrite: --batch: "11M" is not between 1 and 10000000 rows'
    wrong --batch 15..5 <<'END'
pgwrite: --batch: "15..5" is not a range: its end is below its start
hint: write "5..15"
END
    wrong --batch 5-15 <<'END'
pgwrite: --batch: "5-15" is not a range: the two counts are parted by ..
hint: write "5..15"
END
    wrong --batch 5.. <<'END'
pgwrite: --batch: "5.." is not a range: its end is missing
hint: a range is a count, or two with .. between them: 10, 5..15, 1k..2k
END
    wrong --batch 1,,2 <<'END'
pgwrite: --batch: "1,,2" is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
}

@test "duration and warmup" {
    wrong --duration 3 <<'END'
pgwrite: --duration: "3" is not a duration: the unit is missing
hint: write "3s" for seconds; units are us, ms, s, m, h, d
END
    wrong --duration 3sec <<'END'
pgwrite: --duration: "3sec" is not a duration: unknown unit "sec"
hint: a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h
END
    wrong --duration 3S <<'END'
pgwrite: --duration: "3S" is not a duration: unknown unit "S"
hint: write "3s"
END
    wrong --duration 0 <<<'pgwrite: --duration: "0" is too short: 1ms at least'
    wrong --duration 999us <<<'pgwrite: --duration: "999us" is too short: 1ms at least'
    wrong --warmup 1 <<'END'
pgwrite: --warmup: "1" is not a duration: the unit is missing
hint: write "1s" for seconds; units are us, ms, s, m, h, d
END
}

@test "rows" {
    wrong --rows 0 <<<'pgwrite: --rows: "0" is not between 1 and 1000000000000'
    wrong --rows 1.5 <<'END'
pgwrite: --rows: "1.5" is not a count: it is not whole
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --rows 1,000 <<'END'
pgwrite: --rows: "1,000" is not a count: digits are written without separators
hint: write "1000"
END
}

@test "rows with a warm-up or a duration" {
    wrong --rows 10 --warmup 1s <<'END'
pgwrite: --warmup does not go with --rows: every row of a cell is counted
hint: leave it out, or give a duration in place of the rows
END
    wrong --rows 10 --duration 1s <<'END'
pgwrite: --duration does not go with --rows: rows or time end a cell
hint: leave one of them out
END
    wrong_load 'warmup: 1s' 'rows: 10' <<'END'
pgwrite: w.yaml:3:11: warmup does not go with rows: every row of a cell is counted
  warmup: 1s
          ^
hint: leave it out, or give a duration in place of the rows
END
    wrong_load 'rows: 10' 'duration: 1s' <<'END'
pgwrite: w.yaml:4:13: duration does not go with rows: rows or time end a cell
  duration: 1s
            ^
hint: leave one of them out
END
}

@test "an option wins over what the workload says against it" {
    echo 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'load: {rows: 10}' >rows.yaml
    printf '%s\n' 'schema: s.sql' 'load: {duration: 1s, warmup: 1s, pool: 1001}' >time.yaml
    for options in "--duration 1s rows.yaml" "--duration 1s --warmup 1s rows.yaml" \
        "--rows 10 --pool 1 time.yaml"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" $options
        has "run $options" "does not hold both initdb and postgres" "$errors"
    done
    wrong --warmup 1s rows.yaml <<'END'
pgwrite: --warmup does not go with rows: every row of a cell is counted
hint: leave it out, or give a duration in place of the rows
END
}

@test "rounds, seed and threads" {
    wrong --rounds 0 <<<'pgwrite: --rounds: "0" is not between 1 and 1000'
    wrong --rounds 1001 <<<'pgwrite: --rounds: "1001" is not between 1 and 1000'
    wrong --seed -1 <<'END'
pgwrite: --seed: "-1" is not a count: it is negative
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --seed now <<'END'
pgwrite: --seed: "now" is not a count: it does not start with a digit
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --threads 0 <<<'pgwrite: --threads: "0" is not between 1 and 256'
    wrong --threads 257 <<<'pgwrite: --threads: "257" is not between 1 and 256'
}

@test "protocol and binding" {
    wrong --protocol fast <<'END'
pgwrite: --protocol: "fast" is no protocol
hint: simple, extended or prepared
END
    wrong --binding fast <<'END'
pgwrite: --binding: "fast" is no binding
hint: raw or libpqtypes
END
}

@test "libpqtypes with threads" {
    has_libpqtypes || skip "built without libpqtypes"
    wrong --binding libpqtypes --threads 2 <<'END'
pgwrite: --threads does not go with --binding: libpqtypes works on one thread, as it keeps process-wide state
hint: leave it out, or take the binding raw
END
    wrong_load 'binding: libpqtypes' 'threads: 2' <<'END'
pgwrite: w.yaml:4:12: threads does not go with binding: libpqtypes works on one thread, as it keeps process-wide state
  threads: 2
           ^
hint: leave it out, or take the binding raw
END
    invoke run --pg-bin "$NO_SERVER" --binding libpqtypes --threads 1
    has "one thread" "does not hold both initdb and postgres" "$errors"
}

@test "libpqtypes in a build without it" {
    has_libpqtypes && skip "built with libpqtypes"
    invoke run --pg-bin "$NO_SERVER" --binding libpqtypes
    same "exit code" 2 "$status"
    has "stderr" "this pgwrite was built without libpqtypes" "$errors"
}

@test "the same in the load section, with its place" {
    wrong_load 'pool: 0' <<'END'
pgwrite: w.yaml:3:9: pool: "0" is not between 1 and 1000
  pool: 0
        ^
END
    wrong_load 'batch: 10' 'pool: [4, 1001]' <<'END'
pgwrite: w.yaml:4:9: pool: "1001" is not between 1 and 1000
  pool: [4, 1001]
        ^
END
    wrong_load 'pool: [1, "", 4]' <<'END'
pgwrite: w.yaml:3:13: "load.pool" has an empty word
  pool: [1, "", 4]
            ^
hint: for example `pool: 8` or `pool: [1, 4, 16]`
END
    wrong_load 'path: [insert, insert]' <<'END'
pgwrite: w.yaml:3:9: path: "insert" is listed twice
  path: [insert, insert]
        ^
END
    wrong_load 'path: copy-binari' <<'END'
pgwrite: w.yaml:3:9: path: "copy-binari" is no write path
  path: copy-binari
        ^
hint: did you mean copy-binary?
END
    wrong_load 'batch: 0' <<'END'
pgwrite: w.yaml:3:10: batch: "0" is not between 1 and 10000000 rows
  batch: 0
         ^
END
    wrong_load 'batch: 15..5' <<'END'
pgwrite: w.yaml:3:10: batch: "15..5" is not a range: its end is below its start
  batch: 15..5
         ^
hint: write "5..15"
END
    wrong_load 'duration: 3' <<'END'
pgwrite: w.yaml:3:13: duration: "3" is not a duration: the unit is missing
  duration: 3
            ^
hint: write "3s" for seconds; units are us, ms, s, m, h, d
END
    wrong_load 'warmup: 1sec' <<'END'
pgwrite: w.yaml:3:11: warmup: "1sec" is not a duration: unknown unit "sec"
  warmup: 1sec
          ^
hint: a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h
END
    wrong_load 'rows: 0' <<'END'
pgwrite: w.yaml:3:9: rows: "0" is not between 1 and 1000000000000
  rows: 0
        ^
END
    wrong_load 'rounds: 0' <<'END'
pgwrite: w.yaml:3:11: rounds: "0" is not between 1 and 1000
  rounds: 0
          ^
END
    wrong_load 'seed: x' <<'END'
pgwrite: w.yaml:3:9: seed: "x" is not a count: it does not start with a digit
  seed: x
        ^
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong_load 'protocol: fast' <<'END'
pgwrite: w.yaml:3:13: protocol: "fast" is no protocol
  protocol: fast
            ^
hint: simple, extended or prepared
END
    wrong_load 'binding: fast' <<'END'
pgwrite: w.yaml:3:12: binding: "fast" is no binding
  binding: fast
           ^
hint: raw or libpqtypes
END
    wrong_load 'threads: 257' <<'END'
pgwrite: w.yaml:3:12: threads: "257" is not between 1 and 256
  threads: 257
           ^
END
}

@test "the load section takes the options of the load, and no others" {
    wrong_load 'bacth: 4' <<'END'
pgwrite: w.yaml:3:3: unknown key "bacth" in load
  bacth: 4
  ^
hint: did you mean "batch"?
END
    wrong_load 'pool: 4' 'pool: 8' <<'END'
pgwrite: w.yaml:4:3: the key "pool" is there twice, first in line 3
  pool: 8
  ^
END
    for option in dbname host port username throwaway keep data-dir pg-bin schema table json \
        quiet; do
        printf '%s\n' 'schema: s.sql' "load: {$option: 1}" >w.yaml
        invoke run --pg-bin "$NO_SERVER" w.yaml
        same "exit code of load.$option" 2 "$status"
        has "load.$option" "unknown key \"$option\" in load" "$errors"
    done
}

@test "schema" {
    wrong --schema missing.sql <<'END'
pgwrite: can't read "missing.sql": No such file or directory
END
    wrong --schema "$NO_SERVER" <<END
pgwrite: can't read "$NO_SERVER": it is a folder
END
    wrong --schema missing.sql events <<'END'
pgwrite: --schema: can't read "missing.sql": No such file or directory
END
    printf 'CREATE TABLE t (a int);\0' >nul.sql
    wrong --schema nul.sql <<'END'
pgwrite: can't read "nul.sql": it is not a text file
hint: byte 24 is NUL
END
}

@test "pg-bin and data-dir" {
    invoke run --pg-bin missing
    same "exit code" 2 "$status"
    has "stderr" "pgwrite: --pg-bin missing " "$errors"
    refused 2 run --data-dir missing \
        <<<"pgwrite: no server can be made in --data-dir missing: No such file or directory"
}

@test "json" {
    invoke run --pg-bin "$NO_SERVER" --json missing/result.json
    same "exit code" 2 "$status"
    has "stderr" "pgwrite: --json" "$errors"
    has "stderr" "missing" "$errors"
    same "messages" 1 "$(grep -c '^pgwrite: ' <<<"$errors")"
    invoke run --pg-bin "$NO_SERVER" --json result.json
    same "a result that was not measured" "" "$(ls result.json* 2>/dev/null || true)"
}

@test "the server's own options" {
    wrong -d 'port=1 bogus=1' <<'END'
pgwrite: --dbname: invalid connection option "bogus"
hint: a database name, 'host=… dbname=…' or postgresql://user@host/db
END
    local port
    for port in foo 0 99999; do
        wrong -p "$port" <<END
pgwrite: --port: "$port" is no port
hint: a number from 1 to 65535
END
    done
}

@test "check takes the options of the load, and finds the same mistakes" {
    refused 2 check events --pg-bin "$NO_SERVER" --pool 0 \
        <<<'pgwrite: --pool: "0" is not between 1 and 1000'
    refused 2 check events --pg-bin "$NO_SERVER" --rows 10 --duration 1s <<'END'
pgwrite: --duration does not go with --rows: rows or time end a cell
hint: leave one of them out
END
}
