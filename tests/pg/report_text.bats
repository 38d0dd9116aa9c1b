# A run's CSV, Markdown and JUnit: they say what its JSON says, and names break none of them.

load helpers
load running

setup_file() {
    export RESULT
    world_setup
    RESULT=$WORLD
    cat >"$WORLD/w.yaml" <<'END'
name: "shop, \"x\"\r\n<script>"
schema: s.sql
table: t
load: {pool: 2, interval: 250ms}
steps:
  - {name: "a \"b\"\n<script> | `", weight: 1, insert: t}
  - {name: "=1+1", weight: 1, sql: SELECT count(*) FROM t}
stages:
  - {name: calm, for: 500ms, rate: 50/s, thresholds: ['p95(response) < 10s']}
  - {name: "|<b>peak", for: 500ms, rate: 100/s, thresholds: ['p95(response) < 1us']}
gauges: {depth: SELECT count(*) FROM t}
checks: [{name: "no row & <none>", sql: SELECT 1 WHERE false}]
thresholds: ['errors < 50%', 'drift(p99) < 10%']
END
    echo 'CREATE TABLE t (a int);' >"$WORLD/s.sql"
    local code=0
    "$PGWRITE" run "$WORLD/w.yaml" --throwaway --json "$WORLD/r.json" --csv "$WORLD/r.csv" \
        --csv-series "$WORLD/s.csv" --markdown "$WORLD/r.md" --junit - >"$WORLD/r.xml" \
        2>"$WORLD/err" 3>&- || code=$?
    cat "$WORLD/err" >&2
    [ "$code" = 3 ]
}

teardown_file() {
    rm -rf "$RESULT"
}

@test "CSV is RFC 4180 and has the figures of the JSON" {
    python3 "$BATS_TEST_DIRNAME/csv_agrees.py" "$RESULT/r.json" "$RESULT/r.csv" "$RESULT/s.csv"
    # The comparison itself can fail.
    jq '.cells[0].commits_per_s.median += 1' "$RESULT/r.json" >"$RESULT/wrong.json"
    refute python3 "$BATS_TEST_DIRNAME/csv_agrees.py" "$RESULT/wrong.json" "$RESULT/r.csv" \
        "$RESULT/s.csv"
}

@test "Markdown renders to its three tables, and no name becomes a tag" {
    local html
    html=$(cmark-gfm --unsafe --extension table --extension strikethrough "$RESULT/r.md")
    echo "$html"
    [ "$(grep -c '<table>' <<<"$html")" = 3 ]
    [ "$(grep -c '<tr>' <<<"$html")" = 10 ] # three heads, a cell, two stages, four thresholds
    [ "$(grep -c '<td' <<<"$html")" = $((13 + 2 * 12 + 4 * 3)) ]
    refute grep -q -e '<script' -e '<b>' -e '<em>' <<<"$html"
    grep -q '<strong>fail:</strong> 1 threshold failed' <<<"$html"
    grep -q '<li>check: ✓ no row &amp; &lt;none&gt;</li>' <<<"$html"
    [ "$(wc -l <"$RESULT/r.md")" -le 60 ]
}

@test "JUnit is valid, and has each threshold and check" {
    xmllint --noout --schema "$BATS_TEST_DIRNAME/../data/junit.xsd" "$RESULT/r.xml"
    at() {
        xmllint --xpath "string($1)" "$RESULT/r.xml"
    }
    [ "$(at //testsuite/@tests)" = "$(at 'count(//testcase)')" ]
    [ "$(at '//testcase[failure]/@name')" = 'p95(response){stage: |<b>peak} < 1us' ]
    [[ $(at //failure/@message) == 'it is '*'; the limit is 1 µs' ]]
    [ "$(at '//testcase[skipped]/@name')" = 'drift(p99) < 10%' ]
    [ "$(at '//testcase[contains(@name, "none")]/@name')" = 'check: no row & <none>' ]
    # The schema itself can fail.
    sed 's/ failures=/ fail=/' "$RESULT/r.xml" >"$RESULT/wrong.xml"
    refute xmllint --noout --schema "$BATS_TEST_DIRNAME/../data/junit.xsd" "$RESULT/wrong.xml"
}
