# The throwaway server, through throwaway_probe: it comes up, and whatever happens nothing stays.

load helpers

setup() {
    world_setup
    PROBE=$(build_dir)/tests/throwaway_probe
    OUT=$WORLD/out
}

teardown() {
    world_teardown
}

# field NAME: what the probe printed for it last
field() {
    sed -n "s/^$1=//p" "$OUT" | tail -n 1
}

is_ready() {
    [ "$(field ready)" = 1 ] || process_gone "$PROBE_PID"
}

# launch OPTION… VERB: runs the probe in the background until its server is up
launch() {
    "$PROBE" "$@" >"$OUT" 2>"$WORLD/err" 3>&- &
    PROBE_PID=$!
    CHILDREN+=("$PROBE_PID")
    wait_until is_ready
    cat "$OUT" "$WORLD/err"
    [ "$(field ready)" = 1 ]
}

# The probe's exit code.
outcome() {
    local code=0
    wait "$PROBE_PID" || code=$?
    cat "$WORLD/err"
    [ "$code" = "$1" ]
}

sql() {
    "$(field bin)/psql" -X -A -t -h "$(field socket)" -U postgres -d postgres -c "$1"
}

die() {
    launch die || true
    wait "$PROBE_PID" || true
    [ "$(field ready)" = 1 ]
}

as_root() {
    [ "$(id -u)" = 0 ] || skip "needs root"
}

# Something for a killed server to leave: memory of its own, and data not yet checkpointed.
make_busy() {
    sql "CREATE TABLE t AS SELECT generate_series(1, 50000) AS i" >/dev/null
}

