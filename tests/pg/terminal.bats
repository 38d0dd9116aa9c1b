# A report, a plan and a check on a real terminal: no line is wider than it. That of the other kinds
# of results and of wider terminals is tested by tests/unit/test_screen.c, with results made by hand.

load helpers
load ../cli/terminal

setup() {
    world_setup
    cd "$WORLD"
    export TERM=xterm
    unset NO_COLOR
}

teardown() {
    cd /
    world_teardown
}

@test "run, its plan, and check fit into 80 columns" {
    short=(--throwaway --duration 500ms --warmup 0s --ceiling off --fsync-probe off --quiet)
    on_terminal 80 run --path prepared,copy-binary --pool 2 --batch 5..15 "${short[@]}"
    [ "$status" = 0 ]
    [[ $output == *"rows/s"*"copy-binary"*"verified"* ]]
    fits 80 || return
    on_terminal 80 run hot-row --dry-run --throwaway
    [ "$status" = 0 ]
    fits 80 || return
    on_terminal 80 check birthday
    [ "$status" = 0 ]
    fits 80 || return
    "$(build_dir)/pgwrite" check birthday >whole
    diff <(tr -s ' \n' '\n\n' <whole) <(tr -s ' \n' '\n\n' <<<"$output")
}
