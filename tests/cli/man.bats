# The manual page, and what `make install` does with it.

load helpers

setup() {
    cli_setup
}

teardown() {
    cli_teardown
}

@test "mandoc finds nothing to warn of" {
    command -v mandoc >/dev/null || skip "no mandoc"
    invoke man
    same "exit code" 0 "$status"
    same "stderr" "" "$errors"
    same "mandoc" "" "$(mandoc -T lint -W warning <<<"$output" 2>&1 || true)"
}

@test "it tells of every command and of every option, with what --help says of it" {
    command -v mandoc >/dev/null || skip "no mandoc"
    invoke man
    page=$(mandoc -T ascii -O width=200 <<<"$output" | col -bx)
    for command in $(all_commands); do
        part=$(awk -v start="^   pgwrite $command( |\$)" '/^(   )?[^ ]/ {on = $0 ~ start} on' <<<"$page")
        has "man page" "pgwrite $command" "$part"
        invoke "$command" --help
        for option in $(grep -oE -- '^ +(-., )?--[a-z][a-z-]*' <<<"$output" | grep -oE -- '--.*'); do
            has "man page of $command" "$option" "$part "
        done
    done
    has "man page" "write paths (default: all; see" "$page"
    has "man page" "-d, --dbname NAME" "$page"
    for code in $(sed -n 's/^ *EXIT_[A-Z]* = \([0-9]*\),.*/\1/p' "$TOP/src/base/error.h"); do
        grep -qE "^ +$code( |\$)" <<<"$page"
    done
}

@test "its date can be fixed" {
    SOURCE_DATE_EPOCH=86400 invoke man
    same "first line" ".Dd January  2, 1970" "$(head -1 <<<"$output")"
}

@test "its examples are taken by the option parser" {
    invoke man
    examples=$(sed -n 's/^\.Dl pgwrite //p' <<<"$output" | sed "s/\\\\(aq/'/g")
    [ "$(wc -l <<<"$examples")" -ge 6 ]
    while read -r example; do
        case $example in
        "report "* | "compare "*) continue ;; # they read files
        esac
        eval "invoke $example --pg-bin \"$NO_SERVER\""
        has "$example" "does not hold both initdb and postgres" "$errors"
    done <<<"$(grep -vE -- ' -d ' <<<"$examples")"
}

@test "make install and uninstall" {
    # In a folder of its own: the program that other tests run must not be linked anew meanwhile.
    local built flags
    built=$(build_dir)
    flags=$(<"$built/flags")
    mkdir "$WORLD/build"
    cp -a "$built"/{config.mk,flags,objects,embed-list,embedded.*,libpgwrite.a,pgwrite,src} \
        "$WORLD/build"
    [[ $flags != *-Werror* ]] || export WERROR=1
    export CC=${flags%% *}
    make -s -C "$TOP" BUILD="$WORLD/build" DESTDIR="$WORLD/d" PREFIX=/usr install >/dev/null
    for file in man/man1/pgwrite.1 bash-completion/completions/pgwrite zsh/site-functions/_pgwrite; do
        [ -s "$WORLD/d/usr/share/$file" ]
    done
    make -s -C "$TOP" BUILD="$WORLD/build" DESTDIR="$WORLD/d" PREFIX=/usr uninstall
    same "files left" "" "$(find "$WORLD/d" -type f)"
}
