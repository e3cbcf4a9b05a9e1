#include "core/unicode/name.h"
#include "issuer/command/certificate_text.h"
#include "issuer/command/reading.h"
#include "issuer/reader/certificate.h"

struct find_options {
    const char *name, *id;
};

static const struct cli_option options[] = {
    { "name", 0, CLI_TEXT, "NAME", offsetof(struct find_options, name), "持证人姓名",
      "the holder's name", true },
    { "id", 0, CLI_TEXT, "NUMBER", offsetof(struct find_options, id), "证件号码",
      "the identity document's number", true },
    CLI_OPTIONS_END,
};

/* A person whose document and name both match; the type of the document is not asked for, so each
 * is tried. */
static enum rc find_person(struct reading *r, const struct find_options *o, struct reg_person *ret,
                           struct diag *d)
{
    static const unsigned types[] = { ID_RESIDENT, ID_PASSPORT, ID_TAIWAN, ID_HK_MACAO, ID_OTHER };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        char number[ID_NUMBER_MAX + 1];
        if (!id_number_normalise(types[i], span_text(o->id), date_of_time(r->home.now), number))
            continue;
        const enum rc rc = register_person_find(r->reg, types[i], span_text(number), ret, d);
        if (rc == RC_OK && name_same(span_text(ret->who.name), span_text(o->name)))
            return RC_OK;
        if (rc != RC_OK && rc != RC_NOT_FOUND)
            return rc;
    }
    return RC_NOT_FOUND;
}

static enum rc collect(const struct cli_call *call, struct reading *r,
                       const struct reg_person *person, json_t *list, struct diag *d)
{
    for (size_t i = 0; i < person->cert_count; i++) {
        struct reg_cert c;
        const enum rc rc = register_cert(r->reg, person->certs[i], &c, d);
        if (rc != RC_OK)
            return rc == RC_NOT_FOUND ? diag_set(d, RC_FORMAT, DIAG_NO_OFFSET,
                                                 "the register is damaged: run 'sitecert audit'")
                                      : rc;
        json_t *o = certificate_json(r->reg, &r->home, &c, call->say.chinese, d);
        if (!o)
            return d->code;
        if (json_array_append_new(list, o) != 0)
            return diag_set(d, RC_NOMEM, DIAG_NO_OFFSET, "certificates as JSON");
    }
    return RC_OK;
}

static enum rc print(const struct cli_call *call, json_t *list, struct diag *d)
{
    if (call->common.json)
        return command_print_json(json_incref(list), d);

    ON_EXIT(buf_free_at) struct buf text = { 0 };
    size_t i;
    json_t *certificate;
    json_array_foreach(list, i, certificate)
    {
        certificate_text(&text, certificate, call->say.chinese);
    }
    return say_out(&text, d);
}

static int run(const struct cli_call *call)
{
    ON_EXIT(reading_close) struct reading r = { 0 };
    ON_EXIT(json_decref_at) json_t *list = json_array();
    struct diag d = DIAG_INIT;
    struct reg_person person;
    if (!list)
        return command_conclude(call, RC_NOMEM, &d);

    enum rc rc = reading_open(call, &r, &d);
    if (rc != RC_OK)
        return command_conclude(call, rc, &d);
    rc = find_person(&r, call->options, &person, &d);
    if (rc == RC_OK)
        rc = collect(call, &r, &person, list, &d);
    if (rc != RC_OK && rc != RC_NOT_FOUND)
        return command_conclude(call, rc, &d);

    /* One answer for every kind of no match. */
    const bool none = json_array_size(list) == 0;
    if (none)
        say_note(&call->say, "没有姓名和证件号码都相符的证书",
                 "no certificate has both this name and this document");
    rc = print(call, list, &d);
    return rc == RC_OK && none ? EXIT_FAILED : command_conclude(call, rc, &d);
}

static const struct cli_example examples[] = {
    { "sitecert find --name 张示例 --id 110101199003074776", "姓名和证件号码须都相符",
      "both must match" },
    { NULL, NULL, NULL },
};

const struct cli_command cmd_find = {
    .name = "find",
    .synopsis = "",
    .zh = "按姓名和证件号码查找证书",
    .en = "find a person's certificates by name and identity number",
    .options = options,
    .options_size = sizeof(struct find_options),
    .examples = examples,
    .run = run,
};
