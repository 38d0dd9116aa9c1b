# Logging in: over TLS, with SCRAM passwords from a file, and as roles that may not see everything.

load helpers
load server

SECRET='Geh3im-wort!'

setup_file() {
    unset PGPASSWORD PGPASSFILE PGSSLMODE PGSSLROOTCERT
    server_setup --max-connections 12
    DATA=$(server_field dir)/data
    make_certificate
    # 13 would keep MD5 by default.
    sql "SET password_encryption = 'scram-sha-256';
         CREATE ROLE writer LOGIN PASSWORD '$SECRET';
         CREATE ROLE open LOGIN PASSWORD '$SECRET';
         CREATE ROLE plain LOGIN;
         CREATE ROLE seeing LOGIN;
         GRANT pg_read_all_stats TO seeing;
         GRANT CREATE ON DATABASE postgres TO writer, open, plain, seeing"
    # By TCP everybody needs a password, and writer TLS, which open must not have.
    printf '%s\n' 'local all all trust' 'hostssl all writer 127.0.0.1/32 scram-sha-256' \
        'hostnossl all open 127.0.0.1/32 scram-sha-256' >"$DATA/pg_hba.conf"
    listen
    passfile "$WORLD/pgpass" "$SECRET"
    passfile "$WORLD/wrong" Geh3im-falsch
    export PORT
}

teardown_file() {
    server_teardown
}

teardown() {
    drop_kept
    tls_is on || switch_tls on
}

# Signed by itself, for localhost; the server reads it at its next start.
make_certificate() {
    openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost \
        -keyout "$DATA/server.key" -out "$DATA/server.crt" 2>/dev/null
    chmod 600 "$DATA/server.key"
    chown "$(server_field user)" "$DATA/server.key" "$DATA/server.crt"
    cp "$DATA/server.crt" "$WORLD/root.crt"
}

passfile() { # file, password
    printf '*:*:*:*:%s\n' "$2" >"$1"
    chmod 600 "$1"
}

# as_server COMMAND…: as the user who owns the server
as_server() {
    local user
    user=$(server_field user)
    if [ "$(id -u)" = 0 ]; then
        setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups "$@"
    else
        "$@"
    fi
}

# A throwaway server has a socket alone. This one starts anew with a port of 127.0.0.1 beside it,
# whichever is free: PORT, also that of its socket.
listen() {
    local _
    for _ in 1 2 3 4 5 6 7 8; do
        PORT=$((20000 + RANDOM % 12000))
        as_server "$BIN/pg_ctl" -D "$DATA" -m fast -w \
            -o "-p $PORT -c listen_addresses=127.0.0.1 -c ssl=on" restart \
            >"$WORLD/pg_ctl" 2>&1 3>&- && return
    done
    cat "$WORLD/pg_ctl" >&2
    return 1
}

# sql TEXT, on the port that the server has now, whatever variables speak of TLS
sql() {
    env -u PGHOSTADDR -u PGSSLMODE "$BIN/psql" -X -q -A -t -v ON_ERROR_STOP=1 \
        -h "$SOCKET" -p "${PORT:-5432}" -U postgres -d postgres -c "$1"
}

conninfo() { # user, words…
    echo "host=localhost hostaddr=127.0.0.1 port=$PORT dbname=postgres user=$*"
}

verified_tls() {
    echo "sslmode=verify-full sslrootcert=$WORLD/root.crt"
}

# logs_in OPTION…: a run on every path, with a result
logs_in() {
    rm -f "$JSON"
    "$PGWRITE" run --rows 60 --pool 3 --batch 7 --json "$JSON" "$@" \
        >"$WORLD/out" 2>"$WORLD/err" || {
        cat "$WORLD/out" "$WORLD/err" >&2
        return 1
    }
    same "cells verified" "$(result '[.cells[].verified.ok] | "\(length) \(all)"')" "8 true"
    assert_secret
    nothing_left
}

# refused TEXT OPTION…: one error that contains TEXT
refused() {
    local code=0 text=$1
    shift
    rm -f "$JSON"
    "$PGWRITE" run --rows 60 --pool 3 --json "$JSON" "$@" >"$WORLD/out" 2>"$WORLD/err" || code=$?
    cat "$WORLD/err"
    same "exit code" "$code" 1
    same "number of errors" "$(grep -c '^pgwrite: ' "$WORLD/err")" 1
    grep '^pgwrite: ' "$WORLD/err" | grep -qF -- "$text"
    [ ! -e "$JSON" ]
    assert_secret
    nothing_left
}

nothing_left() {
    assert_no_schema
    wait_until no_sessions
}

no_sessions() {
    [ "$(sql "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'pgwrite%'")" = 0 ]
}

