# Workloads of steps: every kind of step does to the tables what it says, keys come from rows that
# are there, and shares are as asked. What goes wrong meanwhile is in faults.bats.

load mix

@test "inserts by each path, each in batches of its own" {
    local path paths=(insert multirow unnest prepared pipeline copy-text copy-csv copy-binary)
    printf '%s\n' 'schema: s.sql' 'steps:' >w.yaml
    for path in "${paths[@]}"; do
        echo "CREATE TABLE by_${path/-/_} (id bigint PRIMARY KEY, v text NOT NULL);" >>s.sql
        echo "  - {weight: 1, insert: by_${path/-/_}, path: $path, batch: 7}" |
            sed 's/, path: insert, batch: 7/, path: insert/' >>w.yaml
    done
    mix --seed 5
    rows_agree
    for path in "${paths[@]}"; do
        is "the batches by $path" "SELECT DISTINCT count(*) FROM by_${path/-/_}
            GROUP BY xmin::text" "$([ "$path" = insert ] && echo 1 || echo 7)"
    done
    holds '[.cells[0].tables[] | .inserted > 0 and .counted and .found == .inserted] |
        length == 8 and all'
    same "the transactions" "$(sql "SELECT count(*) FROM (
        $(printf 'SELECT xmin::text FROM by_%s UNION ' "${paths[@]//-/_}" | sed 's/ UNION $//')) t
        ")" "$(committed)"
}

@test "on_conflict: nothing keeps the first row, update takes the last; not for COPY" {
    cat >s.sql <<'SQL'
CREATE TABLE first (id bigint PRIMARY KEY, k int UNIQUE, n bigint,
    changes int NOT NULL DEFAULT -1);
CREATE TABLE last (k int PRIMARY KEY, n bigint, changes int NOT NULL DEFAULT -1);
CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN NEW.changes := OLD.changes + 1; RETURN NEW; END';
CREATE TRIGGER change BEFORE UPDATE ON first FOR EACH ROW EXECUTE FUNCTION change();
CREATE TRIGGER change BEFORE UPDATE ON last FOR EACH ROW EXECUTE FUNCTION change();
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
tables:
  first: {columns: {id: {gen: serial}, k: {gen: int, min: 1, max: 5}, n: {gen: serial},
    changes: default}}
  last: {columns: {k: {gen: int, min: 1, max: 5}, n: {gen: serial}, changes: default}}
steps:
  - {name: first, weight: 1, insert: first, on_conflict: nothing, conflict: [k]}
  - {name: many, weight: 1, insert: first, path: unnest, batch: 3, on_conflict: nothing, conflict: [k]}
  - {name: last, weight: 1, insert: last, on_conflict: update}
YAML
    # Few keys, so that a slow machine draws each of them too.
    mix --pool 1
    rows_agree
    is "the rows that stayed" 'SELECT count(*), count(DISTINCT k), max(changes) FROM first' '5|5|-1'
    is "the rows that were overwritten" 'SELECT count(*), max(n) > 5 FROM last' '5|t'
    holds '.cells[0] | .errors == [] and .rounds[0].accounting.failed == 0'
    # Each upsert has inserted its row or changed one, and how many rows there are then follows from
    # nothing that was acknowledged: that table is left out of what is verified, and it is said.
    is "the upserts" "SELECT sum(changes) + 2 * count(*) FROM last" \
        "$(result '.cells[0].tables[] | select(.name == "last").inserted')"
    holds '.cells[0].tables | map({(.name): .counted}) | add == {first: true, last: false}'
    told '^not counted +last: '
    sed -i 's/path: unnest/path: copy-text/' w.yaml
    drop_kept
    ends 2
    told '^pgwrite: w.yaml:8:5: step "many": path copy-text: COPY has no ON CONFLICT' err
    assert_no_schema
}

@test "update: the columns of its set get new values, each time, and no others" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {weight: 1, update: item, set: [b]}
YAML
    mix
    # Two draws from a thousand million are the same once in a long while.
    is "the changes" "SELECT sum(touched), sum(a_changed), sum(b_changed) >= sum(touched) - 1
        FROM item" "$(committed)|0|t"
    rows_agree
}

