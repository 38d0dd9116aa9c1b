# The load engine on a real server: pools, threads, accounting, latencies, waits.

load helpers
load running

setup_file() {
    target_start
}

teardown_file() {
    target_stop
}

setup() {
    world_setup
    RUNS=0
    JSON=$WORLD/result.json
}

teardown() {
    # A backend that a test has stopped.
    [ -z "${STOPPED:-}" ] || kill -CONT "$STOPPED" 2>/dev/null || true
    world_teardown
}

# measure OPTION…: a run on the target that has to succeed, its result in JSON
measure() {
    timeout 60 "$PGWRITE" run -q --json "$JSON" "$@" "${on_target[@]}" >"$WORLD/out"
    cat "$WORLD/out"
    json "$JSON" '.verdict == "pass"'
    json "$JSON" '[.cells[].verified | .ok and .lost == 0 and .extra == 0 and .ambiguous_rows == 0]
        | all'
}

# all_rows N: every cell has written and found exactly these
all_rows() {
    json "$JSON" "[.cells[] | .verified.found_rows == $1 and .verified.acknowledged_rows == $1
        and .rounds[0].rows == $1 and .rounds[0].abandoned == 0 and .rounds[0].errors == {}] | all"
}

@test "pools of 1, 50 and 200 commit every row" {
    timeout 60 "$PGWRITE" run -q --path insert,pipeline --pool 1,50,200 --batch 10 --rows 1000 \
        --json "$JSON"
    json "$JSON" '[.cells[].pool] == [1, 50, 200, 1, 50, 200] and .verdict == "pass"'
    all_rows 1000
    assert_nothing_left
}

@test "a pool of 1,000 commits every row" {
    is_sanitized && skip "takes minutes with a sanitizer"
    timeout 60 "$PGWRITE" run -q --path insert --pool 1000 --rows 1000 --json "$JSON"
    json "$JSON" '.cells[0].pool == 1000'
    all_rows 1000
    assert_nothing_left
}

@test "1 to 4 threads, also more than the rows can keep busy" {
    local threads
    for threads in 1 2 3 4; do
        measure --path insert,copy-binary --pool 5 --batch 7 --rows 101 --threads "$threads"
        json "$JSON" "[.cells[].threads == $threads] | all"
        all_rows 101
    done
    measure --path insert --pool 2 --rows 10 --threads 4
    json "$JSON" '.cells[0].threads == 2'
}

@test "200 connections with batches of 1,000 stay below 48 MiB" {
    is_sanitized && skip "sanitizers have memory of their own"
    timeout 60 "$PGWRITE" run -q --pool 200 --batch 1000 --rows 200k \
        --path multirow,copy-binary,pipeline --json "$JSON"
    jq -r '"# peak: \(.cells[0].client.rss_bytes / 1048576) MiB"' "$JSON" >&3
    json "$JSON" '[.cells[].client.rss_bytes <= 48 * 1048576] | all'
    all_rows 200000
    assert_nothing_left
}

@test "commits of many megabytes arrive whole" {
    printf '%s\n' "CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, body text);" \
        >"$WORLD/wide.sql"
    printf '%s\n' "name: wide" "schema: wide.sql" "columns:" \
        "  body: {gen: text, min: 4000, max: 4000}" >"$WORLD/wide.yaml"
    measure "$WORLD/wide.yaml" --path pipeline,copy-text,copy-binary,multirow,unnest --batch 2000 \
        --pool 2 --threads 1 --rows 4000
    all_rows 4000
}

# A trigger that talks: the replies fill the sockets as well, and a client that only sent would wait
# for a server that waits for the client.
@test "commits that fill the sockets both ways do not hang" {
    cat >"$WORLD/talk.sql" <<'SQL'
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, note int NOT NULL);
CREATE FUNCTION talk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE NOTICE '%', repeat('x', 1000);
    RETURN NEW;
END $$;
CREATE TRIGGER talk BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION talk();
SQL
    measure --schema "$WORLD/talk.sql" --path pipeline,copy-text,copy-binary --batch 20k --pool 2 \
        --threads 1 --rows 40k
    all_rows 40000
}

@test "a window is as long as --duration; the series adds up to what was acknowledged" {
    measure --path insert,multirow,prepared --pool 3 --batch 10 --warmup 300ms --duration 1200ms
    json "$JSON" '.run.duration_s == 1.2 and .run.warmup_s == 0.3 and .run.rows == null'
    json "$JSON" '[.cells[].rounds[0].seconds == 1.2] | all'
    json "$JSON" '[.cells[] | ([.series[].rows] | add) == .verified.acknowledged_rows] | all'
    json "$JSON" '[.cells[] | ([.series[].commits] | add) == .verified.acknowledged_commits] | all'
    # Second by second from the first commit of the warm-up to the last one.
    json "$JSON" '[.cells[].series | [.[].t_s] == [range(length)]
        and ([.[].length_s] | add) >= 1.5 and .[0].length_s == 1] | all'
    # What is measured is less than what is written, by the warm-up; and no row is counted twice.
    json "$JSON" '[.cells[] | .rounds[0].rows < .verified.acknowledged_rows
        and .rounds[0].commits == .rounds[0].latency.response.count] | all'
    json "$JSON" '[.cells[].rounds[0] | (.rows_per_s - .rows / .seconds | fabs) < 0.001] | all'
}

