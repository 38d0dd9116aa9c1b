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

@test "after a refused commit the same connection writes the same rows again; twins discard" {
    "$(build_dir)/tests/write_probe" "$SOCKET" >"$WORLD/out"
    cat "$WORLD/out"
    # Eight paths, insert by three protocols.
    same "combinations of binding raw" "$(grep -c ' raw: ok$' "$WORLD/out")" 10
}
