# For tests of what a terminal shows: load it with `load terminal`, or `load ../cli/terminal`.

# on_terminal COLUMNS WORD…: runs pgwrite on a terminal so wide; sets status and output, which is of
# standard output alone.
on_terminal() {
    local columns=$1 words
    shift
    printf -v words ' %q' "${PGWRITE:-$(build_dir)/pgwrite}" "$@"
    status=0
    script -qec "stty cols $columns; exec$words 2>/dev/null" /dev/null </dev/null >"$WORLD/.terminal" ||
        status=$?
    output=$(tr -d '\r' <"$WORLD/.terminal")
}

# fits COLUMNS: no line of $output is wider; colours take no room
fits() {
    local wide
    wide=$(sed $'s/\033\\[[0-9;]*[a-zA-Z]//g' <<<"$output" |
        LC_ALL=C.UTF-8 grep -E "^.{$(($1 + 1))}" || true)
    [ -z "$wide" ] && return
    printf 'wider than %s columns:\n%s\n' "$1" "$wide"
    return 1
} >&2
