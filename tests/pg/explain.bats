# What `--explain` looks at after a round, and how two variants differ by it: src/study/explain.h.

load helpers
load server

# A server of the user's; the other tests have throwaway ones.
setup_file() {
    server_setup --max-connections 16
    VERSION=$(sql "SHOW server_version_num")
    export VERSION
    TEN_THOUSAND="INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 10000) i"
    export TEN_THOUSAND
}

teardown_file() {
    server_teardown
}

setup() {
    cd "$WORLD" || return
    echo "CREATE TABLE t (id bigint PRIMARY KEY, v text NOT NULL);" | tee a.sql >b.sql
}

# The user's server alone is left.
teardown() {
    [ "$(world_folders | wc -l)" = 1 ]
}

# probe OPTION…: explain_probe on both schemas, on a throwaway server
probe() {
    "$(build_dir)/tests/explain_probe" "$@" a.sql b.sql >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
}

own() {
    probe -b "$BIN" "$@"
}

# On the user's server, as ROLE or postgres. It leaves no schema, nor makes one for itself.
users() {
    probe -h "$SOCKET" -U "${ROLE:-postgres}" "$@" || return
    assert_no_schema
}

# field PATTERN NUMBER: of the one line that begins so
field() {
    awk -F'\t' -v p="$1" -v n="$2" 'index($0, p) == 1 {print $n; found++}
        END {exit found != 1}' "$WORLD/out" || {
        echo "not one line of \"$1\":" >&2
        cat "$WORLD/out" >&2
        return 1
    }
}

# is EXPRESSION: of awk
is() {
    awk "BEGIN { exit !($1) }" || {
        echo "does not hold: $1" >&2
        cat "$WORLD/out" >&2
        return 1
    }
}

never() {
    refute told "$1"
}

# bytes_a_row INDEX: times the rows they are side b's check, as psql would have it.
bytes_a_row() {
    same "bytes of $1" "$(awk "BEGIN {printf \"%.0f\", $(field "index	$1" 5) * 10000}")" \
        "$(field "check	b" 3)"
}

# The records of side $1 fill its window: of each 8192 bytes 24 are a header, and records begin at
# multiples of 8.
wal_fills_window() {
    local sum
    sum=$(awk -F'\t' -v s="$1" '$1 == "wal" && $2 == s {sum += $4} END {print sum + 0}' \
        "$WORLD/out")
    is "$sum > 0.9 * $(field "round	$1" 3) && $sum <= $(field "round	$1" 3)"
}

# page_splits SIDE FIELD (of that side in an index's line): each has made a page of a btree but for three: the first, the one above it since the
# first split, and what describes the index.
page_splits() {
    same "page splits of $1" "$(field "splits	$1" 3)" "$(awk -F'\t' -v n="$2" \
        '$1 == "index" && $n >= 0 {sum += $n * 10000 / 8192 - 3} END {printf "%.0f", sum}' \
        "$WORLD/out")"
}

# An index more in B: each row is a record more of it at least.
an_index_is_seen() {
    wal_fills_window a || return
    wal_fills_window b || return
    is "$(field "wal	a	Heap" 5) == 10000 && $(field "wal	b	Heap" 5) == 10000" || return
    is "$(field "wal	a	Btree" 5) >= 10000 && $(field "wal	b	Btree" 5) >= 20000" || return
    page_splits a 4 || return
    page_splits b 5 || return
    is "$(field "difference	wal	Btree" 5) > $(field "difference	wal	Btree" 4)" || return
    is "$(field "difference	page_split" 5) > $(field "difference	page_split" 4)" || return
    is "$(field "difference	index	t_v_idx" 4) == -1" || return
    never '^difference	(index	t_pkey|wal	Heap)' || return
    never '^missing	records'
}

reads_wal() {
    [ "$VERSION" -ge 150000 ] || [ -x "$BIN/pg_waldump" ] || skip "nothing reads WAL here"
}

@test "an index more: its bytes a row, its WAL and its page splits" {
    echo "CREATE INDEX t_v_idx ON t (v);" >>b.sql
    own -n 10000 -w "$TEN_THOUSAND" -c "coalesce(pg_relation_size(to_regclass('t_v_idx')), 0)"
    is "$(field "check	b" 3) > 500000"
    bytes_a_row "t	t_v_idx"
    is "$(field "index	t	t_pkey" 4) == $(field "index	t	t_pkey" 5)"
    reads_wal
    an_index_is_seen
}

