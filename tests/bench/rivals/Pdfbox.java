// One signed certificate after the other with Apache PDFBox, ZXing and BouncyCastle: the page of the layout "a4" as somebody
// would write it with them, the same face (parsed once), the same photo, the same length of code, ES256 by a key made here.
// Prints the median seconds of one.
// Usage: java -cp … Pdfbox.java COUNT FONT.ttf PHOTO.jpg OUT.pdf      (OUT.pdf gets the last one)
import com.google.zxing.qrcode.decoder.ErrorCorrectionLevel;
import com.google.zxing.qrcode.encoder.ByteMatrix;
import com.google.zxing.qrcode.encoder.Encoder;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.List;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.image.JPEGFactory;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.PDSignature;
import org.apache.pdfbox.pdmodel.interactive.digitalsignature.SignatureInterface;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.bouncycastle.cms.jcajce.JcaSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;

public final class Pdfbox implements SignatureInterface {
    private static final String[] LABELS = {
        "姓名", "证件类型", "证件号码", "岗位名称", "证书编号", "培训机构", "发证单位", "首次发证日期", "继续教育截止日"
    };
    private static final float HEIGHT = PDRectangle.A4.getHeight();

    private final TrueTypeFont font;
    private final byte[] photo;
    private final ContentSigner signer;
    private final X509Certificate certificate;

    private Pdfbox(String fontPath, String photoPath) throws Exception {
        font = new TTFParser().parse(fontPath);
        photo = Files.readAllBytes(Path.of(photoPath));
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair pair = generator.generateKeyPair();
        signer = new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate());
        X500Name name = new X500Name("CN=bench");
        Date from = new Date(), to = new Date(from.getTime() + 86400000L * 30);
        certificate = new JcaX509CertificateConverter().getCertificate(
            new JcaX509v3CertificateBuilder(name, BigInteger.ONE, from, to, name, pair.getPublic()).build(signer));
    }

    @Override
    public byte[] sign(InputStream content) throws IOException {
        try {
            CMSSignedDataGenerator generator = new CMSSignedDataGenerator();
            generator.addSignerInfoGenerator(
                new JcaSignerInfoGeneratorBuilder(new JcaDigestCalculatorProviderBuilder().build()).build(signer, certificate));
            generator.addCertificates(new JcaCertStore(List.of(certificate)));
            return generator.generate(new CMSProcessableByteArray(content.readAllBytes()), false).getEncoded();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private static void text(PDPageContentStream page, PDFont face, float size, float x, float y, String text) throws IOException {
        page.beginText();
        page.setFont(face, size);
        page.newLineAtOffset(x, HEIGHT - y - size);
        page.showText(text);
        page.endText();
    }

    private static void code(PDPageContentStream page, String text, float x, float y, float side) throws Exception {
        ByteMatrix modules = Encoder.encode(text, ErrorCorrectionLevel.M).getMatrix();
        float step = side / modules.getWidth();
        for (int row = 0; row < modules.getHeight(); row++)
            for (int column = 0; column < modules.getWidth(); column++)
                if (modules.get(column, row) != 0)
                    page.addRect(x + column * step, HEIGHT - y - (row + 1) * step, step, step);
        page.fill();
    }

    private static String nameOf(int n) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < 3; i++)
            name.append((char) (0x4e00 + (n * 7919 + i * 6151) % 20000));
        return name.toString();
    }

    private byte[] make(int n) throws Exception {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < 452; i++)
            digits.append((i * i + 7 * i + n) % 10);
        String[] values = {nameOf(n), "居民身份证", "**************0012", "土建施工员", "03301202600000012", "示例市建设职业培训学校",
            "示例省住房和城乡建设厅", "2026年11月22日", "2028年11月21日"};
        try (PDDocument document = new PDDocument()) {
            PDPage page = new PDPage(PDRectangle.A4);
            document.addPage(page);
            PDFont face = PDType0Font.load(document, font, true);
            try (PDPageContentStream to = new PDPageContentStream(document, page)) {
                to.setLineWidth(3);
                to.addRect(25, 25, 545, 792);
                to.stroke();
                text(to, face, 20, 110, 75, "住房和城乡建设领域施工现场专业人员");
                text(to, face, 34, 130, 112, "职业培训合格证");
                for (int i = 0; i < LABELS.length; i++) {
                    text(to, face, 11, 73, 225 + 37 * i, LABELS[i]);
                    text(to, face, 14, 161, 223 + 37 * i, values[i]);
                }
                to.drawImage(JPEGFactory.createFromByteArray(document, photo), 424, HEIGHT - 216 - 138, 99, 138);
                code(to, "HTTPS://SITECERT.EXAMPLE/V/" + digits, 424, 548, 100);
            }
            // Signing is an increment to a file that was saved.
            ByteArrayOutputStream plain = new ByteArrayOutputStream();
            document.save(plain);
            return signed(plain.toByteArray());
        }
    }

    private byte[] signed(byte[] plain) throws IOException {
        try (PDDocument document = PDDocument.load(plain)) {
            PDSignature signature = new PDSignature();
            signature.setFilter(PDSignature.FILTER_ADOBE_PPKLITE);
            signature.setSubFilter(PDSignature.SUBFILTER_ETSI_CADES_DETACHED);
            signature.setSignDate(Calendar.getInstance());
            document.addSignature(signature, this);
            ByteArrayOutputStream to = new ByteArrayOutputStream();
            document.saveIncremental(to);
            return to.toByteArray();
        }
    }

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        Pdfbox rival = new Pdfbox(args[1], args[2]);
        double[] seconds = new double[count];
        for (int n = 0; n < 2 * count; n++) { // the first half is for the compiler
            long began = System.nanoTime();
            byte[] pdf = rival.make(n);
            seconds[n % count] = (System.nanoTime() - began) / 1e9;
            if (n + 1 == 2 * count)
                Files.write(Path.of(args[3]), pdf);
        }
        Arrays.sort(seconds);
        System.out.printf("%.6f%n", seconds[count / 2]);
    }
}
