# Stages of a load, and thresholds: a result for each stage that adds up to the whole, loads that
# follow their ramps, what thresholds know of them, and how they end a run.

load helpers
load server

setup_file() {
    server_setup --max-connections 40
}

teardown_file() {
    server_teardown
}

setup() {
    cd "$WORLD"
    POOL=(--pool 4)
    rm -f "$JSON" w.yaml s.sql
    cat >s.sql <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL);
CREATE TABLE log (n bigint GENERATED ALWAYS AS IDENTITY, v int);
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
table: t
columns: {id: {gen: serial}}
tables: {t: {rows: 100}}
steps:
  - {name: write, weight: 3, insert: t, path: multirow, batch: 2}
  - {name: read, weight: 1, select: t}
YAML
}

teardown() {
    drop_kept
}

# ends CODE ARGUMENT…: a run of w.yaml with that exit code, that leaves nothing on the server
ends() {
    local code=$1 found=0
    shift
    timeout 60 "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --quiet --json "$JSON" w.yaml \
        --interval 200ms "${POOL[@]}" "$@" >"$WORLD/out" 2>"$WORLD/err" || found=$?
    same "the exit code" "$found" "$code" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    assert_no_schema || return
    same "sessions left" "$(sql "SELECT count(*) FROM pg_stat_activity
        WHERE application_name LIKE 'pgwrite%'")" 0
}

# adds_up: the stages, their steps and the time line have what the window has, no more and no less
adds_up() {
    local figure
    holds '.cells[0] | .complete and .verified.ok' || return
    for figure in commits errors; do
        holds ".cells[0] | .rounds[0] as \$round | [.stages[].$figure] | add ==
            {commits: \$round.commits, errors: \$round.accounting.failed}.$figure" || return
        holds ".cells[0] | all(.stages[]; .$figure == ([.steps[].$figure] | add))" || return
        holds ".cells[0] | .steps as \$steps | .stages as \$stages |
            all(range(\$steps | length); . as \$i |
                \$steps[\$i].$figure == ([\$stages[].steps[\$i].$figure] | add))" || return
    done
    holds '.cells[0] | .asked == ([.stages[].asked] | add)' || return
    holds '.cells[0].rounds[0] | ([.series[].commits] | add) >= .commits' || return
    # Rows that were read are none of them; those in flight at the end come on top.
    # shellcheck disable=SC2016 # jq's
    holds '.cells[0].rounds[0] | .rows as $rows | [.series[].rows] | add |
        . >= $rows and . <= $rows + 100'
}

@test "users: a result for each stage, and for all" {
    cat >>w.yaml <<'YAML'
load: {think: 10ms..30ms}
stages:
  - {name: few, for: 1s, users: 10}
  - {name: up, for: 1s, users: 60, ramp: linear}
  - {name: many, for: 1s, users: 60, think: 5ms..15ms}
YAML
    ends 0
    adds_up
    holds '[.cells[0].stages[] | [.name, .for_s, .target, .ramp]] ==
        [["few", 1, 10, "step"], ["up", 1, 60, "linear"], ["many", 1, 60, "step"]]'
    holds '.cells[0] | .loop == "closed" and .source == "users"'
    holds '.cells[0].stages | map(.think_s) == [[0.01, 0.03], [0.01, 0.03], [0.005, 0.015]]'
    # What users want is bounded by how long they think, whatever the server does.
    holds '.cells[0].stages | map(.commits) | .[0] <= 1010 and .[1] <= 6000 and .[2] <= 12100'
    holds '.cells[0].stages | map(.commits_per_s) | .[0] < .[1] and .[1] < .[2]'
    holds '[.cells[0].stages[] | .latency.response.count == .commits] | all'
    told '^few +1 s +10 users'
    told '^up +1 s +to 60 users'
}

