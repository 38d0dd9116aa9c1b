# The workloads of docs/scenarios.md: each runs in its quick form, and what it wrote is there. Several
# at a time, since none of their figures is of interest here.

bats_require_minimum_version 1.5.0

load helpers
load server

setup_file() {
    server_setup --max-connections 900
}

teardown_file() {
    server_teardown
}

# quick WORKLOAD: its result in WORLD/WORKLOAD.json, what it printed in .out and .err, and its exit
# code in .code
quick() {
    local code=0 options=()
    # Six cells, which would take as long as all others together.
    [ "$1" != analytics-batching ] || options=(--warmup 0 --duration 1s)
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres -q --quick --ceiling off "$1" \
        "${options[@]}" --json "$WORLD/$1.json" >"$WORLD/$1.out" 2>"$WORLD/$1.err" 3>&- || code=$?
    echo $code >"$WORLD/$1.code"
}

# holds WORKLOAD: it was measured, marked as quick, verified, and its checks held
holds() {
    local code
    code=$(cat "$WORLD/$1.code")
    if [ "$code" -ne 0 ] || ! jq -e '.quick and (.cells | length > 0)
            and ([.cells[].verified.ok] | all)
            and ([.cells[].rounds[].checks[]?.ok] | all)' "$WORLD/$1.json" >/dev/null; then
        echo "$1: exit code $code" >&2
        cat "$WORLD/$1.out" "$WORLD/$1.err" >&2
        return 1
    fi
    grep -q '^quick run' "$WORLD/$1.out"
}

family() { # workloads
    local workload
    for workload; do
        quick "$workload" &
    done
    wait
    for workload; do
        holds "$workload" || return
    done
    assert_no_schema
}

# short WORKLOAD OPTION…: a run, quick so that no threshold is judged, that keeps its tables; KEPT is
# their schema
short() {
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres -q --quick --ceiling off --keep --warmup 0 \
        --duration 2s --json "$WORLD/kept.json" "$@" >"$WORLD/kept.out" 2>&1 3>&- || {
        cat "$WORLD/kept.out" >&2
        return 1
    }
    KEPT=$(schemas)
    [[ $KEPT =~ ^pgwrite_[0-9a-f]{8}$ ]]
}

# is WHAT QUERY EXPECTED: about the tables that were kept
is() {
    same "$1" "$(PGOPTIONS="-c search_path=$KEPT" sql "$2")" "$3"
}

teardown() {
    local schema
    for schema in $(schemas); do
        sql "DROP SCHEMA $schema CASCADE" 2>/dev/null
    done
}

# spoilt CHECK WORKLOAD SED…: the workload's check finds what was spoilt, and the run fails
spoilt() {
    local code=0
    sed -E "${@:3}" "$BATS_TEST_DIRNAME/../../workloads/$2.yaml" >"$WORLD/spoilt.yaml"
    sed -i "s|\.\./schemas|$(cd "$BATS_TEST_DIRNAME/../../schemas" && pwd)|" "$WORLD/spoilt.yaml"
    ! cmp -s "$WORLD/spoilt.yaml" "$BATS_TEST_DIRNAME/../../workloads/$2.yaml" || return
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres -q --quick --ceiling off \
        "$WORLD/spoilt.yaml" >"$WORLD/out" 2>"$WORLD/err" 3>&- || code=$?
    if [ $code -ne 1 ] || ! grep -q "check \"$1\" failed" "$WORLD/err"; then
        echo "exit code $code, and no failed check \"$1\" in:" >&2
        cat "$WORLD/err" >&2
        return 1
    fi
}

@test "every workload of the scenarios is tested here" {
    local listed
    listed=$("$PGWRITE" list workloads | awk '{print $1}' | grep -vxE 'events|hot-row|migration')
    for workload in $listed; do
        grep -qw "$workload" "$BATS_TEST_DIRNAME/scenarios.bats" || {
            echo "not tested: $workload" >&2
            return 1
        }
    done
    [ "$(wc -w <<<"$listed")" -ge 15 ]
}

@test "A: the web-analytics collector" {
    family analytics analytics-batching analytics-day analytics-limit analytics-sustained
}

@test "B: event ingestion" {
    family ingest ingest-stress ingest-tenants
}

