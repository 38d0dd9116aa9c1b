# What the program has, the documents name. Each missing word is told.

load helpers

setup() {
    cli_setup
    cd "$TOP"
}

teardown() {
    cli_teardown
}

# told FILE… <<WORDS: each word stands in one of the files as `code`, alone or among other words.
told() {
    local word missing=()
    while read -r word; do
        grep -qE -- "\`([^\`]* )?${word/\?/[?]}(\`| )" "$@" || missing+=("$word")
    done
    [ ${#missing[@]} = 0 ] && return
    echo "not in $*: ${missing[*]}"
    return 1
} >&2

# options_of COMMAND: those of its --help, long and short, one a line
options_of() {
    invoke "$1" --help
    grep -oE '^ +(-., )?--[a-z][a-z-]*' <<<"$output" | grep -oE -- '-[^ ,]+'
}

# The part of docs/options.md before its first section, and the section of a command.
section() {
    sed '/^## /,$d' docs/options.md
    awk -v start="^## pgwrite $1( |\$)" '/^## / {on = $0 ~ start} on' docs/options.md
}

@test "every option of every command stands in docs/options.md, under its command" {
    for command in $(all_commands); do
        section "$command" >"$WORLD/options.md of $command"
        options_of "$command" >"$WORLD/options"
        grep -qx -- --help "$WORLD/options"
        told "$WORLD/options.md of $command" <"$WORLD/options"
    done
}

@test "every option that docs/options.md names is there" {
    for command in $(all_commands); do
        options_of "$command"
    done >"$WORLD/options"
    echo --version >>"$WORLD/options"
    named=$(grep -oE -- '(^|[^a-z-])--[a-z][a-z-]*' docs/options.md | grep -oE -- '--.*' | sort -u)
    has "docs/options.md" --rows "$named"
    same "options that no command has" "" "$(grep -vxF -f "$WORLD/options" <<<"$named" || true)"
}

@test "every command has a section in docs/options.md" {
    for command in $(all_commands); do
        has docs/options.md $'\n'"## pgwrite $command" "$(<docs/options.md)"
    done
}

@test "every write path stands in docs/options.md, and in the output that the README shows" {
    invoke list paths
    names=$(awk '{print $1}' <<<"$output")
    told docs/options.md <<<"$names"
    same "not in README.md" "" "$(grep -vxF -f <(grep -oE '[a-z-]+' README.md) <<<"$names" || true)"
}

@test "every generator stands in docs/workloads.md" {
    invoke list generators
    names=$(awk '/^[a-z]/ {print $1}' <<<"$output")
    told docs/workloads.md <<<"$names"
}

@test "every metric, latency and drift stands in docs/workloads.md" {
    invoke list metrics
    told docs/workloads.md <<<"$(awk '/^[a-z]/ && !/^p99\(/ {sub(/\(.*/, "", $1); print $1}' <<<"$output" |
        grep -vxE 'avg|min|max|drift')"
    told docs/workloads.md <<<"$(sed -nE 's/^ +(LATENCY|FIGURE): +//p' <<<"$output" | tr -d , | tr ' ' '\n')"
}

@test "every workload stands in the README or in docs" {
    invoke list workloads
    told README.md docs/*.md <<<"$(awk '{print $1}' <<<"$output")"
}

@test "every exit code of the source stands in docs/options.md" {
    codes=$(sed -n 's/^ *EXIT_[A-Z]* = \([0-9]*\),.*/\1/p' src/base/error.h)
    [ -n "$codes" ]
    for code in $codes; do
        has docs/options.md $'\n'"| $code |" "$(<docs/options.md)"
    done
}

@test "the documents link to files that are there" {
    broken=""
    for file in *.md docs/*.md; do
        for target in $(grep -oE '\]\([^):#]+' "$file" | cut -c3- | grep -vxE 'https?'); do
            [ -e "$(dirname "$file")/$target" ] || broken+="$file: $target"$'\n'
        done
    done
    same "links to nothing" "" "$broken"
}

@test "docs/tune.md has the table of \`pgwrite list settings\`" {
    invoke list settings
    # An entry's lines: name, what a change takes, durability, values; why; what it costs.
    rows=$(awk '
        function row() {
            if (!name)
                return
            split(text, part, " Cost: ")
            sub(/\.$/, "", part[2])
            printf "| `%s` | %s | %s | %s | %s |\n", name, takes, values, substr(part[1], 2),
                part[2] ? part[2] : "–"
        }
        /^[^ ]/ {
            row()
            name = $1
            takes = $2
            $1 = $2 = $3 = text = ""
            sub(/^ +/, "")
            gsub(/, /, "`, `")
            values = "`" $0 "`"
            next
        }
        {
            sub(/^ +/, "")
            text = text " " $0
        }
        END { row() }' <<<"$output")
    [ "$(wc -l <<<"$rows")" -ge 14 ]
    same "docs/tune.md" "$rows" \
        "$(sed -n '/^| setting | takes /,/^$/p' docs/tune.md | sed -e 1,2d -e '/^$/d')"
}
