# A server that somebody else runs: how it is named, what is left of it untouched, and what is said
# when it refuses.

load helpers
load server

DATA=$BATS_TEST_DIRNAME/data
SECRET='Geh3im-wort!'

setup_file() {
    unset PGPASSWORD PGPASSFILE
    server_setup --max-connections 5
    sql "CREATE DATABASE shop"
    export DATABASE=shop
    sql "CREATE TABLE customers (id int PRIMARY KEY, name text);
         INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 100) i;
         SET password_encryption = 'scram-sha-256'; -- 13 still has MD5
         CREATE ROLE writer LOGIN PASSWORD '$SECRET';
         GRANT CREATE ON DATABASE shop TO writer;
         CREATE ROLE reader LOGIN;
         CREATE ROLE hasty LOGIN;
         GRANT CREATE ON DATABASE shop TO hasty;
         ALTER ROLE hasty SET statement_timeout = '100ms';
         CREATE ROLE locked LOGIN;
         GRANT CREATE ON DATABASE shop TO locked;
         ALTER ROLE locked SET default_transaction_read_only = on;
         CREATE ROLE few LOGIN CONNECTION LIMIT 4;
         GRANT CREATE ON DATABASE shop TO few"
    # Only writer needs a password.
    printf 'local all writer scram-sha-256\nlocal all all trust\n' \
        >"$(server_field dir)/data/pg_hba.conf"
    sql "SELECT pg_reload_conf()" >/dev/null
    wait_until refute writer_enters
}

writer_enters() {
    "$BIN/psql" -X -w -h "$SOCKET" -U writer -d shop -c "SELECT 1" >/dev/null 2>&1
}

teardown_file() {
    server_teardown
}

teardown() {
    drop_kept
    if mountpoint -q "$WORLD/tiny"; then
        umount -l "$WORLD/tiny"
    fi
}

# target ARGUMENT…: a short run; whatever names the server is the caller's.
target() {
    timeout 60 "$PGWRITE" run --path copy-binary --rows 20 --pool 2 --json "$JSON" "$@"
}

no_backends() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pgwrite%'")" = 0 ]
}

# succeeds COMMAND…: it measured, in shop, and nothing of it is left.
succeeds() {
    rm -f "$JSON"
    "$@" >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    same throwaway "$(result .server.throwaway)" false
    same "rows found" "$(result '.cells[0].verified.found_rows')" 20
    grep -q "^pgwrite: writes to .*dbname=shop .*in schema pgwrite_" "$WORLD/err"
    assert_no_schema
}

# fails CODE TEXT COMMAND…: with one error that contains TEXT, and nothing left.
fails() {
    local code=0 expected=$1 text=$2
    shift 2
    rm -f "$JSON"
    "$@" >"$WORLD/out" 2>"$WORLD/err" || code=$?
    cat "$WORLD/err"
    # Nothing but these returns ends it where the caller says `fails … ||`.
    same "exit code" "$code" "$expected" || return
    same "number of errors" \
        "$(grep -v '^pgwrite: writes to ' "$WORLD/err" | grep -c '^pgwrite: ')" 1 || return
    grep '^pgwrite: ' "$WORLD/err" | grep -qF -- "$text" || return
    assert_no_schema || return
    wait_until no_backends
}

# No part of the password in what the last run printed or wrote.
assert_secret() {
    refute grep -r -e Geh3im -e 'wort!' "$WORLD/out" "$WORLD/err"
    [ ! -e "$JSON" ] || refute grep -e Geh3im -e 'wort!' "$JSON"
}

@test "named by -d, -h, -p and -U" {
    succeeds target -d shop -h "$SOCKET" -p 5432 -U postgres
    succeeds target --dbname shop --host="$SOCKET" --port=5432 --username postgres
}

@test "named by a conninfo, and by a URI" {
    succeeds target -d "host=$SOCKET port=5432 dbname=shop user=postgres"
    succeeds target -d "postgresql://postgres@/shop?host=$SOCKET"
    succeeds target -d "postgres:///shop?host=$SOCKET&user=postgres"
}

@test "-h, -p and -U override what the conninfo says" {
    succeeds target -d "host=/nowhere port=1 dbname=shop user=nobody" \
        -h "$SOCKET" -p 5432 -U postgres
    grep -q "writes to host=$SOCKET port=5432 dbname=shop user=postgres, " "$WORLD/err"
}

