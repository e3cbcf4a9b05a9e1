# The base file, without attachments and signature, is PDF/A-1b.
jars=/usr/share/java
path=$jars/preflight.jar:$jars/pdfbox2.jar:$jars/xmpbox.jar:$jars/fontbox2.jar:$jars/commons-logging.jar:$jars/commons-io.jar
path=$path:$jars/javax.activation.jar:$jars/jaxb-api.jar
for layout in a4 card; do
    for sample in usual long sparse; do
        "$SITECERT" layout preview $layout -o $layout-$sample.pdf --sample $sample
    done
done
for f in a4-usual a4-long a4-sparse card-usual card-long card-sparse; do
    "$JAVA" -cp "$path" org.apache.pdfbox.preflight.Validator_A1b $f.pdf
done