@test "statement and commit are told apart where COMMIT is a round trip, and only there" {
    measure --path insert,prepared,pipeline,copy-binary --pool 2 --batch 5 --rows 500
    json "$JSON" '[.cells[] | select(.path == "prepared").latency | .commit.count == .response.count
        and .statement.count == .response.count
        and (.statement.mean + .commit.mean - .response.mean | fabs) < 1] == [true]'
    json "$JSON" '[.cells[] | select(.path != "prepared").latency.commit == null] | all'
}

@test "batches whose sizes are drawn from a range add up" {
    measure --path multirow,copy-text,pipeline,unnest --pool 3 --batch 5..15 --rows 1000
    all_rows 1000
    json "$JSON" '[.cells[].rounds[0] | .commits >= 1000 / 15 and .commits <= 1000 / 5 + 3] | all'
}

# Rows beyond the hundredth take half a minute.
slow_schema() {
    cat >"$WORLD/slow.sql" <<'SQL'
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, note int NOT NULL);
CREATE FUNCTION doze() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.id > 100 THEN
        PERFORM pg_sleep(30);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER doze BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION doze();
SQL
}

@test "statements in flight that do not end are abandoned and counted as ambiguous" {
    slow_schema
    run_start --schema "$WORLD/slow.sql" --path insert --pool 7 --threads 4 --warmup 0s \
        --duration 300s --json "$JSON" "${on_target[@]}"
    all_doze() {
        [ "$(sql "$TARGET" "SELECT count(*) FROM pg_stat_activity
            WHERE wait_event = 'PgSleep'")" = 7 ]
    }
    wait_until all_doze
    kill -INT "$RUN"
    run_ends 130
    run_says "interrupted"
    json "$JSON" '.interrupted and .cells[0].rounds[0].abandoned == 7'
    json "$JSON" '.cells[0].verified | .acknowledged_rows == 100 and .ambiguous_rows == 7
        and .found_rows == 100 and .ok'
    assert_target_clean
}

# refusing_schema FIRST LATER: a table whose first insert is refused with one SQLSTATE and all others
# with another. A sequence counts what is rolled back too.
refusing_schema() {
    cat >"$WORLD/refusing.sql" <<SQL
CREATE TABLE events (id bigint GENERATED ALWAYS AS IDENTITY, note int NOT NULL);
CREATE SEQUENCE attempts;
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS \$\$
BEGIN
    IF nextval('attempts') = 1 THEN
        RAISE EXCEPTION 'the first attempt' USING ERRCODE = '$1';
    END IF;
    RAISE EXCEPTION 'a later attempt' USING ERRCODE = '$2';
END \$\$;
CREATE TRIGGER refuse BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION refuse();
SQL
}

# refused PATH: a run of that path that ends with exit code 1
refused() {
    run_start --schema "$WORLD/refusing.sql" --path "$1" --pool 1 --rows 10 --ceiling off \
        --json "$JSON" "${on_target[@]}"
    run_ends 1
}

@test "what the server refuses ten times in a row for others' sake ends the run" {
    local path
    refusing_schema 40001 40001
    for path in insert prepared pipeline copy-text; do
        refused "$path"
        run_says "after 10 retries"
        run_says "SQLSTATE 40001"
        json "$JSON" '.cells[0] | .retried == 10 and .rounds[0].retried == 10
            and .verified.acknowledged_rows == 0 and .verified.found_rows == 0'
    done
    assert_target_clean
}

@test "another error at a retry is the one that is told" {
    local path
    refusing_schema 40P01 53100
    for path in insert prepared pipeline copy-text; do
        refused "$path"
        run_says "SQLSTATE 53100"
        refute grep -e "first attempt" -e 40P01 "$RUN_OUT.err"
        json "$JSON" '.cells[0].retried == 1 and .cells[0].verified.found_rows == 0'
    done
    assert_target_clean
}

# order_of OPTION…: the cells as the live line of a terminal names them
order_of() {
    script -qec "'$PGWRITE' run --path insert,multirow,pipeline,copy-binary --pool 1 --rows 20 \
        --rounds 3 $* ${on_target[*]}" /dev/null </dev/null |
        grep -aoE '[0-9]+/12 +[a-z-]+' | uniq | sort -un | awk '{print $2}'
}

