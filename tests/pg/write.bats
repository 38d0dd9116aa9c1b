# What a write path leaves behind when the server refuses its commit, and how it counts what a twin
# discards: each path, protocol and binding, by write_probe.

load helpers
load server

setup_file() {
    server_setup
}

teardown_file() {
    server_teardown
}

@test "refused commits, twins, conflicts, and scripts over a mix of tables" {
    "$(build_dir)/tests/write_probe" "$SOCKET" >"$WORLD/out"
    cat "$WORLD/out"
    # Eight paths, insert by three protocols.
    same "combinations of binding raw" "$(grep -c ' raw: ok$' "$WORLD/out")" 10
    same "combinations that take ON CONFLICT" "$(grep -c ': conflicts ok$' "$WORLD/out")" 7
    same "protocols of scripts" "$(grep -cE '^scripts by (prepared|extended): ok$' "$WORLD/out")" 2
}