@test "starts, answers, and is removed" {
    launch --max-connections 7 start-and-wait
    [ "$(sql 'SELECT 1')" = 1 ]
    [ "$(sql 'SHOW max_connections')" = 17 ]
    [ "$(sql 'SHOW listen_addresses')" = "" ]
    [ "$(sql 'SHOW cluster_name')" = pgwrite ]
    [ "$(sql 'SHOW server_encoding')" = UTF8 ]
    [ "$(sql "SELECT string_agg(setting, ' ' ORDER BY name) FROM pg_settings
              WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')")" = "on on on" ]
    [ "$(stat -c %a "$(field dir)")" = 700 ]
    [ "$(readlink "/proc/$(field pid)/cwd")" = "$(field dir)/data" ]
    kill -INT "$PROBE_PID"
    outcome 130
    assert_nothing_left
}

@test "start and remove in one go" {
    run "$PROBE" start-remove
    [ "$status" = 0 ]
    assert_nothing_left
}

@test "root's server runs as another user, without root's groups" {
    as_root
    printf '#!/bin/sh\nexec setpriv --groups 0,4 %s "$@"\n' "$PROBE" >"$WORLD/probe"
    chmod 755 "$WORLD/probe"
    PROBE=$WORLD/probe
    launch start-and-wait
    local status
    status=/proc/$(field pid)/status
    [ "$(stat -c %U "$(field dir)")" = "$(ps -o user= -p "$(field pid)")" ]
    [ "$(awk '/^Uid/ {print $2 == 0 || $3 == 0 || $4 == 0}' "$status")" = 0 ]
    [ "$(awk '/^Gid/ {print $2 == 0 || $3 == 0 || $4 == 0}' "$status")" = 0 ]
    [ "$(awk '/^Groups/ {print NF}' "$status")" = 1 ]
    kill -TERM "$PROBE_PID"
    outcome 130
    assert_nothing_left
}

@test "another user's server is his own" {
    as_root
    local copy=$WORLD/probe
    cp "$PROBE" "$copy"
    run setpriv --reuid nobody --regid nogroup --clear-groups "$copy" start-remove
    [ "$status" = 0 ]
    assert_nothing_left
}

@test "the server has a session of its own and none of our descriptors" {
    launch start-and-wait 7</dev/zero
    local pid
    pid=$(field pid)
    [ "$(ps -o sid= -p "$pid" | tr -d ' ')" = "$pid" ]
    refute grep -e /dev/zero -e pgwrite.marker <(readlink "/proc/$pid/fd/"*)
    kill -INT "$PROBE_PID"
    outcome 130
    assert_nothing_left
}

@test "programs start at /, with default signals and without PG* and LC_*" {
    mkdir -m 755 "$WORLD/bin"
    {
        echo '#!/bin/bash' # dash would clear the mask
        echo 'echo "at $(pwd)"; env | grep -c -e ^PG -e ^LANG; env | grep ^LC_'
        echo 'grep -e SigBlk -e SigIgn /proc/self/status; exit 1'
    } >"$WORLD/bin/initdb"
    cp "$WORLD/bin/initdb" "$WORLD/bin/postgres"
    chmod 755 "$WORLD/bin/"*
    export PGPORT=1 PGDATA=/nowhere LANG=xx_XX LC_MESSAGES=xx_XX
    run "$PROBE" --pg-bin "$WORLD/bin" start-remove
    echo "$output"
    # Signals 32 and 33 are libc's own: nobody can set them, and make hands them on ignored.
    [[ $output == *$'at /\n0\nLC_ALL=C\nSigBlk:\t0000000000000000\nSigIgn:\t0000000'[01][08]0000000* ]]
}

@test "starts from a folder where the server's user can't go" {
    as_root
    mkdir -m 700 "$WORLD/closed"
    cd "$WORLD/closed"
    run "$PROBE" start-remove
    cd /
    [ "$status" = 0 ]
    assert_nothing_left
}

@test "SIGINT during initdb" {
    "$PROBE" start-and-wait >"$OUT" 2>"$WORLD/err" 3>&- &
    PROBE_PID=$!
    CHILDREN+=("$PROBE_PID")
    # Its bootstrap postgres has shared memory by now, which must not stay.
    has_begun() {
        [ "$(cat "$WORLD"/pgwrite-*/data/postmaster.pid 2>/dev/null | wc -l)" -ge 7 ]
    }
    wait_until has_begun
    kill -INT "$PROBE_PID"
    outcome 130
    assert_nothing_left
}

@test "SIGINT between initdb and ready" {
    "$PROBE" start-and-wait >"$OUT" 2>"$WORLD/err" 3>&- &
    PROBE_PID=$!
    CHILDREN+=("$PROBE_PID")
    has_log() {
        compgen -G "$WORLD/pgwrite-*/log" >/dev/null
    }
    wait_until has_log
    kill -INT "$PROBE_PID"
    outcome 130
    assert_nothing_left
}

@test "a postmaster that is killed is told of and cleaned up after" {
    launch start-and-wait
    make_busy
    kill -KILL "$(field pid)"
    outcome 1
    grep -q "ended with signal 9" "$WORLD/err"
    assert_nothing_left
}

@test "a backend that hangs on to a killed postmaster is ended" {
    launch start-and-wait
    # Stopped, it can't notice that its postmaster has gone.
    sql "SELECT pg_backend_pid(), pg_sleep(600)" >/dev/null 2>&1 3>&- &
    CHILDREN+=($!)
    sleeper() {
        BACKEND=$(sql "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        [ -n "$BACKEND" ]
    }
    wait_until sleeper
    kill -STOP "$BACKEND"
    kill -KILL "$(field pid)"
    outcome 1
    process_gone "$BACKEND"
    assert_nothing_left
}

@test "a server that does not come up: the error has the end of its log" {
    run "$PROBE" --set shared_buffers=plenty start-and-wait
    [ "$status" = 1 ]
    [[ $output == *"ended with exit code 1"* ]]
    [[ $output == *'invalid value for parameter "shared_buffers": "plenty"'* ]]
    [[ $output == *FATAL:* ]]
    assert_nothing_left
}

@test "settings are quoted" {
    launch --set "event_source=it's a \\ \"b\"" --set work_mem=5MB start-and-wait
    [ "$(sql 'SHOW event_source')" = "it's a \\ \"b\"" ]
    [ "$(sql 'SHOW work_mem')" = 5MB ]
    kill -INT "$PROBE_PID"
    outcome 130
}

@test "settings that would cut us off, and what is none, are refused" {
    for setting in port=1 Listen_Addresses=x unix_socket_directories=/x data_directory=/x \
        "a b=1" "=1" $'a\nfsync=off'; do
        run "$PROBE" --set "$setting" start-remove
        [ "$status" = 2 ]
    done
    assert_nothing_left
}

@test "two side by side" {
    launch start-and-wait
    local first=$PROBE_PID first_pid
    first_pid=$(field pid)
    OUT=$WORLD/out2
    launch start-and-wait
    [ "$(sql 'SELECT 2')" = 2 ]
    kill -INT "$PROBE_PID"
    outcome 130
    OUT=$WORLD/out
    [ "$(sql 'SELECT 1')" = 1 ]
    refute process_gone "$first_pid"
    PROBE_PID=$first
    kill -INT "$first"
    outcome 130
    assert_nothing_left
}

@test "a socket path that is too long is found before initdb" {
    local deep
    deep=$WORLD/$(printf 'x%.0s' {1..80})
    mkdir "$deep"
    run "$PROBE" --data-dir "$deep" start-remove
    [ "$status" = 1 ]
    [[ $output == *"107 is the most"* ]]
    [[ $output == *--data-dir* ]]
    [ -z "$(ls -A "$deep")" ]
    # The longest that fits does fit.
    local room
    room=$((107 - ${#WORLD} - 1 - 36))
    deep=$WORLD/$(printf 'y%.0s' $(seq "$room"))
    mkdir "$deep"
    chmod 755 "$deep"
    run "$PROBE" --data-dir "$deep" start-remove
    echo "$output"
    [ "$status" = 0 ]
    [[ $output == *"socket="* ]]
    mkdir "${deep}y"
    run "$PROBE" --data-dir "${deep}y" start-remove
    [ "$status" = 1 ]
    [[ $output == *"108 bytes, 107 is the most"* ]]
}

@test "--data-dir below a folder that is closed to the server's user" {
    as_root
    mkdir -m 700 "$WORLD/closed"
    mkdir "$WORLD/closed/in"
    run "$PROBE" --data-dir "$WORLD/closed/in" start-remove
    [ "$status" = 1 ]
    [[ $output == *"can't enter $WORLD/closed: Permission denied"* ]]
    [ -z "$(ls -A "$WORLD/closed/in")" ]
}

@test "a TMPDIR that is closed, missing or in memory is passed over" {
    as_root
    mkdir -m 700 "$WORLD/closed"
    for place in "$WORLD/closed" "$WORLD/missing" /dev/shm; do
        TMPDIR=$place run "$PROBE" start-remove
        [ "$status" = 0 ]
        [[ $output == *"dir=/var/tmp/pgwrite-"* ]]
    done
}

@test "--data-dir in memory is used and told" {
    run "$PROBE" --data-dir /dev/shm start-remove
    [ "$status" = 0 ]
    [[ $output == *"dir=/dev/shm/pgwrite-"*"tmpfs=1"* ]]
    run "$PROBE" start-remove
    [[ $output == *"tmpfs=0"* ]]
}

@test "--data-dir that is not there" {
    run "$PROBE" --data-dir "$WORLD/missing" start-remove
    [ "$status" = 2 ]
    [[ $output == *"--data-dir $WORLD/missing: No such file or directory"* ]]
}

@test "--pg-bin without programs, missing, or closed" {
    mkdir "$WORLD/empty"
    run "$PROBE" --pg-bin "$WORLD/empty" start-remove
    [ "$status" = 2 ]
    [[ $output == *"does not hold both initdb and postgres"* ]]
    [[ $output == *"apt install postgresql"* ]]
    run "$PROBE" --pg-bin "$WORLD/missing" start-remove
    [ "$status" = 2 ]
    [[ $output == *"No such file or directory"* ]]
    ln -s /bin/true "$WORLD/empty/postgres"
    run "$PROBE" --pg-bin "$WORLD/empty" start-remove
    [ "$status" = 2 ]
    as_root
    mkdir -p "$WORLD/closed/bin"
    printf '#!/bin/sh\n' | tee "$WORLD/closed/bin/initdb" >"$WORLD/closed/bin/postgres"
    chmod 755 "$WORLD/closed/bin/"*
    chmod 700 "$WORLD/closed"
    run "$PROBE" --pg-bin "$WORLD/closed/bin" start-remove
    [ "$status" = 1 ]
    [[ $output == *"can't enter $WORLD/closed: Permission denied"* ]]
    assert_nothing_left
}

@test "an initdb that fails: the error has its output" {
    mkdir -m 755 "$WORLD/bin"
    printf '#!/bin/sh\necho initdb: error: no mood; exit 3\n' >"$WORLD/bin/initdb"
    cp "$WORLD/bin/initdb" "$WORLD/bin/postgres"
    chmod 755 "$WORLD/bin/"*
    run "$PROBE" --pg-bin "$WORLD/bin" start-remove
    [ "$status" = 1 ]
    [[ $output == *"initdb ended with exit code 3"*"no mood"* ]]
    printf 'no program\n' >"$WORLD/bin/initdb"
    run "$PROBE" --pg-bin "$WORLD/bin" start-remove
    [ "$status" = 1 ]
    [[ $output == *"Exec format error"* ]]
    assert_nothing_left
}

@test "a postgres in PATH that is a symlink leads to its folder" {
    local real
    run "$PROBE" start-remove
    real=$(sed -n 's/^bin=//p' <<<"$output")
    mkdir "$WORLD/links"
    ln -s "$real/postgres" "$WORLD/links/postgres"
    PATH=$WORLD/links run "$PROBE" start-remove
    [ "$status" = 0 ]
    [[ $output == *"bin=$real"* ]]
}

@test "no server on the machine: the error says how to get one" {
    as_root
    [ -d /usr/lib/postgresql ] || skip "no Debian"
    unshare -m true 2>/dev/null || skip "no mount namespaces here"
    run unshare -m sh -c "mount -t tmpfs none /usr/lib/postgresql &&
        PATH= exec '$PROBE' start-remove"
    [ "$status" = 1 ]
    [[ $output == *"found no PostgreSQL server"* ]]
    [[ $output == *"apt install postgresql"* ]]
    [[ $output == *--pg-bin* ]]
}

@test "the newest of several versions is taken" {
    as_root
    [ -d /usr/lib/postgresql ] || skip "no Debian"
    unshare -m true 2>/dev/null || skip "no mount namespaces here"
    run unshare -m sh -c "mount -t tmpfs none /usr/lib/postgresql && cd /usr/lib/postgresql &&
        for v in 9.6 14 100 16; do mkdir -p \$v/bin
        printf '#!/bin/sh\necho this is %s; exit 1\n' \$v >\$v/bin/initdb
        chmod 755 \$v/bin/initdb; cp \$v/bin/initdb \$v/bin/postgres; done; rm 100/bin/postgres
        PATH= exec '$PROBE' start-remove"
    [[ $output == *"this is 16"* ]]
}

# serve [OPTION…]: a server that is told what to do by `tell`.
serve() {
    mkfifo "$WORLD/in"
    "$PROBE" "$@" serve <"$WORLD/in" >"$OUT" 2>"$WORLD/err" 3>&- &
    PROBE_PID=$!
    CHILDREN+=("$PROBE_PID")
    exec {TOLD}>"$WORLD/in"
    wait_until is_ready
    [ "$(field ready)" = 1 ]
}

# tell VERB [NAME=VALUE…]: waits until it is done
tell() {
    local before
    before=$(grep -c ^done= "$OUT" || true)
    echo "$*" >&"$TOLD"
    is_done() {
        [ "$(grep -c ^done= "$OUT")" -gt "$before" ] || process_gone "$PROBE_PID"
    }
    wait_until is_done
}

@test "a restart takes other settings; one that fails leaves the server as before" {
    serve --max-connections 7 --set work_mem=5MB --set wal_buffers=1MB
    local first
    first=$(field pid)
    sql "CREATE TABLE t AS SELECT 1 AS i"
    sql "ALTER SYSTEM SET temp_buffers = '9MB'"
    tell restart wal_buffers=2MB shared_buffers=40MB
    process_gone "$first"
    [ "$(sql 'SHOW wal_buffers')" = 2MB ]
    [ "$(sql 'SHOW shared_buffers')" = 40MB ]
    [ "$(sql 'SHOW max_connections')" = 17 ]
    [ "$(sql 'SHOW work_mem')" = 4MB ] # in place of those before, not beside them
    [ "$(sql 'SHOW temp_buffers')" = 9MB ]
    [ "$(sql 'SELECT i FROM t')" = 1 ]
    [ ! -s "$WORLD/err" ]
    grep -q "database system is shut down" "$(field dir)/log"
    refute grep -q "not properly shut down" "$(field dir)/log"
    tell restart shared_buffers=plenty
    grep -q 'restarting with other settings: the throwaway server ended with exit code 1' \
        "$WORLD/err"
    grep -q 'invalid value for parameter "shared_buffers": "plenty"' "$WORLD/err"
    refute grep -q hint: "$WORLD/err"
    [ "$(sql 'SHOW shared_buffers')" = 40MB ]
    [ "$(sql 'SHOW wal_buffers')" = 2MB ]
    [ "$(sql 'SELECT i FROM t')" = 1 ]
    local running
    running=$(sql "SELECT pg_postmaster_start_time()")
    tell restart port=1
    grep -q "port can't be set" "$WORLD/err"
    [ "$(sql "SELECT pg_postmaster_start_time()")" = "$running" ]
    exec {TOLD}>&-
    outcome 2
    assert_nothing_left
}

@test "an interrupted restart leaves nothing" {
    serve
    # A stopped postmaster takes no request to end, so that the restart waits.
    kill -STOP "$(field pid)"
    echo "restart work_mem=5MB" >&"$TOLD"
    has_settings() {
        grep -q work_mem "$(field dir)/data/pgwrite.conf"
    }
    wait_until has_settings
    kill -INT "$PROBE_PID"
    kill -CONT "$(field pid)"
    exec {TOLD}>&-
    outcome 130
    assert_nothing_left
}

@test "a crash: all processes are killed, and what was committed is there again" {
    serve --set work_mem=5MB
    make_busy
    sql "SELECT pg_sleep(600)" >/dev/null 2>&1 3>&- &
    CHILDREN+=($!)
    local pids pid
    pids=$(world_processes)
    tell crash
    for pid in $pids; do
        [ "$pid" = "$PROBE_PID" ] || process_gone "$pid"
    done
    [ "$(sql 'SELECT count(*) FROM t')" = 50000 ]
    [ "$(sql 'SHOW work_mem')" = 5MB ]
    awk -v s="$(field recovery_s)" 'BEGIN {exit !(s > 0)}'
    grep -q "not properly shut down" "$(field dir)/log"
    [ ! -s "$WORLD/err" ]
    exec {TOLD}>&-
    outcome 0
    assert_nothing_left
}

@test "what SIGKILL leaves is found and removed; a running one's is not listed" {
    launch start-and-wait
    local runs=$PROBE_PID runs_dir
    runs_dir=$(field dir)
    OUT=$WORLD/out2
    die
    make_busy
    run "$PROBE" leftovers
    [ "$status" = 0 ]
    [[ $output == *"$(field dir) $(field pid) 0"* ]]
    [[ $output != *"$runs_dir"* ]]
    run "$PROBE" remove "$runs_dir"
    [ "$status" = 1 ]
    [[ $output == *"in use by a pgwrite that runs"* ]]
    run "$PROBE" clean "$WORLD"
    [ "$status" = 0 ]
    [ ! -e "$(field dir)" ]
    process_gone "$(field pid)"
    OUT=$WORLD/out PROBE_PID=$runs
    [ "$(sql 'SELECT 1')" = 1 ]
    kill -INT "$runs"
    outcome 130
    assert_nothing_left
}

@test "a left-over server that was killed as well" {
    die
    make_busy
    kill -KILL "$(field pid)"
    wait_until process_gone "$(field pid)"
    run "$PROBE" leftovers
    [[ $output == *"$(field dir) 0 0"* ]]
    run "$PROBE" clean "$WORLD"
    echo "$output"
    [ "$status" = 0 ]
    assert_nothing_left
}

@test "a killed server whose program is gone: what stays is told, its segment and folder go" {
    die
    local segment
    segment=$(sed -n '7s/.* //p' "$(field dir)/data/postmaster.pid")
    kill -KILL "$(field pid)"
    wait_until process_gone "$(field pid)"
    sed -i 's|^bin .*|bin /nowhere|' "$(field dir)/pgwrite.marker"
    run "$PROBE" clean "$WORLD"
    echo "$output"
    [ "$status" = 1 ]
    [[ $output == *"may be left in /dev/shm: the server was killed"* ]]
    [ -z "$(world_folders)" ]
    refute grep -x "$segment" <(world_segments)
    # The test has no other way either, but knows what is new and nobody's.
    rm -f $(world_orphans | grep ^/dev/shm/PostgreSQL)
    assert_nothing_left
}

@test "root without CAP_SYS_PTRACE, as in a container, knows left-over servers all the same" {
    as_root
    die
    local less="setpriv --bounding-set -sys_ptrace --inh-caps -all"
    refute $less readlink "/proc/$(field pid)/cwd" || skip "the capability stays"
    run $less "$PROBE" leftovers
    [[ $output == *"$(field dir) $(field pid) 0"* ]]
    run $less "$PROBE" clean "$WORLD"
    [ "$status" = 0 ]
    assert_nothing_left
}

@test "a kept server runs on, is listed as kept, and can be removed" {
    "$PROBE" keep >"$OUT" 2>"$WORLD/err" 3>&-
    [ "$(sql 'SELECT 1')" = 1 ]
    run "$PROBE" leftovers
    [[ $output == *"$(field dir) $(field pid) 1"* ]]
    run "$PROBE" clean "$WORLD"
    [ "$status" = 0 ]
    assert_nothing_left
}

@test "a process that was given a dead postmaster's id is left alone" {
    as_root
    die
    kill -INT "$(field pid)"
    wait_until process_gone "$(field pid)"
    local owner
    owner=$(stat -c %U "$(field dir)")
    setpriv --reuid "$owner" --clear-groups sleep 600 3>&- &
    local stranger=$!
    CHILDREN+=("$stranger")
    printf '%s\n%s\n0\n5432\nx\n\n 1 2147480000\nready   \n' "$stranger" "$(field dir)/data" |
        setpriv --reuid "$owner" --clear-groups tee "$(field dir)/data/postmaster.pid" >/dev/null
    run "$PROBE" leftovers
    [[ $output == *"$(field dir) 0 0"* ]]
    run "$PROBE" clean "$WORLD"
    [ "$status" = 0 ]
    refute process_gone "$stranger"
    assert_nothing_left
}

@test "a segment that the pid file names, but that is another's, is left alone" {
    as_root
    die
    local owner other
    owner=$(stat -c %U "$(field dir)")
    kill -INT "$(field pid)"
    wait_until process_gone "$(field pid)"
    other=$(setpriv --reuid "$owner" --clear-groups ipcmk -M 64 | awk '{print $NF}')
    sed -i 's|^bin .*|bin /nowhere|' "$(field dir)/pgwrite.marker"
    printf '99999\n%s\n0\n5432\nx\n\n 12345 %s\nready   \n' "$(field dir)/data" "$other" |
        setpriv --reuid "$owner" --clear-groups tee "$(field dir)/data/postmaster.pid" >/dev/null
    run "$PROBE" clean "$WORLD"
    [ "$status" = 1 ]
    grep -x "$other" <(world_segments)
    ipcrm -m "$other"
}

@test "folders that are not pgwrite's are neither listed nor removed" {
    as_root
    mkdir "$WORLD/pgwrite-aaaaaa" "$WORLD/pgwrite-bbbbbb" "$WORLD/real"
    touch "$WORLD/real/precious"
    printf 'pgwrite 1\n' >"$WORLD/pgwrite-bbbbbb/pgwrite.marker" # root's: no server's
    ln -s "$WORLD/real" "$WORLD/pgwrite-cccccc"
    printf 'pgwrite 1\n' >"$WORLD/real/pgwrite.marker"
    chown -R nobody "$WORLD/real"
    mkdir "$WORLD/pgwrite-dddddd" "$WORLD/pgwrite-eeeeee"
    ln -s "$WORLD/real/pgwrite.marker" "$WORLD/pgwrite-dddddd/pgwrite.marker"
    mkfifo "$WORLD/pgwrite-eeeeee/pgwrite.marker"
    chown -R nobody "$WORLD/pgwrite-dddddd" "$WORLD/pgwrite-eeeeee"
    run "$PROBE" leftovers
    [ "$status" = 0 ]
    [[ $output != *"$WORLD"* ]]
    for name in aaaaaa bbbbbb cccccc dddddd eeeeee; do
        run "$PROBE" remove "$WORLD/pgwrite-$name"
        [ "$status" = 1 ]
    done
    [ -e "$WORLD/real/precious" ]
    rm -r "$WORLD"/pgwrite-*
}

@test "removal follows no symlink" {
    as_root
    mkdir "$WORLD/real"
    touch "$WORLD/real/precious"
    chmod 666 "$WORLD/real/precious"
    die
    ln -s "$WORLD/real" "$(field dir)/data/base/link"
    mv "$(field dir)/log" "$(field dir)/log.old"
    ln -s "$WORLD/real/precious" "$(field dir)/log"
    kill -KILL "$(field pid)"
    run "$PROBE" clean "$WORLD"
    [ -e "$WORLD/real/precious" ]
    [ ! -s "$WORLD/real/precious" ]
    [ -z "$(world_folders)" ]
    rm -f $(world_orphans | grep ^/dev/shm/PostgreSQL)
}
