# Every option wrong once, on the command line and in a workload's load section: one message that
# names it, exit code 2, and no server is looked for.

load helpers

setup() {
    cli_setup
}

teardown() {
    cli_teardown
}

# wrong ARG… <<MESSAGE: so ends a run without a server
wrong() {
    refused 2 run --pg-bin "$NO_SERVER" "$@"
}

# wrong_load LINE… <<MESSAGE: a workload whose load section has these lines, from line 3 on
wrong_load() {
    printf '%s\n' 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'load:' "${@/#/  }" >w.yaml
    refused 2 run --pg-bin "$NO_SERVER" w.yaml
}

@test "without a mistake the server is looked for" {
    invoke run --pg-bin "$NO_SERVER"
    same "exit code" 2 "$status"
    has "stderr" "$NO_SERVER does not hold both initdb and postgres" "$errors"
    for options in "--path insert,copy-binary --pool 1,1000 --batch 1,5..15,10M --duration 1ms" \
        "--warmup 0 --rounds 1000 --seed 0 --protocol simple --binding raw --threads 256" \
        "--rows 1"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" $options
        has "run $options" "does not hold both initdb and postgres" "$errors"
    done
}

@test "nothing is left in /var/tmp" {
    unset TMPDIR
    # Another run may begin or end here meanwhile; what is left of this one comes each time.
    for _ in 1 2 3 4 5; do
        before=$(ls -d /var/tmp/pgwrite-* 2>/dev/null || true)
        invoke run --pg-bin "$NO_SERVER" --pool 0
        same "exit code" 2 "$status"
        after=$(ls -d /var/tmp/pgwrite-* 2>/dev/null || true)
        [ "$before" != "$after" ] || return 0
    done
    same "/var/tmp" "$before" "$after"
}

@test "path" {
    wrong --path copy_text <<'END'
pgwrite: --path: "copy_text" is no write path
hint: did you mean copy-text?
END
    wrong --path frob <<'END'
pgwrite: --path: "frob" is no write path
hint: `pgwrite list paths` lists them
END
    wrong --path insert,multirow,insert <<'END'
pgwrite: --path: "insert" is listed twice
END
    wrong --path insert,,multirow <<'END'
pgwrite: --path: "insert,,multirow" is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
    wrong --path '' <<'END'
pgwrite: --path: "" is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
}

@test "pool" {
    wrong --pool 0 <<<'pgwrite: --pool: "0" is not between 1 and 1000'
    wrong --pool 1001 <<<'pgwrite: --pool: "1001" is not between 1 and 1000'
    wrong --pool 4,1001 <<<'pgwrite: --pool: "1001" is not between 1 and 1000'
    wrong --pool 4x <<'END'
pgwrite: --pool: "4x" is not a count: unknown unit "x"
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --pool -1 <<'END'
pgwrite: --pool: "-1" is not a count: it is negative
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --pool 1,4, <<'END'
pgwrite: --pool: "1,4," is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
}

@test "batch" {
    wrong --batch 0 <<<'pgwrite: --batch: "0" is not between 1 and 10000000 rows'
    wrong --batch 0..5 <<<'pgwrite: --batch: "0..5" is not between 1 and 10000000 rows'
    wrong --batch 11M <<<'pgwrite: --batch: "11M" is not between 1 and 10000000 rows'
    wrong --batch 15..5 <<'END'
pgwrite: --batch: "15..5" is not a range: its end is below its start
hint: write "5..15"
END
    wrong --batch 5-15 <<'END'
pgwrite: --batch: "5-15" is not a range: the two counts are parted by ..
hint: write "5..15"
END
    wrong --batch 5.. <<'END'
pgwrite: --batch: "5.." is not a range: its end is missing
hint: a range is a count, or two with .. between them: 10, 5..15, 1k..2k
END
    wrong --batch 1,,2 <<'END'
pgwrite: --batch: "1,,2" is not a list: a word is empty
hint: a list is words with one comma between them: 1,4,16
END
}

@test "duration and warmup" {
    wrong --duration 3 <<'END'
pgwrite: --duration: "3" is not a duration: the unit is missing
hint: write "3s" for seconds; units are us, ms, s, m, h, d
END
    wrong --duration 3sec <<'END'
pgwrite: --duration: "3sec" is not a duration: unknown unit "sec"
hint: a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h
END
    wrong --duration 3S <<'END'
pgwrite: --duration: "3S" is not a duration: unknown unit "S"
hint: write "3s"
END
    wrong --duration 0 <<<'pgwrite: --duration: "0" is too short: 1ms at least'
    wrong --duration 999us <<<'pgwrite: --duration: "999us" is too short: 1ms at least'
    wrong --warmup 1 <<'END'
pgwrite: --warmup: "1" is not a duration: the unit is missing
hint: write "1s" for seconds; units are us, ms, s, m, h, d
END
}

