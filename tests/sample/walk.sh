# shellcheck shell=bash
# Walks the sample deployment of this folder; tests/blackbox/sample.sh and tools/demo source it. Needs bash, the program
# `sitecert` on the PATH, and what Debian always has.

# sample_begin FOLDER: makes FOLDER/home, an empty demonstration signing with SAMPLE_ALG (ES256, SM2), and all that the
# steps need beside it.
sample_begin() {
    sample_folder=$1
    mkdir -p "$sample_folder/got"
    cp -R "$(dirname "${BASH_SOURCE[0]}")" "$sample_folder/sample"
    export SITECERT_HOME=$sample_folder/home SITECERT_CLOCK=2019-12-01T09:00:00+08:00
    sitecert init --demo --alg "${SAMPLE_ALG:-ES256}" --quiet >/dev/null
    # A stranger's operator key is one of another deployment.
    sitecert init --demo --quiet --home "$sample_folder/stranger" >/dev/null
    # Too large for a photo, and for version control.
    head -c 60000 /dev/zero >"$sample_folder/sample/photos/too-large.jpg"
}

# sample_steps FUNCTION: calls FUNCTION STEP WHAT CHINESE ENGLISH for each step, with the clock set. Stops at its first failure.
sample_steps() {
    local step clock what chinese english
    while IFS='|' read -r -u 3 step clock what chinese english; do
        # Without IFS, read takes the spaces around a cell away.
        read -r step <<<"$step"
        case $step in '' | '#'*) continue ;; esac
        read -r SITECERT_CLOCK <<<"$clock"
        export SITECERT_CLOCK
        read -r what <<<"$what"
        read -r chinese <<<"$chinese"
        read -r english <<<"$english"
        "$1" "$step" "$what" "$chinese" "$english" || return
    done 3<"$sample_folder/sample/steps.txt"
}

# sample_do STEP WHAT [OPTION...]: does one step; got/STEP.txt is what expected/STEP.txt should be. For an import, got/STEP.err
# is what it said, in SAMPLE_LANG (zh, en), and its exit status has to be the one that its outcomes ask for.
sample_do() {
    local step=$1 verb rest status=0 want=0
    local -a words
    read -r verb rest <<<"$2"
    read -r -a words <<<"${rest//FOREIGN/$sample_folder/stranger/keys/operator-1.pem}"
    shift 2

    if [ "$verb" != import ]; then
        sitecert "$verb" "${words[@]}" --lang zh | tr -d '\r' >"$sample_folder/got/$step.txt"
        return
    fi
    (cd "$sample_folder/sample" &&
        sitecert import "${words[@]}" "$@" --lang "${SAMPLE_LANG:-en}" --results "$sample_folder/results" >/dev/null 2>"$sample_folder/got/$step.err") ||
        status=$?
    awk -f "$sample_folder/sample/outcomes.awk" "$sample_folder/results" >"$sample_folder/got/$step.txt"
    if grep -qE '^[0-9]+ [^ ]+ (refused|conflict) ' "$sample_folder/got/$step.txt"; then
        want=4
    fi
    if [ $status -ne $want ]; then
        cat "$sample_folder/got/$step.err" >&2
        echo "step $step: exit status $status, not $want" >&2
        return 1
    fi
}

# sample_compare STEP: shows how what came differs from what should; behind two spaces and # stand remarks.
sample_compare() {
    sed 's/ *  # .*//' "$sample_folder/sample/expected/$1.txt" |
        diff -u --label "expected/$1.txt" --label "what came" - "$sample_folder/got/$1.txt"
}
