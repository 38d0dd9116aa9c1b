# `pgwrite list` names everything that there is, in the order of the source.

load helpers

setup() {
    cli_setup
}

teardown() {
    cli_teardown
}

# names: the words that $output's lines begin with, but for indented lines
names() {
    sed -n 's/^\([^ ]\{1,\}\) .*/\1/p' <<<"$output"
}

# listed WHAT: prints the list; every line has a name and says something about it, but for those that
# go on with it, and none is too wide for a terminal.
listed() {
    invoke list "$1"
    same "exit code" 0 "$status"
    same "stderr" "" "$errors"
    same "lines without a description" "" "$(grep -vE '^ *[^ ]+ +[^ ]|^ {20}' <<<"$output" || true)"
    same "wide lines" "" "$(grep -E '^.{101}' <<<"$output" || true)"
}

@test "paths" {
    sources=$(sed -n 's/^WRITE_PATH(\(.*\))$/\1/p' "$TOP/src/write/path_list.h")
    [ -n "$sources" ]
    listed paths
    same "paths" "${sources//_/-}" "$(names)"
}

@test "generators" {
    sources=$(sed -n 's/^ \{1,\}GENERATOR(\([a-z]*\)).*/\1/p' "$TOP/src/row/generator_list.h")
    [ -n "$sources" ]
    listed generators
    same "generators" "$sources"$'\n(all)' "$(names)"
    has "(all)" " null " "$(sed -n '/^(all)/,$p' <<<"$output")"
    has "(all)" " per " "$(sed -n '/^(all)/,$p' <<<"$output")"
}

@test "workloads" {
    sources=$(cd "$TOP/workloads" && printf '%s\n' *.yaml)
    listed workloads
    same "workloads" "${sources//.yaml/}" "$(names)"
}

@test "a workload's line says what its file says" {
    listed workloads
    for name in $(names); do
        description=$(sed -n 's/^description: *//p' "$TOP/workloads/$name.yaml")
        has "list workloads" "$description" "$(grep "^$name " <<<"$output")"
    done
}

@test "metrics" {
    # Those that a threshold may name: an unknown one is refused with the list.
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'thresholds: [nonsense > 1]' >w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml
    same "exit code" 2 "$status"
    refusal=$errors
    listed metrics
    names=$(names | sed 's/(.*//')
    [ "$(wc -l <<<"$names")" -ge 20 ]
    for name in $names; do
        has "the list of metrics in an error" "$name" "$refusal"
    done
    same "units" "" "$(grep -v '^ ' <<<"$output" | sed 's/([^)]*)//' |
        awk '$2 !~ /^(duration|share|count|rate|size)$/' || true)"
    has "p99" "stage, step" "$(grep '^p99' <<<"$output")"
    has "what a latency is" " pool_wait," "$(grep '^  LATENCY:' <<<"$output")"
    has "what drifts" " memory," "$(grep '^  FIGURE:' <<<"$output")"
}

@test "settings" {
    sources=$(sed -n 's/^- name: //p' "$TOP/src/study/space.yaml")
    [ "$(wc -l <<<"$sources")" -ge 14 ]
    listed settings
    same "settings" "$sources" "$(names)"
    same "contexts and durabilities" "" "$(grep '^[^ ]' <<<"$output" |
        awk '$2 !~ /^(session|reload|restart)$/ || $3 !~ /^(safe|async-commit)$/ || NF < 4')"
    same "what may lose commits" synchronous_commit "$(awk '$3 == "async-commit" {print $1}' <<<"$output")"
    has "wal_buffers" " 16MB, 64MB, 4MB"$'\n' "$(grep -A1 '^wal_buffers ' <<<"$output")"
    has "what it costs" "Cost: memory of that size." "$output"
}