@test "named by PG* variables, of which one is enough" {
    PGHOST=$SOCKET PGPORT=5432 PGDATABASE=shop PGUSER=postgres succeeds target
    PGHOST=$SOCKET succeeds target -d shop -U postgres
    printf '[ours]\nhost=%s\ndbname=shop\nuser=postgres\n' "$SOCKET" >"$WORLD/service"
    PGSERVICEFILE=$WORLD/service PGSERVICE=ours succeeds target
    PGSERVICEFILE=$WORLD/service succeeds target -d service=ours
}

@test "--throwaway overrides PG*, and PGUSER and PGPASSWORD name no server" {
    # Of these libpq itself would follow the address and the service, whatever host it is given.
    printf '[ours]\nhostaddr=127.0.0.1\ndbname=shop\n' >"$WORLD/service"
    PGHOST=/nowhere PGHOSTADDR=127.0.0.1 PGPORT=1 PGDATABASE=none PGSERVICE=ours \
        PGSERVICEFILE=$WORLD/service target --throwaway
    same throwaway "$(result .server.throwaway)" true
    [[ $(result .server.target) == *"/pgwrite-"*"dbname=postgres"* ]]
    PGUSER=nobody PGPASSWORD=$SECRET PGOPTIONS='-c search_path=public' target
    same throwaway "$(result .server.throwaway)" true
    refute grep "$SECRET" "$JSON"
}

@test "a password by PGPASSWORD, a file, a conninfo and a URI, and nobody gets to see it" {
    PGPASSWORD=$SECRET succeeds target -d shop -h "$SOCKET" -U writer
    assert_secret
    printf '*:*:*:writer:%s\n' "$SECRET" >"$WORLD/pgpass"
    chmod 600 "$WORLD/pgpass"
    PGPASSFILE=$WORLD/pgpass succeeds target -d shop -h "$SOCKET" -U writer
    assert_secret
    local conninfo="host=$SOCKET dbname=shop user=writer password='$SECRET'"
    local uri="postgresql://writer:$SECRET@/shop?host=$SOCKET"
    for word in "-d$conninfo" "-d=$conninfo" "--dbname=$conninfo" "-d$uri" "--dbname=$uri" \
        "-d$uri&application_name=x" "-qd$conninfo" "-qd$uri" \
        "-dpostgresql:///shop?host=$SOCKET&user=writer&password=$SECRET"; do
        succeeds target "$word"
        assert_secret
    done
    for words in "$conninfo" "$uri"; do
        succeeds target --dbname "$words"
        assert_secret
        # The rest of the command is there.
        same "words of the command" "$(result '.command | length')" 12
        [[ $(result '.command | join(" ")') == *'--rows 20'*"$SOCKET"* ]]
    done
}

@test "a wrong password, and none" {
    local wrong=Geh3im-falsch
    PGPASSWORD=$wrong fails 1 'password authentication failed for user "writer"' \
        target -d shop -h "$SOCKET" -U writer
    assert_secret
    fails 1 'password authentication failed' \
        target -d "postgresql://writer:$wrong@/shop?host=$SOCKET"
    assert_secret
    fails 1 'no password supplied' target -d shop -h "$SOCKET" -U writer
}

@test "a conninfo that can't be parsed is refused, and its password not repeated" {
    local conninfo
    for conninfo in "host=x password=my $SECRET" "postgresql://writer:$SECRET@[::1x/shop" \
        "postgresql://writer:Geh3im%wort!@x/shop" "postgresql://x/shop?password=$SECRET&x" \
        "host=x password='$SECRET" "host=x password=$SECRET none=1"; do
        fails 2 "--dbname: " target -d "$conninfo"
        assert_secret
    done
    fails 2 'invalid connection option "none"' target -d "host=x none=1"
}

