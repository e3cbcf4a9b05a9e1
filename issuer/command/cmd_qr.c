#include "core/cert/digits.h"
#include "core/qr/qr.h"
#include "issuer/command/signed_token.h"

/* A module of 0.5 mm at 300 dots an inch is 6 dots; 8 leaves room for scaling. */
#define PIXELS_PER_MODULE 8

struct qr_options {
    const char *png, *svg;
    bool terminal;
};

static const struct cli_option options[] = {
    { "png", 0, CLI_TEXT, "F", offsetof(struct qr_options, png), "存为 PNG 图片；'-' 为标准输出",
      "write a PNG picture; '-' is standard output", false },
    { "svg", 0, CLI_TEXT, "F", offsetof(struct qr_options, svg), "存为 SVG 图片；'-' 为标准输出",
      "write an SVG picture; '-' is standard output", false },
    { "terminal", 0, CLI_FLAG, NULL, offsetof(struct qr_options, terminal), "画在终端上（默认）",
      "draw it on the terminal (the default)", false },
    CLI_OPTIONS_END,
};

static enum rc write_picture(const char *path, const struct buf *picture, struct diag *d)
{
    const enum rc rc = buf_rc(picture, d);
    if (rc != RC_OK)
        return rc;
    if (path[0] == '-' && path[1] == '\0')
        return say_out(picture, d);
    return file_replace(path, buf_span(picture), 0644, d);
}

static enum rc write_png(const char *path, const struct qr *qr, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf picture = { 0 };
    const enum rc rc = qr_png_put(&picture, qr, PIXELS_PER_MODULE, d);
    return rc == RC_OK ? write_picture(path, &picture, d) : rc;
}

static enum rc write_svg(const char *path, const struct qr *qr, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf picture = { 0 };
    qr_svg_put(&picture, qr);
    return write_picture(path, &picture, d);
}

static enum rc write_terminal(const struct qr *qr, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf drawing = { 0 };
    qr_terminal_put(&drawing, qr, !say_colour_refused());
    return say_out(&drawing, d);
}

static enum rc draw(const struct cli_call *call, struct reading *r, struct diag *d)
{
    const struct qr_options *o = call->options;
    struct span token;
    struct qr qr;
    ON_EXIT(buf_free_at) struct buf text = { 0 };

    enum rc rc = signed_token(r, call->argv[0], NULL, &token, d);
    if (rc != RC_OK)
        return rc;
    qr_text_put(&text, r->home.settings.host, token);
    rc = buf_rc(&text, d);
    if (rc == RC_OK)
        rc = qr_encode(buf_span(&text), &qr, d);

    if (rc == RC_OK && o->png)
        rc = write_png(o->png, &qr, d);
    if (rc == RC_OK && o->svg)
        rc = write_svg(o->svg, &qr, d);
    if (rc == RC_OK && (o->terminal || (!o->png && !o->svg)))
        rc = write_terminal(&qr, d);
    return rc;
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    struct diag d = DIAG_INIT;
    enum rc rc = reading_open(call, &r, &d);
    if (rc == RC_OK)
        rc = draw(call, &r, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert qr 03301202000000013 --png code.png", "打印用图片，每个模块 8 像素",
      "a picture for print, 8 pixels a module" },
    { "sitecert qr 03301202000000013 --svg - | rsvg-convert -o code.pdf", "'-' 为标准输出",
      "'-' is standard output" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_qr = {
    .name = "qr",
    .synopsis = "NUMBER",
    .min = 1,
    .max = 1,
    .zh = "画出证书最新一版的二维码",
    .en = "draw the QR code of a certificate's current version",
    .options = options,
    .options_size = sizeof(struct qr_options),
    .examples = examples,
    .run = run,
};
