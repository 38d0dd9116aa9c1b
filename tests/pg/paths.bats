# The eight write paths write the same rows, whatever the texts in them.

load helpers
load server

WORKLOAD=$BATS_TEST_DIRNAME/data/hostile.yaml
ROWS=400

setup_file() {
    server_setup
    # What every other run is compared with.
    measure "$WORKLOAD" --rows "$ROWS" --path copy-binary --pool 1 --threads 1 --batch 1000
    HASH=$(hashes)
    export HASH
}

teardown_file() {
    server_teardown
}

teardown() {
    drop_kept
}

# Every cell of the last result has the reference's content, and there are as many cells.
assert_same_content() {
    same "number of cells" "$(result '.cells | length')" "$1"
    same "content hash" "$(hashes)" "$HASH"
    same "rows found" "$(result '[.cells[].verified.found_rows] | unique | .[]')" "$ROWS"
}

@test "the reference has rows, and a hash of them" {
    [[ $HASH =~ ^-?[0-9]+$ ]]
    [ "$HASH" != 0 ]
}

@test "same content on all eight paths, pools of 1 and 5, an odd batch" {
    measure "$WORKLOAD" --rows "$ROWS" --pool 1,5 --batch 7
    assert_same_content 16
    same paths "$(result '[.cells[].path] | unique | join(" ")')" \
        "copy-binary copy-csv copy-text insert multirow pipeline prepared unnest"
}

@test "same content in batches of 5 to 15 rows, by one thread and by two" {
    for threads in 1 2; do
        measure "$WORKLOAD" --rows "$ROWS" --pool 5 --batch 5..15 --threads "$threads"
        assert_same_content 8
        same threads "$(result '[.cells[].threads] | unique | .[]')" "$threads"
    done
}

@test "same content by every protocol of insert" {
    for protocol in simple extended prepared; do
        measure "$WORKLOAD" --rows "$ROWS" --path insert --pool 5 --protocol "$protocol"
        assert_same_content 1
        same protocol "$(result '.cells[0].protocol')" "$protocol"
    done
}

@test "same content by the extended protocol of multirow, unnest and pipeline" {
    measure "$WORKLOAD" --rows "$ROWS" --path multirow,unnest,pipeline --pool 1,5 \
        --protocol extended --batch 7
    assert_same_content 6
    same protocol "$(result '[.cells[].protocol] | unique | .[]')" extended
    # Ranges, and a last batch of a size of its own.
    measure "$WORKLOAD" --rows "$ROWS" --path multirow,unnest,pipeline --pool 5 \
        --protocol extended --batch 5..15
    assert_same_content 3
    # simple is a protocol of insert alone.
    measure "$WORKLOAD" --rows "$ROWS" --protocol simple
    assert_same_content 8
    same protocols "$(result '[.cells[].protocol] | unique | join(" ")')" \
        "copy pipeline prepared simple"
}

@test "same content through libpqtypes" {
    [[ $("$PGWRITE" --version) == *', libpqtypes)' ]] || skip "built without libpqtypes"
    measure "$WORKLOAD" --rows "$ROWS" --pool 1,5 --batch 5..15 --binding libpqtypes
    assert_same_content 16
    same binding "$(result .run.binding)" libpqtypes
}

@test "same content in each of several rounds" {
    measure "$WORKLOAD" --rows "$ROWS" --path multirow,copy-csv --pool 3 --batch 50 --rounds 3
    same rounds "$(result '[.cells[].rounds[].verified.content_hash] | length')" 6
    same "content hash" "$(result '[.cells[].rounds[].verified.content_hash] | unique | .[]')" \
        "$HASH"
}

@test "other content for another seed, the same one again for the first" {
    measure "$WORKLOAD" --rows "$ROWS" --path copy-binary --seed 2
    [ "$(hashes)" != "$HASH" ]
    measure "$WORKLOAD" --rows "$ROWS" --path copy-binary --seed 1
    same "content hash" "$(hashes)" "$HASH"
}

@test "other content for one row more" {
    measure "$WORKLOAD" --rows $((ROWS + 1)) --path copy-binary
    [ "$(hashes)" != "$HASH" ]
}

