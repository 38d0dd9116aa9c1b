# scripts/ci-example.yml: what its steps make of the exit codes of `pgwrite ab`, with a pgwrite that
# only notes what it was called with, and a git of one commit.

load helpers

setup() {
    cli_setup
    mkdir db bin
    echo "CREATE TABLE events (a int, b int);" >db/schema.sql
    cat >bin/git <<'END'
#!/bin/sh
[ "$*" = "show base-commit:db/schema.sql" ] && echo "CREATE TABLE events (a int);"
END
    cat >bin/pgwrite <<'END'
#!/bin/sh
echo "$@" >called
echo verdict >verdict.md
exit "$FAKE_CODE"
END
    chmod +x bin/*
    export BASE=base-commit SCHEMA=db/schema.sql TABLE=events
    export GITHUB_STEP_SUMMARY=$WORLD/summary GITHUB_OUTPUT=$WORLD/output
    export PATH=$WORLD/bin:$PATH
}

teardown() {
    cli_teardown
}

# step NAME: its script, run as the runner does; sets status, and output with stderr
step() {
    awk -v name="      - name: $1" '
        $0 == name { here = 1 }
        here && /^        run: \|$/ { on = 1; next }
        on && /^ ? ? ? ? ? ? ? ?[^ ]/ { exit }
        on { print substr($0, 11) }' "$TOP/scripts/ci-example.yml" >script
    [ -s script ] || return
    status=0
    output=$(bash -e script 2>&1) || status=$?
}

# ends_with CODE MEASURE VERDICT: of an ab with that exit code, what the step says, and how the check
# ends
ends_with() {
    export FAKE_CODE=$1
    rm -f "$GITHUB_OUTPUT" "$GITHUB_STEP_SUMMARY"
    step Measure || return
    same "exit code of the step with $1" 0 "$status" || return
    has "annotation with $1" "$2" "$output" || return
    same "output with $1" "code=$1" "$(<"$GITHUB_OUTPUT")" || return
    same "summary with $1" verdict "$(<"$GITHUB_STEP_SUMMARY")" || return
    CODE=$1 step Verdict || return
    same "end with $1" "$3" "$status"
}

@test "worse fails the check, inconclusive passes with a note" {
    ends_with 0 "::notice::as fast" 0
    ends_with 3 "::error::slower" 1
    ends_with 4 "::notice::inconclusive" 0
    ends_with 1 "::error::pgwrite ab could not measure (exit code 1)" 1
    has base.sql "(a int)" "$(<base.sql)"
    has head.sql "(a int, b int)" "$(<head.sql)"
    has "the call" "ab --table events -A schema=base.sql -B schema=head.sql" "$(<called)"
}