@test "the target is named before the first write" {
    # Who holds this lock lets others read the catalog, but make no schema.
    mkfifo "$WORLD/hold"
    "$BIN/psql" -X -q -A -t -h "$SOCKET" -U postgres -d shop <"$WORLD/hold" >"$WORLD/held" 3>&- &
    exec 9>"$WORLD/hold"
    printf 'BEGIN; LOCK TABLE pg_namespace IN EXCLUSIVE MODE; SELECT 1;\n' >&9
    wait_until grep -q 1 "$WORLD/held"
    target -d shop -h "$SOCKET" -U postgres >"$WORLD/out" 2>"$WORLD/err" 3>&- 9>&- &
    local run=$!
    wait_until grep -q "writes to host=$SOCKET port=5432 dbname=shop user=postgres, in schema" \
        "$WORLD/err"
    waits() {
        [ "$(sql "SELECT count(*) FROM pg_locks WHERE NOT granted")" -gt 0 ]
    }
    wait_until waits
    assert_no_schema
    exec 9>&-
    wait "$run"
    assert_no_schema
}

@test "nothing else of the server has changed" {
    [ -x "$BIN/pg_dumpall" ] || skip "this server came without pg_dumpall"
    state() {
        "$BIN/pg_dumpall" -h "$SOCKET" -U postgres
        sql "SELECT name, setting FROM pg_settings ORDER BY name"
        sql "SELECT oid, relname, relfilenode, relnamespace FROM pg_class ORDER BY oid"
        sql "SELECT oid, typname FROM pg_type ORDER BY oid"
        sql "SELECT oid, nspname FROM pg_namespace ORDER BY oid"
        sql "SELECT locktype, classid, objid FROM pg_locks WHERE locktype = 'advisory'"
        sql "SELECT slot_name FROM pg_replication_slots"
        sql "SELECT gid FROM pg_prepared_xacts"
    }
    # pg_dumpall of newer releases prints a random \restrict key.
    state | grep -v restrict >"$WORLD/before"
    measure --rows 100 --pool 2 --batch 10 --rounds 2
    measure "$DATA/hostile.yaml" --rows 100 --path copy-text
    fails 1 'too many' pgw "$DATA/triggers.yaml" --table doubled --path insert --rows 10
    state | grep -v restrict | diff "$WORLD/before" -
}

@test "--keep leaves the last schema, one, and prints its name" {
    measure_kept --rows 30 --path copy-text,copy-binary --rounds 2
    grep -q "^pgwrite: schema $SCHEMA is kept" "$WORLD/err"
    same "rows of the kept table" "$(sql "SELECT count(*) FROM $SCHEMA.events")" 30
    same "its comment" \
        "$(sql "SELECT obj_description(oid) FROM pg_namespace WHERE nspname = '$SCHEMA'")" \
        "pgwrite run ${SCHEMA#pgwrite_}, kept"
    # The next run leaves it alone.
    pgw --rows 30 --path copy-text
    same "schemas" "$(schemas)" "$SCHEMA"
}

@test "no server there: a port, a host, a socket's folder" {
    fails 1 "can't connect" target -h "$SOCKET" -p 1 -d shop
    fails 1 "Connection refused" target -h 127.0.0.1 -p 1 -d shop
    fails 1 "No such file or directory" target -h "$WORLD/missing" -d shop
}

@test "no such database, no such role" {
    fails 1 'database "shoop" does not exist' target -h "$SOCKET" -U postgres -d shoop
    fails 1 'role "nobody" does not exist' target -h "$SOCKET" -U nobody -d shop
}

@test "no permission to create a schema: the error says what to grant" {
    fails 1 'permission denied for database shop' target -h "$SOCKET" -U reader -d shop
    grep -q '^hint: .*GRANT CREATE ON DATABASE' "$WORLD/err"
}

@test "a role that may only read" {
    fails 1 'in a read-only transaction (SQLSTATE 25006)' target -h "$SOCKET" -U locked -d shop
}

@test "more connections than the server has" {
    fails 1 'sorry, too many clients already' target -h "$SOCKET" -U postgres -d shop --pool 40
    fails 1 'too many connections for role "few"' target -h "$SOCKET" -U few -d shop --pool 10
}

@test "a statement timeout that the role has" {
    local path
    for path in insert copy-binary pipeline; do
        fails 1 'canceling statement due to statement timeout (SQLSTATE 57014)' \
            target "$DATA/triggers.yaml" --table slow --path "$path" -h "$SOCKET" -U hasty -d shop
        grep -q '^hint: .*statement_timeout' "$WORLD/err"
        same verdict "$(result .verdict)" fail
        same "errors" "$(result '.cells[0].rounds[0].errors | keys | .[]')" 57014
    done
    # It ends the pool's statements, not pgwrite's own.
    succeeds target -h "$SOCKET" -U hasty -d shop
}

