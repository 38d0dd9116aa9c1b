# scripts/bench-peers: that it compares, refuses to compare what is not the same, and cleans up.
# Whether the targets are met is not for a test: it depends on the machine.

load helpers

setup() {
    world_setup
    TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
    export PGWRITE=${PGWRITE:-$(build_dir)/pgwrite}
    SMALL=(--rounds 1 --duration 1 --copies 1)
}

teardown() {
    world_teardown
}

# A pgwrite whose results claim a hundredth of the rows.
slow_pgwrite() {
    cat >"$WORLD/slow" <<END
#!/usr/bin/env bash
"$PGWRITE" "\$@" || exit
for word; do
    [[ \${before:-} != --json ]] || file=\$word
    before=\$word
done
[[ -n \${file:-} ]] || exit 0
jq '.cells[].rows_per_s.median /= 100' "\$file" >"\$file.new" && mv "\$file.new" "\$file"
END
    chmod 755 "$WORLD/slow"
    echo "$WORLD/slow"
}

# The script with a change, beside what it reads.
tampered() { # sed's command
    mkdir -p "$WORLD/schemas" "$WORLD/scripts"
    cp "$TOP/schemas/events.sql" "$WORLD/schemas"
    sed "$1" "$TOP/scripts/bench-peers" >"$WORLD/scripts/bench-peers"
    refute cmp -s "$TOP/scripts/bench-peers" "$WORLD/scripts/bench-peers"
    chmod 755 "$WORLD/scripts/bench-peers"
}

postmaster_of_bench() {
    cat "$WORLD"/bench-peers-*/pgwrite-*/data/postmaster.pid >/dev/null 2>&1
}

@test "every pair is measured and printed with its target, met or missed; nothing is left" {
    PGWRITE=$(slow_pgwrite) run "$TOP/scripts/bench-peers" "${SMALL[@]}" --only insert,pipeline,copy
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output =~ 'insert, 32 connections: rows/s'\ +[0-9,]+\ +[0-9,]+\ +[0-9.]+.*'>= 1.00  m' ]]
    [[ $output =~ 'client CPU, us a commit'\ +[0-9.]+\ +[0-9.]+\ +[0-9.]+.*'<= 0.90  m' ]]
    [[ $output =~ 'pipeline of 100: rows/s'\ +[0-9,]+\ +[0-9,]+\ +[0-9.]+.*'>= 1.05  m' ]]
    [[ $output =~ 'client CPU, us a row'\ +[0-9.]+\ +[0-9.]+\ +[0-9.]+.*'<= 0.90  m' ]]
    [[ $output =~ 'copy-binary of 100,000: rows/s'\ +[0-9,]+\ +[0-9,]+\ +[0-9.]+.*'>= 0.95  m' ]]
    [[ $output =~ 'copy-text of 100,000: rows/s'\ +[0-9,]+\ +[0-9,]+\ +[0-9.]+.*'>= 0.95  m' ]]
    grep -qE '^insert, 32.* missed$' <<<"$output"
    grep -qE '^[4-6] targets missed$' <<<"$output"
    refute grep -q 'multirow\|resident' <<<"$output"
    assert_nothing_left
    [ -z "$(find "$WORLD" -maxdepth 1 -name 'bench-peers-*')" ]
}

@test "with --check a missed target is a failure" {
    PGWRITE=$(slow_pgwrite) run "$TOP/scripts/bench-peers" "${SMALL[@]}" --only pipeline --check
    echo "$output"
    [ "$status" -eq 1 ]
    grep -qE '^pipeline of 100.* missed$' <<<"$output"
}

@test "a peer that does not send parameters is no peer" {
    tampered "s/, :payload/, '{}'/"
    run "$WORLD/scripts/bench-peers" "${SMALL[@]}" --only insert
    echo "$output"
    [ "$status" -eq 1 ]
    grep -q 'pgbench sent 0 statements with six parameters, not 1: no comparison' <<<"$output"
    assert_nothing_left
}

@test "a peer whose rows are narrower is no peer, and one that fails tells why" {
    tampered 's|"path": "/p/12", ||'
    run "$WORLD/scripts/bench-peers" "${SMALL[@]}" --only insert
    echo "$output"
    [ "$status" -eq 1 ]
    grep -q "^bench-peers: rows of pgbench's insert are .* wide, .*: no comparison" <<<"$output"
    tampered 's/VALUES (/VALUES ((/'
    run "$WORLD/scripts/bench-peers" "${SMALL[@]}" --only insert
    echo "$output"
    [ "$status" -eq 1 ]
    grep -q 'syntax error' <<<"$output"
    grep -q '^bench-peers: pgbench failed, see above$' <<<"$output"
    assert_nothing_left
}

@test "SIGTERM in the middle leaves nothing" {
    "$TOP/scripts/bench-peers" "${SMALL[@]}" --only insert >"$WORLD/out" 2>&1 &
    pid=$!
    CHILDREN+=("$pid")
    wait_until postmaster_of_bench
    kill -TERM "$pid"
    status=0
    wait "$pid" || status=$?
    cat "$WORLD/out"
    [ "$status" -eq 143 ]
    assert_nothing_left
    [ -z "$(find "$WORLD" -maxdepth 1 -name 'bench-peers-*')" ]
}

@test "wrong use starts no server" {
    local words
    for words in '--rounds 0' '--rounds' '--duration 1.5' '--only insert,inserts' '--only' '--fast'; do
        # shellcheck disable=SC2086 # words
        run "$TOP/scripts/bench-peers" $words
        echo "$words: $output"
        [ "$status" -eq 2 ]
        [ "$(wc -l <<<"$output")" -eq 1 ]
    done
    run "$TOP/scripts/bench-peers" --help
    [ "$status" -eq 0 ]
    grep -q -- '--check' <<<"$output"
    [ -z "$(find "$WORLD" -maxdepth 1 -name 'bench-peers-*')" ]
}
