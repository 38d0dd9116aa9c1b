# A run that Prometheus looks at (--metrics-listen), and results as other people's tools read them:
# HdrHistogram log, OpenMetrics. Where promtool is, it judges too.

load helpers
load server

TOP=$BATS_TEST_DIRNAME/../..
OPENMETRICS='application/openmetrics-text; version=1.0.0,text/plain;version=0.0.4;q=0.5'

# A run that goes on until the tests end, and is behind a port that it has chosen; and the files of
# one that has ended.
setup_file() {
    server_setup
    export RUN PORT
    sed -e 's/^name: .*/name: gauged/' -e "s|^schema: .*|schema: $TOP/schemas/events.sql|" \
        "$TOP/workloads/events.yaml" >"$WORLD/gauged.yaml"
    printf '%s\n' 'gauges:' '  there: SELECT count(*) FROM events' \
        "  endless: SELECT 'Infinity'::float8" \
        'thresholds:' '  - errors < 50%' '  - errors < 50%' >>"$WORLD/gauged.yaml"
    watched "$WORLD/gauged.yaml" --pool 2 --path multirow
    RUN=$WATCHED
    PORT=$(port)
    wait_until shows pgwrite_interval_response_seconds
    wait_until shows pgwrite_workload_value
    pgw "$WORLD/gauged.yaml" --path insert,prepared --pool 1 --batch 10 --rounds 2 --rows 400 --ceiling off \
        --fsync-probe off --hlog "$WORLD/hlog" --openmetrics "$WORLD/openmetrics" >"$WORLD/out"
}

teardown_file() {
    [ -z "$RUN" ] || ends_by_interrupt "$RUN"
    server_teardown
}

teardown() {
    [ -z "${WATCHED:-}" ] || ! kill -0 "$WATCHED" 2>/dev/null || ends_by_interrupt "$WATCHED"
}

# watched ARGUMENT…: a run, or STUDY, in the background: WATCHED
watched() {
    rm -f "$WORLD/watched.err" # of the one before, and its port
    "$PGWRITE" "${STUDY:-run}" -h "$SOCKET" -U postgres -d postgres --quiet --ceiling off \
        --fsync-probe off --warmup 0s --interval 200ms --duration 1h \
        --metrics-listen 127.0.0.1:0 "$@" \
        >"$WORLD/watched.out" 2>"$WORLD/watched.err" </dev/null 3>&- &
    WATCHED=$!
    wait_until grep -qs "metrics at" "$WORLD/watched.err" || {
        cat "$WORLD/watched.err" >&2
        return 1
    }
}

port() {
    sed -nE 's|^pgwrite: metrics at http://127\.0\.0\.1:([0-9]+)/metrics$|\1|p' \
        "$WORLD/watched.err"
}

ends_by_interrupt() {
    kill -INT "$1"
    wait_until process_gone "$1"
}

# http METHOD PATH [ACCEPT]: the whole answer, as it comes
http() {
    local answer
    { exec {answer}<>"/dev/tcp/127.0.0.1/$PORT"; } 2>/dev/null || return
    printf '%s %s HTTP/1.0\r\n%s\r\n' "$1" "$2" "${3:+Accept: $3$'\r\n'}" >&"$answer"
    tr -d '\r' <&"$answer"
    exec {answer}>&-
}

# scrape [ACCEPT]: the metrics alone
scrape() {
    http GET /metrics "${1:-}" | sed '1,/^$/d'
}

shows() {
    scrape | grep -q "^$1"
}

# value NAME <TEXT
value() {
    awk -v name="$1" '$1 == name {print $2}'
}

has_promtool() {
    command -v promtool >/dev/null || skip 'promtool is not installed (Debian package prometheus)'
}

grown() {
    scrape >"$WORLD/second"
    [ "$(value pgwrite_commits_total <"$WORLD/second")" -gt "$1" ]
}

@test "a run shows its counters, which only grow, and its present state" {
    local name before after
    scrape >"$WORLD/first"
    before=$(value pgwrite_commits_total <"$WORLD/first")
    [ "$before" -gt 0 ]
    wait_until grown "$before"
    for name in $(awk '$1 ~ /_total$/ {print $1}' "$WORLD/first"); do
        before=$(value "$name" <"$WORLD/first") after=$(value "$name" <"$WORLD/second")
        jq -ne "$after >= $before" >/dev/null || {
            echo "$name went from $before to $after"
            return 1
        }
    done
    [ "$(value pgwrite_connections_open <"$WORLD/second")" = 2 ]
    [ "$(value pgwrite_loading <"$WORLD/second")" = 1 ]
    [ "$(value pgwrite_server_connections_limit <"$WORLD/second")" = "$(sql 'SHOW max_connections')" ]
    grep -q '^pgwrite_cell_info{workload="gauged",path="multirow",pool="2",batch="100",' \
        "$WORLD/second"
    grep -qE '^pgwrite_workload_value\{gauge="there"\} [1-9]' "$WORLD/second"
    refute grep -q 'gauge="endless"' "$WORLD/second"
}