@test "users: pauses, and ramps from none and down to none" {
    cat >>w.yaml <<'YAML'
load: {think: 5ms..15ms}
stages:
  - {name: before, for: 400ms, users: 0}
  - {name: up, for: 600ms, users: 40, ramp: linear}
  - {name: down, for: 600ms, users: 0, ramp: linear}
  - {name: pause, for: 800ms, users: 0, ramp: linear}
  - {name: again, for: 600ms, users: 20}
YAML
    ends 0
    adds_up
    # Who goes ends the thinking that is on, of 15 ms at most, and what it is at.
    holds '.cells[0].stages | map(.asked) | .[0] == 0 and .[1] > 40 and .[2] > 40 and .[3] <= 40
        and .[4] > 20'
    holds '.cells[0].series | map(select(.t_s >= 1.999 and .t_s < 2.199)) |
        length > 0 and all(.commits == 0)'
    told '^before +400 ms +0 users +0 +0 +0 +– +– +– +0$'
    told '^down +600 ms +to 0 users'
}

# asked_as EXPECTED…: so many arrivals in each stage; a few can come late on a busy machine
asked_as() {
    local wanted
    wanted=$(printf '%s\n' "$@" | jq -sc .)
    holds "[.cells[0].stages[].asked] as \$asked | $wanted as \$wanted |
        (\$asked | add) - (\$wanted | add) | fabs <= 2" || return
    holds "[[.cells[0].stages[].asked], $wanted] | transpose |
        all(.[]; .[0] - .[1] | fabs <= 20)"
}

@test "a rate: ramps are straight lines, steps are at once" {
    cat >>w.yaml <<'YAML'
load: {arrival: uniform}
stages:
  - {name: up, for: 1s, rate: 400/s, ramp: linear}
  - {name: hold, for: 1s, rate: 400/s}
  - {name: jump, for: 500ms, rate: 800/s, ramp: step}
  - {name: down, for: 1s, rate: 100/s, ramp: linear}
YAML
    ends 0
    adds_up
    asked_as 200 400 400 450
    holds '.cells[0] | .loop == "open" and .source == "rate"'
    # A line: of 200 arrivals 0.4² × 200 come in the first 400 ms.
    holds '[.cells[0].series[] | select(.t_s < 0.399) | .asked] | add - 32 | fabs <= 12'
    holds '.cells[0].stages | all(.[]; .achieved > 0.9)'
}

@test "a pool: as many connections as the stage has" {
    POOL=()
    cat >>w.yaml <<'YAML'
stages:
  - {name: one, for: 1s, pool: 1}
  - {name: up, for: 1s, pool: 9, ramp: linear}
  - {name: three, for: 1s, pool: 3}
YAML
    ends 0
    adds_up
    holds '.cells[0].source == "pool" and .cells[0].stages[0].latency.pool_wait == null'
    holds '.cells[0].rounds[0].accounting.open_max == 9'
    # In the middle of a stage, where what was at work before has ended.
    holds '[.cells[0].series[] | select(.t_s > 0.35 and .t_s < 0.65) | .busy] |
        length > 0 and all(. <= 1)'
    holds '[.cells[0].series[] | select(.t_s > 1.35 and .t_s < 1.85) | .busy] | max > 1'
    holds '[.cells[0].series[] | select(.t_s > 2.35 and .t_s < 2.65) | .busy] |
        length > 0 and all(. <= 3)'
}

# judged OK EXPRESSION…: each of these thresholds of the last result
judged() {
    local ok=$1 expression
    shift
    for expression in "$@"; do
        jq -e --arg expr "$expression" --argjson ok "$ok" \
            '[.thresholds[] | select(.expr == $expr)] | length == 1 and .[0].ok == $ok' \
            "$JSON" >/dev/null || {
            echo "not $ok: $expression" >&2
            jq -c '.thresholds[]' "$JSON" >&2
            return 1
        }
    done
}

# thresholds EXPRESSION…: a section of w.yaml
thresholds() {
    echo 'thresholds:' >>w.yaml
    printf -- "  - '%s'\n" "$@" >>w.yaml
}

# Something of everything: limits that reject, a backlog that overflows, waits that time out,
# updates that fail, wait for locks and are tried again.
everything() {
    cat >>w.yaml <<'YAML'
  - {name: bad, weight: 0.2, sql: "SELECT 1 / (${int 1..3} - 1)"}
  - name: count
    weight: 0.5
    transaction:
      - sql: SET TRANSACTION ISOLATION LEVEL REPEATABLE READ
      - sql: SELECT count(*) FROM log
      - sql: UPDATE t SET a = a WHERE id = (SELECT min(id) FROM t)
      - pause: 2ms..5ms
gauges: {depth: SELECT count(*) FROM t}
tenants:
  - {name: free, weight: 1, limit: 50/s, burst: 1}
  - {name: paying, weight: 4}
load: {on-error: continue, backlog: 40, checkout-timeout: 20ms}
stages:
  - {name: calm, for: 1500ms, rate: 300/s}
  - {name: spike, for: 500ms, rate: 20000/s}
  - {name: after, for: 1500ms, rate: 300/s}
YAML
}