@test "C: birthday messages" {
    family birthday birthday-bulk birthday-day birthday-operations birthday-queue
}

@test "D: ten thousand users" {
    family tenk
}

@test "E: credit scoring with audit" {
    family scoring scoring-batches scoring-chaos scoring-endurance scoring-spike scoring-stress
}

@test "A: 8 to 15 events of one session a commit, more views than anything else" {
    short analytics
    is "sizes" "SELECT min(n), max(n), avg(n) BETWEEN 11 AND 12, count(DISTINCT n) FROM
        (SELECT count(*) AS n FROM events GROUP BY session_id) s" '8|15|t|8'
    is "sites and transactions of a session" "SELECT max(s), max(x) FROM (SELECT
        count(DISTINCT site_id) AS s, count(DISTINCT xmin::text) AS x FROM events
        GROUP BY session_id) s" '1|1'
    is "the funnel" "SELECT string_agg(event_type, ' ' ORDER BY n DESC) FROM (SELECT event_type,
        count(*) AS n FROM events GROUP BY 1) s" \
        'page_view scroll click form_start form_submit'
}

@test "B: 5 to 15 events a request, fewer baskets than views, fewer purchases than baskets" {
    short ingest --think 10ms..30ms
    is "sizes" "SELECT min(n), max(n), avg(n) BETWEEN 9.5 AND 10.5 FROM (SELECT count(*) AS n
        FROM events GROUP BY session_id) s" '5|15|t'
    is "the funnel" "SELECT string_agg(event_type, ' ' ORDER BY n DESC) FROM (SELECT event_type,
        count(*) AS n FROM events GROUP BY 1) s" 'PageView AddToCart Purchase'
    is "tenants" "SELECT count(DISTINCT tenant_id) FROM events" 6
}

@test "E: the columns belong together, and the audit log can't be changed" {
    short scoring --users 50 --think 0ms
    is "enough" "SELECT count(*) > 500 FROM applications" t
    is "approved" "SELECT avg(approved::int) BETWEEN 0.6 AND 0.7 FROM applications" t
    is "scores" "SELECT min(credit_score) >= 300, max(credit_score) <= 850,
        corr(credit_score, approved::int) > 0.3 FROM applications" 't|t|t'
    is "income rises, debt falls" "SELECT corr(credit_score, income) > 0.4,
        corr(credit_score, debt_ratio) < -0.4 FROM applications" 't|t'
    is "missing" "SELECT bool_and(share BETWEEN 0.02 AND 0.08) FROM (SELECT
        unnest(ARRAY[count(income), count(debt_ratio), count(employment_years)]) AS n,
        count(*) AS whole FROM applications) s, LATERAL (SELECT 1 - n::float8 / whole AS share) t" t
    is "protected ones have no say" "SELECT
        abs(corr((gender = 'female')::int, approved::int)) < 0.15,
        abs(corr((age_group = '60+')::int, approved::int)) < 0.15 FROM applications" 't|t'
    is "audits in the same transaction" "SELECT count(*) = (SELECT count(*) FROM applications),
        bool_and(l.xmin::text = a.xmin::text AND l.approved = a.approved)
        FROM audit_log l JOIN applications a USING (request_id)" 't|t'
    local change
    for change in 'UPDATE audit_log SET approved = NOT approved' 'DELETE FROM audit_log' \
        'DELETE FROM audit_log WHERE false' 'TRUNCATE audit_log'; do
        run env PGOPTIONS="-c search_path=$KEPT" "$BIN/psql" -X -q -h "$SOCKET" -U postgres \
            -d postgres -v ON_ERROR_STOP=1 -c "$change"
        [ "$status" -ne 0 ]
        [[ $output == *'append-only'* ]]
    done
}

@test "the checks of the scenarios can fail" {
    spoilt 'every batch is one commit of 8 to 15 events' analytics 's/batch: 8..15/batch: 8..16/'
    spoilt 'no message is sent twice' birthday-queue 's/attempts \+ 1/attempts + 2/'
    spoilt 'every application has exactly one audit row' scoring \
        's/^ +approved: applications.approved$/&\n      - insert: applications/'
    spoilt 'what was logged is what was decided' scoring '/^ +approved: app/d'
    assert_no_schema
}
