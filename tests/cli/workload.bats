# Workloads and schemas that can't be measured: what is said, where, and that nothing is left.
#
# Mistakes of form need no server. The others go to one throwaway server for the whole file, as to a
# server of the user's: what is not the run's own must stay as it is there.

load helpers

server_decided() {
    grep -qs '^ready=1' "$WORLD/server" || process_gone "$SERVER_PID"
}

setup_file() {
    world_setup
    export SERVER_WORLD=$WORLD
    "$(build_dir)/tests/throwaway_probe" start-and-wait >"$WORLD/server" 2>&1 3>&- &
    export SERVER_PID=$!
    wait_until server_decided
    grep -q '^ready=1' "$WORLD/server" || { cat "$WORLD/server" && false; }
    export SERVER_PSQL SERVER_HOST
    SERVER_PSQL=$(sed -n 's/^bin=//p' "$WORLD/server")/psql
    SERVER_HOST=$(sed -n 's/^socket=//p' "$WORLD/server")
    sql 'CREATE TABLE public.orders (a int); INSERT INTO public.orders VALUES (1)'
}

teardown_file() {
    WORLD=$SERVER_WORLD
    kill -INT "$SERVER_PID"
    wait_until process_gone "$SERVER_PID"
    assert_nothing_left
    world_teardown
}

setup() {
    cli_setup
    printf '%s\n' 'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,' \
        '    a int, b text NOT NULL);' >s.sql
}

teardown() {
    cli_teardown
}

sql() {
    "$SERVER_PSQL" -X -q -A -t -h "$SERVER_HOST" -U postgres -d postgres -c "$1"
}

# Every relation, function, type and schema that is not the server's own, and the rows of orders.
world_of_user() {
    sql "SELECT 'relation', c.oid::regclass::text, c.xmin::text FROM pg_class c
             WHERE relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
         UNION ALL SELECT 'function', oid::regprocedure::text, xmin::text FROM pg_proc
             WHERE oid >= 16384
         UNION ALL SELECT 'type', oid::regtype::text, xmin::text FROM pg_type WHERE oid >= 16384
         UNION ALL SELECT 'schema', nspname, xmin::text FROM pg_namespace
         UNION ALL SELECT 'row', a::text, xmin::text FROM public.orders
         ORDER BY 1, 2"
}

# workload LINE…: the file w.yaml, with these lines from line 2 on
workload() {
    printf '%s\n' 'schema: s.sql' "$@" >w.yaml
}

# schema LINE…: the file s.sql
schema() {
    printf '%s\n' "$@" >s.sql
}

# bad_form <<MESSAGE: found without a server
bad_form() {
    refused 2 run --pg-bin "$NO_SERVER" w.yaml
}

# bad_plan [OPTION…] <<MESSAGE: found on the server, before the first row
bad_plan() {
    local before
    before=$(world_of_user)
    refused 2 run -h "$SERVER_HOST" -U postgres -d postgres --path insert --rows 1 "$@" w.yaml
    same "what is the user's" "$before" "$(world_of_user)"
}

# good [OPTION…]: can be measured, and leaves nothing either
good() {
    local before
    before=$(world_of_user)
    invoke run -h "$SERVER_HOST" -U postgres -d postgres --path insert --rows 1 --pool 1 "$@" w.yaml
    same "stderr" "" "$errors"
    same "exit code" 0 "$status"
    same "what is the user's" "$before" "$(world_of_user)"
}

@test "what the other tests break works" {
    workload 'table: t' 'columns: {a: {gen: int, min: 1, max: 5, null: 50%}}'
    good
}

