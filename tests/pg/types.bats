# Every type, key and reference that the catalog can tell of, on every path.

load helpers
load server

DATA=$BATS_TEST_DIRNAME/data

setup_file() {
    server_setup
}

teardown_file() {
    server_teardown
}

teardown() {
    drop_kept
}

# all_paths ARGUMENT…: all eight write the same content.
all_paths() {
    measure --pool 3 --batch 7 "$@"
    same cells "$(result '.cells | length')" 8
    same "number of hashes" "$(hashes | wc -l)" 1
    [[ $(hashes) =~ ^-?[0-9]+$ ]]
}

# The names of a table's columns, one a line.
columns_of() {
    sql "SELECT attname FROM pg_attribute
         WHERE attrelid = '$SCHEMA.$1'::regclass AND attnum > 0 ORDER BY attnum"
}

# refused MESSAGE ARGUMENT…: the workload is wrong, and the message says how.
refused() {
    local message=$1
    shift
    run pgw --rows 10 "$@"
    echo "$output"
    [ "$status" = 2 ]
    [[ $output == *"$message"* ]]
    assert_no_schema
}

@test "every type, NOT NULL, on every path" {
    all_paths --schema "$DATA/types.sql" --table strict --rows 60
}

@test "every type, with NULLs, on every path" {
    all_paths --schema "$DATA/types.sql" --table loose --rows 60
}

@test "every column of strict has values of its own, none is NULL" {
    measure_kept --schema "$DATA/types.sql" --table strict --rows 500 --path copy-binary
    local column counts
    for column in $(columns_of strict); do
        counts+=" || E'\n$column ' || count($column) || ' ' || (count(DISTINCT $column::text) > 1)"
    done
    sql "SELECT '' $counts FROM $SCHEMA.strict" | grep . >"$WORLD/counts"
    cat "$WORLD/counts"
    same columns "$(wc -l <"$WORLD/counts")" "$(columns_of strict | wc -l)"
    refute grep -v ' 500 true$' "$WORLD/counts"
}

@test "the values are those that the documentation promises" {
    measure_kept --schema "$DATA/types.sql" --table strict --rows 500 --path copy-text
    local condition
    for condition in \
        "c_int2 BETWEEN 1 AND 10000" \
        "c_int4 BETWEEN 1 AND 1000000" \
        "c_int8 BETWEEN 1 AND 1000000000" \
        "c_float4 BETWEEN 0 AND 1000 AND c_float8 BETWEEN 0 AND 1000" \
        "c_numeric BETWEEN 0 AND 1000 AND scale(c_numeric) = 2" \
        "c_numeric_10_2 BETWEEN 0 AND 1000" \
        "length(c_text) BETWEEN 8 AND 24 AND length(c_varchar) BETWEEN 8 AND 24" \
        "length(c_varchar_12) BETWEEN 8 AND 12 AND length(c_varchar_1) = 1" \
        "length(c_bytea) BETWEEN 16 AND 64" \
        "c_uuid::text ~ '^.{14}4.{4}[89ab]'" \
        "c_date BETWEEN '2025-01-01' AND '2025-12-31'" \
        "c_timestamp >= '2025-01-01' AND c_timestamp < '2026-01-01'" \
        "c_timestamptz >= '2025-01-01Z' AND c_timestamptz < '2026-01-01Z'" \
        "c_interval BETWEEN '0' AND '24 hours'" \
        "jsonb_typeof(c_jsonb) = 'object' AND json_typeof(c_json) = 'object'" \
        "c_inet << '10.0.0.0/8' AND c_cidr << '10.0.0.0/8'" \
        "cardinality(c_ints) BETWEEN 0 AND 5" \
        "1 <= ALL (c_ints) AND 1000000 >= ALL (c_ints)"; do
        same "whether always $condition" \
            "$(sql "SELECT bool_and($condition) FROM $SCHEMA.strict")" t
    done
    same "labels of the enum" "$(sql "SELECT count(DISTINCT c_enum) FROM $SCHEMA.strict")" 4
    same "lengths of arrays" \
        "$(sql "SELECT string_agg(DISTINCT cardinality(c_enums)::text, ' ') FROM $SCHEMA.strict")" \
        "0 1 2 3 4 5"
}

