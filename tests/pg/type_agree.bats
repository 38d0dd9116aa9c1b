# The field writer against a live server and against libpqtypes: see type_agree.c.

load helpers
load server

setup_file() {
    server_setup
}

teardown_file() {
    server_teardown
}

@test "the server reads what the field writer writes, and libpqtypes writes the same" {
    local planned
    "$(build_dir)/tests/type_agree" "host=$SOCKET user=postgres dbname=postgres" >"$WORLD/tap" || {
        grep -A 9 -e '^not ok' -e '^Bail out!' "$WORLD/tap"
        return 1
    }
    planned=$(sed -n '1s/^1\.\.//p' "$WORLD/tap")
    # Of a build without libpqtypes one half is skipped.
    [ "$planned" -gt 100 ]
    same "number of tests" "$(grep -c '^ok ' "$WORLD/tap")" "$planned"
    refute grep -e '^not ok' -e '^Bail out!' "$WORLD/tap"
    if [[ $("$PGWRITE" --version) == *', libpqtypes)' ]]; then
        grep -q '^ok [0-9]* - .* as libpqtypes' "$WORLD/tap"
    fi
}
