# The list of settings that tune may try, against what a real server says.

load helpers
load server

setup_file() {
    server_setup --max-connections 8 --set shared_buffers=65536kB --set max_wal_size=0.25GB \
        --set temp_buffers=0.1GB \
        --set wal_compression=on --set wal_buffers=1MB
    export VERSION
    VERSION=$(sql "SHOW server_version_num")
}

teardown() {
    sql "ALTER ROLE postgres RESET ALL" || return
    sql "DROP ROLE IF EXISTS plain" 2>/dev/null
}

teardown_file() {
    server_teardown
}

# space OPTION…: what the probe prints; refused OPTION… <<MESSAGE: what it says instead.
space() {
    "$(build_dir)/tests/space_probe" "host=$SOCKET user=${ROLE:-postgres} dbname=postgres" \
        --memory 1GB "$@" >"$WORLD/out"
}

refused() {
    local code=0 message
    message=$(cat)
    space "$@" 2>"$WORLD/err" || code=$?
    same "exit code of $*" "$code" 2 || return
    same "what $* says" "$(<"$WORLD/err")" "$message"
}

# field NAME COLUMN
field() {
    awk -F'|' -v name="$1" -v column="$2" '$1 == name {print $column}' "$WORLD/out"
}

# every value of the list, as "name value"
pairs() {
    awk -F'|' '{n = split($5, v, ","); for (i = 1; i <= n; i++) print $1, v[i]}' "$WORLD/out"
}

@test "the server takes every value of the list" {
    space --async-commit --memory 64GB
    # No number is left out for being out of range, or spelled in another way than in the list.
    "$PGWRITE" list settings | awk '/^[a-z]/ {
        name = $1
        $1 = $2 = $3 = ""
        n = split($0, v, ",")
        for (i = 1; i <= n; i++) {
            gsub(/^ +/, "", v[i])
            if (v[i] ~ /^[0-9]/ && v[i] !~ /RAM/)
                print name, v[i]
        }
    }' | sort >"$WORLD/listed"
    [ "$(wc -l <"$WORLD/listed")" -ge 20 ]
    same "left out" "" "$({
        pairs
        awk -F'|' '{print $1, $4}' "$WORLD/out"
    } | sort | comm -23 "$WORLD/listed" -)"
    pairs >"$WORLD/pairs"
    [ "$(wc -l <"$WORLD/pairs")" -ge 30 ]
    while read -r name value; do
        echo "ALTER SYSTEM SET $name = '$value';"
    done <"$WORLD/pairs" >"$WORLD/all.sql"
    echo "ALTER SYSTEM RESET ALL;" >>"$WORLD/all.sql"
    "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKET" -U postgres -d postgres -f "$WORLD/all.sql"
}

shows_all() {
    local name value
    while read -r name value; do
        same "$name" "$(sql "SHOW $name")" "$value" 2>>"$WORLD/err" || return
    done <"$WORLD/pairs"
}

@test "values are spelled as SHOW prints them" {
    space spelling
    [ "$(tail -1 "$WORLD/out")" -ge 200 ] # settings were looked at
    # Those that SHOW prints as octal numbers are never tried.
    same "spelled in another way" "$(sed '$d' "$WORLD/out" | cut -d: -f1 | tr '\n' ' ')" \
        "data_directory_mode log_file_mode unix_socket_permissions "
    # Those of the list, too, once they hold.
    space --async-commit --only-reload
    pairs | sort -u -k1,1 >"$WORLD/pairs"
    while read -r name value; do
        echo "ALTER SYSTEM SET $name = '$value';"
    done <"$WORLD/pairs" >"$WORLD/all.sql"
    "$BIN/psql" -X -q -v ON_ERROR_STOP=1 -h "$SOCKET" -U postgres -d postgres -f "$WORLD/all.sql"
    sql "SELECT pg_reload_conf()" >/dev/null
    wait_until shows_all
    space --async-commit --only-reload
    while read -r name value; do
        same "present $name" "$(field "$name" 4)" "$value"
        [[ ",$(field "$name" 5)," != *",$value,"* ]]
    done <"$WORLD/pairs"
    sql "ALTER SYSTEM RESET ALL"
    sql "SELECT pg_reload_conf()" >/dev/null
    default_again() { [ "$(sql "SHOW checkpoint_timeout")" = 5min ]; }
    wait_until default_again
}

