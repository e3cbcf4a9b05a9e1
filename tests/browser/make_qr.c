/* Writes the QR code of any text as a picture. Usage: make_qr TEXT OUT.png */
#include <stdio.h>

#include "core/qr/qr.h"
#include "core/sys/file.h"

#define SCALE 6 /* pixels a module */

int main(int argc, char *argv[])
{
    static struct qr qr;
    ON_EXIT(buf_free_at) struct buf png = { 0 };
    struct diag d = DIAG_INIT;
    if (argc != 3)
        return 2;
    enum rc rc = qr_encode(span_text(argv[1]), &qr, &d);
    if (rc == RC_OK)
        rc = qr_png_put(&png, &qr, SCALE, &d);
    if (rc == RC_OK)
        rc = file_replace(argv[2], buf_span(&png), 0644, &d);
    if (rc != RC_OK)
        (void)fprintf(stderr, "%s\n", d.text);
    return rc == RC_OK ? 0 : 1;
}