@test "a key that is wrong" {
    workload 'colums: {a: {gen: int}}'
    bad_form <<'END'
pgwrite: w.yaml:2:1: unknown key "colums"
colums: {a: {gen: int}}
^
hint: did you mean "columns"?
END
    workload 'pool: 8'
    bad_form <<'END'
pgwrite: w.yaml:2:1: unknown key "pool"
pool: 8
^
hint: "pool" belongs in load: `load: {pool: …}`
END
    workload 'columns: {a: {gen: int, mim: 1}}'
    bad_form <<'END'
pgwrite: w.yaml:2:25: column a: the generator int has no argument "mim"
columns: {a: {gen: int, mim: 1}}
                        ^
hint: did you mean "min"? int takes: min, max, dist, skew, null, per
END
    echo 'name: x' >w.yaml
    bad_form <<'END'
pgwrite: w.yaml: the key "schema" is missing
hint: name a file with the CREATE TABLE statements: `schema: schema.sql`
END
    workload 'schema: missing.sql'
    bad_form <<'END'
pgwrite: w.yaml:2:1: the key "schema" is there twice, first in line 1
schema: missing.sql
^
END
    echo 'schema: missing.sql' >w.yaml
    bad_form <<'END'
pgwrite: w.yaml:1:1: schema: can't read "missing.sql": No such file or directory
schema: missing.sql
^
hint: the path is relative to the folder of the workload file
END
}

@test "YAML that is none" {
    workload 'columns: {a: {gen: int}'
    invoke run --pg-bin "$NO_SERVER" w.yaml
    same "exit code" 2 "$status"
    [[ $errors =~ ^pgwrite:\ w\.yaml:[0-9]+:[0-9]+:\  ]]
    echo '- schema' >w.yaml
    invoke run --pg-bin "$NO_SERVER" w.yaml
    same "exit code" 2 "$status"
    has "stderr" 'w.yaml:1:1: expected `key: value` lines, not a list' "$errors"
}

@test "a unit that is wrong" {
    workload 'columns:' '  a: {gen: int, null: 10 pct}'
    bad_form <<'END'
pgwrite: w.yaml:3:17: column a: null: "10 pct" is not a share: only % may follow the number
  a: {gen: int, null: 10 pct}
                ^
hint: a share is a percentage or a number from 0 to 1: 10%, 0.1
END
    workload 'columns:' '  b: {gen: timestamp, step: 5}'
    invoke run --pg-bin "$NO_SERVER" w.yaml
    same "exit code" 2 "$status"
    has "stderr" 'pgwrite: w.yaml:3:23: ' "$errors"
    has "stderr" '"5" is not a duration: the unit is missing' "$errors"
}

@test "a generator that is wrong" {
    workload 'columns: {a: {gen: intt}}'
    bad_form <<'END'
pgwrite: w.yaml:2:20: column a: no generator is called "intt"
columns: {a: {gen: intt}}
                   ^
hint: did you mean "int"?
END
    workload 'columns: {a: int}'
    bad_form <<'END'
pgwrite: w.yaml:2:14: column a: expected default or a generator in braces
columns: {a: int}
             ^
hint: write `a: {gen: int}`
END
    workload 'columns: {a: {gen: text}}'
    bad_plan <<'END'
pgwrite: w.yaml:2:11: column "a": generator "text" makes no values for type integer
columns: {a: {gen: text}}
          ^
hint: leave `gen` out to get one that fits, or see `pgwrite list generators`
END
}

@test "a companion that is wrong" {
    workload 'companions:' '  - {do: vaccum}'
    bad_form <<'END'
pgwrite: w.yaml:3:10: no companion can do "vaccum"
  - {do: vaccum}
         ^
hint: did you mean "vacuum"?
END
    workload 'table: t' 'companions:' '  - {do: vacuum, hold: 1s}'
    bad_form <<'END'
pgwrite: w.yaml:4:18: "hold" does not belong to do: vacuum
  - {do: vacuum, hold: 1s}
                 ^
hint: the keys of vacuum are: do, name, every, after, times, sessions and table
END
    workload 'companions:' '  - do: lock' '    row: a = 1' '    hold: 200'
    bad_form <<'END'
pgwrite: w.yaml:5:11: hold: "200" is not a duration: the unit is missing
    hold: 200
          ^
hint: write "200s" for seconds; units are us, ms, s, m, h, d
END
    workload 'companions: {do: vacuum}'
    bad_form <<'END'
pgwrite: w.yaml:2:13: "companions" must be a list, not a map
companions: {do: vacuum}
            ^
hint: for example `- {do: lock, row: id = 1, hold: 200ms, every: 1s}`
END
}

