# Commits that share flushes: what the model says of a slow disk is what a server does whose flushes
# take long. scripts/study-fsync does it more closely.
#
# shellcheck disable=SC2154

bats_require_minimum_version 1.5.0

setup() {
    load helpers
    load running
    world_setup
    install -m 644 "$(build_dir)/tests/slow_fsync.so" "$WORLD/slow_fsync.so"
}

teardown() {
    world_teardown
}

# flushes_take US FILE: a closed loop of 1 and of 8 connections on a throwaway server whose flushes
# take so much longer.
flushes_take() {
    SLOW_FSYNC_US=$1 LD_PRELOAD=$WORLD/slow_fsync.so "$PGWRITE" run events --throwaway --path insert \
        --pool 1,8 --warmup 300ms --duration 1s --ceiling off -q --json "$2" >"$WORLD/out" 2>&1 || {
        cat "$WORLD/out" >&2
        return 1
    }
}

# near VALUE WANTED SHARE
near() {
    awk -v a="$1" -v b="$2" -v share="$3" \
        'BEGIN { exit !(b > 0 && a / b > 1 - share && a / b < 1 + share) }' || {
        echo "$1 is not within $3 of $2" >&2
        return 1
    }
}

# 10 ms, so that nothing else that this machine does counts beside it. Two groups take turns: far
# fewer commits than one flush for all connections would make (800 a second), far more than one flush
# for each (100).
@test "the model tells what a server with slow flushes does" {
    ! is_sanitized || skip "a shared object does not go in front of a sanitizer"
    flushes_take 0 "$WORLD/here.json"
    flushes_take 10000 "$WORLD/slow.json"
    # The server has inherited it.
    json "$WORLD/slow.json" '.fsync_probe.p50_us > 10000 and .cells[0].latency.response.p50 > 10000'

    local alone cpu flush closed slow measured said
    read -r alone cpu flush closed < <(jq -r '(.cells[] | select(.pool == 1)) as $one
        | (.cells[] | select(.pool == 8)) as $pool
        | [$one.latency.response.mean, $one.server_host.cpu_us_per_row + $one.client.cpu_us_per_row,
            .fsync_probe.p50_us, $pool.commits_per_s.median] | join(" ")' "$WORLD/here.json")
    read -r slow measured < <(jq -r '[.fsync_probe.p50_us,
        (.cells[] | select(.pool == 8) | .commits_per_s.median)] | join(" ")' "$WORLD/slow.json")
    said=$("$(build_dir)/tests/predict_probe" "$alone" "$cpu" "$flush" 8 "$closed" "$slow")
    echo "said $said, measured $measured"
    near "$said" "$measured" 0.25
    [ "$(jq '.cells[] | select(.pool == 8) | .wal.flushes_per_commit < 0.5' "$WORLD/slow.json")" = true ]
    assert_nothing_left
}
