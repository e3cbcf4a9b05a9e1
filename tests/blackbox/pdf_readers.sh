# Other readers on our PDFs: their complaints, the text that they find, the code that they see.
for layout in a4 card; do
    for sample in usual long sparse; do
        "$SITECERT" layout preview $layout -o f.pdf --sample $sample
        echo "== $layout $sample"
        qpdf --check f.pdf >qpdf.txt 2>&1 && ! grep -iE 'warning|error' qpdf.txt | grep -v 'No syntax' | grep -v 'errors that'
        mutool draw -q -o /dev/null f.pdf 2>&1 | grep -v 'ICC support'
        pdftotext -raw f.pdf poppler.txt 2>&1
        mutool draw -q -F text -o mupdf.txt f.pdf 2>/dev/null
        grep -hoE '张示例|王𠮷䶮|示例米热阿依努尔' poppler.txt mupdf.txt
        pdfinfo f.pdf | grep -E '^(Title|Tagged|Pages|Encrypted|PDF version)'
        for dpi in 150 300; do
            pdftoppm -r $dpi -gray -png -singlefile f.pdf page
            "$PICTURE" page.png 2>&1 | grep -oE 'HTTPS://SITECERT.EXAMPLE/V/[0-9]{12}' | head -1
        done
    done
done