@test "contexts of the list are the server's" {
    space --async-commit
    "$PGWRITE" list settings | awk '/^[a-z]/ {print $1, $2}' | sort >"$WORLD/listed"
    same contexts "$(awk -F'|' '{print $1, $2}' "$WORLD/out" | sort)" "$(<"$WORLD/listed")"
}

@test "a present value is not tried, however it is written" {
    space --set max_wal_size=262144kB,256MB,'0.25GB',512MB,524288kB
    same "present" "$(field max_wal_size 4)" 256MB
    same "values" "$(field max_wal_size 5)" 512MB
    # 1 GB of memory: 10 % and 40 % in whole MB, and nothing above; 64 MB of WAL buffers are too many.
    same "shares of memory" "$(field shared_buffers 4),$(field shared_buffers 5)" 64MB,256MB,409MB,102MB
    same "bounded" "$(field wal_buffers 5)" 16MB,4MB
    ((VERSION < 150000)) || [[ ,$(field wal_compression 5), != *,pglz,* ]] # it is on
    [[ ,$(field wal_compression 5), != *,on,* ]]
    space --set commit_delay=0
    same "nothing new" "$(field commit_delay 5)$(field commit_delay 6)" "it has that value already"
    space --set wal_init_zero=TRUE,no --set checkpoint_timeout=1.5h --set bgwriter_lru_multiplier=3.50 \
        --set autovacuum_naptime=1min,90s
    same bool "$(field wal_init_zero 5)" off
    same duration "$(field checkpoint_timeout 5)" 90min
    same real "$(field bgwriter_lru_multiplier 5)" 3.5
    same "not of the list" "$(field autovacuum_naptime 5)" 90s
    # As this server itself has read the same text.
    space --set temp_buffers=0.1GB
    same "rounded" "$(field temp_buffers 4) $(field temp_buffers 6)" "102MB it has that value already"
    space --set wal_init_zero=off --set commit_delay=9
    same "first what was asked for" "$(head -1 "$WORLD/out" | cut -d'|' -f1)" wal_init_zero
}

@test "what is not tried has its reason" {
    space --only-reload --skip commit_delay
    same restart "$(field shared_buffers 6)" "it needs a restart, and --only reload was given"
    same "restart: values" "$(field shared_buffers 5)" ""
    same reload "$(field checkpoint_timeout 6)" ""
    same skip "$(field commit_delay 6)" "--skip was given"
    [[ $(field synchronous_commit 6) == *"--allow async-commit"* ]]
    space --async-commit
    same async "$(field synchronous_commit 3) $(field synchronous_commit 5)" "async-commit off"
    # The last word of several: no memory is known.
    "$(build_dir)/tests/space_probe" "host=$SOCKET user=postgres dbname=postgres" >"$WORLD/out"
    [[ $(field shared_buffers 6) == *"memory the server's machine has is not known" ]]
    same "other sizes" "$(field wal_buffers 5)" 16MB,64MB,4MB
    sql "ALTER ROLE postgres SET commit_delay = 7"
    space
    same "of the role" "$(field commit_delay 4) $(field commit_delay 6)" \
        "7 ALTER ROLE has set it, which wins"
}

@test "a role without rights reads the same" {
    sql "CREATE ROLE plain LOGIN"
    space --async-commit
    cp "$WORLD/out" "$WORLD/superuser"
    ROLE=plain space --async-commit
    same "as another role" "$(<"$WORLD/out")" "$(<"$WORLD/superuser")"
}

