# Help, version, and words that pgwrite does not know.
#
# golden/run-help.txt is what `pgwrite run --help` prints. After a change that is meant:
#     build/pgwrite run --help >tests/cli/golden/run-help.txt

load helpers

setup() {
    cli_setup
}

teardown() {
    cli_teardown
}

@test "without a command: the help, as an error" {
    invoke --help
    same "exit code" 0 "$status"
    same "stderr" "" "$errors"
    has "--help" "Usage: pgwrite COMMAND" "$output"
    help=$output
    refused 2 <<<"$help"
}

@test "--help, -? and help are the same" {
    invoke --help
    help=$output
    for word in '-?' help; do
        invoke "$word"
        same "exit code of $word" 0 "$status"
        same "$word" "$help" "$output"
    done
}

@test "--help names every command of the source" {
    listed=$(all_commands | sort)
    sources=$(cd "$TOP/src/cli" && ls cmd_*.c)
    same "commands" "$(sed 's/^cmd_\(.*\)\.c$/\1/' <<<"$sources" | sort)" "$listed"
}

@test "each command has its own --help, and needs no server for it" {
    for command in $(all_commands); do
        invoke "$command" --help
        same "exit code of $command --help" 0 "$status"
        same "stderr of $command --help" "" "$errors"
        has "$command --help" "Usage: pgwrite $command" "$output"
        has "$command --help" "--help" "$output"
        help=$output
        invoke "$command" '-?'
        same "$command -?" "$help" "$output"
        invoke "$command" --usage
        same "exit code of $command --usage" 0 "$status"
        has "$command --usage" "Usage: pgwrite $command" "$output"
    done
}

@test "run --help is as it was" {
    invoke run --help
    diff "$BATS_TEST_DIRNAME/golden/run-help.txt" <(printf '%s\n' "$output")
}

@test "--version is one line: the version and the libraries" {
    invoke --version
    same "exit code" 0 "$status"
    same "stderr" "" "$errors"
    form='^pgwrite ([0-9]+\.[0-9]+\.[0-9]+) \(libpq [0-9]+(\.[0-9]+)+, (no )?libpqtypes\)$'
    [[ $output =~ $form ]] || has "--version" "the form $form" "$output"
    same "version" "$(<"$TOP/VERSION")" "${BASH_REMATCH[1]}"
    version=$output
    invoke -V
    same "-V" "$version" "$output"
}

@test "unknown command" {
    refused 2 rum <<'END'
pgwrite: "rum" is no command
hint: did you mean `pgwrite run`?
END
    refused 2 chekc events <<'END'
pgwrite: "chekc" is no command
hint: did you mean `pgwrite check`?
END
    refused 2 frobnicate <<'END'
pgwrite: "frobnicate" is no command
hint: `pgwrite --help` lists the commands
END
    refused 2 --pool 4 <<'END'
pgwrite: "--pool" is no command
hint: `pgwrite --help` lists the commands
END
}

@test "unknown option" {
    refused 2 run --pol 4 <<'END'
pgwrite: --pol: unknown option
hint: did you mean --pool?
END
    refused 2 run --bacth=4 <<'END'
pgwrite: --bacth=4: unknown option
hint: did you mean --batch?
END
    refused 2 run -x <<'END'
pgwrite: -x: unknown option
hint: `--help` lists the options
END
    refused 2 check events --frobnicate <<'END'
pgwrite: --frobnicate: unknown option
hint: `--help` lists the options
END
    refused 2 clean --yess <<'END'
pgwrite: --yess: unknown option
hint: did you mean --yes?
END
    refused 2 list paths --pool 4 <<'END'
pgwrite: --pool: unknown option
hint: `--help` lists the options
END
}

@test "the nearest option is found in every group of options" {
    invoke run --help
    for option in $(grep -oE -- '--[a-z][a-z-]*' <<<"$output" | sort -u); do
        case $option in
        --help | --usage) continue ;;
        esac
        invoke run "${option}x"
        same "exit code of run ${option}x" 2 "$status"
        has "run ${option}x" "did you mean $option?" "$errors"
    done
}

@test "an option without its value, a flag with one" {
    invoke run --help
    for option in $(grep -oE -- '--[a-z][a-z-]*=' <<<"$output" | tr -d =); do
        refused 2 run "$option" <<<"pgwrite: $option: missing argument"
    done
    refused 2 run -p <<<"pgwrite: -p: missing argument"
    for option in --keep --quiet --throwaway --connect-each --quick --dry-run; do
        refused 2 run "$option=yes" <<<"pgwrite: $option=yes: option does not take an argument"
    done
}

@test "unknown list" {
    refused 2 list <<'END'
pgwrite: which list?
hint: paths, generators, workloads, metrics, settings or reports
END
    refused 2 list path <<'END'
pgwrite: there is no list "path"
hint: did you mean paths?
END
    refused 2 list frob <<'END'
pgwrite: there is no list "frob"
hint: paths, generators, workloads, metrics, settings or reports
END
    refused 2 list paths generators <<'END'
pgwrite: "generators": one list at a time
END
}

@test "too few words, too many" {
    refused 2 check <<'END'
pgwrite: which workload?
hint: `pgwrite check FILE.yaml`, or a built-in one: `pgwrite list workloads`
END
    refused 2 clean everything <<'END'
pgwrite: "everything": clean takes no argument
hint: a server is named by -d, -h, -p, -U
END
    for command in run check; do
        refused 2 "$command" events other <<'END'
pgwrite: "other": one workload at a time
hint: options have two dashes, values with blanks need quotes
END
    done
}

@test "a connection where a file is expected is refused, and its password is not told" {
    uri=postgres://u:secret@h/db
    for words in "run $uri" "run events $uri" "check $uri" "tune $uri" "size $uri" \
        "ab -A workload=$uri" "ab -B schema=$uri" "run --schema $uri"; do
        # shellcheck disable=SC2086 # several words
        invoke $words
        same "exit code of $words" 2 "$status"
        has "$words" "is a connection, not a file" "$errors"
        [[ $errors != *secret* ]]
    done
}

@test "unknown workload" {
    refused 2 run --pg-bin "$NO_SERVER" evnts <<'END'
pgwrite: no built-in workload is called "evnts"
hint: did you mean "events"? `pgwrite list workloads` shows those built in
END
    refused 2 check --pg-bin "$NO_SERVER" missing.yaml <<'END'
pgwrite: can't read "missing.yaml": No such file or directory
hint: `pgwrite list workloads` shows those built in
END
    echo 'schema: s.sql' >local
    refused 2 check --pg-bin "$NO_SERVER" local <<'END'
pgwrite: no built-in workload is called "local"
hint: for the file of that name write "./local"
END
}

@test "output that can't be written is a failure" {
    [ -c /dev/full ] || skip "no /dev/full"
    for words in --help --version "list paths" "list generators" "list workloads" "list metrics" \
        "list settings"; do
        code=0
        # shellcheck disable=SC2086 # several words
        errors=$("${PGWRITE:-$(build_dir)/pgwrite}" $words 2>&1 >/dev/full) || code=$?
        has "$words" "can't write to standard output" "$errors"
        same "exit code of $words" 1 "$code"
    done
}
