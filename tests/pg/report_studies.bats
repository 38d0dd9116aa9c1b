#!/usr/bin/env bats
# `pgwrite report` on what studies have written: it prints what they printed, and writes the file
# again. size.bats and tune.bats do the same with theirs, which take longer.

load helpers
load server

setup_file() {
    server_setup --set synchronous_commit=off
}

teardown_file() {
    server_teardown
}

# study CODES COMMAND OPTION…: on the file's server, ends with one of these codes
study() {
    local codes=$1 command=$2 code=0
    shift 2
    "$PGWRITE" "$command" -h "$SOCKET" -U postgres -d postgres --quiet --json "$JSON" "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || code=$?
    [[ " $codes " = *" $code "* ]] || {
        cat "$WORLD/out" "$WORLD/err" >&2
        echo "exit code $code, none of $codes" >&2
        return 1
    }
    as_schema_says "$command" "$JSON"
}

@test "two variants, with what differs on the server's side" {
    study "0 3 4" ab --path insert --pool 2 --warmup 10ms --duration 50ms --pairs 8 --explain \
        -B set.work_mem=8MB --seed 7
    holds '.comparison != null and .pairs_run >= 8' '.explanation != null'
    reads_back "$JSON" "$WORLD/out"
}

@test "stored results, from a file and from a pipe" {
    local code=0
    measure --path insert --pool 1,2 --warmup 10ms --duration 50ms --rounds 6 --fsync-probe off
    mv "$JSON" "$WORLD/new.json"
    jq '.started_at = "2025-12-24T18:00:00Z"' "$WORLD/new.json" >"$WORLD/old.json"
    "$PGWRITE" compare "$WORLD/old.json" "$WORLD/new.json" --json "$JSON" >"$WORLD/out" || code=$?
    [[ $code = [034] ]]
    as_schema_says compare "$JSON"
    reads_back "$JSON" "$WORLD/out"
    "$PGWRITE" report - <"$JSON" | diff "$WORLD/out" -
}
