/* sitecert layout check|preview: a layout file tried with invented certificates. */
#include "core/sys/file.h"
#include "issuer/command/commands.h"
#include "layouts/layout_sample.h"

#define LAYOUT_BYTES_MAX (256u << 10)
#define SEAL_BYTES_MAX   (8u << 20)

struct layout_command_options {
    const char *out, *sample, *seal;
    bool unmarked;
};

struct desk {
    struct pdf_font_set *fonts;
    struct pdf_layout *layout;
};

static void clear_desk(struct desk *desk)
{
    pdf_layout_free(desk->layout);
    pdf_font_set_free(desk->fonts);
}

/* A name of a layout that comes with the program, or a file. */
static enum rc read_layout(const char *path, struct buf *to, struct diag *d)
{
    const struct span known = layout_template(path);
    if (known.len == 0)
        return file_read(path, LAYOUT_BYTES_MAX, to, d);
    buf_put_span(to, known);
    return buf_rc(to, d);
}

static enum rc load(const char *path, const char *seal, bool demo, struct desk *desk,
                    struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf text = { 0 };
    ON_EXIT(buf_free_at) struct buf picture = { 0 };
    struct pdf_layout_options options = { .demo = demo };

    enum rc rc = read_layout(path, &text, d);
    if (rc == RC_OK && seal)
        rc = file_read(seal, SEAL_BYTES_MAX, &picture, d);
    if (rc == RC_OK)
        rc = pdf_font_set_load(&pdf_font_paths_default, &desk->fonts, d);
    options.seal = buf_span(&picture);
    if (rc == RC_OK)
        rc = pdf_layout_load(buf_span(&text), desk->fonts, &options, &desk->layout, d);
    return rc;
}

static enum rc draw_sample(const struct desk *desk, unsigned kind, struct buf *to, struct diag *d)
{
    ON_EXIT(layout_sample_free) struct layout_sample sample;
    struct pdf_signature_place unused;
    struct diag why = DIAG_INIT;
    enum rc rc = layout_sample_make(kind, &sample, d);
    if (rc == RC_OK)
        rc = pdf_render(desk->layout, desk->fonts, &sample.fields, to, &unused, &why);
    if (why.code != RC_OK)
        rc = diag_set(d, rc, why.offset, "sample \"%s\": %s", layout_sample_name(kind), why.text);
    return rc;
}

static enum rc print_fields(const struct cli_call *call, const struct desk *desk, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf out = { 0 };
    const size_t count = pdf_layout_field_count(desk->layout);
    if (call->common.json) {
        json_t *fields = json_array();
        for (size_t i = 0; i < count; i++)
            json_array_append_new(fields, json_string(pdf_layout_field_name(desk->layout, i)));
        return command_print_json(
            json_pack("{s:s,s:o}", "layout", pdf_layout_name(desk->layout), "fields", fields), d);
    }
    buf_printf(&out, "%s: %zu %s\n", pdf_layout_name(desk->layout), count,
               pick(&call->say, "个字段，各种示例都放得下", "fields, every sample fits"));
    return say_out(&out, d);
}

static int run_check(const struct cli_call *call)
{
    ON_EXIT(clear_desk) struct desk desk = { 0 };
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct diag d = DIAG_INIT;

    enum rc rc = load(call->argv[0], NULL, true, &desk, &d);
    for (unsigned kind = 0; kind < LAYOUT_SAMPLES && rc == RC_OK; kind++)
        rc = draw_sample(&desk, kind, &pdf, &d);
    if (rc == RC_OK)
        rc = print_fields(call, &desk, &d);
    return command_conclude(call, rc, &d);
}

static unsigned sample_kind(const char *name)
{
    unsigned kind = 0;
    while (name && strcmp(layout_sample_name(kind), name) != 0)
        kind++;
    return kind;
}

static int run_preview(const struct cli_call *call)
{
    const struct layout_command_options *o = call->options;
    ON_EXIT(clear_desk) struct desk desk = { 0 };
    ON_EXIT(buf_free_at) struct buf pdf = { 0 };
    struct diag d = DIAG_INIT;

    enum rc rc = load(call->argv[0], o->seal, !o->unmarked, &desk, &d);
    if (rc == RC_OK)
        rc = draw_sample(&desk, sample_kind(o->sample), &pdf, &d);
    if (rc == RC_OK)
        rc = strcmp(o->out, "-") == 0 ? say_out(&pdf, &d)
                                      : file_replace(o->out, buf_span(&pdf), 0644, &d);
    return command_conclude(call, rc, &d);
}

static const struct cli_option preview_options[] = {
    { "output", 'o', CLI_TEXT, "F", offsetof(struct layout_command_options, out),
      "写到哪个文件；'-' 为标准输出", "the file to write; '-' is standard output", true },
    { "sample", 0, CLI_CHOICE, LAYOUT_SAMPLE_WORDS, offsetof(struct layout_command_options, sample),
      "用哪份虚构的示例：普通、最长、最少", "which invented certificate; by default the usual one",
      false },
    { "seal", 0, CLI_TEXT, "F", offsetof(struct layout_command_options, seal),
      "印章图片（PNG 或 JPEG，白底黑字）", "picture of a seal (PNG or JPEG, dark on white)",
      false },
    { "unmarked", 0, CLI_FLAG, NULL, offsetof(struct layout_command_options, unmarked),
      "不画演示标记", "leave out what marks a demonstration", false },
    CLI_OPTIONS_END,
};

static const struct cli_example examples[] = {
    { "sitecert layout preview a4 -o a4.pdf --sample long", "随程序提供的版式，最长的示例",
      "a layout that comes with the program, the longest sample" },
    { "sitecert layout check my-layout.json", "检查自己写的版式", "try a layout of one's own" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_layout_check = {
    .name = "layout check",
    .synopsis = "FILE|a4|card",
    .min = 1,
    .max = 1,
    .zh = "检查证书版式文件，并用虚构的示例试画",
    .en = "check a layout file, and draw invented certificates with it",
    .examples = examples,
    .run = run_check,
};

const struct cli_command cmd_layout_preview = {
    .name = "layout preview",
    .synopsis = "FILE|a4|card",
    .min = 1,
    .max = 1,
    .zh = "用虚构的示例画出版式",
    .en = "draw an invented certificate with a layout",
    .options = preview_options,
    .options_size = sizeof(struct layout_command_options),
    .examples = examples,
    .run = run_preview,
};