@test "HTTP: what is asked for comes in the form that is asked for, and nothing else is there" {
    [[ $(http GET /metrics "$OPENMETRICS") == 'HTTP/1.'?' 200 '*'application/openmetrics-text; version=1.0.0; charset=utf-8'*$'\n# EOF' ]]
    [[ $(http GET /metrics text/plain) == *'text/plain; version=0.0.4; charset=utf-8'* ]]
    refute grep -q EOF <(scrape text/plain)
    [[ $(http GET /) == *' 200 '*/metrics* ]]
    [[ $(http GET /metrics/) == *' 404 '* ]]
    [[ $(http POST /metrics) == *' 405 '*'Allow: GET, HEAD'* ]]
    [[ $(http HEAD /metrics) == *' 200 '* ]]
    [ -z "$(http HEAD /metrics | sed '1,/^$/d')" ]
}

@test "a port that is taken is an error before anything is measured" {
    run "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --metrics-listen "127.0.0.1:$PORT"
    [ "$status" = 1 ]
    [[ $output == "pgwrite: --metrics-listen: can't listen on port $PORT of 127.0.0.1: "*'port 0'* ]]
    run "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --metrics-listen :9188
    [ "$status" = 2 ]
    [[ $output == *'the host is missing'*'127.0.0.1:9188'* ]]
}

# A data race that ThreadSanitizer sees makes another exit code.
@test "a run that is scraped all the time ends as ever, and after Ctrl-C the port is free" {
    local PORT i
    watched --pool 1 --path insert
    PORT=$(port)
    wait_until shows 'pgwrite_loading 1'
    for ((i = 0; i < 50; i++)); do
        scrape "$OPENMETRICS" >"$WORLD/scraped"
    done
    kill -INT "$WATCHED"
    code=0
    wait "$WATCHED" || code=$?
    [ $code = 130 ]
    refute http GET /
}

# What changes with every pair would be a new series to Prometheus each time.
@test "a round of ab is named by its pair and its side, whatever came out so far" {
    local PORT
    STUDY=ab watched -A path=insert -B path=prepared --pool 1 --pairs 8 --duration 200ms
    PORT=$(port)
    wait_until shows 'pgwrite_cell_info{.*,round="pair 2/8 [AB]"'
}

@test "promtool takes what a run shows" {
    has_promtool
    scrape | promtool check metrics
}

# Names of the metrics in expressions, a line each
metrics_in() {
    grep -oE '\bpgwrite_[a-z_]+' | sort -u
}

@test "the dashboard and the alerts ask for what a run shows" {
    local missing
    scrape | grep -oE '^pgwrite_[a-z_]+' | sort -u >"$WORLD/shown"
    jq -r '.. | .expr?, .definition? | strings' "$TOP/scripts/grafana/dashboard.json" |
        metrics_in >"$WORLD/asked"
    sed -n '/expr:/,/for:/p' "$TOP/scripts/grafana/alerts.yml" | metrics_in >>"$WORLD/asked"
    [ "$(wc -l <"$WORLD/asked")" -gt 15 ]
    missing=$(sort -u "$WORLD/asked" | comm -13 "$WORLD/shown" -)
    same 'what no run shows' "$missing" ''
    # Labels and their values; the target's own is added by Prometheus, the stage by workloads that
    # have one.
    { scrape && echo '{instance="",stage=""}'; } | grep -oE '[a-z_]+="' | sort -u >"$WORLD/shown"
    jq -r '.. | .expr?, .legendFormat?, .titleFormat?, .textFormat? | strings' \
        "$TOP/scripts/grafana/dashboard.json" >"$WORLD/texts"
    {
        grep -oE '\{\{[a-z_]+\}\}' "$WORLD/texts" | sed -E 's/[{}]+//; s/\}+$/="/'
        grep -oE '[a-z_]+=~?"' "$WORLD/texts" | sed 's/~//'
    } | sort -u >"$WORLD/asked"
    [ "$(wc -l <"$WORLD/asked")" -gt 8 ]
    same 'labels that no run has' "$(comm -13 "$WORLD/shown" "$WORLD/asked")" ''
    for quantile in $(grep -oE 'quantile="[0-9.]+"' "$WORLD/texts" | sort -u); do
        shows "pgwrite_interval_response_seconds{$quantile}"
    done
}

# Grafana's variables are no PromQL.
@test "promtool takes the alerts, which fire when they should, and the dashboard's queries" {
    has_promtool
    promtool check rules "$TOP/scripts/grafana/alerts.yml"
    promtool test rules "$TOP/scripts/grafana/alerts_test.yml"
    jq '{groups: [{name: "dashboard", rules: [.. | .expr? | strings
        | gsub("\\$__rate_interval"; "1m") | gsub("\\$instance"; ".*")]
        | to_entries | map({record: "query_\(.key)", expr: .value})}]}' \
        "$TOP/scripts/grafana/dashboard.json" >"$WORLD/queries.yml"
    promtool check rules "$WORLD/queries.yml"
}

