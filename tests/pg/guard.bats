# Settings of a server of the user's, through guard_probe: changed, seen by new sessions, and put
# back whatever happens.

load helpers
load server

setup_file() {
    server_setup --set checkpoint_timeout=7min
    sql "CREATE ROLE plain LOGIN; CREATE ROLE able LOGIN;
         GRANT CREATE ON DATABASE postgres TO plain, able;
         GRANT SELECT ON pg_file_settings TO able;
         GRANT EXECUTE ON FUNCTION pg_show_all_file_settings(), pg_reload_conf() TO able"
    # A value that needs quotes, and two of which one is to be guarded.
    sql "ALTER SYSTEM SET application_name = 'it''s a \\ \"b\"'"
    sql "ALTER SYSTEM SET max_wal_size = '333MB'"
    sql "ALTER SYSTEM SET commit_delay = 17"
    sql "SELECT pg_reload_conf()" >/dev/null
    before >"$WORLD/before"
}

teardown_file() {
    server_teardown
}

setup() {
    PROBE=$(build_dir)/tests/guard_probe
    CHILDREN=()
    IN=$WORLD/in-$BATS_TEST_NUMBER OUT=$WORLD/out-$BATS_TEST_NUMBER ERR=$WORLD/err-$BATS_TEST_NUMBER
}

teardown() {
    local pid
    for pid in "${CHILDREN[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
    done
    # One test's failure is not to be the next one's.
    sql "ALTER SYSTEM RESET checkpoint_timeout"
    sql "ALTER SYSTEM SET max_wal_size = '333MB'"
    sql "ALTER SYSTEM SET commit_delay = 17"
    sql "SELECT pg_reload_conf()" >/dev/null
    sql "DO \$\$ DECLARE s text; BEGIN FOR s IN SELECT nspname FROM pg_namespace
         WHERE nspname ~ '^pgwrite' LOOP EXECUTE 'DROP SCHEMA ' || s || ' CASCADE'; END LOOP; END \$\$"
}

# What postgresql.auto.conf says; ALTER SYSTEM changes the order of its lines.
before() {
    sort "$(server_field dir)/data/postgresql.auto.conf"
}

# As it was in the file and in a new session, and no journal is left.
as_before() {
    before | diff "$WORLD/before" - || return
    same max_wal_size "$(sql 'SHOW max_wal_size')" 333MB || return
    same checkpoint_timeout "$(sql 'SHOW checkpoint_timeout')" 7min || return
    assert_no_schema
}

# hold NAME=VALUE…: the probe in the background, until it has applied them or ended; HELD
hold() {
    mkfifo "$IN"
    "$PROBE" "$SOCKET" hold "$@" <"$IN" >"$OUT" 2>"$ERR" 3>&- &
    HELD=$!
    CHILDREN+=("$HELD")
    exec {TELL}>"$IN"
    answers 1
}

answers() {
    has_answered() {
        [ "$(grep -c . "$OUT")" -ge "$1" ] || process_gone "$HELD"
    }
    wait_until has_answered "$1"
    cat "$OUT" "$ERR"
}

# release CODE: ends the probe's input
release() {
    exec {TELL}>&-
    ends "$1"
}

ends() {
    local code=0
    wait "$HELD" || code=$?
    cat "$ERR"
    same "the probe's exit code" "$code" "$1"
}

journals() {
    sql "SELECT nspname FROM pg_namespace WHERE nspname ~ '_settings$'"
}

# The probe ends by itself: with this code and these words, and the server is as before.
refuses() {
    local code=$1 words=$2
    shift 2
    run "$PROBE" "$SOCKET" hold "$@" </dev/null
    echo "$output"
    [[ $output == *"$words"* ]] || return
    same "the exit code" "$status" "$code" || return
    as_before
}

@test "settings are applied, changed and put back, with and without an earlier ALTER SYSTEM" {
    hold max_wal_size=64MB checkpoint_timeout=60s
    grep -qx applied "$OUT"
    [ "$(sql 'SHOW max_wal_size')" = 64MB ]
    [ "$(sql 'SHOW checkpoint_timeout')" = 1min ]
    # The journal is there, and says what was.
    [ "$(sql "SELECT string_agg(name || '=' || coalesce(value, 'null'), ' ' ORDER BY name)
              FROM $(journals).settings")" = "checkpoint_timeout=null max_wal_size=333MB" ]
    [[ $(sql "SELECT obj_description('$(journals)'::regnamespace, 'pg_namespace')") \
        =~ ^pgwrite\ settings\ [0-9a-f]{8}$ ]]
    # All others are as they were.
    echo "Checkpoint_Timeout=2min" >&"$TELL"
    answers 2
    [ "$(sql 'SHOW checkpoint_timeout')" = 2min ]
    [ "$(sql 'SHOW max_wal_size')" = 333MB ]
    # A second one is refused as long, and one that restores leaves it alone.
    run "$PROBE" "$SOCKET" hold commit_delay=1 </dev/null
    [ "$status" = 1 ]
    [[ $output == *"another run changes settings of this server"* ]]
    run "$PROBE" "$SOCKET" restore
    [[ $output == restored=0 ]]
    [ "$(sql 'SHOW checkpoint_timeout')" = 2min ]
    release 0
    as_before
}

