# What the completion scripts offer.

load helpers

setup() {
    cli_setup
    invoke completion bash
    same "exit code" 0 "$status"
    printf '%s\n' "$output" >completion.bash
    touch mine.yaml other.txt 'a result.json'
    mkdir folder
}

teardown() {
    cli_teardown
}

# offers WORD… : one a line, what bash offers at the end of these words; the last is being typed.
offers() {
    bash --norc --noprofile -c '
        . ./completion.bash
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        _pgwrite
        printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

# offered WORDS WORD…: offers exactly these, in any order
offered() {
    local wanted=$1
    shift
    same "pgwrite ${*:2}" "$(tr ' ' '\n' <<<"$wanted" | sort)" "$(offers "$@" | sort)"
}

@test "bash: commands, options, values" {
    offered "check clean compare completion" pgwrite c
    offered "--help" pgwrite --h
    offered "--path --pg-bin --pool --pool-idle --pool-lifetime --port --protocol" pgwrite run --p
    offered "copy-text copy-csv copy-binary" pgwrite run --path copy
    offered "copy-text copy-csv copy-binary" pgwrite run --path = copy
    offered "insert,unnest" pgwrite run --path insert,u
    offered "fixed steady cycle" pgwrite run --mode ""
    offered "fixed steady cycle" pgwrite run --mode =
    offered "poisson uniform" pgwrite tune --arrival ""
    offered "p50 p95 p99" pgwrite ab --metric p
    offered "set. sql= schema=" pgwrite ab -B s
    offered "auto always never" pgwrite run --color ""
    offered "" pgwrite run --pool ""
    offered "bash zsh" pgwrite completion ""
    offered "paths generators workloads metrics settings reports" pgwrite list ""
}

@test "bash: files" {
    offered "migration mine.yaml" pgwrite run mi
    offered "folder" pgwrite check fo
    same "results" $'a result.json\nfolder\nno-server' "$(offers pgwrite report "" | sort)"
    offered "other.txt" pgwrite run --json o
    offered "folder" pgwrite run --data-dir fo
    offered "off" pgwrite run --fsync-probe of
}

@test "bash: each option of each command is offered" {
    for command in $(all_commands); do
        invoke "$command" --help
        options=$(grep -oE '^ +(-., )?--[a-z][a-z-]*|^ +-[A-Z]' <<<"$output" |
            grep -oE -- '--[a-z-]+|-[A-Z]$' | sort -u)
        same "options of $command" "$options" "$(offers pgwrite "$command" - | sort)"
    done
}

# What stands in a table of its own for completion is what the program takes.
@test "each value that is offered is one that is known" {
    for option in path mode arrival on-error protocol binding; do
        for word in $(offers pgwrite run "--$option" ""); do
            [[ $word != libpqtypes ]] || has_libpqtypes || continue
            paths=insert
            [ "$option" != path ] || paths=$word
            invoke run --path "$paths" --rate 10/s "--$option" "$word" --pg-bin "$NO_SERVER"
            [[ $errors != *"is no"* && $errors != *"not known"* && $errors != *"did you mean"* ]] || {
                echo "--$option $word: $errors" >&2
                return 1
            }
        done
    done
}

@test "unknown shell" {
    refused 2 completion <<'END'
pgwrite: for which shell?
hint: bash or zsh
END
    refused 2 completion fish <<'END'
pgwrite: there is no completion for "fish"
hint: bash or zsh
END
}

@test "zsh offers the same" {
    command -v zsh >/dev/null || skip "no zsh: scripts/install-deps full"
    invoke completion zsh
    mkdir functions
    printf '%s\n' "$output" >functions/_pgwrite
    zsh -n functions/_pgwrite
    # What a user sees: a shell on a terminal of its own, words typed, and TAB.
    cat >look.zsh <<'END'
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell 'bindkey -e; PS1= PS2= fpath=($PWD/functions $fpath); autoload -U compinit; compinit -u -D;
zstyle ":completion:*" list-prompt ""; LISTMAX=10000; COLUMNS=300; compadd() {
    builtin compadd -O found "$@"; print -rl -- $found >>offered; builtin compadd "$@"
}; autoload -Uz +X _describe; functions[describe]=$functions[_describe]; _describe() {
    [[ $4 != commands ]] || print -rl -- $commands >>offered; describe "$@"
}; zle-line-init() { print -n "EDITOR $((++edited)) "; }; zle -N zle-line-init'
# Only the line editor reads TAB and ^U as keys: before it is there the terminal takes them itself.
edited=0
for typed in "$@"; do
    zpty -r shell line "*EDITOR $((++edited)) *"
    zpty -w -n shell "$typed"$'\t'$'\x15\n'
done
zpty -r shell line "*EDITOR $((++edited)) *"
zpty -d shell
END
    timeout 30 zsh -f look.zsh 'pgwrite comple' 'pgwrite run --pool-' 'pgwrite run --mode ' \
        'pgwrite run --path insert,un' 'pgwrite list set' 'pgwrite ab -B sq' >/dev/null
    for word in completion: compare: pool-idle fixed unnest settings sql=; do
        has "what zsh offers" "$word" "$(<offered)"
    done
}
