# Waits whose truth is known: what pgwrite reports is held against the writers' own clocks, the
# server's log, and against who was made to wait for whom.

load helpers
load server

setup_file() {
    server_setup --max-connections 240
}

teardown_file() {
    server_teardown
}

# workload NAME: from standard input, beside its schema
workload() {
    cat >"$WORLD/$1.yaml"
    echo "$WORLD/$1.yaml"
}

# Rows of 1 ms each, so that a run of N of them lasts long enough to be looked at; each refers to a
# parent, whose lock others can take away without the writers being in each other's way.
slow_schema() {
    cat >"$WORLD/slow.sql" <<'EOF'
CREATE TABLE site (id int PRIMARY KEY);
INSERT INTO site VALUES (1);
CREATE TABLE other (id int PRIMARY KEY);
CREATE TABLE hit (id bigint GENERATED ALWAYS AS IDENTITY, site_id int NOT NULL REFERENCES site);
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_sleep(0.001); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON hit FOR EACH ROW EXECUTE FUNCTION slow();
EOF
}

# What the writers have waited by their own clocks, in seconds: responses of 400 ms and more, each
# without what a commit that waits for nobody takes. (Shorter ones are the disk's, or the CPU's.)
waited_s() {
    local sum count
    read -r sum count < <(result '.cells[0].rounds[0].histograms.response' |
        "$(build_dir)/tests/hdr_decode" --above 400)
    jq -n "$sum - $count * $(result '.cells[0].latency.response.p50') / 1e6"
}

# Sampling knows of each wait's beginning and end no more than the two looks between which they lie,
# up to 75 ms on a slow machine: so waits here are long and few.

# near A B SHARE: A differs from B by at most that share of B
near() {
    echo "# $1 of $2" >&3
    jq -n -e "($1 - $2 | fabs) <= $3 * $2" >/dev/null || {
        echo "$1 is not within $3 of $2" >&2
        return 1
    }
}

# holds FILTER: of the last result
holds() {
    [ "$(result "$1")" = true ] || {
        echo "does not hold: $1" >&2
        jq 'del(.. | .histograms?)' "$JSON" >&2
        return 1
    }
}

@test "waits for a row that a companion locks: time, blocker, mode and relation" {
    slow_schema
    measure --path insert --pool 4 --rows 5000 --ceiling off --fsync-probe off "$(workload row <<'EOF'
schema: slow.sql
table: hit
columns: {site_id: {gen: const, value: 1}}
companions:
  - {do: lock, name: holder, table: site, row: id = 1, hold: 900ms, every: 1500ms, times: 3}
EOF
)"
    cat "$WORLD/out"
    near "$(result '.cells[0].lock_waits.time_s')" "$(waited_s)" 0.05
    holds '.cells[0].lock_waits.by[0] | .locktype == "transactionid" and .mode == "ShareLock"
        and (.relation | endswith(".site")) and (.blocker.application | endswith("holder"))
        and (.blocked_by | test("FOR UPDATE")) and .depth == 1'
    holds '.cells[0].lock_waits.by[0] | .max_ms > 700 and .max_ms < 1400'
    holds '.cells[0].companions[0] | .runs == 3 and .errors == 0 and .mean_ms >= 900'
}

@test "waits for a table that a companion locks: time, blocker, mode and relation" {
    slow_schema
    measure --path insert --pool 4 --rows 5000 --ceiling off --fsync-probe off "$(workload table <<'EOF'
schema: slow.sql
table: hit
columns: {site_id: {gen: const, value: 1}}
companions:
  - {do: lock, name: holder, table: hit, mode: share, hold: 900ms, every: 1500ms, times: 3}
EOF
)"
    near "$(result '.cells[0].lock_waits.time_s')" "$(waited_s)" 0.05
    holds '.cells[0].lock_waits.by[0] | .locktype == "relation" and .mode == "RowExclusiveLock"
        and (.relation | endswith(".hit")) and (.blocker.application | endswith("holder"))'
    holds '(.cells[0].time.lock - .cells[0].lock_wait_share | fabs) < 0.001'
}

@test "the server's log has the same waits, exactly" {
    slow_schema
    "$PGWRITE" run --throwaway --quiet --json "$JSON" --log-locks --path insert --pool 4 --rows 5000 \
        --ceiling off --fsync-probe off "$(workload logged <<'EOF'
schema: slow.sql
table: hit
columns: {site_id: {gen: const, value: 1}}
companions:
  - {do: lock, table: hit, mode: share, hold: 900ms, every: 1500ms, times: 3}
EOF
)" >"$WORLD/out"
    grep -E "^server log +[0-9]+ waits" "$WORLD/out"
    holds '.cells[0].lock_waits.logged | .threshold_ms == 10 and .waits >= 8 and .unfinished == 0'
    near "$(result '.cells[0].lock_waits.logged.total_s')" "$(waited_s)" 0.05
    near "$(result '.cells[0].lock_waits.time_s')" "$(result '.cells[0].lock_waits.logged.total_s')" 0.05
    holds '.cells[0].lock_waits.logged.by[0] | .locktype == "relation" and (.relation | endswith("hit"))'
}