# 2,000 rows at 10 %: 200 NULLs; five standard deviations are 67.
@test "columns that may be NULL are so in a tenth of the rows" {
    measure_kept --schema "$DATA/types.sql" --table loose --rows 2000 --path copy-binary
    local column counts
    for column in $(columns_of loose); do
        counts+=" || E'\n$column ' || count(*) FILTER (WHERE $column IS NULL)"
    done
    sql "SELECT '' $counts FROM $SCHEMA.loose" | grep . >"$WORLD/counts"
    cat "$WORLD/counts"
    same columns "$(wc -l <"$WORLD/counts")" "$(columns_of loose | wc -l)"
    same "columns out of bounds" "$(awk '$2 < 133 || $2 > 267' "$WORLD/counts")" ""
}

@test "keys of every type that can be distinct are distinct, on every path" {
    all_paths --schema "$DATA/keys.sql" --table keys --rows 300
    measure_kept --schema "$DATA/keys.sql" --table keys --rows 300 --path unnest
    # The server would have refused duplicates, but not NULLs.
    for column in $(columns_of keys); do
        [[ $column == u_* ]] || continue
        same "values of $column" "$(sql "SELECT count($column) FROM $SCHEMA.keys")" 300
    done
}

@test "identity, DEFAULT and GENERATED columns are the server's" {
    measure_kept --schema "$DATA/keys.sql" --table keys --rows 300 --path multirow --pool 3
    same "what the server made" \
        "$(sql "SELECT min(id), max(id), min(u_by_default), max(u_by_default),
                       bool_and(with_default = 'the default'),
                       bool_and(made_at BETWEEN now() - interval '1 hour' AND now()),
                       bool_and(twice = u_int8 * 2)
                FROM $SCHEMA.keys")" "1|300|1|300|t|t|t"
    same "columns without a generator" \
        "$(result '[.workload.columns[] | select(.generator == null).name] | join(" ")')" \
        "id u_by_default with_default made_at twice"
}

@test "identity and DEFAULT columns are written if the workload names them" {
    cat >"$WORLD/identity.yaml" <<EOF
schema: $DATA/keys.sql
table: keys
columns:
  id: {gen: serial, start: 1000, step: 10}
  u_by_default: {gen: serial, start: -5}
  with_default: {gen: const, value: mine}
EOF
    all_paths "$WORLD/identity.yaml" --rows 50
    measure_kept "$WORLD/identity.yaml" --rows 50 --path copy-csv
    same "what was written" \
        "$(sql "SELECT min(id), max(id), min(u_by_default), min(with_default) FROM $SCHEMA.keys")" \
        "1000|1490|-5|mine"
}

@test "a column that the workload calls default is left out" {
    cat >"$WORLD/default.yaml" <<EOF
schema: $DATA/keys.sql
table: keys
columns: {u_text: default, u_uuid: {null: 50%}}
EOF
    measure_kept "$WORLD/default.yaml" --rows 200 --path prepared
    same values \
        "$(sql "SELECT count(u_text), count(u_uuid) BETWEEN 65 AND 135 FROM $SCHEMA.keys")" "0|t"
}

@test "a primary key of each type" {
    local type
    for type in smallint int bigint "double precision" numeric "numeric(6,2)" text "varchar(3)" \
        "char(8)" bytea uuid timestamp timestamptz; do
        printf 'CREATE TABLE t (k %s PRIMARY KEY, v int);\n' "$type" >"$WORLD/pk.sql"
        measure --schema "$WORLD/pk.sql" --rows 300 --path copy-binary,unnest
        same "hashes of $type" "$(hashes | wc -l)" 1
    done
}

@test "keys of several columns" {
    all_paths --schema "$DATA/keys.sql" --table pairs --rows 300
}