@test "rows" {
    wrong --rows 0 <<<'pgwrite: --rows: "0" is not between 1 and 1000000000000'
    wrong --rows 1.5 <<'END'
pgwrite: --rows: "1.5" is not a count: it is not whole
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --rows 1,000 <<'END'
pgwrite: --rows: "1,000" is not a count: digits are written without separators
hint: write "1000"
END
}

@test "rows with a warm-up or a duration" {
    wrong --rows 10 --warmup 1s <<'END'
pgwrite: --warmup does not go with --rows: every row of a cell is counted
hint: leave it out, or give a duration in place of the rows
END
    wrong --rows 10 --duration 1s <<'END'
pgwrite: --duration does not go with --rows: rows or time end a cell
hint: leave one of them out
END
    wrong_load 'warmup: 1s' 'rows: 10' <<'END'
pgwrite: w.yaml:3:11: warmup does not go with rows: every row of a cell is counted
  warmup: 1s
          ^
hint: leave it out, or give a duration in place of the rows
END
    wrong_load 'rows: 10' 'duration: 1s' <<'END'
pgwrite: w.yaml:4:13: duration does not go with rows: rows or time end a cell
  duration: 1s
            ^
hint: leave one of them out
END
}

@test "an option wins over what the workload says against it" {
    echo 'CREATE TABLE t (a int);' >s.sql
    printf '%s\n' 'schema: s.sql' 'load: {rows: 10}' >rows.yaml
    printf '%s\n' 'schema: s.sql' 'load: {duration: 1s, warmup: 1s, pool: 1001}' >time.yaml
    for options in "--duration 1s rows.yaml" "--duration 1s --warmup 1s rows.yaml" \
        "--rows 10 --pool 1 time.yaml"; do
        # shellcheck disable=SC2086 # several words
        invoke run --pg-bin "$NO_SERVER" $options
        has "run $options" "does not hold both initdb and postgres" "$errors"
    done
    wrong --warmup 1s rows.yaml <<'END'
pgwrite: --warmup does not go with rows: every row of a cell is counted
hint: leave it out, or give a duration in place of the rows
END
}

@test "rounds, seed and threads" {
    wrong --rounds 0 <<<'pgwrite: --rounds: "0" is not between 1 and 1000'
    wrong --rounds 1001 <<<'pgwrite: --rounds: "1001" is not between 1 and 1000'
    wrong --seed -1 <<'END'
pgwrite: --seed: "-1" is not a count: it is negative
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --seed now <<'END'
pgwrite: --seed: "now" is not a count: it does not start with a digit
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong --threads 0 <<<'pgwrite: --threads: "0" is not between 1 and 256'
    wrong --threads 257 <<<'pgwrite: --threads: "257" is not between 1 and 256'
}

@test "protocol and binding" {
    wrong --protocol fast <<'END'
pgwrite: --protocol: "fast" is no protocol
hint: simple, extended or prepared
END
    wrong --binding fast <<'END'
pgwrite: --binding: "fast" is no binding
hint: raw or libpqtypes
END
}

@test "libpqtypes with threads" {
    has_libpqtypes || skip "built without libpqtypes"
    wrong --binding libpqtypes --threads 2 <<'END'
pgwrite: --threads does not go with --binding: libpqtypes works on one thread, as it keeps process-wide state
hint: leave it out, or take the binding raw
END
    wrong_load 'binding: libpqtypes' 'threads: 2' <<'END'
pgwrite: w.yaml:4:12: threads does not go with binding: libpqtypes works on one thread, as it keeps process-wide state
  threads: 2
           ^
hint: leave it out, or take the binding raw
END
    invoke run --pg-bin "$NO_SERVER" --binding libpqtypes --threads 1
    has "one thread" "does not hold both initdb and postgres" "$errors"
}

@test "libpqtypes in a build without it" {
    has_libpqtypes && skip "built with libpqtypes"
    invoke run --pg-bin "$NO_SERVER" --binding libpqtypes
    same "exit code" 2 "$status"
    has "stderr" "this pgwrite was built without libpqtypes" "$errors"
}

