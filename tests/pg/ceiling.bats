# pgwrite's own ceiling: the same writes into a twin that discards them, and the warning that comes
# where pgwrite and not the server is what limits a cell.

load helpers
load server

setup_file() {
    server_setup
}

teardown_file() {
    server_teardown
}

teardown() {
    drop_kept
}

# ceilings: every cell has one
all_have_ceilings() {
    same "number of cells" "$(result '.cells | length')" "$1" || return
    same "cells with a ceiling" \
        "$(result '[.cells[].ceiling | select(.rows_per_s > 0 and .share > 0)] | length')" "$1"
}

warned() {
    result '[.warnings[], .cells[].warnings[]] | .[]' | grep -q 'pgwrite itself'
}

@test "every path, protocol and binding has a ceiling, and the tables hold what they should" {
    local hostile=$BATS_TEST_DIRNAME/data/hostile.yaml protocol
    measure "$hostile" --rows 400 --pool 2 --batch 7 --ceiling 100ms
    all_have_ceilings 8
    same "content hashes" "$(hashes | wc -l)" 1
    for protocol in simple extended; do
        measure "$hostile" --rows 50 --path insert --protocol "$protocol" --ceiling 100ms
        all_have_ceilings 1
    done
    if "$PGWRITE" run --help | grep -q libpqtypes; then
        measure "$hostile" --rows 400 --path insert,multirow,unnest,prepared,pipeline --pool 2 \
            --batch 7 --binding libpqtypes --ceiling 100ms
        all_have_ceilings 5
    fi
}

@test "the twin is gone afterwards, and leaves a table of its name alone" {
    cat >"$WORLD/twins.sql" <<'SQL'
CREATE TABLE pgwrite_twin (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                           n int NOT NULL CHECK (n > 0), twice int GENERATED ALWAYS AS (n * 2) STORED);
CREATE DOMAIN pgwrite_twin_1 AS text;
SQL
    measure_kept --schema "$WORLD/twins.sql" --rows 100 --path insert,copy-text --pool 2 \
        --ceiling 100ms
    all_have_ceilings 2
    same tables "$(sql "SELECT string_agg(relname, ' ') FROM pg_class
        WHERE relnamespace = '$SCHEMA'::regnamespace AND relkind = 'r'")" pgwrite_twin
    same rows "$(sql "SELECT count(*) FROM $SCHEMA.pgwrite_twin")" 100
}

@test "--ceiling off measures none" {
    measure --rows 50 --path insert --ceiling off
    same ceiling "$(result '.cells[0].ceiling | [.rows_per_s, .share] | map(tostring) | join(" ")')" \
        "null null"
}

# The server checks a domain as it reads COPY's data, before it discards.
@test "a value that only the many rows of the ceiling reach leaves it unknown and fails nothing" {
    echo "CREATE DOMAIN small AS int CHECK (VALUE <= 1000);
          CREATE TABLE events (id small PRIMARY KEY, note text);" >"$WORLD/narrow.sql"
    printf '%s\n' 'name: narrow' 'schema: narrow.sql' 'columns:' '  id: {gen: serial}' \
        >"$WORLD/narrow.yaml"
    measure "$WORLD/narrow.yaml" --rows 100 --path copy-text --pool 2 --ceiling 1s
    same ceiling "$(result '.cells[0].ceiling | [.rows_per_s, .share] | map(tostring) | join(" ")')" \
        "null null"
}

@test "one-row inserts are far below the ceiling, without a warning" {
    measure --path insert --pool 1 --duration 1s --warmup 0 --ceiling 500ms
    same "share below 0.8" "$(result '.cells[0].ceiling.share < 0.8')" true
    refute warned
}

# 400 numbers that are dear to draw and cheap to store, all by one thread. What else the machine does
# can weigh on one of the two measurements alone, so that there are a few tries.
@test "a generator that takes longer than the server is told of" {
    local i try
    echo "CREATE UNLOGGED TABLE events (c0 smallint$(printf ', c%d smallint' {1..399}));" \
        >"$WORLD/dear.sql"
    {
        printf 'name: dear\nschema: dear.sql\ncolumns:\n'
        for i in {0..399}; do
            printf '  c%d: {gen: int, min: 1, max: 9, dist: zipf, skew: 1.5}\n' "$i"
        done
    } >"$WORLD/dear.yaml"
    for try in 1 2 3 4 5; do
        measure "$WORLD/dear.yaml" --path copy-text --pool 2 --threads 1 --batch 100 \
            --duration 2s --warmup 200ms --ceiling 1s
        echo "# try $try: share $(result '.cells[0].ceiling.share')" >&3
        if [ "$(result '.cells[0].ceiling.share > 0.8')" = true ]; then
            warned
            return
        fi
    done
    return 1
}