@test "rows that something else takes away are missed, and told" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {name: change, weight: 6, update: item, set: [b]}
  - {name: take, weight: 1, sql: "DELETE FROM item WHERE id = (SELECT min(id) FROM item)"}
YAML
    ends 0
    holds '.cells[0].steps | map({(.name): .}) | add | .take.missed == 0 and .change.missed > 0
        and .change.missed == .change.commits - .change.rows'
    holds '.cells[0] | .missed == .steps[0].missed and .rounds[0].accounting.missed >= .missed'
    told 'warning.*: [0-9,]+ updates or deletes by key found their row gone: '
    assert_no_schema
}

@test "keys are of rows that are there, with inserts and deletes going on" {
    items
    sed -i 's/rows: 1000/rows: 200/' w.yaml
    cat >>w.yaml <<'YAML'
steps:
  - {name: insert, weight: 30, insert: item, path: multirow, batch: 1..3}
  - {name: read, weight: 20, select: item, keys: latest}
  - {name: change, weight: 20, update: item, set: [a, b], keys: zipf}
  - {name: remove, weight: 30, delete: item, keys: latest}
YAML
    # One after the other, nothing comes between the drawing of a key and its use.
    mix --pool 1
    rows_agree
    no_misses read change remove
    is "errors" "SELECT count(*) FROM item WHERE id IS NULL" 0
    drop_kept
    unset PGOPTIONS
    # Several at a time: what one has drawn, another must not take away.
    mix --pool 8 --threads 2
    rows_agree
    no_misses read change remove
    holds '.cells[0].tables[0] | .deleted > 100 and .inserted > 100'
}

@test "keys: uniform, zipf and latest" {
    local pick
    for pick in uniform zipf latest; do
        items
        cat >>w.yaml <<YAML
steps:
  - {weight: 1, update: item, set: [b], keys: $pick}
YAML
        mix --threads 1
        # Harmonic numbers: a zipf of skew 1 over 1,000 rows takes the first 1 / H(1000), and the
        # first ten H(10) / H(1000), of all.
        IFS='|' read -r n first ten last <<<"$(sql "SELECT sum(touched),
            sum(touched) FILTER (WHERE id = (SELECT min(id) FROM item)),
            sum(touched) FILTER (WHERE id < (SELECT min(id) + 10 FROM item)),
            sum(touched) FILTER (WHERE id = (SELECT max(id) FROM item)) FROM item")"
        case $pick in
        uniform)
            within_4_sigma "uniform: the first ten" "$ten" "$n" 0.01
            ;;
        zipf)
            within_4_sigma "zipf: the first" "$first" "$n" 0.133591
            within_4_sigma "zipf: the first ten" "$ten" "$n" 0.391287
            ;;
        latest)
            within_4_sigma "latest: the last" "$last" "$n" 0.133591
            ;;
        esac
        drop_kept
        unset PGOPTIONS
    done
}

@test "keys: latest follows the rows that are written" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {weight: 1, insert: item}
  - name: use
    weight: 3
    sql: >-
      INSERT INTO log (item_id, age)
      SELECT id, (SELECT max(id) FROM item) - id FROM item WHERE id = ${key item.id latest}
YAML
    mix --pool 1
    no_misses use
    # The newest has 1 / H(n) of all, n growing from 1,000.
    is "the newest" "WITH h AS (SELECT sum(1.0 / i) AS last FROM
            generate_series(1, (SELECT count(*) FROM item)) i),
        seen AS (SELECT count(*) AS n, count(*) FILTER (WHERE age = 0) AS k,
            count(*) FILTER (WHERE item_id > 1000) > 0.1 * count(*) AS new FROM log)
        SELECT k - n * 0.133591 <= 4 * sqrt(n * 0.1336 * 0.8664),
            n / last - k <= 4 * sqrt(n * 0.1336 * 0.8664), new FROM h, seen" 't|t|t'
}

@test "sql: keys of rows that are there, values drawn anew" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - name: note
    weight: 1
    sql: INSERT INTO log (item_id, v) VALUES (${key item.id}, ${int 1..9})
