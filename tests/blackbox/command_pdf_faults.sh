# No single allocation or write that fails leaves a file that is not whole, or a crash.
. "$COMMANDS"
"$SITECERT" publish pub --quiet
"$PYTHON" "$FAULTS" "$SITECERT" "$FAIL_NTH" $A
