# What the tests against a server share. Load it with `load helpers`; call world_setup in setup and
# world_teardown in teardown.

# Where the programs under test are.
build_dir() {
    local here
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    echo "${PGWRITE_BUILD:-$here/../../build}"
}

# violations FILE: what in a result is not as docs/result.schema.json has it, a line each.
violations() {
    local here
    here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
    jq -r --slurpfile schema "$here/../../docs/result.schema.json" -f "$here/schema.jq" "$1"
}

# as_schema_says STUDY FILE: a whole result of that study.
as_schema_says() {
    local wrong
    wrong=$(jq -r --arg study "$1" 'select(.study != $study) | "it is \(.study), not \($study)"' "$2" &&
        violations "$2") || return
    [ -z "$wrong" ] || {
        printf '%s is not as docs/result.schema.json says:\n%s\n' "$2" "$wrong" >&2
        return 1
    }
}

# broken FILE EDIT MESSAGE: with that change by jq the check of the schema says so, and no more.
broken() {
    local wrong
    wrong=$(jq "$2" "$1" | violations /dev/stdin) || return
    [ "$wrong" = "$3" ] || {
        printf 'with %s the schema says\n%s\nand not\n%s\n' "$2" "$wrong" "$3" >&2
        return 1
    }
}

# A folder of the test's own that the server's user can enter (bats's own folders are closed), named
# by WORLD and TMPDIR, and a record of what there is now.
world_setup() {
    WORLD=$(mktemp -d /tmp/pgw-test-XXXXXX)
    chmod 1777 "$WORLD"
    export TMPDIR=$WORLD
    unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGSERVICE PGUSER PGOPTIONS
    CHILDREN=()
    world_shm_files >"$WORLD/.shm_files"
    world_segments >"$WORLD/.segments"
}

# Ends what the test started, whatever came of it, and removes the folder.
world_teardown() {
    local pid
    for pid in "${CHILDREN[@]}" $(world_processes); do
        kill -KILL "$pid" 2>/dev/null || true
    done
    rm -rf "$WORLD"
}

# Processes that work in WORLD, or in a folder of it that is gone. Zombies work nowhere: in some
# containers nobody reaps them.
world_processes() {
    local cwd pid
    for cwd in /proc/[0-9]*/cwd; do
        case $(readlink "$cwd" 2>/dev/null) in
        "$WORLD"/*)
            pid=${cwd#/proc/}
            echo "${pid%/cwd}"
            ;;
        esac
    done
}

world_shm_files() {
    find /dev/shm -maxdepth 1 -name 'PostgreSQL.*' 2>/dev/null | sort
}

world_segments() {
    ipcs -m | awk '$2 ~ /^[0-9]+$/ {print $2}' | sort
}

# Shared memory that was not there at setup and that no process has: other servers may have come up
# meanwhile, and theirs is in use.
world_orphans() {
    local file id
    for file in $(world_shm_files | comm -13 "$WORLD/.shm_files" -); do
        grep -qs -F "$file" /proc/[0-9]*/maps || echo "$file"
    done
    for id in $(world_segments | comm -13 "$WORLD/.segments" -); do
        ipcs -m | awk -v id="$id" '$2 == id && $6 == 0 {print "segment " id}'
    done
}

world_folders() {
    find "$WORLD" -maxdepth 1 -name 'pgwrite-*'
}

# No process, folder or shared memory is left of this test.
assert_nothing_left() {
    local left orphans _
    left=$(
        world_processes
        world_folders
    )
    orphans=$(world_orphans)
    # A server of somebody else may just be starting or stopping: what is really left stays.
    for _ in 1 2 3 4 5; do
        [ -n "$orphans" ] || break
        sleep 0.2
        orphans=$(comm -12 <(sort <<<"$orphans") <(world_orphans | sort))
    done
    if [ -n "$left$orphans" ]; then
        printf 'left behind:\n%s\n%s\n' "$left" "$orphans" >&2
        return 1
    fi
}

# wait_until COMMAND…: tries it until it holds; fails after 30 seconds.
wait_until() {
    local end=$((SECONDS + 30))
    until "$@"; do
        if [ $SECONDS -ge $end ]; then
            echo "never came true: $*" >&2
            return 1
        fi
        sleep 0.02
    done
}

# refute COMMAND…: must fail. (bats does not see a failing `! command`.)
refute() {
    if "$@"; then
        echo "held, but should not: $*" >&2
        return 1
    fi
}

# Dead or a zombie.
process_gone() {
    local state
    state=$(ps -o stat= -p "$1" 2>/dev/null) || return 0
    [[ $state == Z* ]]
}

# The same in one of several tries, whose number is in $try: another program that takes the CPUs is no
# fault of what is tested.
within_tries() { # tries, COMMAND…
    local try
    for ((try = 1; try <= $1; try++)); do
        if "${@:2}"; then
            return 0
        fi
        echo "try $try of $1 failed" >&2
    done
    return 1
}

# reads_back RESULT TEXT: of a result file `pgwrite report` prints that text and writes that file.
reads_back() {
    "$PGWRITE" report --text "$1" | diff "$2" - || return
    "$PGWRITE" report "$1" --json - | cmp "$1" - || return
}