HELD=(
    'p99(response) < 1h' 'p50(lag) < 1h' 'p99.9(pool_wait){stage: calm} < 1h'
    'p95(statement){step: write} < 1h' 'avg(commit) < 1h' 'min(response){stage: calm} < 1h'
    'max(response) > 1us' 'max(depth) > 100' 'avg(depth) > 100' 'min(depth) >= 100'
    'rows > 100' 'rows{step: write} > 100' 'rows_per_s > 1' 'rows_per_s{stage: spike} > 1'
    'commits > 100' 'commits{stage: after, step: read} > 1' 'commits_per_s > 1'
    'errors > 1%' 'errors{step: write} == 0' 'errors{step: bad} > 10%' 'retries > 0'
    'deadlocks == 0' 'rejected > 0.1%' 'dropped > 1%' 'timeouts >= 0%' 'achieved < 99%'
    'achieved{stage: calm} > 20%' 'drift(p50) < 100000%' 'drift(commits_per_s) < 100000%'
    'drift(rows_per_s) < 100000%' 'drift(p99) < 100000%' 'drift(bloat) < 100000%'
    'drift(depth) > 0%' 'drift(memory) < 100000%'
    'lock_waits.share < 100%' 'lock_waits.share{stage: calm} < 100%' 'commit_flush.share < 100%'
    'connections <= 10%' 'wal.bytes_per_row > 1B' 'table.heap_bytes_per_row > 1B'
    'table.index_bytes_per_row > 1B'
)

# The opposite of each.
failing() {
    local expression
    for expression in "${HELD[@]}"; do
        case $expression in
        *' == '*) echo "${expression/ == / != }" ;;
        *' <= '*) echo "${expression/ <= / > }" ;;
        *' >= '*) echo "${expression/ >= / < }" ;;
        *' < '*) echo "${expression/ < / >= }" ;;
        *) echo "${expression/ > / <= }" ;;
        esac
    done
}

@test "every kind of threshold, holding and failing" {
    local metric failed
    # All of them are here; that of recovery has a load of its own.
    for metric in $("$PGWRITE" list metrics | sed -n 's/^\([a-z][a-z0-9_.]*\) .*/\1/p'); do
        printf '%s\n' "${HELD[@]}" recovery | grep -q "^$metric\b" || {
            echo "not tested: $metric" >&2
            false
        }
    done
    everything
    cp w.yaml both.yaml
    mapfile -t failed < <(failing)
    thresholds "${HELD[@]}" "${failed[@]}"
    ends 3
    adds_up
    judged true "${HELD[@]}"
    judged false "${failed[@]}"
    holds '.verdict == "fail" and all(.thresholds[]; .value != null)'
    # A quantile says how many values it rests on.
    holds '.cells[0].latency.response.count as $all | .thresholds
        | all(.[]; (.expr | test("^p[0-9]")) == (.samples != null))
          and (map(select(.expr | startswith("p99(response)"))) | length > 0 and all(.samples == $all))
          and (map(select(.expr | test("step: write") and startswith("p95")))
               | length > 0 and all(.samples > 0 and .samples < $all))'
    told "^thresholds, ${#failed[@]} of $((${#failed[@]} * 2)) failed\$"
    # The same load, and only what holds.
    mv both.yaml w.yaml
    thresholds "${HELD[@]}"
    ends 0
    holds '.verdict == "pass"'
}

# recovers CODE LOCKED_SINCE: a run that a lock of 500 ms keeps waiting, before the spike or after it
recovers() {
    sed "s/LOCKED_SINCE/$2/" recovery.yaml >w.yaml
    ends "$1" || return
    holds '.thresholds[0].value != null'
}