@test "an interruption and a lost connection put everything back as well" {
    hold max_wal_size=64MB
    kill -INT "$HELD"
    ends 0
    exec {TELL}>&-
    as_before
    rm "$IN"
    hold max_wal_size=64MB
    [ "$(sql "SELECT count(pg_terminate_backend(pid)) > 0 FROM pg_stat_activity
              WHERE application_name = 'pgwrite'")" = t ]
    release 0
    as_before
}

# clean_here [OPTION…]: `pgwrite clean` of this server; with --yes it has to be kept from what other
# tests have left on this machine, and is left out where that can't be done.
clean_here() {
    # shellcheck disable=SC2016 # for the inner shell
    local prepare='world=${0%/*}
        mount --rbind "$world" /var/tmp
        mount -t tmpfs none /tmp
        mkdir "$world"
        mount --rbind /var/tmp "$world"
        mount -t tmpfs none /var/tmp
        exec "$0" clean "$@"'
    if [ $# = 0 ]; then
        run "$PGWRITE" clean -h "$SOCKET" -U postgres -d postgres
    elif [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
        cp "$PGWRITE" "$WORLD/pgwrite"
        run unshare -m sh -ec "$prepare" "$WORLD/pgwrite" "$@" -h "$SOCKET" -U postgres -d postgres
    else
        return 0
    fi
    echo "$output"
    [ "$status" = 0 ]
}

@test "kill -9 leaves a journal: clean tells of it, and what it says is put back" {
    hold max_wal_size=64MB checkpoint_timeout=60s
    kill -KILL "$HELD"
    exec {TELL}>&-
    is_dead() {
        [ "$(sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")" = 0 ]
    }
    wait_until is_dead
    [ "$(sql 'SHOW max_wal_size')" = 64MB ]
    local journal
    journal=$(journals)
    clean_here --yes
    clean_here
    [[ $output != *"removes what is listed"* ]]
    [[ $output == *"settings  $journal on host=$SOCKET"*": \`pgwrite tune --restore\` puts them back"* ]]
    # A role to whom it does not belong is not let have it; a superuser's may be read by all.
    ROLE=plain run "$PROBE" "$SOCKET" restore
    [ "$status" = 1 ]
    [ "$(journals)" = "$journal" ]
    run "$PROBE" "$SOCKET" restore
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"restored=2" ]]
    [[ $output == *"put back what a killed run left: max_wal_size = 333MB"* ]]
    as_before
}

@test "two killed runs are undone in the right order, and a stranger's journal is not believed" {
    hold max_wal_size=64MB
    kill -KILL "$HELD"
    wait_until is_alone
    exec {TELL}>&-
    # Another one, of a run that did not look: what it found was the first one's.
    sql "CREATE SCHEMA pgwrite_00000001_settings;
         COMMENT ON SCHEMA pgwrite_00000001_settings IS 'pgwrite settings 00000001';
         CREATE TABLE pgwrite_00000001_settings.settings (name text PRIMARY KEY, value text);
         INSERT INTO pgwrite_00000001_settings.settings VALUES ('max_wal_size', '64MB')"
    sql "ALTER SYSTEM SET max_wal_size = '128MB'"
    run "$PROBE" "$SOCKET" restore
    echo "$output"
    [ "$status" = 0 ]
    as_before
    sql "SET ROLE plain; CREATE SCHEMA pgwrite_00000002_settings;
         COMMENT ON SCHEMA pgwrite_00000002_settings IS 'pgwrite settings 00000002';
         CREATE TABLE pgwrite_00000002_settings.settings (name text PRIMARY KEY, value text);
         INSERT INTO pgwrite_00000002_settings.settings VALUES ('archive_command', 'evil')"
    run "$PROBE" "$SOCKET" restore
    [ "$status" = 1 ]
    [[ $output == *"is role plain's, and not to be trusted"* ]]
    sql "DROP SCHEMA pgwrite_00000002_settings CASCADE"
    as_before
}

# No session of a probe is left on the server.
is_alone() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name ~ '^pgwrite'")" = 0 ]
}