@test "in a chain of three the root is found behind the blocker" {
    slow_schema
    measure --path insert --pool 2 --rows 2400 --ceiling off --fsync-probe off "$(workload chain <<'EOF'
schema: slow.sql
table: hit
columns: {site_id: {gen: const, value: 1}}
companions:
  - {do: lock, name: root, table: other, hold: 1700ms, every: 2100ms}
  - {do: ddl, name: middle, after: 100ms, every: 2100ms, times: 2,
     sql: "DO $$ BEGIN LOCK TABLE hit IN SHARE MODE; LOCK TABLE other IN ACCESS SHARE MODE; END $$"}
EOF
)"
    cat "$WORLD/out"
    holds '.cells[0].lock_waits.by[0] | .depth == 2
        and (.blocker.application | endswith("middle")) and (.root.application | endswith("root"))
        and (.root.state == "idle in transaction") and (.root.statement | test("LOCK TABLE"))'
    # They wait for 1.6 s each time; what is shorter is a busy machine's affair.
    near "$(result '.cells[0].lock_waits.time_s')" "$(waited_s)" 0.05
    grep "root" "$WORLD/out"
}

@test "without anybody in the way there are no lock waits" {
    slow_schema
    measure --path insert --pool 4 --rows 6000 --ceiling off --fsync-probe off "$(workload free <<'EOF'
schema: slow.sql
table: hit
columns: {site_id: {gen: const, value: 1}}
EOF
)"
    holds '.cells[0].lock_wait_share < 0.001 and .cells[0].lock_waits.samples >= 20'
    grep "none above 0.1 %" "$WORLD/out"
}

@test "a deadlock is counted, its victim retried, and the latency includes it" {
    cat >"$WORLD/deadlock.sql" <<'EOF'
CREATE TABLE counter (id int PRIMARY KEY, n bigint NOT NULL);
INSERT INTO counter VALUES (1, 0), (2, 0);
CREATE TABLE hit (id bigint NOT NULL);
CREATE FUNCTION count_both() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$ BEGIN
    UPDATE counter SET n = n + 1 WHERE counter.id = 1 + NEW.id % 2;
    PERFORM pg_catalog.pg_sleep(0.005);
    UPDATE counter SET n = n + 1 WHERE counter.id = 2 - NEW.id % 2;
    RETURN NULL; END $$;
CREATE TRIGGER count_both AFTER INSERT ON hit FOR EACH ROW EXECUTE FUNCTION count_both();
EOF
    local path
    for path in insert pipeline; do
        measure --path $path --pool 2 --batch 1 --rows 6 --ceiling off --fsync-probe off \
            "$(workload deadlock <<'EOF'
schema: deadlock.sql
table: hit
columns: {id: {gen: serial}}
EOF
)"
        # The server looks for deadlocks after 1 s of waiting.
        holds '.cells[0] | .retried >= 1 and .deadlocks == .retried and .rounds[0].errors == {}
            and .verified.ok and .rows_per_s.median > 0 and .latency.response.max >= 1000000'
        grep -E "deadlocks +[0-9]+" "$WORLD/out"
    done
}

@test "16 one-row writers wait for commit flush more than for anything else" {
    measure --path insert --pool 16 --duration 2s --ceiling off --fsync-probe off
    holds '.cells[0].time | .commit_flush > ([.lock, .extend, .lwlock, .io, .in_transaction, .other] | max)'
    holds '([.cells[0].time[]] | add - 1 | fabs) < 0.01'
}

@test "COPY writers wait for the extension of the table" {
    local version
    version=$(sql 'SHOW server_version_num')
    [ "$version" -lt 160000 ] || skip "16 and newer extend by many pages at once"
    measure --path copy-binary --pool 8 --batch 10000 --duration 2s --ceiling off --fsync-probe off
    holds '[.cells[0].lock_waits.by[].locktype] | index("extend") != null'
    holds '.cells[0].time.extend > 0 and ([.cells[0].time[]] | add - 1 | fabs) < 0.01'
}

@test "a duplicate key in flight shows as a wait for the other transaction" {
    cat >"$WORLD/unique.sql" <<'EOF'
CREATE TABLE hit (id bigint PRIMARY KEY);
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_sleep(0.001); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON hit FOR EACH ROW EXECUTE FUNCTION slow();
EOF
    measure --path insert --pool 2 --rows 3000 --ceiling off --fsync-probe off "$(workload unique <<'EOF'
schema: unique.sql
table: hit
columns: {id: {gen: serial}}
companions:
  - do: ddl
    name: rival
    after: 200ms
    sql: |
      DO $$ DECLARE
          taken bigint;
      BEGIN
          INSERT INTO hit SELECT max(id) + 20 FROM hit RETURNING id INTO taken;
          PERFORM pg_sleep(0.4);
          DELETE FROM hit WHERE id = taken;
      END $$
EOF
)"
    holds '.cells[0].lock_waits.by[0] | .locktype == "transactionid"
        and (.blocker.application | endswith("rival")) and .blocker.state == "active"'
}

@test "sampling takes less than 2 % of a core, with 8 sessions and with 200" {
    measure --path insert --pool 8,200 --duration 3s --ceiling off --fsync-probe off
    result '.cells[] | [.pool, .lock_waits.sampler_core_share, .lock_waits.sampler_cost_exact]'
    holds '[.cells[].lock_waits.sampler_core_share < 0.02] | all'
    grep -E "[0-9.]+ % of a core" "$WORLD/out"
}