# log_lines FILE: "TAG PAYLOAD" a line
log_lines() {
    sed -nE 's/^Tag=([^,]*),[0-9.]+,[0-9.]+,[0-9.]+,(.*)$/\1 \2/p' "$1"
}

@test "the HdrHistogram log has every round's latencies, as the JSON has them" {
    same header "$(head -1 "$WORLD/hlog")" '#[Histogram log format version 1.3]'
    grep -qE '^#\[StartTime: [0-9]{10}\.000 \(seconds since epoch\), ' "$WORLD/hlog"
    same 'every line' "$(tail -n +4 "$WORLD/hlog" | wc -l)" "$(log_lines "$WORLD/hlog" | wc -l)"
    same log "$(log_lines "$WORLD/hlog" | sort)" "$(result '.cells[]
        | "\(.path)/\(.pool)/\(.batch)" as $cell | .rounds | to_entries[] | .key as $round
        | .value.histograms | to_entries[] | "\($cell)#\($round + 1):\(.key) \(.value)"' | sort)"
    log_lines "$WORLD/hlog" | cut -d' ' -f2 | "$(build_dir)/tests/hdr_decode" >"$WORLD/decoded"
    same counts "$(cut -d' ' -f1 "$WORLD/decoded" | sort -u)" $'40\n400'
    # The time line has all that was asked for, to the last transaction of every connection.
    same 'asked for' "$(result '.cells[].rounds[] | .series | map(.asked) | add')" \
        "$(result '.cells[].rounds[].accounting.asked')"
    same 'rows' "$(awk '/^pgwrite_result_rows_total/ {print $2}' "$WORLD/openmetrics")" $'800\n800'
    same 'p99 of response' \
        "$(awk '/_latency_seconds\{.*="response",quantile="0.99"/ {printf "%.0f\n", $2 * 1e9}' \
            "$WORLD/openmetrics")" "$(result '.cells[].latency.response.p99 * 1000 | round')"
    python3 "$BATS_TEST_DIRNAME/openmetrics.py" "$WORLD/openmetrics"
    if command -v promtool >/dev/null; then
        promtool tsdb create-blocks-from openmetrics "$WORLD/openmetrics" "$WORLD/blocks"
    fi
}

# Names that a label, a tag or the number of the second of a name must not mix up.
@test "results of any names stay apart in one file" {
    local at=$WORLD/named file
    mkdir -p "$at/1" "$at/2"
    for file in "1/a,b" "1/a b" '1/a"\ü' "1/x#2" 1/x 2/x; do
        cp "$JSON" "$at/$file.json"
    done
    "$PGWRITE" report "$at"/?/*.json --openmetrics "$at/openmetrics" --hlog "$at/hlog"
    python3 "$BATS_TEST_DIRNAME/openmetrics.py" "$at/openmetrics"
    same results "$(sed -nE 's/^pgwrite_result_info\{result="(([^"\\]|\\.)*)".*/\1/p' "$at/openmetrics" | LC_ALL=C sort -u)" \
        $'a b\na,b\na\\"\\\\ü\nx\nx#2\nx#3'
    same tags "$(sed -nE 's|^Tag=(.*)/insert/1/1#1:response,.*|\1|p' "$at/hlog" | LC_ALL=C sort)" \
        $'a"\\ü\na%20b\na%2Cb\nx\nx#2\nx#3'
}

# broken_openmetrics EDIT MESSAGE: with that change by sed the check of the text says so.
broken_openmetrics() {
    sed "$1" "$WORLD/live" >"$WORLD/broken"
    refute python3 "$BATS_TEST_DIRNAME/openmetrics.py" "$WORLD/broken" >"$WORLD/faults"
    grep -q "$2" "$WORLD/faults" || {
        echo "with $1 it says: $(cat "$WORLD/faults")" >&2
        return 1
    }
}

@test "what is no OpenMetrics is seen, in a file and of a run" {
    scrape "$OPENMETRICS" >"$WORLD/live"
    python3 "$BATS_TEST_DIRNAME/openmetrics.py" "$WORLD/live" || return
    broken_openmetrics '/EOF/d' 'no # EOF' || return
    broken_openmetrics 's/^pgwrite_rows_total/pgwrite_rows/' 'does not allow' || return
    broken_openmetrics '/^pgwrite_rows_total/p' 'series that was there' || return
    broken_openmetrics 's/^# UNIT \(.*\) seconds/# UNIT \1 minutes/' 'does not end in' || return
    broken_openmetrics 's/workload="gauged"/workload="g"d"/' 'is no sample' || return
}

@test "a disk that is full loses no other file" {
    [ -c /dev/full ] || skip "no /dev/full"
    code=0
    "$PGWRITE" report "$JSON" --json /dev/full --csv "$WORLD/csv" --hlog /dev/full \
        --openmetrics "$WORLD/om" 2>"$WORLD/err" || code=$?
    [ $code = 1 ]
    [ -s "$WORLD/csv" ]
    [ -s "$WORLD/om" ]
    same errors "$(cat "$WORLD/err")" \
        "pgwrite: --hlog: can't write /dev/full: No space left on device
pgwrite: --json: can't write /dev/full: No space left on device"
}