@test "SIGINT while the whole server hangs" {
    echo 'CREATE TABLE t (a int); SELECT pg_sleep(600);' >"$WORLD/sleep.sql"
    "$PGWRITE" run --throwaway --schema "$WORLD/sleep.sql" >"$WORLD/out" 2>"$WORLD/err" 3>&- &
    local run=$! code=0 hung=no dir pid
    local -a server
    sleeps() {
        dir=$(find "$WORLD" -maxdepth 1 -name 'pgwrite-*' ! -path "$(server_field dir)")
        [ -n "$dir" ] && [ "$("$BIN/psql" -X -q -A -t -h "$dir/socket" -U postgres -d postgres -c \
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'" 2>&1)" = 1 ]
    }
    wait_until sleeps
    server=("$(head -n 1 "$dir/data/postmaster.pid")")
    mapfile -t -O 1 server < <(pgrep -P "${server[0]}")
    kill -STOP "${server[@]}"
    kill -INT "$run"
    # It lets go of its query, and then ends the server: by a signal that waits to be delivered.
    is_ended() {
        local pending
        pending=$(sed -n 's/^ShdPnd:[[:space:]]*/0x/p' "/proc/${server[0]}/status")
        (((pending & 1 << 1) != 0))
    }
    wait_until is_ended || hung=yes
    kill -CONT "${server[@]}"
    wait "$run" || code=$?
    cat "$WORLD/err"
    same "whether pgwrite hung too" "$hung" no
    same "exit code" "$code" 130
    grep -q '^pgwrite: .*interrupted' "$WORLD/err"
    [ ! -e "$dir" ]
    for pid in "${server[@]}"; do
        wait_until process_gone "$pid"
    done
}

@test "a full disk" {
    local tiny=$WORLD/tiny user rows
    mkdir "$tiny"
    user=$(server_field user)
    mount -t tmpfs -o size=1m,uid="$(id -u "$user")",mode=700 none "$tiny" 2>/dev/null ||
        skip "can't mount here"
    sql "CREATE TABLESPACE tiny LOCATION '$tiny'"
    sql "CREATE ROLE cramped LOGIN SUPERUSER; ALTER ROLE cramped SET default_tablespace = tiny"
    local outcome=0
    fails 1 'No space left on device (SQLSTATE 53100)' \
        target -h "$SOCKET" -U cramped -d shop --rows 100k --batch 500 || outcome=1
    sql "DROP ROLE cramped"
    sql "DROP TABLESPACE tiny"
    umount "$tiny"
    [ "$outcome" = 0 ]
    # What was measured until then is reported, and checked.
    rows=$(result '.cells[0].verified.acknowledged_rows')
    [ "$rows" -gt 0 ]
    same "rows found" "$(result '.cells[0].verified.found_rows')" "$rows"
    same "whether complete" "$(result '.cells[0].complete')" false
}

@test "a trigger that drops rows is caught on every path" {
    local path
    for path in insert multirow unnest copy-text copy-csv copy-binary prepared pipeline; do
        fails 1 'rows were sent in one commit, and the server acknowledged' \
            pgw "$DATA/triggers.yaml" --table dropped --path "$path" --rows 100 --batch 25
        same verdict "$(result .verdict)" fail
    done
}

@test "rows too many and rows lost are found, and it is said which" {
    local path
    for path in insert multirow unnest copy-text copy-csv copy-binary prepared pipeline; do
        fails 1 'verification failed: table doubled: 100 rows acknowledged, 200 found: 100 too many' \
            pgw "$DATA/triggers.yaml" --table doubled --path "$path" --rows 100 --batch 10 --pool 2
        same verified "$(result '.cells[0].verified | "\(.ok) \(.lost) \(.extra)"')" "false 0 100"
        fails 1 'verification failed: table lost: 100 rows acknowledged, 75 found: 25 lost' \
            pgw "$DATA/triggers.yaml" --table lost --path "$path" --rows 100 --batch 10 --pool 1
        same verified "$(result '.cells[0].verified | "\(.ok) \(.lost) \(.extra)"')" "false 25 0"
        same verdict "$(result .verdict)" fail
    done
    grep -q '^hint: does a trigger' "$WORLD/err"
}

