# When the window begins and ends, whether it was steady, and the time line.

load helpers
load server

setup_file() {
    server_setup --max-connections 20 --set checkpoint_timeout=30s
}

teardown_file() {
    server_teardown
}

# holds FILTER: of the last result
holds() {
    [ "$(result "$1")" = true ] || {
        echo "does not hold: $1" >&2
        jq 'del(.. | .histograms?)' "$JSON" >&2
        return 1
    }
}

short=(--path insert --pool 2 --ceiling off --fsync-probe off)

# pause_schema SQL: a table whose inserts pause as the SQL (of NEW.id) says, in seconds
pause_schema() {
    cat >"$WORLD/pause.sql" <<EOF
CREATE TABLE hit (id bigint NOT NULL);
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS
    \$\$ BEGIN PERFORM pg_catalog.pg_sleep($1); RETURN NEW; END \$\$;
CREATE TRIGGER pause BEFORE INSERT ON hit FOR EACH ROW EXECUTE FUNCTION pause();
EOF
    cat >"$WORLD/pause.yaml" <<'EOF'
schema: pause.sql
table: hit
columns: {id: {gen: serial}}
EOF
}

@test "mode steady begins once rows/s and WAL bytes a commit have levelled off" {
    # 20 ms a row at first, 2 ms from the 60th on: the pool of two is there after three intervals.
    pause_schema "CASE WHEN NEW.id < 60 THEN 0.02 ELSE 0.002 END"
    measure "${short[@]}" --mode steady --warmup 0s --duration 600ms --interval 200ms "$WORLD/pause.yaml"
    holds '.run.mode == "steady" and .run.interval_s == 0.2'
    holds '.cells[0].rounds[0] | .settled and .window_at_s >= 1.2 and .seconds >= 0.6'
    # Six intervals are the least; with the slow ones among them they are not level.
    holds '.cells[0].rounds[0].window_at_s > 1.5'
}

@test "a run that never settles says so" {
    # Three fast intervals, three slow ones, and so on since the first row: no six are level.
    cat >"$WORLD/pause.sql" <<'EOF'
CREATE TABLE began (at timestamptz NOT NULL);
CREATE TABLE hit (id bigint NOT NULL);
CREATE FUNCTION pause() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
    INSERT INTO began SELECT clock_timestamp() WHERE NOT EXISTS (SELECT FROM began);
    PERFORM pg_sleep(CASE floor(extract(epoch FROM clock_timestamp() - (SELECT min(at) FROM began)) / 0.6)::int % 2
        WHEN 0 THEN 0.01 ELSE 0.1 END);
    RETURN NEW;
END $$;
CREATE TRIGGER pause BEFORE INSERT ON hit FOR EACH ROW EXECUTE FUNCTION pause();
EOF
    printf 'schema: pause.sql\ntable: hit\ncolumns: {id: {gen: serial}}\n' >"$WORLD/pause.yaml"
    # A machine that is busy elsewhere may make six of them look level for once.
    local try
    for try in 1 2 3; do
        measure --path insert --pool 8 --ceiling off --fsync-probe off --mode steady --warmup 0s \
            --duration 400ms --interval 200ms "$WORLD/pause.yaml"
        [ "$(result '.cells[0].rounds[0].settled')" = true ] || break
        echo "try $try: settled"
    done
    holds '.cells[0].rounds[0] | .settled == false and .window_at_s >= 12'
    grep "did not settle within 60 intervals" "$WORLD/out"
}

@test "a window that gets slower is not steady, and the warning says how" {
    pause_schema "0.002 * (1 + NEW.id / 50.0)"
    measure "${short[@]}" --warmup 0s --duration 2s --interval 200ms "$WORLD/pause.yaml"
    holds '.cells[0].rounds[0] | .steady == false and (.unsteady | test("rows/s fell from"))'
    grep -E "warning +insert, pool 2: the window was not steady: rows/s fell from" "$WORLD/out"
}

@test "of a window with fewer than three intervals it is not known" {
    measure "${short[@]}" --warmup 0s --duration 500ms
    holds '.cells[0].rounds[0] | .steady == null and .unsteady == null'
    refute grep "not steady" "$WORLD/out"
}

@test "a checkpoint in the window is told, and marked on the time line" {
    pause_schema 0.002
    cat >>"$WORLD/pause.yaml" <<'EOF'
companions: [{do: checkpoint, after: 500ms, times: 1}]
EOF
    measure "${short[@]}" --warmup 0s --duration 2s --interval 200ms "$WORLD/pause.yaml"
    holds '.cells[0].checkpoints == 1 and .cells[0].rounds[0].steady == false'
    holds '[.cells[0].series[].checkpoint] | add == 1'
    holds '[.cells[0].series[].checkpoint_begun] | add == 1'
    grep "a checkpoint began in it" "$WORLD/out"
}

@test "mode cycle holds two whole checkpoints" {
    pause_schema 0.002
    cat >>"$WORLD/pause.yaml" <<'EOF'
companions: [{do: checkpoint, every: 700ms}]
EOF
    measure "${short[@]}" --mode cycle --warmup 0s --duration 500ms --interval 200ms "$WORLD/pause.yaml"
    holds '.cells[0].rounds[0] | .settled and .checkpoints >= 2 and .steady == null'
    refute grep -E "not steady|did not come" "$WORLD/out"
}

@test "mode cycle waits for the server's own checkpoints" {
    [ -n "${PGWRITE_TEST_FULL:-}" ] || skip "takes more than a minute: PGWRITE_TEST_FULL=1 runs it"
    measure "${short[@]}" --mode cycle --duration 5s
    holds '.cells[0].rounds[0] | .settled and .checkpoints >= 2 and .seconds > 30 and .seconds < 100'
    holds '.cells[0].rounds[0].checkpoints_timed >= 2'
}

@test "the time line adds up: rows, WAL, lengths" {
    measure "${short[@]}" --rows 20000 --interval 200ms
    holds '.cells[0] | ([.series[].rows] | add) == .verified.acknowledged_rows'
    holds '.cells[0] | ([.series[].commits] | add) == .verified.acknowledged_commits'
    holds '.cells[0] | (([.series[].wal_bytes | values] | add) / .wal.bytes) | . > 0.95 and . < 1.05'
    holds '[.cells[0].series[:-1][].length_s == 0.2] | all'
    holds '[.cells[0].series[] | .errors == 0 and .checkpoint == 0] | all'
}

@test "modes and intervals that can't be are refused before anything is measured" {
    local said
    for said in "--mode quick" "--interval 1ms" "--interval 2h" "--ceiling 1ms" \
        "--mode cycle --rows 10" "--fsync-probe /nonexistent"; do
        local code=0
        # shellcheck disable=SC2086 # words
        pgw $said >"$WORLD/out" 2>"$WORLD/err" || code=$?
        same "exit code of $said" "$code" 2
        same "table of $said" "$(cat "$WORLD/out")" ""
    done
    assert_no_schema
}
