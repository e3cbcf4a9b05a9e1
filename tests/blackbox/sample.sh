#!/usr/bin/env bash
# The sample deployment (tests/sample) walked with the real programs.
# Usage: sample.sh CASE BIN     (CASE: a function of this file named case_CASE; BIN: where the programs are)
set -euo pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export PATH=$2:$PATH LC_ALL=C.UTF-8
unset SITECERT_HOME SITECERT_CLOCK NO_COLOR
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME=$work/state

# shellcheck source=tests/sample/walk.sh
. "$top/tests/sample/walk.sh"

fail() {
    echo "$*" >&2
    exit 1
}

walk_step() {
    sample_do "$1" "$2" && sample_compare "$1"
}

walk() {
    sample_begin "$work"
    sample_steps walk_step
}

# Every number that the sample gives, in the order of issue.
numbers() {
    sed -nE 's/^[0-9]+ [^ ]+ (issued|exchanged) ([^ /]+)\/1.*/\2/p' "$@"
}

same() {
    diff -u --label "$1" --label "$2" "$3" "$4"
}

# --- what comes of each step, and that the register agrees with itself ---

case_every_step_ends_as_expected() {
    walk
    sitecert audit
}

# All of a register that a user can see; keys and what is drawn from them are the home's own.
facts() {
    local number
    SITECERT_HOME=$1 sitecert report --json
    while read -r number; do
        SITECERT_HOME=$1 sitecert show "$number" --json
    done
}

dry_then_real() {
    case $2 in import*) ;; *) return 0 ;; esac
    sitecert report --json >"$work/before" &&
        sample_do "$1" "$2" --dry-run &&
        sample_compare "$1" &&
        sitecert report --json >"$work/after" &&
        same "before the dry run of $1" "after it" "$work/before" "$work/after" &&
        walk_step "$1" "$2"
}

case_a_dry_run_foretells_and_changes_nothing() {
    sample_begin "$work"
    sample_steps dry_then_real
}

case_files_take_effect_in_their_order() {
    sample_begin "$work"
    cd "$work/sample"
    export SITECERT_CLOCK=2020-03-10T09:00:00+08:00
    sitecert import --quiet authority.csv provider.csv >/dev/null || [ $? -eq 4 ]
    sitecert import --quiet --dry-run --json training.csv test.csv >"$work/right" || [ $? -eq 4 ]
    sitecert import --quiet --dry-run --json test.csv training.csv >"$work/wrong" || [ $? -eq 4 ]
    grep -qE '"issued": ?13\b' "$work/right" || fail "trainings, then tests: $(cat "$work/right")"
    grep -qE '"issued": ?0\b' "$work/wrong" || fail "tests, then trainings: $(cat "$work/wrong")"
}

up_to_trainings() {
    case $1 in 01-* | 02-* | 03-*) walk_step "$@" ;; esac
}

case_gb18030_reads_as_the_same_records() {
    sample_begin "$work"
    sample_steps up_to_trainings
    iconv -f UTF-8 -t GB18030 "$work/sample/training.csv" >"$work/sample/training-gb18030.csv"
    cmp -s "$work/sample/training.csv" "$work/sample/training-gb18030.csv" && fail "it is no other encoding"
    SITECERT_CLOCK=2020-02-10T10:00:00+08:00 sample_do 33-repeat "import training-gb18030.csv"
    sample_compare 33-repeat
}

case_the_json_of_show_is_as_documented() {
    walk
    local step
    for step in 35-show 38-show; do
        sitecert show "$(head -c 17 "$work/sample/expected/$step.txt")" --json --lang zh >"$work/$step.json"
        python3 - "$work/$step.json" "$work/sample/expected/$step.json" <<'PY'
import difflib, json, sys

def text(path):
    show = json.load(open(path, encoding="utf-8"))
    for version in show["versions"]:
        version["status_index"] = "drawn"
    for order in show["orders"]:
        order["operator"] = "drawn"
    return json.dumps(show, ensure_ascii=False, indent=1, sort_keys=True).splitlines()

got, want = map(text, sys.argv[1:])
print("\n".join(difflib.unified_diff(want, got, "expected", "what came", lineterm="")))
sys.exit(got != want)
PY
    done
}