@test "pg_waldump sees the same where pg_walinspect can't be made" {
    [ -x "$BIN/pg_waldump" ] || skip "no pg_waldump"
    echo "CREATE INDEX t_v_idx ON t (v);" >>b.sql
    # The name is taken: by nobody who would be dropped with it.
    own -0 "CREATE SCHEMA pgwrite_explain" -n 10000 -w "SET synchronous_commit = off; $TEN_THOUSAND"
    an_index_is_seen
}

# removed WAY OPTION…: WAL that a checkpoint took away is missing, and not 0
removed() {
    "$@" -n 1000 -w "INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 1000) i" -1 \
        "SELECT pg_switch_wal(); CHECKPOINT; SELECT pg_switch_wal(); CHECKPOINT" || return
    told '^missing	records by resource manager: a checkpoint removed WAL of a round' || return
    never '^wal' || return
    never '^difference' || return
    same splits "$(field "splits	a" 3)" -1
}

@test "WAL that a checkpoint has removed is missing" {
    reads_wal
    removed own
    [ ! -x "$BIN/pg_waldump" ] || removed own -0 "CREATE SCHEMA pgwrite_explain"
}

@test "a trigger that sleeps is a wait" {
    cat >>b.sql <<'SQL'
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_catalog.pg_sleep(0.05); RETURN NEW; END $$;
CREATE TRIGGER slow BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION slow();
SQL
    users -s -n 16 -w "INSERT INTO t SELECT i, 'x' FROM generate_series(1, 16) i"
    is "$(field "difference	wait	Timeout:PgSleep" 4) == 0"
    is "$(field "difference	wait	Timeout:PgSleep" 5) > 0.2"
    is "$(field "difference	wait	CPU" 4) > $(field "difference	wait	CPU" 5)"
}

@test "indexes of partitions are the root's, and without --explain they are all that there is" {
    cat >b.sql <<'SQL'
CREATE TABLE t (id bigint PRIMARY KEY, v text NOT NULL) PARTITION BY RANGE (id);
CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (100) PARTITION BY RANGE (id);
CREATE TABLE lowest PARTITION OF low FOR VALUES FROM (0) TO (50);
CREATE TABLE rest PARTITION OF t DEFAULT;
CREATE INDEX alone ON rest (v);
SQL
    users -i -n 10000 -w "$TEN_THOUSAND
        WHERE i < 50 OR i >= 100" -c "coalesce(pg_relation_size(to_regclass('lowest_pkey'))
        + pg_relation_size(to_regclass('rest_pkey')), 0)"
    is "$(field "check	b" 3) > 200000"
    bytes_a_row "t	t_pkey"
    is "$(field "index	rest	alone" 5) > 0 && $(field "index	rest	alone" 4) == -1"
    same indexes "$(grep -c ^index "$WORLD/out")" 2
    never '^(wal|difference|unexplained|missing)'
}

@test "on a server of the user's: what is there and allowed is used, nothing is made" {
    users
    if [ "$VERSION" -lt 150000 ]; then
        told '^missing	records by resource manager: pg_walinspect comes with PostgreSQL 15$'
        return
    fi
    told '^missing	records by resource manager: pg_walinspect is not installed on this server$'
    sql "CREATE SCHEMA \"our tools\"; CREATE EXTENSION pg_walinspect SCHEMA \"our tools\";
        CREATE ROLE writer LOGIN; GRANT CREATE ON DATABASE postgres TO writer"
    ROLE=writer users
    told '^missing	records by resource manager: this role may not execute pg_walinspect'
    never '^wal'
    sql "GRANT USAGE ON SCHEMA \"our tools\" TO writer; GRANT pg_read_server_files TO writer"
    ROLE=writer users -w "$TEN_THOUSAND"
    wal_fills_window a
    never '^missing'
    removed users
    sql "DROP SCHEMA \"our tools\" CASCADE; DROP OWNED BY writer; DROP ROLE writer"
}