YAML
    mix
    is "the notes" 'SELECT count(*), min(v), max(v), count(DISTINCT v), count(DISTINCT item_id) > 100,
        bool_and(item_id IN (SELECT id FROM item)) FROM log' "$(committed)|1|9|9|t|t"
    # How many rows SQL of the user's inserts is nobody's business but his.
    holds '.cells[0].tables | map({(.name): .counted}) | add == {item: true, log: false}'
    told '^not counted +log: '
}

@test "a transaction: inserts that share a value, a pause, and SQL with both" {
    cat >s.sql <<'SQL'
CREATE TABLE app (id uuid PRIMARY KEY, sum int NOT NULL);
CREATE TABLE audit (id bigint PRIMARY KEY, app uuid NOT NULL, at timestamptz NOT NULL
    DEFAULT clock_timestamp(), began timestamptz NOT NULL DEFAULT now());
CREATE TABLE note (app uuid, at timestamptz, n int);
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
tables:
  app: {columns: {id: {gen: uuid}}}
  audit: {columns: {id: {gen: serial}, at: default, began: default}}
  note: {}
steps:
  - name: apply
    weight: 1
    transaction:
      - insert: app
      - insert: audit
        rows: 2
        set: {app: app.id}
      - pause: 20ms..40ms
      - sql: INSERT INTO note VALUES (${new app.id}, clock_timestamp(), ${int 1..3})
YAML
    "$PGWRITE" check w.yaml >"$WORLD/out"
    told '^app +uuid +– +app\.id, step apply$'
    told '^  app +\(from app\.id, step apply\)$'
    mix --pool 8
    rows_agree
    is "the applications" "SELECT count(*) FROM app" "$(committed)"
    is "audits of each, in its transaction" "SELECT DISTINCT count(u.app), bool_and(
        u.xmin::text = a.xmin::text) FROM app a LEFT JOIN audit u ON u.app = a.id GROUP BY a.id" '2|t'
    is "notes of each, in its transaction" "SELECT DISTINCT count(*), count(n.app), bool_and(
        n.xmin::text = a.xmin::text) FROM app a LEFT JOIN note n ON n.app = a.id
        GROUP BY a.id" '1|1|t'
    # The transaction was open meanwhile.
    is "the pauses" "SELECT min(n.at - u.at) >= '20 ms', min(u.began) < min(n.at),
        count(DISTINCT date_trunc('milliseconds', n.at - u.at)) > 5
        FROM note n JOIN audit u USING (app)" 't|t|t'
    holds '.cells[0].latency.response.p50 >= 20000'
}

@test "consumers that skip locked rows: a queue drains, and nothing is done twice" {
    cat >s.sql <<'SQL'
CREATE TABLE job (id bigint PRIMARY KEY, done int NOT NULL DEFAULT 0);
CREATE TABLE done (job bigint, pid int DEFAULT pg_backend_pid(), began timestamptz DEFAULT now(),
    at timestamptz DEFAULT clock_timestamp());
CREATE INDEX ON job (id) WHERE done = 0;
SQL
    cat >w.yaml <<'YAML'
schema: s.sql
tables: {job: {rows: 400, columns: {id: {gen: serial}, done: default}}, done: {}}
steps:
  - name: consume
    weight: 1
    transaction:
      - sql: >-
          WITH mine AS (SELECT id FROM job WHERE done = 0 ORDER BY id LIMIT 1
            FOR UPDATE SKIP LOCKED), kept AS (INSERT INTO done (job) SELECT id FROM mine)
          UPDATE job SET done = done + 1 FROM mine WHERE job.id = mine.id
      - pause: 1ms..5ms
YAML
    mix --pool 8 --duration 1500ms
    is "what was done" 'SELECT min(done), max(done), count(*) FROM job' '1|1|400'
    is "what was written of it" 'SELECT count(*), count(DISTINCT job) FROM done' '400|400'
    # Side by side: others have done theirs while a transaction was open, in its pause.
    is "who has done it" 'SELECT count(DISTINCT pid) > 4 FROM done' t
    is "what was done meanwhile" "SELECT count(*) > 20 FROM done a WHERE EXISTS (SELECT FROM done b
        WHERE b.pid <> a.pid AND b.at BETWEEN a.at AND a.at + '1 ms')" t
}

