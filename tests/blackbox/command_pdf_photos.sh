# A photo of every kind that an import takes is drawn, and bound by the code: JPEG as it is, PNG with alpha, palette, interlace, 16 bits.
. "$COMMON"
"$PYTHON" - <<'END'
import struct, zlib

WIDTH, HEIGHT = 35, 49


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def shade(x, y):
    return 255 - 4 * x - 2 * y


def save(name, bits, colour, pixel, more=b"", end=True):
    rows = b"".join(b"\0" + b"".join(pixel(shade(x, y), x) for x in range(WIDTH)) for y in range(HEIGHT))
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, bits, colour, 0, 0, 0)
    data = zlib.compress(rows)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more
    png += chunk(b"IDAT", data[:200]) + chunk(b"IDAT", data[200:]) + (chunk(b"IEND", b"") if end else b"")
    open(name, "wb").write(png)


palette = chunk(b"PLTE", bytes(range(256)) + bytes(512))
save("grey.png", 8, 0, lambda v, x: bytes([v]), chunk(b"tEXt", b"Author\0somebody"))
save("colour.png", 8, 2, lambda v, x: bytes([v, v // 2, 128]))
save("palette.png", 8, 3, lambda v, x: bytes([v % 256]), palette)
save("alpha.png", 8, 6, lambda v, x: bytes([v, v, v, 0 if x < 9 else 255]))
save("deep.png", 16, 2, lambda v, x: struct.pack(">HHH", v * 257, v * 200, 40000))
save("cut.png", 8, 0, lambda v, x: bytes([v]), end=False)
END
cp "$PHOTOS/zhang.jpg" photo.jpg
printf '\377\330\377\311\0\013\010\0\1\0\1\1\1\021\0\377\331' >arithmetic.jpg

echo 'record_id,id_type,id_number,file' >photo-1.csv
echo "$TRAININGS" >training-1.csv
echo "$TESTS" >test-1.csv
row=0
for photo in photo.jpg grey.png colour.png palette.png alpha.png deep.png cut.png arithmetic.jpg; do
    row=$((row + 1))
    person=$("$PYTHON" -c "
digits = '11010119700101%03d' % (100 + $row)
weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
print(digits + '10X98765432'[sum(int(a) * b for a, b in zip(digits, weights)) % 11])")
    echo "r$row,$PROVIDER,示例$row,111,$person,男,01,C1,60,2020-07-01" | sed 's/示例1,/示例甲,/; s/示例2,/示例乙,/; s/示例3,/示例丙,/; s/示例4,/示例丁,/
        s/示例5,/示例戊,/; s/示例6,/示例己,/; s/示例7,/示例庚,/; s/示例8,/示例辛,/' >>training-1.csv
    name=$(tail -n 1 training-1.csv | cut -d, -f3)
    echo "p$row,111,$person,$photo" >>photo-1.csv
    echo "s$row,$PROVIDER,$name,111,$person,01,2020-07-10,80,100,100,1" >>test-1.csv
done
for kind in authority provider training-1; do "$SITECERT" import $kind.csv --quiet >/dev/null || exit; done
t import photo-1.csv 2>&1 | sed 's/"[0-9]\{17\}[0-9X]"/ID/g'
"$SITECERT" import test-1.csv --quiet >/dev/null || exit
"$SITECERT" publish pub --quiet
"$SITECERT" pdf --all -o copies --json | sed -E 's/"(bytes|seconds)":[0-9.]+/"\1":N/g'
for pdf in copies/*.pdf; do
    "$CERTCHECK" --bundle pub/bundle.scb --root "$SITECERT_HOME/root.cbor" --at "$SITECERT_CLOCK" "$pdf" |
        grep -E '^(✔|✘|\?)|holder|photo' | tr '\n' ' '
    echo
    pdfimages -list "$pdf" | tail -n +3 | awk '{ print "  " $4, $5, $6, $8, $9 }'
    qpdf --check "$pdf" 2>&1 | grep -iE 'warn|error:' | grep -v 'No syntax'
    mutool draw -q -o page.png -r 60 "$pdf" 2>&1 | grep -v 'ICC support'
    pdfsig "$pdf" | grep -cE 'Total document signed|Signature is Valid' | sed 's/^/  /'
done
for pdf in copies/*.pdf; do "$SITECERT" pdf --compare "$pdf" >/dev/null || echo "$pdf differs"; done
