# Columns that are made from each other: joined with the catalog by `pgwrite check`, which draws
# rows as a run does, and by a run.

load helpers

setup() {
    cli_setup
    cat >s.sql <<'END'
CREATE TABLE loans (
    id bigint PRIMARY KEY, session_id uuid NOT NULL, kind text NOT NULL,
    city text NOT NULL, country text NOT NULL, size int NOT NULL,
    score int NOT NULL, approved boolean NOT NULL, rate float8, term smallint, total numeric(12, 2),
    created_at timestamptz DEFAULT now());
END
}

teardown() {
    cli_teardown
}

# workload [LINE…]: w.yaml with these columns besides those that are always there
workload() {
    cat >w.yaml <<'END'
schema: s.sql
load: {rows: 500, rounds: 1, path: [insert, copy-binary], pool: 2, batch: 7}
columns:
  id: {gen: serial}
  session_id: {gen: uuid, per: commit}
  kind: {gen: funnel, of: {view: 1, buy: 30%}}
  city: {gen: joint, key: place, values: [Berlin, Paris, Lyon], weights: [5, 3, 1]}
  country: {gen: joint, key: place, values: [DE, FR, FR]}
  size: {gen: joint, key: place, values: [3600, 2100, 500]}
  score: {gen: int, min: 300, max: 850}
END
    printf '%s\n' "$@" >>w.yaml
}

# drawn COLUMN: its value in each row that `check` shows
drawn() {
    sed -n '/^row 0/,$p' <<<"$output" | sed -n "s/^ *$1  *\([^ ]*\)\$/\1/p"
}

@test "values fit each other" {
    workload '  approved: {gen: expr, from: score > 575, type: bool}' \
        '  term: {gen: choice, of: [12, 24]}' \
        "  rate: {gen: expr, from: 'approved ? score / 8 : 0', type: float}" \
        '  total: {gen: expr, from: (size + score) * term, scale: 2}'
    invoke check w.yaml
    same "stderr" "" "$errors"
    same "exit code" 0 "$status"
    [ "$(drawn id | wc -l)" -ge 2 ]
    expected=$(paste -d ' ' <(drawn city) <(drawn score) <(drawn term) | awk '{
        size["Berlin"] = 3600; size["Paris"] = 2100; size["Lyon"] = 500
        approved = ($2 > 575)
        printf "%s %s %g %.2f %d\n", ($1 == "Berlin" ? "DE" : "FR"), (approved ? "t" : "f"),
            (approved ? $2 / 8 : 0), (size[$1] + $2) * $3, size[$1] }')
    same "rows" "$expected" "$(paste -d ' ' <(drawn country) <(drawn approved) <(drawn rate) \
        <(drawn total) <(drawn size))"
}

# refused_columns LINE… <<MESSAGE
refused_columns() {
    workload "$@"
    refused 2 check w.yaml
}

@test "columns that can't be used" {
    refused_columns '  approved: {gen: expr, from: created_at > 1, type: bool}' <<'END'
pgwrite: w.yaml:11:25: column approved: from: "created_at" (character 1) is filled by the server
  approved: {gen: expr, from: created_at > 1, type: bool}
                        ^
hint: it can use id, size, score, rate, term, total
END
    refused_columns '  approved: {gen: expr, from: rate > 1, type: bool}' <<'END'
pgwrite: w.yaml:11:25: column approved: it is NOT NULL, and "rate", from which it is made, can be NULL
  approved: {gen: expr, from: rate > 1, type: bool}
                        ^
hint: give "rate" a generator without NULLs, or `{null: 0}`
END
    refused_columns '  rate: {gen: expr, from: total}' '  total: {gen: expr, from: rate}' <<'END'
pgwrite: w.yaml:11:21: column rate: columns are made from each other in a circle: rate, made from total, made from rate
  rate: {gen: expr, from: total}
                    ^
hint: one of them needs a generator that takes nothing from the others
END
}

@test "a run writes and verifies them" {
    workload '  approved: {gen: expr, from: score % 100 > 50, type: bool}' \
        '  total: {gen: expr, from: score * approved, scale: 2}'
    invoke run w.yaml
    same "exit code" 0 "$status"
    has "stdout" "all 1,000 acknowledged rows are in their tables" "$output"
}
