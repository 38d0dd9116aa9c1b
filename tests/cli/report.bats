# pgwrite report and the files of a result, as far as no server is needed: what is refused, and when.

load helpers

setup() {
    cli_setup
    touch not.json
}

teardown() {
    cli_teardown
}

@test "report asks for results, and for formats that there are" {
    refused 2 report <<'END' || return
pgwrite: which results?
hint: `pgwrite report RESULT.json --html report.html`
END
    refused 2 report --markdwn x.md not.json <<'END' || return
pgwrite: --markdwn: unknown option
hint: did you mean --markdown?
END
}

@test "a file that is no result is named" {
    for file in nowhere.json not.json; do
        invoke report --markdown x.md "$file"
        same "exit code of $file" 2 "$status" || return
        has "stderr of $file" "$file" "$errors" || return
        [ ! -e x.md ] || return
    done
}

@test "two formats in one file are refused, but for a device" {
    for command in "report not.json" "run --pg-bin $NO_SERVER"; do
        # shellcheck disable=SC2086 # several words
        refused 2 $command --html same --junit same <<'END' || return
pgwrite: --html and --junit name the same file: same
hint: each format needs a file of its own
END
    done
    invoke report not.json --html /dev/null --junit /dev/null
    has stderr not.json "$errors" || return
}

@test "one result at most goes to standard output" {
    for command in "report not.json" "run --pg-bin $NO_SERVER"; do
        # shellcheck disable=SC2086 # several words
        refused 2 $command --csv - --json - <<'END' || return
pgwrite: --json - and --csv - are both standard output
END
        # shellcheck disable=SC2086
        refused 2 $command --junit - --markdown - <<'END' || return
pgwrite: --markdown - and --junit - are both standard output
END
    done
}

@test "a file that can't be written is refused before anything is measured" {
    for format in json html markdown csv csv-series junit hlog openmetrics; do
        refused 2 run --pg-bin "$NO_SERVER" "--$format" nowhere/x <<END || return
pgwrite: --$format: can't write nowhere/x: No such file or directory
END
    done
    refused 2 tune --pg-bin "$NO_SERVER" --markdown nowhere/x <<'END' || return
pgwrite: --markdown: can't write nowhere/x: No such file or directory
END
}

@test "a dry run has no result to write" {
    for option in --json --csv --markdown --junit; do
        refused 2 run --pg-bin "$NO_SERVER" --dry-run "$option" x <<'END' || return
pgwrite: --dry-run measures nothing, and there is no result to write
hint: leave --dry-run out, or the files
END
    done
}