# No part of a password in what the last run printed or wrote.
assert_secret() {
    refute grep -e Geh3im -e 'wort!' "$WORLD/out" "$WORLD/err"
    [ ! -e "$JSON" ] || refute grep -e Geh3im -e 'wort!' "$JSON"
}

@test "over TLS, verified, with a SCRAM password from a file" {
    export PGPASSFILE=$WORLD/pgpass
    same "what the server keeps" "$(sql "SELECT left(rolpassword, 14) FROM pg_authid
        WHERE rolname = 'writer'")" 'SCRAM-SHA-256$'
    logs_in -d "$(conninfo writer "$(verified_tls)")"
    grep -q "^pgwrite: writes to host=localhost port=$PORT .*user=writer, " "$WORLD/err"
    logs_in -d "$(conninfo writer sslmode=require channel_binding=require)"
    logs_in -d "$(conninfo writer "$(verified_tls)") passfile=$WORLD/pgpass"
    # The server takes nobody without TLS: so all of the run's sessions had it.
    refused 'no pg_hba.conf entry' -d "$(conninfo writer sslmode=disable)"
}

@test "TLS and password by PG* variables" {
    PGHOST=localhost PGHOSTADDR=127.0.0.1 PGPORT=$PORT PGDATABASE=postgres PGUSER=writer \
        PGSSLMODE=verify-full PGSSLROOTCERT=$WORLD/root.crt PGPASSFILE=$WORLD/pgpass logs_in
}

@test "a certificate that does not fit: another name, nobody known who signed it" {
    export PGPASSFILE=$WORLD/pgpass
    refused 'does not match host name "elsewhere.example"' \
        -d "$(conninfo writer "$(verified_tls)") host=elsewhere.example"
    openssl req -new -x509 -days 2 -nodes -subj /CN=localhost -keyout "$WORLD/other.key" \
        -out "$WORLD/other.crt" 2>/dev/null
    refused 'certificate verify failed' \
        -d "$(conninfo writer "sslmode=verify-full sslrootcert=$WORLD/other.crt")"
    refused 'root certificate file' \
        -d "$(conninfo writer "sslmode=verify-full sslrootcert=$WORLD/missing.crt")"
}

@test "a wrong password from the file, no file, and one that others can read" {
    local code=0
    export PGPASSFILE=$WORLD/wrong
    refused 'password authentication failed for user "writer"' \
        -d "$(conninfo writer "$(verified_tls)")"
    export PGPASSFILE=$WORLD/missing
    refused 'no password supplied' -d "$(conninfo writer "$(verified_tls)")"
    # libpq warns, and leaves it.
    cp "$WORLD/pgpass" "$WORLD/readable"
    chmod 644 "$WORLD/readable"
    export PGPASSFILE=$WORLD/readable
    "$PGWRITE" run --rows 1 --path insert -d "$(conninfo writer "$(verified_tls)")" \
        >"$WORLD/out" 2>"$WORLD/err" || code=$?
    same "exit code" "$code" 1
    grep -q 'group or world access' "$WORLD/err"
    assert_secret
}

tls_is() {
    [ "$(sql 'SHOW ssl')" = "$1" ]
}

switch_tls() {
    as_server "$BIN/pg_ctl" -D "$(server_field dir)/data" -m fast -w \
        -o "-p $PORT -c listen_addresses=127.0.0.1 -c ssl=$1" restart >/dev/null 2>&1 3>&-
    tls_is "$1"
}

@test "TLS demanded of a server that has none" {
    export PGPASSFILE=$WORLD/pgpass
    switch_tls off
    refused 'server does not support SSL, but SSL was required' \
        -d "$(conninfo open sslmode=require)"
    refused 'server does not support SSL, but SSL was required' \
        -d "$(conninfo open "$(verified_tls)")"
    logs_in -d "$(conninfo open sslmode=prefer)"
}

HIDDEN="other roles' sessions are hidden from this role (pg_read_all_stats is missing): who blocks \
from outside the run is not known"

told_hidden() {
    result "[.warnings[] | select(contains(\"$HIDDEN\"))] | length"
}

on_socket() {
    logs_in -h "$SOCKET" -p "$PORT" -d postgres -U "$@"
}

@test "a role that may not read other sessions works" {
    on_socket plain
}

@test "a role that may not read other sessions is told so, once" {
    on_socket plain
    same "warnings" "$(told_hidden)" 1
    same "lines of the report" "$(grep -cF "$HIDDEN" "$WORLD/out")" 1
}

@test "a role that may read other sessions, and a superuser, are not told that they can't" {
    on_socket seeing
    same "warnings" "$(told_hidden)" 0
    on_socket postgres
    same "warnings" "$(told_hidden)" 0
}