@test "wrong names and values are told" {
    refused --set max_wal_sise=1GB <<END
pgwrite: --set max_wal_sise: PostgreSQL $((VERSION / 10000)) has no such setting
hint: did you mean max_wal_size?
END
    refused --set max_wal_size=1MB <<'END'
pgwrite: --set max_wal_size=1MB: max_wal_size can't be 1MB
hint: on this server it is from 32MB to 2147483647MB
END
    refused --set checkpoint_timeout=5m <<'END'
pgwrite: --set checkpoint_timeout=5m: "5m": checkpoint_timeout has no such unit
hint: units are us, ms, s, min, h and d, and lower and upper case differ
END
    refused --set commit_delay=5ms <<'END'
pgwrite: --set commit_delay=5ms: "5ms": commit_delay is a number without a unit
hint: leave the unit out
END
    refused --set commit_delay=many <<'END'
pgwrite: --set commit_delay=many: "many" is not a number, which commit_delay is
END
    refused --set wal_sync_method=fdatasink <<'END'
pgwrite: --set wal_sync_method=fdatasink: wal_sync_method can't be "fdatasink"
hint: did you mean fdatasync?
END
    refused --set huge_pages=perhaps <<'END'
pgwrite: --set huge_pages=perhaps: huge_pages can't be "perhaps"
hint: on this server it is off, on or try
END
    refused --set shared_buffers=500MB <<'END'
pgwrite: --set shared_buffers=500MB: shared_buffers = 500MB is more than 40% RAM
hint: for this machine that is 409MB
END
    refused --set commit_delay=1 --set COMMIT_DELAY=2 <<'END'
pgwrite: --set COMMIT_DELAY is given twice
hint: all its values in one: --set COMMIT_DELAY=V1,V2
END
    refused --skip max_wal_sise <<'END'
pgwrite: --skip max_wal_sise: no such setting is in the list
hint: did you mean max_wal_size?
END
    refused --set wal_buffers=8MB --skip wal_buffers <<'END'
pgwrite: --set wal_buffers and --skip wal_buffers contradict each other
END
}

@test "settings that lose or endanger data are never tried" {
    refused --set fsync=off <<'END'
pgwrite: --set fsync: tune never touches it: without it a crash of the machine destroys the database
END
    refused --set Full_Page_Writes=off <<'END'
pgwrite: --set Full_Page_Writes: tune never touches it: without it a crash in the middle of a page destroys the page
END
    refused --set synchronous_commit=off <<'END'
pgwrite: --set synchronous_commit: a crash may then lose acknowledged commits
hint: if that is fine, add --allow async-commit
END
    for name in zero_damaged_pages ignore_checksum_failure ignore_system_indexes data_sync_retry \
        allow_system_table_mods wal_block_size search_path synchronous_standby_names port \
        transaction_read_only; do
        space --set "$name=1" 2>"$WORLD/err" && return 1
        told "^pgwrite: --set $name: tune never touches it: " err
    done
}

@test "PGTune's rules" {
    local lz4=lz4 on=pglz
    ((VERSION >= 150000)) || lz4=on on=on
    grep -q '|.*lz4' <(space && grep '^wal_compression|' "$WORLD/out") || lz4=$on
    space pgtune
    same "1 GB" "$(<"$WORLD/out")" "shared_buffers=256MB
huge_pages=off
wal_buffers=7864kB
checkpoint_completion_target=0.9
min_wal_size=2GB
max_wal_size=8GB
wal_compression=$lz4"
    space --memory 64GB --only-reload --skip min_wal_size pgtune
    same "64 GB" "$(<"$WORLD/out")" "checkpoint_completion_target=0.9
max_wal_size=8GB
wal_compression=$lz4"
    space --memory 64GB pgtune
    told '^huge_pages=try$'
    told '^wal_buffers=16MB$'
}
