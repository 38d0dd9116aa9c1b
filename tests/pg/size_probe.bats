# One round of sizing on a server whose capacity is known: a trigger sleeps 20 ms, so that 4
# connections write 200 rows a second at most.

load helpers
load server

setup_file() {
    # What the disk does is no part of it.
    server_setup --max-connections 16 --set fsync=off
    cat >"$WORLD/slow.sql" <<'SQL'
CREATE TABLE slow (id int8, note text);
CREATE FUNCTION nap() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_catalog.pg_sleep(0.02); RETURN NEW; END';
CREATE TRIGGER nap BEFORE INSERT ON slow FOR EACH ROW EXECUTE FUNCTION nap();
SQL
    # Every 50th row is left out without an error.
    cat >"$WORLD/lossy.sql" <<'SQL'
CREATE TABLE lossy (id int8 GENERATED ALWAYS AS IDENTITY, note text);
CREATE FUNCTION lose() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.id % 50 = 0 THEN RETURN NULL; END IF; RETURN NEW; END';
CREATE TRIGGER lose BEFORE INSERT ON lossy FOR EACH ROW EXECUTE FUNCTION lose();
SQL
}

teardown_file() {
    server_teardown
}

# probe SCHEMA POOL SECONDS RATE…
probe() {
    "$(build_dir)/tests/size_probe" "$SOCKET" "$WORLD/$1.sql" "${@:2}" >"$WORLD/out" 2>"$WORLD/err"
}

# figure ROUND NAME: of the round of that rate
figure() {
    awk -v rate="rate=$1" -v name="$2" '/^rate=/ {on = $1 == rate}
        on {for (i = 1; i <= NF; i++) if (index($i, name "=") == 1) {
            sub(/^[^=]*=/, "", $i); print $i; exit}}' "$WORLD/out"
}

# holds EXPRESSION: of awk
holds() {
    awk "BEGIN {exit !($1)}" || {
        echo "not so: $1" >&2
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
}

@test "a closed loop and rates below and above what the server can do" {
    probe slow 4 1.5 0 60 600
    # No more than the sleep allows, and as many connections as there are by Little's law.
    holds "$(figure -1 per_s) <= 202 && $(figure -1 per_s) > 20"
    holds "$(figure -1 little) > 0.9 && $(figure -1 little) < 1.1"
    holds "$(figure -1 busy) > 0.9 && $(figure -1 seconds) >= 1.5"
    # It sleeps.
    same "what limits it" "$(figure -1 limit)" 9
    grep -q '^evidence=waits inside the statement took .*Timeout:PgSleep' "$WORLD/out"

    same "windows" "$(figure 60 windows)" 2
    holds "$(figure 60 asked) > 40 && $(figure 60 asked) < 200 && $(figure 60 achieved) > 0.5"
    same "memory is looked at" "$(figure 60 memory)" 1

    same "the verdict on too much" "$(figure 600 verdict)" 1
    holds "$(figure 600 asked) > 600 && $(figure 600 "done") <= 320 && $(figure 600 growth) > 0.3"
    holds "$(figure 600 per_s) <= 210"
    grep -q 'why=.* of the .* transactions that were asked for were done, less than 99 %' \
        "$WORLD/out"

    same "the disk is looked at once, and known later" "$(figure 600 disk)" 1/1
    same "rounds" "$(figure 600 rounds)" 3
    grep -q '^measured=1 cells=0 workload=slow' "$WORLD/out"
    # What is said of a single round is not said of the study.
    [ "$(grep -c "^warning=insert, pool" "$WORLD/out")" = 0 ]
}

@test "what the workload checks is of its own batch size" {
    probe slow 2 0.5 batch5
    # Of the pool alone, with no rate.
    holds "$(figure -1 rows_per_s) > 4.9 * $(figure -1 per_s) && $(figure -1 per_s) > 1"
    local code=0
    probe slow 2 0.5 0 batch5 || code=$?
    same "exit code" "$code" 1
    grep -q 'check "never" failed' "$WORLD/err"
}

@test "rows that were not written end the study" {
    local code=0
    probe lossy 2 0.5 0 || code=$?
    same "exit code" "$code" 1
    grep -q 'path insert, pool 2, batch 1: 1 rows were sent in one commit, .* acknowledged 0' \
        "$WORLD/err"
    grep -q '^measured=0' "$WORLD/out"
}
