# Short runs of workloads with steps, on one server for all tests of a file, and what is asked of
# their results and of the tables that they keep.

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
    rm -f "$JSON" w.yaml s.sql
}

teardown() {
    drop_kept
}

# short ARGUMENT…: SHORT, options of a short run but for those that are given. One that is given
# twice leaks its first text in popt, and LeakSanitizer ends the run with an error of its own.
short() {
    SHORT=(--warmup 0)
    [[ " $* " == *' --pool '* ]] || SHORT+=(--pool 4)
    [[ " $* " == *' --duration '* ]] || SHORT+=(--duration 800ms)
}

# mix ARGUMENT…: a short run of w.yaml that must succeed, and leaves its tables: kept asks them
mix() {
    short "$@"
    measure_kept w.yaml "${SHORT[@]}" "$@" || return
    holds '.cells[0] | .verified.ok and .rounds[0].accounting.committed > 0' || return
    export PGOPTIONS="-c search_path=$SCHEMA"
}

# ends CODE ARGUMENT…: such a run with that exit code; told looks at what it has said
ends() {
    local code=$1 found=0
    shift
    short "$@"
    pgw w.yaml "${SHORT[@]}" "$@" >"$WORLD/out" 2>"$WORLD/err" || found=$?
    same "the exit code" "$found" "$code" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
}

# is WHAT QUERY EXPECTED: psql's answer about the tables that were kept
is() {
    same "$1" "$(sql "$2")" "$3"
}

# Transactions of the whole run that were acknowledged.
committed() {
    result '.cells[0].rounds[0].accounting.committed'
}

# rows_agree: each table has what was there before, and what was inserted and not deleted again, if
# that can be told
rows_agree() {
    local name expected
    while IFS='|' read -r name expected; do
        is "the rows of $name" "SELECT count(*) FROM $name" "$expected" || return
    done < <(result '.cells[0].tables[] | select(.counted) |
        "\(.name)|\(.rows_before + .inserted - .deleted)"')
}

# within_4_sigma WHAT COUNT TRIALS PROBABILITY
within_4_sigma() {
    awk -v k="$2" -v n="$3" -v p="$4" 'BEGIN {
        d = k - n * p; exit !(n > 0 && d * d <= 16 * n * p * (1 - p)) }' || {
        echo "$1: $2 of $3 is not within 4 sigma of $4" >&2
        return 1
    }
}

# A row knows how often it was changed, and in what.
items() {
    cat >s.sql <<'SQL'
CREATE TABLE item (id bigint PRIMARY KEY, a int NOT NULL, b int NOT NULL,
    touched int NOT NULL DEFAULT 0, a_changed int NOT NULL DEFAULT 0,
    b_changed int NOT NULL DEFAULT 0);
CREATE TABLE log (n bigint GENERATED ALWAYS AS IDENTITY, item_id bigint, v int, age bigint);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN
    NEW.touched := OLD.touched + 1;
    NEW.a_changed := OLD.a_changed + (NEW.a <> OLD.a)::int;
    NEW.b_changed := OLD.b_changed + (NEW.b <> OLD.b)::int;
    RETURN NEW;
END';
CREATE TRIGGER touch BEFORE UPDATE ON item FOR EACH ROW EXECUTE FUNCTION touch();
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
table: item
columns:
  id: {gen: serial}
  a: {gen: int, min: 1, max: 1000000000}
  b: {gen: int, min: 1, max: 1000000000}
  touched: default
  a_changed: default
  b_changed: default
tables: {item: {rows: 1000}, log: {}}
YAML
}

# no_misses: each transaction of these steps has found the row that it was for
no_misses() {
    local name
    for name in "$@"; do
        holds "[.cells[0].steps[] | select(.name == \"$name\")] |
            length == 1 and .[0].commits > 0 and .[0].rows == .[0].commits" || return
    done
    holds '.cells[0].missed == 0 and .cells[0].rounds[0].accounting.missed == 0'
}