@test "a path that is wrong" {
    workload 'load:' '  path: [insert, copi-text]'
    bad_form <<'END'
pgwrite: w.yaml:3:9: path: "copi-text" is no write path
  path: [insert, copi-text]
        ^
hint: did you mean copy-text?
END
}

@test "a column that the table lacks" {
    schema 'CREATE TABLE t (amount int, note text);'
    workload 'columns:' '  amuont: {gen: int}'
    bad_plan <<'END'
pgwrite: w.yaml:3:3: table "t" has no column "amuont"
  amuont: {gen: int}
  ^
hint: did you mean "amount"?
END
}

@test "a NOT NULL column with a share of NULLs" {
    workload 'columns: {b: {gen: text, null: 10%}}'
    bad_plan <<'END'
pgwrite: w.yaml:2:11: column "b" is NOT NULL, and `null:` is above 0
columns: {b: {gen: text, null: 10%}}
          ^
END
    workload 'columns: {b: {null: 1%}}'
    bad_plan <<'END'
pgwrite: w.yaml:2:11: column "b" is NOT NULL, and `null:` is above 0
columns: {b: {null: 1%}}
          ^
END
    workload 'columns: {b: {null: 0}}'
    good
}

@test "a column that can't be written" {
    schema 'CREATE TABLE t (a int, g int GENERATED ALWAYS AS (a + 1) STORED);'
    workload 'columns: {g: {gen: int}}'
    bad_plan <<'END'
pgwrite: w.yaml:2:11: column "g" is GENERATED ALWAYS AS an expression: it can't be written
columns: {g: {gen: int}}
          ^
END
}

@test "a schema with a mistake: its place and its line" {
    workload 'table: t'
    schema 'CREATE TABLE t (a int);' '' 'CREATE TABLE u (' '    größe int, b intt' ');'
    bad_plan <<'END'
pgwrite: s.sql:4:18: the server says: type "intt" does not exist (SQLSTATE 42704)
    größe int, b intt
                 ^
END
    schema 'CREATE TABLE t (a int);' 'CREATE TABEL u (a int);'
    bad_plan <<'END'
pgwrite: s.sql:2:8: the server says: syntax error at or near "TABEL" (SQLSTATE 42601)
CREATE TABEL u (a int);
       ^
END
    schema 'CREATE TABLE t (a int);' $'\tCREATE TABLE u (a intt);'
    bad_plan <<<$'pgwrite: s.sql:2:20: the server says: type "intt" does not exist (SQLSTATE 42704)
\tCREATE TABLE u (a intt);
\t                  ^'
    schema 'CREATE TABLE t (a int REFERENCES nowhere);'
    bad_plan <<'END'
pgwrite: s.sql: the server says: relation "nowhere" does not exist (SQLSTATE 42P01)
END
}

@test "a schema with psql's commands" {
    workload
    schema '\connect other' 'CREATE TABLE t (a int);'
    bad_plan <<'END'
pgwrite: s.sql:1:1: the server says: syntax error at or near "\" (SQLSTATE 42601)
\connect other
^
hint: psql's backslash commands are not SQL: remove those lines
END
}

@test "a schema that ends its transaction" {
    workload 'table: t'
    for end in COMMIT ROLLBACK END 'PREPARE TRANSACTION '\''x'\'; do
        schema "CREATE TABLE t (a int); CREATE TABLE public.mine (a int); $end;" \
            'CREATE TABLE public.late (a int);'
        bad_plan <<'END'
pgwrite: s.sql: the server says: EXECUTE of transaction commands is not implemented (SQLSTATE 0A000)
hint: the file is loaded within one transaction: take BEGIN, COMMIT and the like out of it
END
    done
    schema 'COMMIT; BEGIN; CREATE TABLE t (a int);'
    bad_plan <<'END'
pgwrite: s.sql: the server says: EXECUTE of transaction commands is not implemented (SQLSTATE 0A000)
hint: the file is loaded within one transaction: take BEGIN, COMMIT and the like out of it
END
}