@test "recovery: known, holding and failing" {
    cp w.yaml recovery.yaml
    cat >>recovery.yaml <<'YAML'
companions: [{do: lock, table: t, hold: 500ms, after: LOCKED_SINCE, times: 1}]
load: {arrival: uniform}
stages:
  - {name: before, for: 1s, rate: 200/s}
  - {name: spike, for: 400ms, rate: 400/s}
  - {name: after, for: 1200ms, rate: 200/s}
thresholds: ['recovery{stage: spike} < 350ms']
YAML
    # Where half of the stage before has waited, whatever comes after is as fast.
    recovers 0 200ms
    recovers 3 1500ms
    holds '.thresholds[0].value >= 400000'
}

@test "thresholds of a stage are of that stage" {
    cat >>w.yaml <<'YAML'
load: {arrival: uniform}
stages:
  - {name: slow, for: 1s, rate: 50/s, thresholds: ['commits < 70', 'commits_per_s < 70']}
  - {name: fast, for: 1s, rate: 300/s, thresholds: ['commits > 200']}
YAML
    ends 0
    holds '[.thresholds[] | .value] | .[0] < 70 and .[1] < 70 and .[2] > 200'
    sed -i 's/commits > 200/commits < 200/' w.yaml
    ends 3
    judged false 'commits{stage: fast} < 200'
    judged true 'commits{stage: slow} < 70'
}

@test "what is not known decides nothing" {
    POOL=()
    cat >>w.yaml <<'YAML'
stages:
  - {for: 300ms, pool: 1}
  - {for: 300ms, pool: 2}
thresholds: ['drift(p99) < 1000%', 'commits > 1']
YAML
    # Ten intervals at least.
    ends 4
    holds '.verdict == "inconclusive" and .thresholds[0].value == null and .thresholds[0].ok == null'
    judged true 'commits > 1'
}

@test "abort: true ends the run as soon as it does not hold" {
    POOL=()
    cat >>w.yaml <<'YAML'
  - {name: bad, weight: 1, sql: "SELECT 1 / (${int 1..2} - 1)"}
load: {on-error: continue}
stages:
  - {name: calm, for: 300ms, pool: 2}
  - {name: endless, for: 10m, pool: 4, thresholds: [{check: errors < 1%, abort: true}]}
YAML
    ends 3
    told '^pgwrite: .*ended early: errors.stage: endless. < 1%, and it is [0-9.]+ ?%' err
    holds '.cells[0] | .complete == false and .rounds[0].seconds < 60 and .rounds[0].commits > 0'
    holds '.cells[0].verified.ok'
    # Where it holds, nothing ends early.
    sed -i 's/for: 10m/for: 300ms/; s/errors < 1%/errors < 100%/' w.yaml
    ends 0
    holds '.cells[0].complete and .verdict == "pass"'
}

@test "abort: true in a stage of one interval ends the run with it, and judges nothing else" {
    POOL=()
    cp w.yaml steps.yaml
    cat >>w.yaml <<'YAML'
  - {name: bad, weight: 1, sql: "SELECT 1 / (${int 1..2} - 1)"}
load: {on-error: continue}
stages:
  - {name: short, for: 200ms, pool: 4, thresholds: [{check: errors < 1%, abort: true}]}
  - {name: endless, for: 10m, pool: 4}
YAML
    ends 3
    told '^pgwrite: .*ended early: errors.stage: short. < 1%, and it is [0-9.]+ ?%' err
    holds '.cells[0] | .complete == false and .rounds[0].seconds < 60 and .rounds[0].commits > 0'
    # An interval that reaches into the storm after it says nothing about the calm.
    cp steps.yaml w.yaml
    cat >>w.yaml <<'YAML'
  - {name: slow, weight: 4, transaction: [{insert: log}, {pause: 20ms}]}
load: {backlog: 2, arrival: uniform}
stages:
  - {name: calm, for: 500ms, rate: 20/s, thresholds: [{check: errors < 20%, abort: true}]}
  - {name: storm, for: 1300ms, rate: 2000/s}
YAML
    ends 0 --pool 4
    holds '.cells[0].complete and .cells[0].stages[1].dropped > 100'
    judged true 'errors{stage: calm} < 20%'
}

