# What a terminal shows: lines that fit, and colours only where they are wanted.

load helpers
load terminal

setup() {
    cli_setup
    export TERM=xterm
    unset NO_COLOR
    result old.json 1
    result new.json 0.5
}

# result FILE FACTOR: of six rounds, so many times as fast
result() {
    jq --argjson factor "$2" '.cells[0].rounds[0] as $round
        | .cells[0].rounds = [range(6) | $round | .rows_per_s = 1000 * $factor]' \
        "$BATS_TEST_DIRNAME/data/result.json" >"$1"
}

teardown() {
    cli_teardown
}

escape=$'\033'

@test "help, lists and a comparison fit into 80 columns and more" {
    for columns in 80 100 118 200; do
        on_terminal "$columns" --help
        fits "$columns" || return
        has "--help" "  completion  " "$output"
        for list in paths generators workloads metrics settings reports; do
            on_terminal "$columns" list "$list"
            same "exit code of list $list" 0 "$status"
            fits "$columns" || return
        done
        on_terminal "$columns" compare old.json new.json
        fits "$columns" || return
        has "compare" "95 % interval" "$output"
    done
    for command in $(all_commands); do
        on_terminal 80 "$command" --help
        fits 80 || return
    done
}

@test "a comparison has colours on a terminal, and nowhere else" {
    on_terminal 80 compare old.json new.json
    has "on a terminal" "$escape[3" "$output"
    NO_COLOR=1 on_terminal 80 compare old.json new.json
    [[ $output != *"$escape"* ]]
    NO_COLOR='' on_terminal 80 compare old.json new.json
    has "with an empty NO_COLOR" "$escape[3" "$output"
    TERM=dumb on_terminal 80 compare old.json new.json
    [[ $output != *"$escape"* ]]
    on_terminal 80 compare --color never old.json new.json
    [[ $output != *"$escape"* ]]
    NO_COLOR=1 on_terminal 80 compare --color always old.json new.json
    has "--color always" "$escape[3" "$output"
    invoke compare old.json new.json
    [[ $output != *"$escape"* ]]
    plain=$output
    invoke compare --color always old.json new.json
    has "--color always in a pipe" "$escape[3" "$output"
    same "without colours" "$plain" "$(sed "s/$escape\\[[0-9;]*m//g" <<<"$output")"
    for format in --json --markdown --junit; do
        invoke compare --color always old.json new.json "$format" -
        [[ $output != *"$escape"* ]]
    done
}

@test "--color knows three words" {
    refused 2 run --color blue <<'END'
pgwrite: --color: "blue" is not known
hint: auto, always or never
END
}

@test "help that can't be written is an error" {
    [ -w /dev/full ] || skip "no /dev/full"
    for words in --help 'run --help' 'run --usage' 'list paths' man 'completion bash'; do
        status=0
        # shellcheck disable=SC2086 # several words
        "${PGWRITE:-$(build_dir)/pgwrite}" $words >/dev/full 2>"$WORLD/errors" || status=$?
        same "exit code of $words" 1 "$status"
        same "stderr of $words" "pgwrite: can't write to standard output: No space left on device" \
            "$(<"$WORLD/errors")"
    done
}