@test "a rule that sends rows to another table is caught" {
    fails 1 '100 rows acknowledged, 0 found: 100 lost' \
        pgw "$DATA/triggers.yaml" --table redirected --path multirow --rows 100 --batch 10
}

@test "a role that is no superuser: a warning that there is no CHECKPOINT, and all else works" {
    local roles='no CHECKPOINT before a cell: the role is neither superuser'
    warned() {
        result "[.warnings[] | select(contains(\"$roles\"))] | length"
    }
    PGPASSWORD=$SECRET ROLE=writer pgw --rows 40 --batch 10 --pool 3 >"$WORLD/out" 2>"$WORLD/err"
    same "cells verified" "$(result '[.cells[].verified.ok] | map(select(.)) | length')" 8
    same "warnings of CHECKPOINT" "$(warned)" 1
    grep -q "$roles" "$WORLD/out"
    assert_no_schema
    measure --rows 10 --path copy-text
    same "warnings for a superuser" "$(warned)" 0
    [ "$(sql 'SHOW server_version_num')" -ge 150000 ] || skip "no pg_checkpoint before 15"
    sql "GRANT pg_checkpoint TO writer"
    PGPASSWORD=$SECRET ROLE=writer pgw --rows 10 --path copy-text >/dev/null 2>&1
    sql "REVOKE pg_checkpoint FROM writer"
    same "warnings for pg_checkpoint" "$(warned)" 0
}

@test "the server counts at least the commits that it acknowledged" {
    measure --rows 200 --batch 7 --pool 3 --threads 1 --rounds 2
    same "counts, each at least the acknowledged" \
        "$(result '[.cells[].rounds[].verified | .server_commits >= .acknowledged_commits] |
                   "\(length) \(all)"')" "16 true"
    same "commits of 200 rows, one by one and by sevens" \
        "$(result '[.cells[] | "\(.path == "insert") \(.verified.acknowledged_commits)"] |
                   unique | join(", ")')" "false 29, true 200"
}

@test "settings of the role that change how values look change no content" {
    measure "$DATA/hostile.yaml" --rows 100 --pool 2 --batch 9
    local hash
    hash=$(hashes)
    sql "CREATE ROLE odd LOGIN SUPERUSER"
    for setting in "datestyle = German" "intervalstyle = sql_standard" "timezone = 'Asia/Kabul'" \
        "standard_conforming_strings = off" "bytea_output = escape" "extra_float_digits = -5" \
        "client_encoding = LATIN1" "search_path = nowhere" "plan_cache_mode = force_custom_plan" \
        "default_transaction_isolation = serializable" "client_min_messages = debug1"; do
        sql "ALTER ROLE odd SET $setting"
    done
    ROLE=odd measure "$DATA/hostile.yaml" --rows 100 --pool 2 --batch 9
    same "cells and hashes" "$(result '.cells | length') $(hashes)" "8 $hash"
    ROLE=odd measure "$DATA/hostile.yaml" --rows 100 --path insert --protocol simple
    same hash "$(hashes)" "$hash"
    sql "DROP ROLE odd"
}

@test "a database in another encoding" {
    sql "CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0 LOCALE 'C'"
    printf 'CREATE TABLE t (a text NOT NULL);' >"$WORLD/t.sql"
    printf 'schema: t.sql\ncolumns: {a: {gen: text, chars: "aäß\\t\\\\"}}\n' >"$WORLD/t.yaml"
    printf 'schema: t.sql\ncolumns: {a: {gen: text, chars: "€"}}\n' >"$WORLD/euro.yaml"
    DATABASE=latin measure --rows 20 --pool 2
    DATABASE=latin measure "$WORLD/t.yaml" --rows 100 --pool 2 --batch 7
    same hashes "$(hashes | wc -l)" 1
    DATABASE=latin fails 1 'has no equivalent in encoding "LATIN1" (SQLSTATE 22P05)' \
        pgw "$WORLD/euro.yaml" --path copy-text --rows 10
    sql "DROP DATABASE latin"
}