# --- killed in the middle ---

# 600 people of whom every ninth passes: record, with right check characters.
make_crowd() {
    awk -F, -v folder="$1" '
        function check(digits,   i, sum) {
            for (i = 1; i <= 17; i++)
                sum += substr(digits, i, 1) * weights[i]
            return substr("10X98765432", sum % 11 + 1, 1)
        }
        $3 == "enterprise" && $4 == "033" && !provider { provider = $1 }
        END {
            split("7 9 10 5 8 4 2 1 6 3 7 9 10 5 8 4 2", weights, " ")
            trainings = folder "/training-crowd.csv"
            tests = folder "/test-crowd.csv"
            print "record_id,provider,name,id_type,id_number,sex,post,class_id,hours,finished_on" >trainings
            print "record_id,provider,name,id_type,id_number,post,held_on,score,full_score,national_share,face_checked" >tests
            for (n = 1; n <= 600; n++) {
                id = sprintf("110101%04d0101%03d", 1960 + n % 40, n % 1000)
                id = id check(id)
                printf "c-%d,%s,众示例,111,%s,男,01,众班,80,2020-02-01\n", n, provider, id >trainings
                printf "c-%d,%s,众示例,111,%s,01,2020-02-20,%d,100,100,1\n", n, provider, id, n % 9 ? 40 : 80 >tests
            }
        }' "$work/sample/provider.csv"
}

# kill_when LINES COMMAND...: kills it as soon as its results have so many lines.
kill_when() {
    local lines=$1 pid have=0
    shift
    "$@" >/dev/null 2>&1 &
    pid=$!
    while kill -0 $pid 2>/dev/null && [ "$have" -lt "$lines" ]; do
        have=$({ wc -l <"$work/results.partial"; } 2>/dev/null) || have=0
    done
    kill -9 $pid 2>/dev/null || fail "the import was over before it could be killed"
    wait $pid 2>/dev/null || true
    have=$(wc -l <"$work/results.partial")
    [ "$have" -ge "$lines" ] && [ "$have" -lt 600 ] || fail "killed at line $have, not between $lines and 600"
}

compare_homes() {
    facts "$1" <"$work/numbers" >"$work/facts"
    same "one run" "killed, and run again" "$work/facts-of-one-run" "$work/facts"
    SITECERT_HOME=$1 sitecert audit
}

# Rows that were durable but not yet reported when it was killed may be called duplicates: two for each of three kills.
tell_the_same() {
    awk '
        NR == FNR { want[FNR] = $0; lines = FNR; next }
        $0 != want[FNR] {
            told = $0
            split(want[FNR], word, " ")
            sub(/ duplicate /, " " word[3] " ", told)
            if (told != want[FNR]) { print "want: " want[FNR]; print "came: " $0; wrong = 1 }
            again++
        }
        END { if (FNR != lines || again > 6) { print FNR " lines, " again + 0 " told again"; wrong = 1 }; exit wrong }' "$1" "$2"
}

