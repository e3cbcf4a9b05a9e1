# The same code as PNG, SVG and text.
. "$COMMANDS"
t qr $A --png code.png --svg code.svg
"$PYTHON" - <<'END'
import re, struct
png = open("code.png", "rb").read()
width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
svg = open("code.svg", encoding="utf-8").read()
side = int(re.search(r'viewBox="0 0 (\d+) ', svg).group(1))
print("png:", png[:8] == b"\x89PNG\r\n\x1a\n", "modules with the quiet zone:", side, "pixels a module:", width / side, height == width)
END
"$SITECERT" qr $A --svg - | cmp - code.svg && echo 'svg to standard output: the same'
"$SITECERT" qr $A --png - | cmp - code.png && echo 'png to standard output: the same'
"$SITECERT" qr $A >default
"$SITECERT" qr $A --terminal >terminal
cmp default terminal && echo 'the terminal is the default'
NO_COLOR=1 "$SITECERT" qr $A --terminal >plain
printf '\033' | grep -qf - plain || echo 'NO_COLOR: no escape sequence'
sed 's/\x1b\[[0-9;]*m//g' terminal | cmp - plain && echo 'and else the same'
[ "$(wc -l <terminal)" -gt 25 ] && echo 'and it is drawn in lines'
[ -z "$(ls | grep '~$')" ] && echo 'nothing is left beside'
echo '# what cannot be drawn, or written'
t qr 1234
t qr $A --png none/code.png
t qr $A --svg none/code.svg --lang zh