@test "a schema that reaches beyond the run's own" {
    workload 'table: t'
    while IFS='|' read -r what statement; do
        schema 'CREATE TABLE t (a int);' "$statement"
        bad_plan <<END
pgwrite: s.sql: the schema file makes or changes $what, outside the run's own schema
hint: write names without a schema: they are made in pgwrite_ID, and nothing else may change
END
    done <<'END'
relation public.mine|CREATE TABLE public.mine (a int);
relation public.mine|SET search_path = public; CREATE TABLE mine (a int);
relation public.orders|ALTER TABLE public.orders ADD b int;
relation public.orders|TRUNCATE public.orders;
function public.f()|CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';
type public.mood|CREATE TYPE public.mood AS ENUM ('good');
schema other|CREATE SCHEMA other;
rows of public.orders|INSERT INTO public.orders VALUES (2);
rows of public.orders|DELETE FROM public.orders;
END
    schema 'CREATE TABLE t (a int);' 'DROP TABLE public.orders;'
    bad_plan <<'END'
pgwrite: s.sql: the schema file drops something outside the run's own schema
hint: take the DROP out of it
END
}

@test "a schema may hold functions, types and rows of its own" {
    workload 'table: t'
    schema 'CREATE TABLE p (id int PRIMARY KEY); INSERT INTO p VALUES (1), (2);' \
        "CREATE TYPE mood AS ENUM ('good', 'bad');" \
        'CREATE TABLE t (p_id int NOT NULL REFERENCES p, m mood);' \
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';" \
        'CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();'
    good --rounds 2
}

@test "a schema with rows to copy" {
    workload 'table: t'
    schema 'CREATE TABLE t (a int);' 'COPY t FROM stdin;'
    bad_plan <<'END'
pgwrite: s.sql: the server says: cannot COPY to/from client in PL/pgSQL (SQLSTATE 0A000)
hint: put rows in with INSERT: there is no client to copy from
END
}

@test "two tables and none chosen, a table that is not there, no table" {
    schema 'CREATE TABLE t (a int); CREATE TABLE u (a int);'
    workload
    bad_plan <<'END'
pgwrite: s.sql: the schema file makes 2 tables, and none is chosen
hint: --table NAME, or `table:` in the workload: t, u
END
    bad_plan --table v <<'END'
pgwrite: s.sql: the schema file makes no table "v"
hint: it makes: t, u
END
    good --table u
    workload 'steps:' '  - {name: read, sql: SELECT FROM t}'
    refused 2 run -h "$SERVER_HOST" -U postgres -d postgres w.yaml <<'END'
pgwrite: w.yaml:3:5: the schema file makes 2 tables, and no step names one: SQL does not say which of them is to be counted
  - {name: read, sql: SELECT FROM t}
    ^
hint: `table:` in the workload names it: t, u
END
    workload 'table: v'
    bad_plan <<'END'
pgwrite: s.sql: the schema file makes no table "v"
hint: it makes: t, u
END
    good --table t
    schema 'CREATE VIEW t AS SELECT 1 AS a;'
    workload
    bad_plan <<'END'
pgwrite: s.sql: the schema file makes no table in the run's own schema
hint: write CREATE TABLE without a schema name
END
    schema ''
    bad_plan <<'END'
pgwrite: s.sql: the schema file makes no table in the run's own schema
hint: write CREATE TABLE without a schema name
END
    schema 'CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY);'
    bad_plan <<'END'
pgwrite: table "t" has no column to write: all are filled by the server
hint: name one in the workload
END
}

@test "a type without a generator, and the two ways out" {
    schema 'CREATE TABLE t (a int, place point);'
    workload
    bad_plan <<'END'
pgwrite: column "place" has type point, for which pgwrite has no generator
hint: name it in the workload: `place: {gen: choice, of: ['…', '…']}` takes any value that the type's input accepts, `place: default` leaves the column out
END
    workload 'columns: {place: default}'
    good
    workload "columns: {place: {gen: choice, of: ['(1,2)', '(3,4)']}}"
    good
    workload "columns: {place: {gen: choice, of: ['(1,2)', here]}}"
    invoke run -h "$SERVER_HOST" -U postgres -d postgres --rows 1 w.yaml
    same "exit code" 2 "$status"
    has "stderr" 'w.yaml:2:11: column "place", value "here": the server says: invalid' "$errors"
}