@test "values and settings that can't be taken: one error, and the server is as before" {
    refuses 2 'max_wal_size takes 2 to 2147483647 times MB' checkpoint_timeout=1min max_wal_size=lots
    refuses 2 'invalid value for parameter "max_wal_size": "lots"' max_wal_size=lots
    refuses 2 'wal_sync_method takes fsync, fdatasync' wal_sync_method=never
    refuses 2 'shared_buffers needs a restart' max_wal_size=64MB shared_buffers=1GB
    refuses 2 'the server has no setting no_such_thing' no_such_thing=1
    refuses 2 'search_path is a list of names' search_path=x
    refuses 2 "server_version can't be changed" server_version=1
    # In the midst: what was applied stands, all of it.
    hold checkpoint_timeout=60s max_wal_size=64MB
    echo "checkpoint_timeout=2min max_wal_size=lots" >&"$TELL"
    answers 2
    grep -qx failed "$OUT"
    grep -qx "checkpoint_timeout = '60s'" <(before)
    [ "$(sql 'SHOW max_wal_size')" = 64MB ]
    [ "$(sql 'SHOW checkpoint_timeout')" = 1min ]
    release 2
    as_before
}

@test "what a role, a database, the connection or the command line sets is told of" {
    sql "ALTER ROLE postgres SET commit_delay = 3"
    refuses 1 "commit_delay can't be changed by ALTER SYSTEM: the role sets it" \
        max_wal_size=64MB commit_delay=5 || { sql "ALTER ROLE postgres RESET commit_delay"; false; }
    # Somebody else does it meanwhile.
    sql "ALTER ROLE postgres RESET commit_delay"
    hold commit_delay=5
    sql "ALTER ROLE postgres SET commit_delay = 3"
    echo "commit_delay=6" >&"$TELL"
    answers 2
    sql "ALTER ROLE postgres RESET commit_delay"
    grep -q "the role sets it" "$ERR"
    [ "$(sql 'SHOW commit_delay')" = 5 ]
    release 1
    as_before
    sql "ALTER DATABASE postgres SET commit_delay = 3"
    refuses 1 "the database sets it" commit_delay=5 || { sql "ALTER DATABASE postgres RESET ALL"; false; }
    sql "ALTER DATABASE postgres RESET ALL"
    PGOPTIONS='-c commit_delay=4' refuses 1 "the connection sets it" commit_delay=5
}

@test "a role without the right" {
    ROLE=plain refuses 1 "this role may not" max_wal_size=64MB
    [ "$(sql "SHOW server_version_num")" -ge 150000 ] || {
        ROLE=able refuses 1 "this role may not use ALTER SYSTEM: it is no superuser" max_wal_size=64MB
        skip "GRANT ALTER SYSTEM is for 15 and newer"
    }
    ROLE=plain refuses 1 "this role may not read pg_file_settings" max_wal_size=64MB
    ROLE=able refuses 1 "this role may not use ALTER SYSTEM for max_wal_size" max_wal_size=64MB
    sql "GRANT ALTER SYSTEM ON PARAMETER max_wal_size, checkpoint_timeout TO able"
    ROLE=able hold max_wal_size=64MB checkpoint_timeout=60s
    grep -qx applied "$OUT"
    [ "$(sql 'SHOW max_wal_size')" = 64MB ]
    release 0
    as_before
}

@test "if putting back fails, the commands that are left are printed, and do it" {
    [ "$(sql "SHOW server_version_num")" -ge 150000 ] || skip "GRANT ALTER SYSTEM is for 15 and newer"
    sql "GRANT ALTER SYSTEM ON PARAMETER max_wal_size, checkpoint_timeout TO able"
    ROLE=able hold max_wal_size=64MB checkpoint_timeout=60s
    sql "REVOKE ALTER SYSTEM ON PARAMETER max_wal_size FROM able"
    release 1
    grep -q "settings could not all be put back" "$ERR"
    # What could be put back is.
    [ "$(sql 'SHOW checkpoint_timeout')" = 7min ]
    [ "$(sql 'SHOW max_wal_size')" = 64MB ]
    refute grep -q "ALTER SYSTEM.*checkpoint_timeout" "$ERR"
    grep -qx "pgwrite: ALTER SYSTEM SET max_wal_size = '333MB';" "$ERR"
    sed -n 's/^pgwrite: \(.*;\)$/\1/p' "$ERR" >"$WORLD/commands"
    [ "$(wc -l <"$WORLD/commands")" = 3 ]
    "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKET" -U postgres -d postgres \
        -f "$WORLD/commands" >/dev/null
    is_loaded() {
        [ "$(sql 'SHOW max_wal_size')" = 333MB ]
    }
    wait_until is_loaded
    as_before
}

@test "a server that refuses ALTER SYSTEM" {
    [ "$(sql "SHOW server_version_num")" -ge 170000 ] || skip "allow_alter_system came with 17"
    echo "allow_alter_system = off" >>"$(server_field dir)/data/postgresql.conf"
    sql "SELECT pg_reload_conf()"
    is_refused() {
        [ "$(sql 'SHOW allow_alter_system')" = off ]
    }
    wait_until is_refused
    refuses 1 "the server refuses ALTER SYSTEM: allow_alter_system is off" max_wal_size=64MB
    sed -i /allow_alter_system/d "$(server_field dir)/data/postgresql.conf"
    sql "SELECT pg_reload_conf()"
}
