# pgwrite compare: stored results against each other. They are made from data/result.json, a result
# of one cell and one round, by other figures for its rounds.

load helpers

setup() {
    cli_setup
    STEADY="1000 1010 990 1005 995 1002"
}

teardown() {
    cli_teardown
}

# result FILE RATES [FILTER]: a result whose rounds wrote so many rows/s, further changed by jq
result() {
    jq --arg rates "$2" '.cells[0].rounds[0] as $round
        | .cells[0].rounds = [$rates | splits(" ") | tonumber as $rate | $round
            | .rows_per_s = $rate | .commits_per_s = $rate / 100]' \
        "$BATS_TEST_DIRNAME/data/result.json" | jq "${3:-.}" >"$1"
}

# compares CODE ARG…: with that exit code, and nothing on stderr; the output is in one line in flat
compares() {
    local code=$1
    shift
    invoke compare "$@"
    same "compare $*: stderr" "" "$errors" || return
    same "compare $*: exit code" "$code" "$status" || return
    flat=$(tr -s ' \n' '  ' <<<"$output")
}

# night NUMBER RATES: the result of a night, in its own file
night() {
    result "night-$1.json" "$2" ".started_at = \"2026-03-${1}T03:00:00Z\""
}

@test "equal results are as fast" {
    result old.json "$STEADY"
    result new.json "1004 1001 993 1008 997 1000" '.started_at = "2026-03-02T03:00:00Z"'
    compares 0 old.json new.json
    has text "OLD old.json, 2026-03-01 03:00, pgwrite 0.1.0, PostgreSQL 15.10, durable" "$flat"
    has text "multirow, pool 2, batch 100 NEW is as fast as OLD" "$flat"
    has text "6 rounds a side" "$flat"
    same warnings 0 "$(grep -c ^warning <<<"$output")"
    has text "measure both in one session" "$flat"
}

@test "12 % slower is worse, and faster is not" {
    result old.json "$STEADY"
    result new.json "880 889 871 884 876 882"
    compares 3 old.json new.json
    has text "NEW is 12 % slower (95 % interval" "$flat"
    compares 0 new.json old.json
    has text "NEW is 13.6 % faster (95 % interval" "$flat"
    compares 0 old.json new.json --metric p99
    compares 0 old.json new.json --metric client_cpu_us_per_row
    compares 3 old.json new.json --metric commits_per_s
    compares 4 old.json new.json --margin 14%
}

@test "ties: values that are all the same are no difference" {
    result old.json "1000 1000 1000 1000 1000 1000"
    cp old.json new.json
    compares 0 old.json new.json
    has text "no difference was seen" "$flat"
    result new.json "900 900 900 900 900 900"
    compares 3 old.json new.json
    has text "NEW is 10 % slower" "$flat"
}

@test "rounds that scatter decide nothing" {
    result old.json "1000 1300 800 1150 900 1050"
    result new.json "960 1250 770 1100 870 1010"
    compares 4 old.json new.json
    has text "Inconclusive: NEW is between" "$flat"
    has text "rounds a side would be needed" "$flat"
}

@test "fewer than six whole rounds are inconclusive" {
    result old.json "$STEADY"
    result new.json "500 510 490 505 495"
    compares 4 old.json new.json
    has text "warning multirow, pool 2, batch 100: 6 whole rounds, now 5: a verdict takes 6" "$flat"
    result new.json "500 510 490 505 495 502" '.cells[0].rounds[2].complete = false'
    compares 4 old.json new.json
    has text "6 whole rounds, now 5" "$flat"
    result new.json "500 510 490 505 495 502 500" '.cells[0].rounds[2].complete = false'
    compares 3 old.json new.json
    result new.json "$STEADY" '.cells[0].rounds = []'
    compares 4 old.json new.json
    has text "6 whole rounds, now 0" "$flat"
}

@test "what is not known of any round is inconclusive, and a dash" {
    result old.json "$STEADY"
    result new.json "$STEADY" '.cells[0].rounds[] |= (.lock_waits = null | .time = null)'
    compares 4 old.json new.json --metric commit_flush_share
    grep -qE "^commit flush .* – +– +– +–$" <<<"$output"
    result new.json "$STEADY" '.cells[0].rounds[].lock_waits.samples = 19'
    compares 4 old.json new.json --metric lock_wait_share
}