@test "weights are shares" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {name: rare, weight: 1, sql: "INSERT INTO log (v) VALUES (1)"}
  - {name: some, weight: 2.5, sql: "INSERT INTO log (v) VALUES (2)"}
  - {name: most, weight: 6.5, sql: "INSERT INTO log (v) VALUES (3)"}
YAML
    mix
    IFS='|' read -r n rare some <<<"$(sql 'SELECT count(*), count(*) FILTER (WHERE v = 1),
        count(*) FILTER (WHERE v = 2) FROM log')"
    same "all of them" "$n" "$(committed)"
    within_4_sigma rare "$rare" "$n" 0.1
    within_4_sigma some "$some" "$n" 0.25
}

@test "probabilities: a user walks the list in order" {
    items
    cat >>w.yaml <<'YAML'
steps:
  - {name: look, probability: 100%, sql: "INSERT INTO log (v) VALUES (1)"}
  - {name: choose, probability: 40%, sql: "INSERT INTO log (v) VALUES (2)"}
  - {name: pay, probability: 15%, sql: "INSERT INTO log (v) VALUES (3)"}
YAML
    mix --users 1 --think 0 --pool 1
    is "the walk" "SELECT string_agg(v::text, '' ORDER BY n) ~ '^(12?3?)*$' FROM log" t
    IFS='|' read -r looks choices pays <<<"$(sql 'SELECT count(*) FILTER (WHERE v = 1),
        count(*) FILTER (WHERE v = 2), count(*) FILTER (WHERE v = 3) FROM log')"
    within_4_sigma choose "$choices" "$looks" 0.4
    within_4_sigma pay "$pays" "$looks" 0.15
}

@test "what a trigger takes away is missed" {
    items
    cat >>s.sql <<'SQL'
CREATE FUNCTION drop_some() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN IF NEW.id % 50 = 0 THEN RETURN NULL; END IF; RETURN NEW; END';
CREATE TRIGGER drop_some BEFORE INSERT ON item FOR EACH ROW EXECUTE FUNCTION drop_some();
SQL
    sed -i 's/rows: 1000/rows: 0/' w.yaml
    echo 'steps: [{name: write, weight: 1, transaction: [{insert: item}]}]' >>w.yaml
    ends 1 --on-error continue
    told '1 rows? were sent in one commit, and the server acknowledged 0' err
    told '^hint: a trigger' err
    # One that the server's answer does not show.
    sed -i 's/BEFORE INSERT/AFTER INSERT/; s/IF NEW.id % 50 = 0 THEN RETURN NULL/IF NEW.id % 50 = 0 THEN DELETE FROM item WHERE id = NEW.id/; s/RETURN NEW; END/RETURN NULL; END/' s.sql
    ends 1
    told 'verification failed: table item: [0-9]+ rows acknowledged, [0-9]+ found: [0-9]+ lost$' err
    holds '.cells[0].verified | .ok == false and .lost > 0'
    assert_no_schema
}

@test "checks hold, fail and say so" {
    items
    cat >>w.yaml <<'YAML'
steps: [{weight: 1, insert: item}]
checks:
  - {name: numbered, sql: SELECT FROM item WHERE id < 0}
YAML
    ends 0
    holds '.cells[0].checks == [{name: "numbered", ok: true, rows: 0}]'
    told 'check .*✓ numbered'
    cat >>w.yaml <<'YAML'
  - {name: nobody is the seventh, sql: SELECT FROM item WHERE id = 7}
YAML
    ends 1
    told '^pgwrite: .*check "nobody is the seventh" failed: 1 row came back$' err
    told 'check .*✗ nobody is the seventh'
    holds '.verdict == "fail"'
    # One that can't be answered is no pass.
    sed -i 's/WHERE id = 7/WHERE 7 \/ (id - id) = 7/' w.yaml
    ends 1
    told '^pgwrite: .*check "nobody is the seventh".*division by zero' err
    told 'check +– nobody is the seventh: could not be asked'
    # One that can't be asked is known before anything is measured.
    sed -i 's/WHERE 7.*/WHERE nothing = 7}/' w.yaml
    rm -f "$JSON"
    ends 2
    told '^pgwrite: w.yaml:14:5: check "nobody is the seventh": .*column "nothing"' err
    [ ! -e "$JSON" ]
    assert_no_schema
}