@test "a key that can't be made distinct is refused, with its column and what to do" {
    local type
    for type in boolean real date time interval inet "varchar(2)" "int[]"; do
        printf 'CREATE TABLE t (ok int, "the key" %s NOT NULL UNIQUE);\n' "$type" >"$WORLD/no.sql"
        refused 'column "the key" is unique, and ' --schema "$WORLD/no.sql"
        [[ $output == *'has no generator of distinct values'*'hint: name it in the workload'* ]]
    done
}

@test "foreign keys: a chain, one to one, to identity keys, to the table itself" {
    all_paths --schema "$DATA/parents.sql" --table visits --rows 200
    measure_kept --schema "$DATA/parents.sql" --table visits --rows 1000 --path pipeline --pool 3
    same "parents' rows" \
        "$(sql "SELECT (SELECT count(*) FROM $SCHEMA.country), (SELECT count(*) FROM $SCHEMA.city),
                       (SELECT count(*) FROM $SCHEMA.shop), (SELECT count(*) FROM $SCHEMA.passport)
               ")" "1000|1000|1000|1000"
    # 1,000 draws hit about 632 of 1,000 keys, and two columns draw apart.
    same "children" \
        "$(sql "SELECT count(DISTINCT shop_id) BETWEEN 550 AND 700,
                       count(DISTINCT from_city) BETWEEN 550 AND 700,
                       count(*) FILTER (WHERE from_city = to_city) < 20,
                       count(to_city) BETWEEN 850 AND 950,
                       count(DISTINCT passport_no), count(previous_id)
                FROM $SCHEMA.visits")" "t|t|t|t|1000|0"
}

@test "a reference by the workload: the parent's rows, its column, a share of NULL" {
    cat >"$WORLD/ref.sql" <<EOF
CREATE TABLE parent (id bigint PRIMARY KEY, label text NOT NULL UNIQUE);
CREATE TABLE child (a int, b text, c bigint, d bigint);
EOF
    cat >"$WORLD/ref.yaml" <<EOF
schema: ref.sql
table: child
columns:
  a: {gen: ref, table: parent, rows: 30}
  b: {gen: ref, table: parent, column: label, rows: 2k}
  c: {gen: ref, table: parent, dist: zipf, null: 50%}
  d: {gen: ref, table: parent, dist: distinct}
EOF
    all_paths "$WORLD/ref.yaml" --rows 50
    measure_kept "$WORLD/ref.yaml" --rows 2000 --path copy-binary
    same "references" \
        "$(sql "SELECT (SELECT count(*) FROM $SCHEMA.parent),
                       count(DISTINCT a) BETWEEN 1150 AND 1400,
                       count(DISTINCT b) BETWEEN 1150 AND 1400,
                       count(c) BETWEEN 890 AND 1110, count(DISTINCT d),
                       count(*) FILTER (WHERE c = 1) > 50,
                       bool_and(a IN (SELECT id FROM $SCHEMA.parent)),
                       bool_and(b IN (SELECT label FROM $SCHEMA.parent)),
                       bool_and(c IS NULL OR c IN (SELECT id FROM $SCHEMA.parent))
                FROM $SCHEMA.child")" "2000|t|t|t|2000|t|t|t|t"
}

@test "a parent has the rows that any reference asks for, whoever else refers to it" {
    # land is reached first by way of city, without a number, and city_code is of another type.
    cat >"$WORLD/rows.sql" <<EOF
CREATE TABLE land (id int PRIMARY KEY);
CREATE TABLE city (id int PRIMARY KEY, code text NOT NULL UNIQUE, land int REFERENCES land);
CREATE TABLE trip (city int REFERENCES city, a int, land int UNIQUE, city_code text);
EOF
    cat >"$WORLD/rows.yaml" <<EOF
schema: rows.sql
table: trip
columns:
  a: {gen: ref, table: city, rows: 20}
  land: {gen: ref, table: land, rows: 3k, dist: distinct}
  city_code: {gen: ref, table: city, column: code}
EOF
    measure_kept "$WORLD/rows.yaml" --rows 3k --path copy-binary
    same "rows, and those that are referred to" \
        "$(sql "SELECT (SELECT count(*) FROM $SCHEMA.land), (SELECT count(*) FROM $SCHEMA.city),
                       count(DISTINCT land), count(DISTINCT city_code) FROM $SCHEMA.trip")" \
        "3000|20|3000|20"
}

