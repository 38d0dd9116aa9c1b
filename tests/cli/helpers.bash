# What the command-line tests share, on top of ../pg/helpers.bash: load it with `load helpers`.

load ../pg/helpers

TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# A world of the test's own, and a folder without initdb and postgres: with --pg-bin "$NO_SERVER" a
# run that looks for a server says so, and not what the test expects.
cli_setup() {
    world_setup
    NO_SERVER=$WORLD/no-server
    mkdir "$NO_SERVER"
    cd "$WORLD"
}

# For tests that start nothing in the background.
cli_teardown() {
    cd /
    rm -rf "$WORLD"
}

# invoke ARG…: runs pgwrite; sets status, and output (stdout) and errors (stderr), as bats's run
# does. That a server is written to is no error; the id of a schema is another one each time.
invoke() {
    status=0
    "${PGWRITE:-$(build_dir)/pgwrite}" "$@" >"$WORLD/.stdout" 2>"$WORLD/.stderr" || status=$?
    output=$(<"$WORLD/.stdout")
    errors=$(sed -e '/^pgwrite: writes to /d' -e 's/pgwrite_[0-9a-f]\{8\}/pgwrite_ID/g' \
        "$WORLD/.stderr")
}

# same WHAT EXPECTED ACTUAL: fails with the difference.
same() {
    [ "$2" = "$3" ] && return
    echo "$1 differs (< expected, > actual):"
    diff <(printf '%s\n' "$2") <(printf '%s\n' "$3")
    return 1
} >&2

# has WHAT PART TEXT: fails with the text, or its beginning, if the part is not in it.
has() {
    [[ $3 == *"$2"* ]] && return
    printf '%s lacks "%s":\n%s\n' "$1" "$2" "${3:0:1000}"
    return 1
} >&2

# refused CODE ARG… <<MESSAGE: pgwrite ends with the code and says exactly that, and nothing else;
# no server's folder is left.
refused() {
    local code=$1 message
    shift
    message=$(cat)
    invoke "$@"
    same "pgwrite $*: stderr" "$message" "$errors"
    same "pgwrite $*: exit code" "$code" "$status"
    same "pgwrite $*: stdout" "" "$output"
    same "pgwrite $*: folders left" "" "$(world_folders)"
}

has_libpqtypes() {
    invoke --version
    [[ $output == *", libpqtypes)" ]]
}

# all_commands: the names of the commands, one a line, as `pgwrite --help` lists them
all_commands() {
    invoke --help
    sed -n '/^Commands:/,/^$/ s/^  \([a-z]*\) .*/\1/p' <<<"$output"
}
