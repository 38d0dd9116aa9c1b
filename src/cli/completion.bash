# bash completion of pgwrite, written by `pgwrite completion bash`. Works with bash 3.2, and without
# the package bash-completion.

_pgwrite_words() { # WORDS CURRENT
    local IFS=$'\n'
    COMPREPLY=($(compgen -W "${1// /$'\n'}" -- "$2"))
}

_pgwrite_list() { # WORDS CURRENT: the last one of a list with commas
    local before=
    [[ $2 != *,* ]] || before=${2%,*},
    local IFS=$'\n'
    COMPREPLY=($(compgen -P "$before" -W "${1// /$'\n'}" -- "${2##*,}"))
}

_pgwrite_keys() { # WORDS CURRENT: a value follows
    _pgwrite_words "$1" "$2"
    compopt -o nospace 2>/dev/null
}

_pgwrite_files() { # PATTERN CURRENT [WORDS]: files, if there is a pattern; folders; words
    local file IFS=$'\n'
    COMPREPLY=($(compgen -W "${3// /$'\n'}" -- "$2") $(compgen -d -- "$2"))
    if [[ $1 ]]; then
        while read -r file; do
            [[ -d $file ]] || COMPREPLY+=("$file")
        done < <(compgen -f -X "!$1" -- "$2")
    fi
    compopt -o filenames 2>/dev/null
}

_pgwrite() {
    local current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local options= pattern= words=
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _pgwrite_words "$(
            cat <<'COMMANDS'
@commands@
--help
--version
COMMANDS
        )" "$current"
        return
    fi
    # --path=copy comes as three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $before in
@values@
    esac
    case ${COMP_WORDS[1]} in
@options@
    esac
    if [[ $current == -* ]]; then
        _pgwrite_words "$options" "$current"
    elif [[ $pattern ]]; then
        _pgwrite_files "$pattern" "$current" "$words"
    else
        _pgwrite_words "$words" "$current"
    fi
}

complete -F _pgwrite pgwrite