@test "what else differs is a warning" {
    result old.json "$STEADY" '.server.settings.wal_compression = "lz4"'
    result new.json "$STEADY" '.host = {cpus: 4, memory_bytes: 34359738368, kernel: "Linux 6.12"}
        | .server.version = "17.1" | .server.version_num = 170001 | .tool.version = "9.0"
        | .server.settings = {max_wal_size: "4GB", max_connections: "20"}
        | .fsync_probe.flushes_per_s = 1200 | .seed = 8 | .run.duration_s = 3
        | .run.mode = "steady" | .workload.name = "orders" | .cells[0].threads = 7
        | .workload.columns[0].type = "integer" | .workload.columns[1].generator = "serial"
        | .workload.columns[2].name = "visit" | .quick = true | .interrupted = true
        | .cells[0].rounds[0].verified.ok = false'
    compares 0 old.json new.json
    while read -r warning; do
        has text "warning $warning" "$flat"
    done <<'END'
other machine: 2 CPUs, now 4 CPUs
other machine: memory 16 GB, now 32 GB
other kernel: Linux 6.1, now Linux 6.12
other disk: 37,490 flushes/s, now 1,200
other pgwrite: 0.1.0, now 9.0
other PostgreSQL: 15.10, now 17.1
setting max_connections: 15, now 20
setting max_wal_size: the default, now 4GB
setting wal_compression: lz4, now the default
other workload: events, now orders
column id is integer, was bigint
column site_id is filled by serial, was by int
column session is gone
column visit is new
other seed: 7, now 8: other values were written
other mode: fixed, now steady
measured for 0.5 s, now 3 s
multirow, pool 2, batch 100: 2 threads, now 7
new.json began in the same second: it may be the same run
new.json was scaled down by --quick
new.json was interrupted
new.json: rows are missing or too many in 1 round note
END
}

@test "throughput of a rate is warned of, and so are other think times" {
    result old.json "$STEADY" '.cells[0] |= (.rate_per_s = 1000 | .think_s = [0, 1])'
    result new.json "$STEADY" '.cells[0] |= (.rate_per_s = 1000 | .think_s = [0.5, 1])'
    compares 0 old.json new.json
    has text "warning rows/s of a rate is what arrived, not what the server can do" "$flat"
    has text "other think times: 0 to 1 s, now 0.5 to 1 s" "$flat"
    compares 0 old.json new.json --metric p95
    same "of a rate" 0 "$(grep -c "of a rate" <<<"$output")"
}

@test "another durability is refused" {
    result old.json "$STEADY"
    result new.json "$STEADY" '.server.durability = "async-commit"'
    refused 2 compare old.json new.json <<'END'
pgwrite: old.json was measured with durability durable, new.json with async-commit: not the same promise
hint: --across-tiers compares them all the same
END
    compares 0 --across-tiers old.json new.json
    has text "warning durability durable, now async-commit: not the same promise" "$flat"
}

