# The server's statistics before and after, against what is known to have happened.

load helpers
load server

setup_file() {
    server_setup --max-connections 8 --set autovacuum=off --set checkpoint_timeout=1h \
        --set max_wal_size=4GB --set wal_keep_size=2GB --set log_checkpoints=on \
        --set wal_buffers=256kB
    export VERSION
    VERSION=$(sql "SHOW server_version_num")
    # work SQL…: each in a session of its own, with WORK_OPTIONS. It returns when these have ended,
    # and the server has their counters.
    cat >"$WORLD/work" <<'END'
psql=("$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 -h "$SOCKET" -U postgres -d "${DATABASE:-postgres}")
for sql in "$@"; do
    PGAPPNAME=work PGOPTIONS=$WORK_OPTIONS "${psql[@]}" -c "$sql" || exit
done
until [ "$("${psql[@]}" -c \
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'work'")" = 0 ]; do
    :
done
END
}

teardown_file() {
    server_teardown
}

teardown() {
    sql "DROP TABLE IF EXISTS t CASCADE" 2>/dev/null
}

# probe [COMMAND…]: the differences of the table t around the command, to be read with `figure`.
probe() {
    local role=${ROLE:-postgres} database=${DATABASE:-postgres}
    # shellcheck disable=SC2086 # WITH is words
    WORK_OPTIONS=${WORK_OPTIONS:-} ${WITH:-} "$(build_dir)/tests/statistics_probe" \
        "host=$SOCKET user=$role dbname=$database" "${TITLE:-$role}" "$database" public.t "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
}

# around SQL…
around() {
    probe bash "$WORLD/work" "$@"
}

figure() {
    sed -n "s/^$1=//p" "$WORLD/out"
}

# holds EXPRESSION: of awk, with figures by name
holds() {
    local figures
    figures=$(sed -n 's/^[a-z_]*=-\{0,1\}[0-9.]*$/&;/p' "$WORLD/out")
    awk "BEGIN { $figures exit !($1) }" || {
        echo "does not hold: $1" >&2
        cat "$WORLD/out" >&2
        return 1
    }
}

# wal_holds EXPRESSION: of figures that 13 does not have
wal_holds() {
    if [ "$VERSION" -lt 140000 ]; then
        holds "wal_records == -1 && wal_fpi == -1 && wal_buffers_full == -1 && wal_flushes == -1"
    else
        holds "$1"
    fi
}

# dump_total BEGIN END: what pg_waldump counts between two positions: RECORDS, RECORD_BYTES,
# IMAGE_BYTES, TOTAL_BYTES
dump_total() {
    "$BIN/pg_waldump" --stats -p "$(server_field dir)/data/pg_wal" -s "$1" -e "$2" >"$WORLD/dump"
    cat "$WORLD/dump"
    # Total, records, record bytes, share, bytes of full-page images, share, all bytes, share
    read -r RECORDS IMAGE_BYTES ALL_BYTES < <(awk '$1 == "Total" {print $2, $5, $7}' "$WORLD/dump")
    [ "$RECORDS" -gt 0 ]
}

as_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

@test "WAL records and full-page images are those of pg_waldump" {
    [ -x "$BIN/pg_waldump" ] || skip "no pg_waldump"
    sql "CREATE TABLE t (id int PRIMARY KEY, v text);
         INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i; CHECKPOINT"
    around "UPDATE t SET v = repeat('y', 90)" \
        "INSERT INTO t SELECT i, 'new' FROM generate_series(20001, 60000) i" "CHECKPOINT"
    dump_total "$(figure begin_lsn)" "$(figure end_lsn)"
    [ "$RECORDS" -gt 80000 ] && [ "$IMAGE_BYTES" -gt 1000000 ]
    holds "wal_records > 0.99 * $RECORDS && wal_records < 1.01 * $RECORDS"
    # An image leaves out the hole in its page.
    holds "wal_fpi * 8192 >= $IMAGE_BYTES && wal_fpi < $IMAGE_BYTES / 512"
}

# ran OPTION…: a run of one cell whose WAL is all that there is from the checkpoint before its window
# (FROM) until now (TO): its schema is made before, and stays. What it reports: BYTES
ran() {
    measure_kept --pool 2 --ceiling off --fsync-probe off "$@"
    FROM=$(sql "SELECT checkpoint_lsn FROM pg_control_checkpoint()")
    TO=$(sql "SELECT pg_current_wal_insert_lsn()")
    drop_kept
    BYTES=$(result '.cells[0].wal.bytes')
}

# within_1_percent ACTUAL EXPECTED
within_1_percent() {
    awk "BEGIN { exit !($1 > 0.99 * $2 && $1 < 1.01 * $2) }" || {
        echo "$1 is not within 1 % of $2" >&2
        return 1
    }
    echo "# $1 of $2" >&3
}

@test "where records are long, a run's WAL bytes are those of pg_waldump --stats" {
    [ -x "$BIN/pg_waldump" ] || skip "no pg_waldump"
    echo "CREATE TABLE hit (id bigint NOT NULL, v text NOT NULL)" >"$WORLD/long.sql"
    printf '%s\n' "schema: long.sql" "columns:" "  id: {gen: serial}" \
        "  v: {gen: text, min: 1900, max: 1900}" >"$WORLD/long.yaml"
    ran --path multirow --batch 100 --rows 5k "$WORLD/long.yaml"
    dump_total "$FROM" "$TO"
    within_1_percent "$BYTES" "$ALL_BYTES"
    within_1_percent "$(result '.cells[0].wal.records')" "$RECORDS"
}

@test "with any records, a run's WAL bytes are the room that those of pg_waldump take" {
    [ -x "$BIN/pg_waldump" ] || skip "no pg_waldump"
    ran --path insert --rows 10k
    "$BIN/pg_waldump" -p "$(server_field dir)/data/pg_wal" -s "$FROM" -e "$TO" >"$WORLD/dump"
    # Records begin at multiples of 8 bytes, and of each 8192 bytes 24 are the page's header: a
    # commit's record of 34 bytes takes 40, which --stats does not count.
    local room
    room=$(sed -n 's/.* len (rec\/tot): *[0-9]*\/ *\([0-9]*\),.*/\1/p' "$WORLD/dump" |
        awk '{sum += int(($1 + 7) / 8) * 8} END {printf "%.0f", sum * 8192 / (8192 - 24)}')
    within_1_percent "$BYTES" "$room"
}

@test "rows: inserted, updated, and updated in their page" {
    sql "CREATE TABLE t (id int PRIMARY KEY, v int, i int) WITH (fillfactor = 10);
         CREATE INDEX ON t (i)"
    around "INSERT INTO t SELECT i, 0, 0 FROM generate_series(1, 1000) i" \
        "UPDATE t SET v = 1" "UPDATE t SET i = id WHERE id <= 250"
    holds "rows_inserted == 1000 && rows_updated == 1250 && rows_hot_updated == 1000"
    holds "autovacuums == 0 && autoanalyzes == 0"
}

@test "rows of all partitions count, those of other tables do not" {
    sql "CREATE TABLE t (id int) PARTITION BY RANGE (id);
         CREATE TABLE t_low PARTITION OF t FOR VALUES FROM (0) TO (100);
         CREATE TABLE t_high PARTITION OF t FOR VALUES FROM (100) TO (200) PARTITION BY LIST (id);
         CREATE TABLE t_rest PARTITION OF t_high DEFAULT; CREATE TABLE other (id int)"
    around "INSERT INTO t SELECT generate_series(90, 119)" "INSERT INTO other VALUES (1)"
    sql "DROP TABLE other"
    holds "rows_inserted == 30"
}

@test "a table that goes away leaves its figures unknown and nothing else" {
    sql "CREATE TABLE t (id int)"
    around "DROP TABLE t"
    holds "rows_inserted == -1 && rows_updated == -1 && autovacuums == -1 && temp_files >= 0"
    wal_holds "wal_records > 0"
}

@test "temporary files are those of the log, of this database" {
    sql "CREATE TABLE t (id int)"
    WORK_OPTIONS="-c client_min_messages=log -c log_temp_files=0 -c work_mem=64kB" probe bash -c \
        'bash "$WORLD/work" "$1" && DATABASE=template1 bash "$WORLD/work" "$1"' _ \
        "SELECT count(*) FROM (SELECT i FROM generate_series(1, 200000) i ORDER BY i % 1000) s"
    # The same in both databases.
    local files bytes
    read -r files bytes < <(awk '/LOG:  temporary file/ {files++; bytes += $NF}
        END {print files / 2, bytes / 2}' "$WORLD/err")
    [ "$files" -gt 0 ] && [ "$bytes" -gt 1000000 ]
    holds "temp_files == $files && temp_bytes == $bytes"
}

@test "a CHECKPOINT is one requested, and its buffers are those of the log" {
    sql "CREATE TABLE t (id int); CHECKPOINT"
    around "INSERT INTO t SELECT generate_series(1, 100000)" "CHECKPOINT"
    holds "checkpoints_requested == 1 && checkpoints_timed == 0"
    local written
    written=$(sed -n 's/.*checkpoint complete: wrote \([0-9]*\) buffers.*/\1/p' \
        "$(server_field dir)/log" | tail -n 1)
    [ "$written" -gt 400 ]
    # The log counts a few pages that are in no shared buffer, such as those of pg_xact.
    holds "buffers_checkpointer <= $written && buffers_checkpointer >= $written - 20"
    holds "buffers_bgwriter >= 0 && buffers_backend >= 0"
}

@test "each commit flushes WAL" {
    sql "CREATE TABLE t (id int)"
    around "DO \$\$BEGIN FOR i IN 1..200 LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END\$\$"
    wal_holds "wal_flushes >= 200 && wal_flushes < 260"
    WORK_OPTIONS="-c synchronous_commit=off" around "DO \$\$BEGIN FOR i IN 1..200 LOOP
        INSERT INTO t VALUES (i); COMMIT; END LOOP; END\$\$"
    wal_holds "wal_flushes >= 0 && wal_flushes < 100"
}

@test "without work nothing has happened, and everything is known" {
    sql "CREATE TABLE t (id int)"
    probe
    holds "temp_files == 0 && temp_bytes == 0 && rows_inserted == 0 && rows_hot_updated == 0"
    holds "checkpoints_requested == 0 && buffers_backend >= 0 && server_cpu_s >= 0"
    wal_holds "wal_records >= 0 && wal_fpi >= 0 && wal_buffers_full >= 0 && wal_flushes >= 0"
    # Of the CPU time, not even a tick may have passed.
    refute grep -e "=-1" <(grep -v -e ^steal_share -e ^wal_ "$WORLD/out")
}

@test "a view that the role may not read: its figures are unknown, the others are not" {
    sql "CREATE ROLE stranger LOGIN"
    sql "CREATE DATABASE closed"
    DATABASE=closed sql "CREATE TABLE t (id int);
        REVOKE SELECT ON pg_stat_bgwriter FROM PUBLIC;
        REVOKE EXECUTE ON FUNCTION pg_stat_clear_snapshot FROM PUBLIC"
    [ "$VERSION" -lt 140000 ] || DATABASE=closed sql "REVOKE SELECT ON pg_stat_wal FROM PUBLIC"
    DATABASE=closed ROLE=stranger around "INSERT INTO t VALUES (1)"
    holds "wal_records == -1 && wal_fpi == -1 && buffers_bgwriter == -1"
    holds "rows_inserted == 1 && temp_files == 0"
    DATABASE=closed sql "REVOKE SELECT ON pg_attribute FROM PUBLIC"
    DATABASE=closed ROLE=stranger around "INSERT INTO t VALUES (1)"
    holds "wal_records == -1 && rows_inserted == -1 && temp_files == -1"
    sql "DROP DATABASE closed"
    sql "DROP ROLE stranger"
}

@test "a connection that is lost is an error" {
    sql "CREATE TABLE t (id int)"
    refute around "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'statistics_probe'"
    cat "$WORLD/err"
    grep -q "^pgwrite: reading the server's statistics: " "$WORLD/err"
}

@test "CPU time, memory and disk of the server's processes" {
    [ -r /proc/self/io ] || skip "no /proc"
    sql "CREATE TABLE t (id int, v text)"
    WORK_OPTIONS="-c log_statement_stats=on -c client_min_messages=log" around \
        "INSERT INTO t SELECT i, md5(i::text) FROM generate_series(1, 300000) i"
    # Written whenever the buffers were full, and flushed a few times.
    wal_holds "wal_buffers_full > 20 && wal_flushes < wal_buffers_full"
    same postmaster "$(figure postmaster)" "$(server_field pid)"
    # What getrusage says in the backend: "[0.400000 s user, 0.030000 s system total]"
    local cpu memory wal
    cpu=$(awk '/s user,.* total\]/ {gsub(/[^0-9. ]/, ""); sum = $1 + $2} END {print sum}' \
        "$WORLD/err")
    memory=$(awk '/^MemTotal/ {print $2 * 1024}' /proc/meminfo)
    holds "$cpu > 0.05 && server_cpu_s >= $cpu - 0.05"
    holds "server_cpu_s <= seconds * $(nproc) + 0.2"
    holds "server_memory_bytes > 1e6 && server_memory_bytes < $memory"
    wal=$(sql "SELECT pg_lsn '$(figure end_lsn)' - pg_lsn '$(figure begin_lsn)'")
    [ "$(server_field tmpfs)" = 1 ] || holds "server_disk_written_bytes > 0.9 * $wal"
}

@test "root without CAP_SYS_PTRACE, as in a container, sees the same" {
    as_root
    sql "CREATE TABLE t (id int)"
    WITH="setpriv --bounding-set -sys_ptrace,-perfmon,-sys_admin --inh-caps -all" around "INSERT INTO t VALUES (1)"
    same postmaster "$(figure postmaster)" "$(server_field pid)"
    holds "server_cpu_s >= 0 && server_memory_bytes > 1e6 && server_disk_written_bytes >= 0"
}

@test "who may not look at other processes: memory and disk are unknown, CPU time is not" {
    as_root
    sql "CREATE TABLE t (id int)"
    WITH="setpriv --bounding-set -sys_ptrace,-perfmon,-sys_admin,-setuid,-setgid --inh-caps -all" probe
    same postmaster "$(figure postmaster)" "$(server_field pid)"
    holds "server_cpu_s >= 0 && server_memory_bytes == -1 && server_disk_written_bytes == -1"
}

@test "a backend of somebody else is not ours" {
    sql "CREATE TABLE t (id int)"
    TITLE=somebody probe
    same postmaster "$(figure postmaster)" 0
    holds "server_cpu_s == -1 && server_memory_bytes == -1 && server_disk_written_bytes == -1"
    holds "rows_inserted == 0"
}