@test "a parent that the schema file has filled is left as it is" {
    cat >"$WORLD/filled.sql" <<EOF
CREATE TABLE spot (at point NOT NULL, id int PRIMARY KEY);
INSERT INTO spot VALUES ('(1,2)', 7), ('(3,4)', 8);
CREATE TABLE t (spot int NOT NULL REFERENCES spot);
EOF
    measure_kept --schema "$WORLD/filled.sql" --table t --rows 100 --path copy-binary
    same keys "$(sql "SELECT string_agg(DISTINCT spot::text, ' ') FROM $SCHEMA.t")" "7 8"
}

@test "a parent that can't be as the workload wants it is refused, with what to do" {
    cat >"$WORLD/no.sql" <<EOF
CREATE TABLE spot (id int PRIMARY KEY, at point NOT NULL);
CREATE TABLE place (id int PRIMARY KEY, spot int REFERENCES spot);
CREATE TABLE self (id int PRIMARY KEY, up int NOT NULL REFERENCES self);
CREATE TABLE parent (id int PRIMARY KEY, label text);
CREATE TABLE t (a int);
EOF
    wants() {
        printf 'schema: no.sql\ntable: t\ncolumns:\n  a: {gen: ref, %s}\n' "$1" >"$WORLD/no.yaml"
    }
    wants "table: parent, column: lable"
    refused 'no.yaml:4:3: table "parent" has no column "lable"' "$WORLD/no.yaml"
    [[ $output == *'hint: did you mean "label"?'* ]]
    wants "table: parent, rows: 1000G"
    refused 'no.yaml:4:32: column a: rows: a parent can have at most 1M rows' "$WORLD/no.yaml"
    wants "table: place"
    refused 'table "spot", to which "place" refers: column "at" has type point' "$WORLD/no.yaml"
    [[ $output == *'hint: give the column a DEFAULT in the schema file, or put the rows'* ]]
    wants "table: self"
    refused 'table "self", to which "t" refers: column "up" refers to its own' "$WORLD/no.yaml"
}

@test "a reference to the table itself is NULL, whatever the workload says" {
    cat >"$WORLD/self.sql" <<EOF
CREATE TABLE t (id int PRIMARY KEY, a int REFERENCES t, b int REFERENCES t, c int, d text);
EOF
    cat >"$WORLD/self.yaml" <<EOF
schema: self.sql
columns:
  a: {null: 50%}
  b: {gen: ref, table: t}
  c: {gen: ref, table: t, null: 20%}
  d: {gen: ref, table: t}
EOF
    all_paths "$WORLD/self.yaml" --rows 50
    measure_kept "$WORLD/self.yaml" --rows 50 --path copy-binary
    same values \
        "$(sql "SELECT count(*), count(a), count(b), count(c), count(d) FROM $SCHEMA.t")" \
        "50|0|0|0|0"
}

@test "a table that refers to itself and must not be NULL is refused" {
    echo 'CREATE TABLE t (id int PRIMARY KEY, up int NOT NULL REFERENCES t);' >"$WORLD/self.sql"
    refused 'column "up" refers to its own table and is NOT NULL' --schema "$WORLD/self.sql"
}

@test "partitioned by range and by hash" {
    all_paths --schema "$DATA/partitions.sql" --rows 300
    same "whether heap and index have bytes" "$(result \
        '[.cells[].table | .heap_bytes_per_row > 20 and .index_bytes_per_row > 5] | all')" true
    measure_kept --schema "$DATA/partitions.sql" --rows 300 --path copy-binary
    same "rows and parts" \
        "$(sql "SELECT count(*), count(DISTINCT tableoid) FROM $SCHEMA.readings")" "300|3"
}

