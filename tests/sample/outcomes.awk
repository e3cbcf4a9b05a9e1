# Turns the results of an import (sitecert import --results) into the lines of expected/: a row each, its place, record id,
# outcome, certificate/version, and its reason codes (field) in alphabetical order.
function value(text, name)
{
    if (!match(text, "\"" name "\":(null|[0-9]+|\"[^\"]*\")"))
        return "?"
    text = substr(text, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
    gsub(/"/, "", text)
    return text == "null" ? "-" : text
}

# Few and short: by insertion.
function add_sorted(code)
{
    for (at = ++count; at > 1 && codes[at - 1] > code; at--)
        codes[at] = codes[at - 1]
    codes[at] = code
}

{
    number = value($0, "number")
    line = value($0, "row") " " value($0, "record_id") " " value($0, "outcome") " " number
    if (number != "-")
        line = line "/" value($0, "version")

    count = split($0, parts, /[{]"code":/)
    reasons = count
    count = 0
    for (i = 2; i <= reasons; i++) {
        reason = "\"code\":" parts[i]
        field = value(reason, "field")
        add_sorted(value(reason, "code") (field == "-" ? "" : "(" field ")"))
    }
    for (i = 1; i <= count; i++)
        line = line " " codes[i]
    print line
}