@test "a unique column of a type without distinct values" {
    schema 'CREATE TABLE t (a int, b bool UNIQUE);'
    workload
    invoke run -h "$SERVER_HOST" -U postgres -d postgres --rows 1 w.yaml
    same "exit code" 2 "$status"
    has "stderr" 'pgwrite: column "b" is unique, and boolean has no generator of distinct' "$errors"
}

@test "a foreign key of several columns" {
    schema 'CREATE TABLE p (a int, b int, PRIMARY KEY (a, b)); INSERT INTO p VALUES (1, 2);' \
        'CREATE TABLE t (x int, y int, note text, FOREIGN KEY (x, y) REFERENCES p);' \
        'CREATE TABLE k (id int PRIMARY KEY, x int, y int, FOREIGN KEY (x, y) REFERENCES p);' \
        'CREATE TABLE u (k_id int REFERENCES k);'
    workload 'table: t'
    bad_plan <<'END'
pgwrite: table "t": pgwrite can't fill the foreign key "t_x_y_fkey" of several columns
hint: name its columns in the workload, or drop it in the schema file
END
    workload 'table: u'
    bad_plan <<'END'
pgwrite: table "k": pgwrite can't fill the foreign key "k_x_y_fkey" of several columns
hint: drop it in the schema file
END
    workload 'table: t' 'columns: {x: {gen: const, value: 1}, y: {gen: const, value: 2}}'
    good
    workload 'table: t' 'columns: {x: default}'
    good
}

@test "foreign keys in a circle, and to the table itself" {
    schema 'CREATE TABLE a (id int PRIMARY KEY, b_id int NOT NULL);' \
        'CREATE TABLE b (id int PRIMARY KEY, a_id int NOT NULL REFERENCES a);' \
        'ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;'
    workload 'table: a'
    bad_plan <<'END'
pgwrite: foreign keys of "a" and "b" go in a circle
hint: leave one of them out of the schema file
END
    schema 'CREATE TABLE t (id int PRIMARY KEY, boss int NOT NULL REFERENCES t);'
    workload
    bad_plan <<'END'
pgwrite: column "boss" refers to its own table and is NOT NULL: no first row could be written
END
}

@test "a multirow batch of more parameters than a statement takes" {
    workload
    bad_plan --path multirow --batch 40k <<'END'
pgwrite: path multirow: a batch of 40000 rows has 80000 parameters, and a statement takes 65535
hint: the largest batch that fits 2 columns is 32767
END
    bad_plan --path multirow --batch 32768 <<'END'
pgwrite: path multirow: a batch of 32768 rows has 65536 parameters, and a statement takes 65535
hint: the largest batch that fits 2 columns is 32767
END
    bad_plan --path copy-text,multirow --batch 1,5..32768 <<'END'
pgwrite: path multirow: a batch of 32768 rows has 65536 parameters, and a statement takes 65535
hint: the largest batch that fits 2 columns is 32767
END
    good --path multirow --batch 32767
}

@test "check: prints the plan and five rows, and leaves nothing" {
    invoke check events
    same "stderr" "" "$errors"
    same "exit code" 0 "$status"
    for word in 'workload    events: ' 'site_id ' 'identity' 'paths       insert, multirow' \
        'row 4'; do
        has "check events" "$word" "$output"
    done
    same "sample rows" 5 "$(grep -c '^row [0-9]' <<<"$output")"
    assert_nothing_left
}

@test "check: finds what is wrong, and leaves nothing" {
    workload
    refused 2 check w.yaml --batch 40k <<'END'
pgwrite: path multirow: a batch of 40000 rows has 80000 parameters, and a statement takes 65535
hint: the largest batch that fits 2 columns is 32767
END
    assert_nothing_left
}

@test "check: touches no server of the user's" {
    before=$(world_of_user)
    PGHOST=$SERVER_HOST PGUSER=postgres PGDATABASE=postgres invoke check events
    same "exit code" 0 "$status"
    same "what is the user's" "$before" "$(world_of_user)"
    refused 2 check events -d postgres <<'END'
pgwrite: -d: unknown option
hint: `--help` lists the options
END
}
