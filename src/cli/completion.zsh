#compdef pgwrite
# zsh completion of pgwrite, written by `pgwrite completion zsh`.

_pgwrite_list() { # NAME WORD...: some of them, with commas between
    local name=$1
    shift
    _values -s , $name $@
}

_pgwrite_keys() { # WORD...: a value follows
    compadd -S '' -- $@
}

_pgwrite_folders() { # WORD...: folders, or one of these
    _alternative 'folders:folder:_files -/' "words:word:($*)"
}

_pgwrite_files() { # PATTERN WORD...: files, or one of these
    _alternative "words:built in:(${argv[2,-1]})" "files:file:_files -g '$1'"
}

_pgwrite() {
    if ((CURRENT == 2)); then
        local -a commands=(
@commands@
        )
        _describe -t commands command commands
        return
    fi
    local command=$words[2]
    shift words
    ((CURRENT--))
    case $command in
@options@
    esac
}

if [[ $funcstack[1] == _pgwrite ]]; then
    _pgwrite "$@"
else
    compdef _pgwrite pgwrite
fi