@test "exactly N rows: one, fewer than the pool, not divisible by pool or batch" {
    local rows
    for rows in 1 3 101; do
        measure "$WORKLOAD" --rows "$rows" --pool 5 --batch 7
        same "rows, found and acknowledged" \
            "$(result '[.cells[].verified | .found_rows, .acknowledged_rows] | unique | .[]')" \
            "$rows"
        same "number of hashes" "$(hashes | wc -l)" 1
    done
}

@test "the same N rows are in the table that is kept, numbered without a gap" {
    for path in insert multirow unnest copy-text copy-csv copy-binary prepared pipeline; do
        measure_kept "$WORKLOAD" --rows 50 --path "$path" --pool 4 --batch 7
        same ids "$(sql "SELECT count(*), count(DISTINCT id), min(id), max(id)
                         FROM $SCHEMA.hostile")" "50|50|1|50"
        drop_kept
    done
}

@test "rows 0 to 4 of the table are those that check prints" {
    local fields name
    "$PGWRITE" check "$WORKLOAD" | sed -n '/^row 0$/,$p' | grep . >"$WORLD/expected"
    same "lines of check" "$(wc -l <"$WORLD/expected")" 55
    # As check shows values: NULL in capitals, one line, 60 bytes.
    for name in id note pick maybe tags doc amount key seen bytes; do
        fields+=" || format(E'\n  %s ', rpad('$name', 18)) ||
            CASE WHEN length(coalesce($name::text, '')) > 60 THEN left($name::text, 60) || '…'
                 ELSE translate(coalesce($name::text, 'NULL'), E'\t\n\r', '   ') END"
    done
    for path in insert copy-text copy-binary pipeline; do
        measure_kept "$WORKLOAD" --rows 5 --path "$path" --pool 2 --batch 2
        sql "SELECT 'row ' || id - 1 $fields FROM $SCHEMA.hostile ORDER BY id" >"$WORLD/actual"
        diff "$WORLD/expected" "$WORLD/actual"
        drop_kept
    done
}

# The expected texts are written anew here: neither pgwrite's reader nor its encoders saw them.
@test "the texts arrive unharmed, and an empty text is not NULL" {
    local picks alphabet
    picks="'', ' ', 'NULL', E'\\\\N', E'\\\\.', E'a\n\\\\.\nb', 'it''s', '\"', E'\\\\',
        E'tab\there', E'line\r\nend', '\$1', 'Grüße, 漢字 😀'"
    alphabet="E'aZ ''\"\\\\\t\n\r,;\$%{}äß€漢😀'"
    for path in insert multirow unnest copy-text copy-csv copy-binary prepared pipeline; do
        measure_kept "$WORKLOAD" --rows 400 --path "$path" --pool 2 --batch 50
        same "picks, $path" \
            "$(sql "SELECT array_agg(DISTINCT pick ORDER BY pick) =
                           (SELECT array_agg(p ORDER BY p) FROM unnest(ARRAY[$picks]) p)
                    FROM $SCHEMA.hostile")" t
        same "characters of note, $path" \
            "$(sql "SELECT array_agg(DISTINCT c ORDER BY c) =
                           (SELECT array_agg(a ORDER BY a)
                            FROM regexp_split_to_table($alphabet, '') a)
                    FROM $SCHEMA.hostile, regexp_split_to_table(note, '') c WHERE note <> ''")" t
        same "kinds of maybe, $path" \
            "$(sql "SELECT array_agg(DISTINCT coalesce('<' || maybe || '>', 'null')) =
                           ARRAY['<>', E'<\\\\\\\\N>', '<null>', 'null'] FROM $SCHEMA.hostile")" t
        same "tags, $path" \
            "$(sql "SELECT bool_and(tags IS NULL OR tags IN ('{}', ARRAY[NULL, 'NULL', ''],
                               ARRAY['a\"b', E'c\\\\d', 'e,f', '{g}', E'h\ni'])),
                           count(DISTINCT tags), bool_or(tags IS NULL)
                    FROM $SCHEMA.hostile")" 't|3|t'
        same "what the documents say, $path" \
            "$(sql "SELECT string_agg(DISTINCT doc->>'say', ', ' ORDER BY doc->>'say')
                    FROM $SCHEMA.hostile")" '"ja" \ ä, "ja" \ 漢, "ja" \ 😀'
        drop_kept
    done
}