case_a_killed_import_loses_and_doubles_nothing() {
    sample_begin "$work"
    cd "$work/sample"
    make_crowd "$work/sample"
    sitecert import --quiet authority.csv provider.csv >/dev/null || [ $? -eq 4 ]
    export SITECERT_CLOCK=2020-03-10T09:00:00+08:00
    sitecert import --quiet training-crowd.csv >/dev/null
    sed -i -E 's/^group_rows *=.*/group_rows = 2/' "$work/home/sitecert.ini"
    cp -Rp "$work/home" "$work/again"
    cp -Rp "$work/home" "$work/resumed"

    sitecert import --quiet test-crowd.csv --results "$work/results" >/dev/null
    mv "$work/results" "$work/results-of-one-run"
    awk -f outcomes.awk "$work/results-of-one-run" >"$work/outcomes"
    numbers "$work/outcomes" >"$work/numbers"
    [ "$(wc -l <"$work/numbers")" -eq 66 ] || fail "66 pass, not $(wc -l <"$work/numbers")"
    facts "$work/home" <"$work/numbers" >"$work/facts-of-one-run"

    SITECERT_HOME=$work/again kill_when 180 sitecert import --quiet test-crowd.csv --results "$work/results"
    SITECERT_HOME=$work/again sitecert import --quiet test-crowd.csv >/dev/null
    compare_homes "$work/again"

    rm "$work/results.partial"
    local at
    for at in 60 240 420; do
        SITECERT_HOME=$work/resumed kill_when $at sitecert import --quiet --resume test-crowd.csv --results "$work/results"
    done
    SITECERT_HOME=$work/resumed sitecert import --quiet --resume test-crowd.csv --results "$work/results" >/dev/null
    compare_homes "$work/resumed"
    awk -f outcomes.awk "$work/results" >"$work/outcomes-resumed"
    tell_the_same "$work/outcomes" "$work/outcomes-resumed"
}

# --- what an inspector sees ---

# verdict STATUS STATE INPUT...: certcheck ends so, and says so.
verdict() {
    local status=$1 state=$2 got=0
    shift 2
    certcheck --bundle "$work/public/bundle.scb" --json "$@" >"$work/verdict" 2>"$work/said" || got=$?
    [ $got -eq "$status" ] || fail "certcheck ${*:0:60}: exit status $got, not $status: $(cat "$work/said" "$work/verdict")"
    grep -qE "\"state\": ?\"$state\"" "$work/verdict" || fail "not $state: $(cat "$work/verdict")"
}

walk_and_publish() {
    walk
    sitecert publish "$work/public" --quiet
}

check_states() {
    local status state number count=0
    while read -r status state number; do
        verdict "$status" "$state" "$(sitecert token "$number")"
        count=$((count + 1))
    done <<'TABLE'
0 valid     03301202000000013
0 due       03302202000000015
4 lapsed    03308202000000010
5 suspended 03313202000000019
3 revoked   03310202000000015
3 revoked   03311202000000011
3 revoked   03307202000000018
TABLE
    [ $count -eq 7 ] || fail "$count certificates checked"
}

case_certcheck_tells_every_state() {
    walk_and_publish
    check_states
    verdict 0 valid "$(sitecert token 03301202000000013 --version 1)"
    grep -qE '"replaced": ?true' "$work/verdict" || fail "version 1 is not said to be replaced"

    sitecert token 03301202000000013 --raw >"$work/token.cbor"
    verdict 0 valid "$work/token.cbor"
    LC_ALL=C sed 's/张示例/李示例/' "$work/token.cbor" >"$work/forged.cbor"
    cmp -s "$work/token.cbor" "$work/forged.cbor" && fail "nothing was forged"
    verdict 1 unknown "$work/forged.cbor"
    grep -q 李示例 "$work/verdict" && fail "a forged name is shown"
    return 0
}