@test "abort: true: what is still under way is not taken for lost" {
    sed -i '/^steps/,$d' w.yaml
    cat >>w.yaml <<'YAML'
steps: [{name: slow, weight: 1, transaction: [{insert: t}, {pause: 100ms}]}]
load: {arrival: uniform}
stages: [{name: only, for: 2s, rate: 20/s}]
thresholds: [{check: achieved >= 80%, abort: true}]
YAML
    ends 0
    holds '.cells[0].complete and .thresholds[0].ok'
    # What is not done in time ends it.
    sed -i 's/pause: 100ms/pause: 900ms/; s/for: 2s/for: 1m/' w.yaml
    ends 3 --pool 2
    told 'ended early: achieved >= 80%' err
}

@test "a threshold that names what there is not" {
    echo 'stages: [{name: only, for: 1s, pool: 1}]' >>w.yaml
    thresholds 'p99(respnse) < 1s'
    ends 2
    told '^pgwrite: w.yaml:10:5: threshold "p99\(respnse\) < 1s"' err
    told '^hint: .*response' err
    sed -i 's/p99(respnse) < 1s/glory > 1/' w.yaml
    ends 2
    told '^pgwrite: w.yaml:10:5: .*glory' err
    told '^hint: .*commits_per_s.*deadlocks' err
    sed -i 's/glory > 1/commits{stage: onyl} > 1/' w.yaml
    ends 2
    told '^pgwrite: w.yaml:10:5: .*onyl' err
    told '^hint: .*only' err
    [ ! -e "$JSON" ]
}

@test "bad stages: each with its place" {
    local bad
    cp w.yaml good.yaml
    for bad in '{for: 1s, rate: 0/s}' '{for: 1s, pool: 5000}' '{for: 1s, users: 3, rate: 5/s}' \
        '{users: 3}' '{for: 1s, users: 1, ramp: curved}' '{for: 0s, users: 1}'; do
        cp good.yaml w.yaml
        printf '%s\n' 'stages:' "  - $bad" >>w.yaml
        ends 2
        told '^pgwrite: w.yaml:9:' err
    done
    cp good.yaml w.yaml
    printf '%s\n' 'stages:' '  - {for: 1s, users: 1}' '  - {for: 1s, rate: 5/s}' >>w.yaml
    ends 2
    told '^pgwrite: w.yaml:10:' err
}

@test "progress: the stage, what is asked for, and what is done of it, in transactions" {
    command -v script >/dev/null || skip "no script(1) to play a terminal"
    cat >>w.yaml <<'YAML'
load: {arrival: uniform}
stages:
  - {name: few, for: 2s, rate: 50/s}
YAML
    sed -i '/name: read/d' w.yaml
    script -qec "'$PGWRITE' run -h '$SOCKET' -U postgres -d postgres --interval 200ms --pool 4 w.yaml" \
        /dev/null </dev/null 3>&- | tr '\r' '\n' >"$WORLD/out"
    # Two rows each: 100 rows/s.
    told 'left  few  open: asked [45][05]/s, [0-9.]+/s done  [0-9.]+ rows/s'
    awk '/ done / { gsub(",", ""); for (i = 1; i <= NF; i++) if ($i == "done") {
            lines++; ok += 2 * $(i - 1) == 1 * $(i + 1) } }
        END { exit !(lines > 0 && ok == lines) }' "$WORLD/out"
}

@test "--quick keeps the shape, --dry-run writes nothing" {
    cat >>w.yaml <<'YAML'
load: {think: 100ms}
stages:
  - {name: ramp, for: 10m, users: 20, ramp: linear}
  - {name: peak, for: 50m, users: 40, thresholds: ['commits > 1000000']}
YAML
    "$PGWRITE" run -h "$SOCKET" -U postgres -d postgres --dry-run w.yaml >"$WORLD/out"
    assert_no_schema
    told '^ ramp +\| +0 to 20 \| +10 min '
    told '^ peak +\| +40 \| +50 min '
    [ ! -e "$JSON" ]
    ends 0 --quick
    adds_up
    holds '.quick and ([.cells[0].stages[].for_s] | add) <= 6.5'
    holds '[.cells[0].stages[] | [.name, .target, .ramp]] ==
        [["ramp", 20, "linear"], ["peak", 40, "step"]]'
    holds '.cells[0].stages | .[0].for_s * 4 < .[1].for_s * 1.2 + 1'
    told 'not judged: a quick run'
    told 'quick'
}
