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

# listed WHAT: prints the list; every line has a name and says something about it.
listed() {
    invoke list "$1"
    same "exit code" 0 "$status"
    same "stderr" "" "$errors"
    same "lines without a description" "" "$(grep -vE '^ *[^ ]+ +[^ ]' <<<"$output" || true)"
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