# The same rows, the same ends; every signature but the log's and the documents' is SM2's.
case_a_deployment_on_sm2_ends_as_the_other() {
    export SAMPLE_ALG=SM2
    walk_and_publish
    sitecert audit
    sitecert keys list --json >"$work/keys"
    python3 - "$work/keys" <<'PY'
import base64, json, sys

keys = json.load(open(sys.argv[1], encoding="utf-8"))
want = {"token": "SM2", "publish": "SM2", "staple": "SM2", "answer": "SM2", "operator": "SM2", "log": "EdDSA", "document": "ES256"}
assert {use for key in keys for use in key["uses"]} == set(want)
for key in keys:
    assert key["alg"] == want[key["uses"][0]], key
    if key["alg"] == "SM2":
        assert key["jwk"]["kty"] == "EC" and key["jwk"]["crv"] == "SM2", key
        assert all(len(base64.urlsafe_b64decode(key["jwk"][c] + "=")) == 32 for c in "xy"), key
PY
    check_states

    # The tag, then the protected header {1: -65538, 4: kid}.
    sitecert token 03301202000000013 --raw >"$work/token.cbor"
    [ "$(head -c 10 "$work/token.cbor" | od -An -tx1 | tr -d ' \n')" = d28451a2013a00010001 ] || fail "no SM2 token"
    LC_ALL=C sed 's/张示例/李示例/' "$work/token.cbor" >"$work/forged.cbor"
    verdict 1 unknown "$work/forged.cbor"

    # Its document is signed with P-256, and holds this token.
    sitecert pdf 03301202000000013 -o "$work/certificate.pdf" --quiet
    verdict 0 valid "$work/certificate.pdf"
}

case_certcheck_reads_the_drawn_code() {
    walk_and_publish
    sitecert qr 03301202000000013 --png "$work/valid.png"
    sitecert qr 03313202000000019 --png "$work/suspended.png"
    verdict 0 valid "$work/valid.png"
    verdict 5 suspended "$work/suspended.png"
}

# --- what the README promises ---

case_the_commands_of_the_readme_work() {
    local line status
    mkdir -p "$work/build"
    ln -s "$top/tests" "$work/tests"
    cd "$work"
    awk '/^```/ { inside = $0 == "```sh"; next } inside && /^(export|sitecert|certcheck) /' "$top/README.md" >commands
    [ "$(wc -l <commands)" -ge 8 ] || fail "the README has few commands"
    while read -r -u 4 line; do
        status=0
        eval "$line" >said 2>errors || status=$?
        case $line in
        *import*) [ $status -eq 4 ] ;;
        *) [ $status -eq 0 ] ;;
        esac || fail "$line: exit status $status: $(cat said errors)"
    done 4<commands
    grep -q 'IN FORCE' said || fail "the last command of the README says: $(cat said)"
}

# --- the sample itself ---

# In a demonstration one operator is enough for every order, files imported by hand are no sender's, and keys sign for all.
NOT_IN_A_DEMO="second_operator_needed unit_not_senders signing_key_missing"

case_the_sample_shows_every_reason_and_outcome() {
    local code
    sed -nE 's/^    X\(REASON_[A-Z_]+, "([a-z_]+)".*/\1/p' "$top/issuer/scheme/reasons.h" | sort >"$work/listed"
    sed -nE 's/ *  # .*//; s/^[0-9]+ [^ ]+ [a-z]+ (-|[0-9]+\/[0-9]+) //p' "$top"/tests/sample/expected/*.txt |
        tr ' ' '\n' | sed 's/(.*//' | sort -u >"$work/shown"
    for code in $NOT_IN_A_DEMO; do echo "$code"; done | sort -u - "$work/shown" >"$work/all"
    same "reasons.h" "tests/sample/expected" "$work/listed" "$work/all"
    [ "$(wc -l <"$work/listed")" -gt 40 ] || fail "reasons.h is not read right"
    for code in $NOT_IN_A_DEMO; do ! grep -qx "$code" "$work/shown" || fail "$code does occur"; done

    cut -d' ' -f3,4 "$top"/tests/sample/expected/*.txt >"$work/outcomes"
    for code in recorded issued renewed exchanged duplicate conflict refused; do
        grep -q "^$code " "$work/outcomes" || fail "no row ends $code"
    done
    for code in 01 02 03 04 05 06 07 08 09 10 11 12 13; do
        grep -q "^issued ...$code" "$work/outcomes" || fail "nobody is certified for post $code"
    done
}

"case_$1"