@test "names that need quotes" {
    local table='Größe of "it'\''s" \ $1 %s; --'
    all_paths --schema "$DATA/names.sql" --table "$table" --rows 100
    same table "$(result .workload.table)" "$table"
    same columns "$(result '[.workload.columns[].name] | join("|")')" \
        'Mixed Case|select|quote"d|it'\''s|größe|漢字 😀|$1|%s\n|a.b| '
    cat >"$WORLD/names.yaml" <<EOF
schema: $DATA/names.sql
table: "Größe of \"it's\" \\\\ \$1 %s; --"
columns:
  "Mixed Case": {gen: const, value: 7}
  "quote\"d": {gen: const, value: b}
  "漢字 😀": {gen: const, value: 2026-05-06 07:08:09}
  "\$1": {gen: ref, table: select, rows: 10}
EOF
    all_paths "$WORLD/names.yaml" --rows 100
    measure_kept "$WORLD/names.yaml" --rows 100 --path copy-csv
    same values \
        "$(sql "SELECT min(\"Mixed Case\"), max(\"quote\"\"d\"), min(\"漢字 😀\"),
                       count(DISTINCT \"\$1\")
                FROM $SCHEMA.\"Größe of \"\"it's\"\" \\ \$1 %s; --\"")" \
        "7|b|2026-05-06 07:08:09+00|10"
}

@test "values of types without a generator pass through the server's input function" {
    all_paths "$DATA/unsupported.yaml" --rows 100
    measure_kept "$DATA/unsupported.yaml" --rows 100 --path unnest --pool 2
    values() {
        sql "SELECT string_agg(DISTINCT $1::text, ' ' ORDER BY $1::text) FROM $SCHEMA.unsupported"
    }
    same spot "$(values spot)" "(-0.5,300) (1,2)"
    same words "$(values words)" "'cat':3A 'fat':2"
    same device "$(values device)" "08:00:2b:01:02:03 08:00:2b:ff:ff:ff"
    same span "$(values span)" "(,5) [1,11) empty"
    same bits "$(values bits)" 10110
    same price "$(values price)" "\$1,234.50"
    same spans "$(values spans)" '{"[1,2)","[4,9)"}'
    same document "$(values document)" '<a b="c">d</a>'
    same "whether a fifth of span is NULL" \
        "$(sql "SELECT count(span) BETWEEN 60 AND 95 FROM $SCHEMA.unsupported")" t
}

@test "an empty text is a value where the type takes it, and told where not" {
    echo 'CREATE TABLE t (a tsvector, b text, c point);' >"$WORLD/empty.sql"
    cat >"$WORLD/empty.yaml" <<EOF
schema: empty.sql
columns: {a: {gen: const, value: ""}, b: {gen: choice, of: ["", x]}, c: default}
EOF
    all_paths "$WORLD/empty.yaml" --rows 50
    measure_kept "$WORLD/empty.yaml" --rows 50 --path copy-text
    same values \
        "$(sql "SELECT count(a), count(b), bool_and(a = ''), count(DISTINCT b) FROM $SCHEMA.t")" \
        "50|50|t|2"
    drop_kept
    printf 'schema: empty.sql\ncolumns: {c: {gen: const, value: ""}, a: default}\n' \
        >"$WORLD/empty.yaml"
    refused 'empty.yaml:2:11: column "c", value ""' "$WORLD/empty.yaml"
}

@test "a value that the server's input function refuses is told with its place" {
    printf 'schema: %s\ncolumns:\n  spot: {gen: choice, of: ["(1,2)", nowhere]}\n' \
        "$DATA/unsupported.sql" >"$WORLD/bad.yaml"
    refused 'column "spot", value "nowhere"' "$WORLD/bad.yaml"
    [[ $output == *'bad.yaml:3:'*'invalid input syntax for type point'* ]]
}