@test "rounds are interleaved in a random order that the seed fixes" {
    local first again other round
    first=$(order_of --seed 1)
    again=$(order_of --seed 1)
    other=$(order_of --seed 2)
    echo "$first"
    [ "$(wc -l <<<"$first")" = 12 ]
    [ "$first" = "$again" ]
    [ "$first" != "$other" ]
    # Every cell once before any cell again, and not in the same order each time.
    for round in 1 5 9; do
        [ "$(tail -n "+$round" <<<"$first" | head -n 4 | sort -u | wc -l)" = 4 ]
    done
    [ "$(head -n 4 <<<"$first")" != "$(sed -n 5,8p <<<"$first")" ] ||
        [ "$(head -n 4 <<<"$first")" != "$(tail -n 4 <<<"$first")" ]
}

@test "a lock that somebody else holds is seen, with mode, table and the blocking statement" {
    run_start --path insert --pool 4 --warmup 0s --duration 4s --json "$JSON" "${on_target[@]}"
    run_is_writing target
    companion "$TARGET"
    tell "BEGIN; LOCK TABLE $RUN_SCHEMA.events IN SHARE MODE;"
    held_long_enough() {
        [ "$(sql "$TARGET" "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'
            AND clock_timestamp() - query_start > '1 s'")" = 4 ]
    }
    wait_until held_long_enough
    tell "ROLLBACK;"
    companion_ends
    run_ends 0
    json "$JSON" '.cells[0].lock_waits.by[0] | .locktype == "relation"
        and .mode == "RowExclusiveLock" and (.relation | test("^pgwrite_[0-9a-f]{8}\\.events$"))
        and (.blocked_by | test("^LOCK TABLE pgwrite_[0-9a-f]{8}\\.events IN SHARE MODE"))
        and (.statement | test("^INSERT INTO")) and .seen == 4'
    # Four sessions for a good second of four.
    json "$JSON" '.cells[0].lock_waits | .share > 0.12 and .share < 0.9 and .max_ms > 500
        and .max_ms < 4000 and .time_s > 2 and .seen >= 4'
    json "$JSON" '.cells[0].lock_wait_share == .cells[0].lock_waits.share'
    grep -q "waited for locks .* behind “LOCK TABLE" "$RUN_OUT.out"
    assert_target_clean
}

# stop_sampler: holds its backend where it waits for its client, so that it has no lock of the
# server's own that others would wait for
stop_sampler() {
    STOPPED=$(sql "$TARGET" "SELECT pid FROM pg_stat_activity
        WHERE application_name = 'pgwrite sampler'")
    [ -n "$STOPPED" ] || return
    kill -STOP "$STOPPED" || return
    [ "$(sql "$TARGET" "SELECT state = 'idle' AND wait_event = 'ClientRead'
        FROM pg_stat_activity WHERE pid = $STOPPED")" != t ] || return 0
    kill -CONT "$STOPPED"
    return 1
}

# lasts: how many ms from when the run writes until it has ended with exit code 0
lasts() {
    local begun_us=${EPOCHREALTIME/[.,]/}
    run_ends 0 || return
    MS=$(((${EPOCHREALTIME/[.,]/} - begun_us) / 1000))
}

@test "a sampler whose backend does not answer delays the end of the run by seconds at most" {
    local options=(--path insert --pool 2 --warmup 0s --duration 3s --ceiling off --json "$JSON")
    local undisturbed_ms
    run_start "${options[@]}" "${on_target[@]}"
    run_is_writing target
    lasts
    undisturbed_ms=$MS
    run_start "${options[@]}" "${on_target[@]}"
    run_is_writing target
    wait_until stop_sampler
    lasts
    echo "$MS ms, undisturbed $undisturbed_ms ms"
    [ "$MS" -lt $((undisturbed_ms + 6000)) ]
    # It is told.
    json "$JSON" '.verdict == "pass" and .cells[0].verified.ok'
    json "$JSON" '.warnings | any(test("sampling of waits ended early"))'
    kill -CONT "$STOPPED"
    assert_target_clean
}

@test "16 inserting sessions wait for commit flush above all, and hardly for locks" {
    measure --path insert --pool 16 --warmup 200ms --duration 2s
    # Relation extension is a lock too, of 1 % at times.
    json "$JSON" '.cells[0].lock_waits.share < 0.05'
    json "$JSON" '.cells[0] | .lock_waits.share < .commit_flush_share / 5'
    json "$JSON" '.cells[0].commit_flush_share as $flush
        | .cells[0].wait_profile | map(select(.type != "Client" and .type != "CPU"))
        | group_by(.type + ":" + .event | ascii_downcase
            | IN("lwlock:walwrite", "io:walsync", "io:walwrite", "ipc:syncrep"))
        | (.[-1] | map(.share) | add - $flush | fabs) < 1e-6
            and (.[:-1] | flatten | map(.share) | max // 0) < $flush'
    # All of the sessions' time, in shares.
    json "$JSON" '([.cells[0].wait_profile[].share] | add - 1 | fabs) < 0.001'
}
