# The bundle's file is cut while certcheck reads from standard input: one clear line, no verdict.
"$MAKE_SCENES" .
mkfifo wait
"$CERTCHECK" --at 2024-06-01 --root good.root --bundle good.scb - <wait &
exec 3>wait
sleep 1
: >good.scb
cat good.txt >&3
exec 3>&-
wait $!
echo "status $?"