@test "the same in the load section, with its place" {
    wrong_load 'pool: 0' <<'END'
pgwrite: w.yaml:3:9: pool: "0" is not between 1 and 1000
  pool: 0
        ^
END
    wrong_load 'batch: 10' 'pool: [4, 1001]' <<'END'
pgwrite: w.yaml:4:9: pool: "1001" is not between 1 and 1000
  pool: [4, 1001]
        ^
END
    wrong_load 'pool: [1, "", 4]' <<'END'
pgwrite: w.yaml:3:13: "load.pool" has an empty word
  pool: [1, "", 4]
            ^
hint: for example `pool: 8` or `pool: [1, 4, 16]`
END
    wrong_load 'path: [insert, insert]' <<'END'
pgwrite: w.yaml:3:9: path: "insert" is listed twice
  path: [insert, insert]
        ^
END
    wrong_load 'path: copy-binari' <<'END'
pgwrite: w.yaml:3:9: path: "copy-binari" is no write path
  path: copy-binari
        ^
hint: did you mean copy-binary?
END
    wrong_load 'batch: 0' <<'END'
pgwrite: w.yaml:3:10: batch: "0" is not between 1 and 10000000 rows
  batch: 0
         ^
END
    wrong_load 'batch: 15..5' <<'END'
pgwrite: w.yaml:3:10: batch: "15..5" is not a range: its end is below its start
  batch: 15..5
         ^
hint: write "5..15"
END
    wrong_load 'duration: 3' <<'END'
pgwrite: w.yaml:3:13: duration: "3" is not a duration: the unit is missing
  duration: 3
            ^
hint: write "3s" for seconds; units are us, ms, s, m, h, d
END
    wrong_load 'warmup: 1sec' <<'END'
pgwrite: w.yaml:3:11: warmup: "1sec" is not a duration: unknown unit "sec"
  warmup: 1sec
          ^
hint: a duration is a number with us, ms, s, m, h or d: 500ms, 1.5s, 2h
END
    wrong_load 'rows: 0' <<'END'
pgwrite: w.yaml:3:9: rows: "0" is not between 1 and 1000000000000
  rows: 0
        ^
END
    wrong_load 'rounds: 0' <<'END'
pgwrite: w.yaml:3:11: rounds: "0" is not between 1 and 1000
  rounds: 0
          ^
END
    wrong_load 'seed: x' <<'END'
pgwrite: w.yaml:3:9: seed: "x" is not a count: it does not start with a digit
  seed: x
        ^
hint: a count is a whole number, or one with k, M or G: 500, 10k, 1.5M
END
    wrong_load 'protocol: fast' <<'END'
pgwrite: w.yaml:3:13: protocol: "fast" is no protocol
  protocol: fast
            ^
hint: simple, extended or prepared
END
    wrong_load 'binding: fast' <<'END'
pgwrite: w.yaml:3:12: binding: "fast" is no binding
  binding: fast
           ^
hint: raw or libpqtypes
END
    wrong_load 'threads: 257' <<'END'
pgwrite: w.yaml:3:12: threads: "257" is not between 1 and 256
  threads: 257
           ^
END
}

@test "the load section takes the options of the load, and no others" {
    wrong_load 'bacth: 4' <<'END'
pgwrite: w.yaml:3:3: unknown key "bacth" in load
  bacth: 4
  ^
hint: did you mean "batch"?
END
    wrong_load 'pool: 4' 'pool: 8' <<'END'
pgwrite: w.yaml:4:3: the key "pool" is there twice, first in line 3
  pool: 8
  ^
END
    for option in dbname host port username throwaway keep data-dir pg-bin schema table json \
        quiet; do
        printf '%s\n' 'schema: s.sql' "load: {$option: 1}" >w.yaml
        invoke run --pg-bin "$NO_SERVER" w.yaml
        same "exit code of load.$option" 2 "$status"
        has "load.$option" "unknown key \"$option\" in load" "$errors"
    done
}

@test "schema" {
    wrong --schema missing.sql <<'END'
pgwrite: can't read "missing.sql": No such file or directory
END
    wrong --schema "$NO_SERVER" <<END
pgwrite: can't read "$NO_SERVER": it is a folder
END
    wrong --schema missing.sql events <<'END'
pgwrite: --schema: can't read "missing.sql": No such file or directory
END
    printf 'CREATE TABLE t (a int);\0' >nul.sql
    wrong --schema nul.sql <<'END'
pgwrite: can't read "nul.sql": it is not a text file
hint: byte 24 is NUL
END
}

@test "pg-bin and data-dir" {
    invoke run --pg-bin missing
    same "exit code" 2 "$status"
    has "stderr" "pgwrite: --pg-bin missing " "$errors"
    refused 2 run --data-dir missing \
        <<<"pgwrite: no server can be made in --data-dir missing: No such file or directory"
}

@test "json" {
    invoke run --pg-bin "$NO_SERVER" --json missing/result.json
    same "exit code" 2 "$status"
    has "stderr" "pgwrite: --json" "$errors"
    has "stderr" "missing" "$errors"
    same "messages" 1 "$(grep -c '^pgwrite: ' <<<"$errors")"
    invoke run --pg-bin "$NO_SERVER" --json result.json
    same "a result that was not measured" "" "$(ls result.json* 2>/dev/null || true)"
}

@test "the server's own options" {
    wrong -d 'port=1 bogus=1' <<'END'
pgwrite: --dbname: invalid connection option "bogus"
hint: a database name, 'host=… dbname=…' or postgresql://user@host/db
END
    local port
    for port in foo 0 99999; do
        wrong -p "$port" <<END
pgwrite: --port: "$port" is no port
hint: a number from 1 to 65535
END
    done
}

@test "check takes the options of the load, and finds the same mistakes" {
    refused 2 check events --pg-bin "$NO_SERVER" --pool 0 \
        <<<'pgwrite: --pool: "0" is not between 1 and 1000'
    refused 2 check events --pg-bin "$NO_SERVER" --rows 10 --duration 1s <<'END'
pgwrite: --duration does not go with --rows: rows or time end a cell
hint: leave one of them out
END
}