@test "cells are matched by what they are; the worst decides" {
    other='.cells += [.cells[0] | .pool = 8 | .pool_min = 8]'
    result old.json "$STEADY" "$other | .cells += [.cells[0] | .path = \"insert\" | .batch = \"1\"]"
    result new.json "$STEADY" "$other | .cells |= reverse | .cells[0].rounds[].rows_per_s *= 0.88
        | .cells += [.cells[1] | .source = \"users\" | .users = 1000 | .think_s = [1, 3]]"
    compares 3 old.json new.json --json out.json
    as_schema_says compare out.json
    has text "2 cells: 1 worse, 1 equivalent; the worst decides." "$flat"
    grep -qE '^multirow, pool 8, batch 100 +6, 6 .* worse$' <<<"$output"
    grep -qE '^multirow, pool 2, batch 100 +6, 6 .* equivalent$' <<<"$output"
    has text "alone insert, pool 2, batch 1: only in OLD" "$flat"
    has text "alone multirow, pool 2, batch 100, 1,000 users: only in NEW" "$flat"
    jq '.cells[0].rounds |= .[:3] | .cells[1].rounds[].rows_per_s *= 2' new.json >few.json
    compares 4 old.json few.json
    has text "2 cells: 1 inconclusive, 1 better" "$flat"
    jq '.cells[0].rounds |= .[:3] | .cells[1].rounds[].rows_per_s *= 0.5' new.json >few.json
    compares 3 old.json few.json
    jq '.cells[0].rate_per_s = 500' new.json >rate.json
    compares 0 old.json rate.json
    has text "alone multirow, pool 8, batch 100, 500/s: only in NEW" "$flat"
}

@test "no cell in both" {
    result old.json "$STEADY"
    result new.json "$STEADY" '.cells[0].pool = 4'
    refused 2 compare old.json new.json <<'END'
pgwrite: no cell is in both: old.json has multirow, pool 2, batch 100; new.json has multirow, pool 2..4, batch 100
hint: run both with the same --path, --pool, --batch, --users and --rate
END
}

@test "several old results are a history, in the order of their time, also as JSON" {
    for day in 01 02 03 04 05 06; do
        night "$day" "10$day 1010 990 1005 995 1002"
    done
    for day in 07 08 09 10 11; do
        night "$day" "8$day 889 871 884 876 882"
    done
    night 12 "881 888 872 883 877 880"
    compares 0 night-08.json night-0[1-7].json night-{09,11,10,12}.json --json history.json
    has text "rows/s of 12 results since 2026-03-01 03:00: one change of level" "$flat"
    grep -qE '^ +2026-03-07 03:00, night-07.json: −1[12]\.[0-9] %$' <<<"$output"
    has text "OLD is 5 results from night-07.json to night-11.json" "$flat"
    has text "NEW is as fast as OLD" "$flat"
    as_schema_says compare history.json
    same "change" '[12,"night-07.json",5]' \
        "$(jq -c '.cells[0] | [(.history | length), .changes[0].file, (.compared_with | length)]' \
            history.json)"
    broken history.json '.new = 1' "result.new: not in the schema"
    broken history.json 'del(.command)' "result: no command"
    broken history.json '.margin = "5%"' "result.margin: string, not number"
    broken history.json '.results[1].new = 1' "result.results[1].new: not in the schema"
    broken history.json 'del(.cells[0].changes[0].change)' "result.cells[0].changes[0]: no change"
    broken history.json '.cells[0].history[2].value = null' \
        "result.cells[0].history[2].value: null, not number"
    night 12 "781 788 772 783 777 780"
    compares 3 night-*.json
    has text "NEW is 11." "$flat"
    compares 0 night-0[1-4].json
    has text "rows/s of 4 results: a change of level takes 8 to be found" "$flat"
    has text "OLD is 3 results from night-01.json to night-03.json" "$flat"
    compares 0 night-0[1-6].json night-05.json night-06.json
    has text "no change of level" "$flat"
}

@test "a difference to some of the history says to whom" {
    night 01 "$STEADY"
    night 02 "$STEADY"
    night 03 "$STEADY"
    result new.json "$STEADY" '.started_at = "2026-02-01T03:00:00Z"'
    jq '.seed = 9' night-02.json >other.json
    compares 0 night-01.json other.json night-03.json new.json
    has text "other seed: 9, now 7: other values were written (other.json)" "$flat"
    has text "new.json is older than what it is compared with (all old results)" "$flat"
    jq '.seed = 9 | .fsync_probe.flushes_per_s = 1000' night-03.json >third.json
    jq '.fsync_probe.flushes_per_s = 2000' other.json >slow.json
    mv slow.json other.json
    compares 0 night-01.json other.json third.json new.json
    has text "were written (2 of the old results, third.json the latest)" "$flat"
    has text "now 37,490 flushes/s, over 2 times what they were (2 of the old results" "$flat"
}

@test "what is no result is told, with its file" {
    result old.json "$STEADY"
    result lacks.json "$STEADY" 'del(.cells[0].rounds[2].wal.bytes_per_row)'
    result wrong.json "$STEADY" '.cells[0].pool = "two"'
    result below.json "$STEADY" '.cells[0].rounds[1].rows_per_s = -1'
    result empty.json "$STEADY" '.cells = []'
    result ab.json "$STEADY" '.study = "ab"'
    result tune.json "$STEADY" '.study = "tune"'
    printf '{"format": "pgwrite/1", "study": "size", "size": {"answer": {"fits": "fits"}}}' >size.json
    printf '{"format":"pgwrite/2"}' >later.json
    printf '{"a": 1}' >thing.json
    printf '[]' >list.json
    printf '{\n "format": "pgwrite/1",\n "cells": [}\n' >cut.json
    : >nothing.json
    while IFS='|' read -r file message hint; do
        refused 2 compare old.json "$file" <<<"pgwrite: $message${hint:+$'\n'hint: $hint}"
    done <<'END'
missing.json|can't read "missing.json": No such file or directory
lacks.json|lacks.json: "cells[0].rounds[2].wal.bytes_per_row" is missing: that is no whole result of `pgwrite run`
wrong.json|wrong.json: "cells[0].pool" is no whole number, or too large
below.json|below.json: "cells[0].rounds[1].rows_per_s" is no number that can be measured
empty.json|empty.json has no cell
ab.json|ab.json: that is a result of `pgwrite ab`; compare reads those of run|`jq .verdict FILE` prints the verdict that it has
tune.json|tune.json: that is a result of `pgwrite tune`; compare reads those of run|`jq .settings FILE` prints the settings that it found
size.json|size.json: that is a result of `pgwrite size`; compare reads those of run|`jq .size.answer FILE` prints the answer that it has
later.json|later.json: its format is "pgwrite/2"; this pgwrite reads pgwrite/1
thing.json|thing.json: that is no result of pgwrite: it has no "format"
list.json|list.json: that is no result of pgwrite: it has no "format"
cut.json|cut.json:3:12: that is no JSON: unexpected token near '}'
nothing.json|nothing.json:1: that is no JSON: '[' or '{' expected near end of file
END
}

@test "wrong words" {
    result old.json "$STEADY"
    refused 2 compare <<'END'
pgwrite: which results?
hint: `pgwrite compare OLD.json NEW.json`
END
    refused 2 compare old.json <<'END'
pgwrite: which result is "old.json" compared with?
hint: `pgwrite compare OLD.json NEW.json`
END
    refused 2 compare old.json old.json --metric rows_per_sec <<'END'
pgwrite: --metric: unknown metric 'rows_per_sec'
hint: did you mean rows_per_s?
END
    refused 2 compare old.json old.json --margin 5 <<'END'
pgwrite: --margin: "5" is not a share: it is over 1
hint: write "5%"
END
    refused 2 compare old.json old.json --margin 0 <<'END'
pgwrite: --margin: "0" is not above 0 and at most 50%
hint: for example --margin 5%
END
    refused 2 compare old.json old.json --json - --markdown - \
        <<<"pgwrite: --json - and --markdown - are both standard output"
}

@test "--json, --markdown, --quiet" {
    result old.json "$STEADY"
    result new.json "880 889 871 884 876 882" '.started_at = "2026-03-02T03:00:00Z" | .seed = 8'
    compares 3 -q old.json new.json --json out.json --markdown out.md
    same "quiet" "" "$output"
    same "study and verdict" "compare worse" "$(jq -r '"\(.study) \(.verdict)"' out.json)"
    same "cell" '["multirow",2,"100","worse",["old.json"]]' \
        "$(jq -c '.cells[0] | [.path, .pool, .batch, .comparison.verdict, .compared_with]' out.json)"
    same "results" '["old","old.json","new","new.json"]' \
        "$(jq -c '[.results[] | .side, .file]' out.json)"
    same "warnings" 1 "$(jq '.warnings | length' out.json)"
    has "Markdown" "**NEW is 12 % slower (95 % interval" "$(head -n 1 out.md)"
    has "Markdown" "- **warning:** other seed: 7, now 8" "$(<out.md)"
    same "command" "pgwrite compare -q old.json new.json --json out.json --markdown out.md" \
        "$(jq -r '.command | join(" ")' out.json)"
    same "what was read" '[["events",7,2,false,false],["events",8,2,false,false]]' \
        "$(jq -c '[.results[] | [.workload, .seed, .host.cpus, .quick, .interrupted]]' out.json)"
    compares 3 old.json new.json --json -
    same "JSON on stdout" "$(jq 'del(.command)' out.json)" "$(jq 'del(.command)' <<<"$output")"
    compares 3 old.json new.json --markdown -
    same "Markdown on stdout" "$(<out.md)" "$output"
    refused 2 compare old.json new.json --json no/out.json \
        <<<"pgwrite: --json: can't write no/out.json: No such file or directory"
    refused 2 compare -q old.json new.json --markdown no/out.md \
        <<<"pgwrite: --markdown: can't write no/out.md: No such file or directory"
}

@test "texts of a result steer neither a terminal nor Markdown" {
    result old.json "$STEADY"
    result new.json "$STEADY" '.server.settings.cluster_name = "\u001b[2J<b>|x`\n"'
    compares 0 old.json new.json
    has text "setting cluster_name: the default, now  [2J<b>|x\`" "$output"
    compares 0 old.json new.json --markdown -
    has Markdown 'now  \[2J&lt;b&gt;\|x\`' "$output"
}

@test "output that can't be written is a failure" {
    [ -c /dev/full ] || skip "no /dev/full"
    result old.json "$STEADY"
    for words in "" "--json -" "--markdown -"; do
        code=0
        # shellcheck disable=SC2086 # several words
        errors=$("${PGWRITE:-$(build_dir)/pgwrite}" compare $words old.json old.json 2>&1 >/dev/full) ||
            code=$?
        has "compare $words" "can't write to standard output" "$errors"
        same "exit code of compare $words" 1 "$code"
    done
}
