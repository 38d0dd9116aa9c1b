# One server for all tests of a file, so that a test costs a run and no initdb. Load it after
# helpers; call server_setup in setup_file and server_teardown in teardown_file.

# server_setup [OPTION…]: a world with a server in it; options of throwaway_probe.
server_setup() {
    world_setup
    export WORLD
    "$(build_dir)/tests/throwaway_probe" "$@" keep >"$WORLD/server" 3>&-
    SOCKET=$(server_field socket)
    BIN=$(server_field bin)
    PGWRITE=${PGWRITE:-$(build_dir)/pgwrite}
    JSON=$WORLD/result.json
    export SOCKET BIN PGWRITE JSON
}

server_teardown() {
    local code=0
    # Without it all servers, and all processes, would be taken for the test's.
    : "${WORLD:?}"
    "$(build_dir)/tests/throwaway_probe" clean "$WORLD" || code=1
    assert_nothing_left || code=1
    world_teardown
    return $code
}

server_field() {
    sed -n "s/^$1=//p" "$WORLD/server"
}

# sql TEXT: what psql prints for it, values separated by |, from DATABASE or postgres
sql() {
    PGTZ=UTC "$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
        -h "$SOCKET" -U postgres -d "${DATABASE:-postgres}" -c "$1"
}

# pgw ARGUMENT…: a run on the server, as ROLE or postgres, with its result in JSON.
pgw() {
    "$PGWRITE" run -h "$SOCKET" -U "${ROLE:-postgres}" -d "${DATABASE:-postgres}" \
        --quiet --json "$JSON" "$@"
}

# measure ARGUMENT…: such a run that must succeed, have every cell verified and leave no schema.
measure() {
    pgw "$@" >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    [ "$(result '[.cells[].verified.ok] | length > 0 and all')" = true ]
    assert_no_schema
}

# A run as measure's that keeps its schema: SCHEMA. drop_kept removes it.
measure_kept() {
    pgw --keep "$@" >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    SCHEMA=$(schemas)
    [[ $SCHEMA =~ ^pgwrite_[0-9a-f]{8}$ ]]
}

drop_kept() {
    local schema
    for schema in $(schemas); do
        sql "DROP SCHEMA $schema CASCADE" 2>/dev/null
    done
}

# result FILTER: jq's answer about the last result
result() {
    jq -r "$1" "$JSON"
}

# holds FILTER…: jq says true about the last result
holds() {
    local filter
    for filter in "$@"; do
        jq -e "$filter" "$JSON" >/dev/null || {
            echo "does not hold: $filter" >&2
            jq -c '.warnings, .thresholds, (.cells[0]
                | del(.rounds[].histograms, .rounds[].series, .series)),
                [.cells[0].series[] | [.t_s, .asked, .busy, .open, .waiting, .errors]]' "$JSON" >&2
            return 1
        }
    done
}

# told PATTERN [FILE]: the run has printed it (out), or said it (err)
told() {
    grep -qE -- "$1" "$WORLD/${2:-out}" || {
        echo "no \"$1\" in:" >&2
        cat "$WORLD/${2:-out}" >&2
        return 1
    }
}

# The content hashes of the last result's cells, each once.
hashes() {
    result '[.cells[].verified.content_hash] | unique | .[]'
}

schemas() {
    sql "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'pgwrite\_%'"
}

assert_no_schema() {
    local left
    left=$(schemas)
    if [ -n "$left" ]; then
        echo "schemas left: $left" >&2
        return 1
    fi
}

# same WHAT ACTUAL EXPECTED
same() {
    if [ "$2" != "$3" ]; then
        printf '%s is\n%s\nbut should be\n%s\n' "$1" "$2" "$3" >&2
        return 1
    fi
}
