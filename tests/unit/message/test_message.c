#include "tests/unit/signing.h"

#include "core/message/parts.h"
#include "core/message/sign.h"

#define NOW    1900000000
#define NOW_S  "1900000000"
#define NONCE  "0123456789abcdef"
#define URI    "http://127.0.0.1:8123/v1/batches?kind=test"
#define ALL    "\"@method\" \"@target-uri\" \"content-digest\" \"content-type\" \"idempotency-key\""
#define PARAMS ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"zj\";tag=\"sitecert-intake\""

#define HEADERS_MAX 10

/* A request on its way, and whose key signs it. */
struct scene {
    const char *method, *uri;
    struct span body;
    uint8_t digest[SHA256_LEN];
    size_t count;
    char names[HEADERS_MAX][24], values[HEADERS_MAX][700];
    struct test_key signer;
    struct pubkey *keys[2]; /* that the source knows for "zj" */
    size_t key_count;
    bool suspended;
};

static const char *scene_header(void *arg, const char *name)
{
    const struct scene *const s = arg;
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return s->values[i];
    return NULL;
}

static void set(struct scene *s, const char *name, const char *value)
{
    size_t i = 0;
    while (i < s->count && strcmp(s->names[i], name) != 0)
        i++;
    assert_true(i < HEADERS_MAX);
    assert_true(strlen(value) < sizeof s->values[0]);
    (void)snprintf(s->names[i], sizeof s->names[0], "%s", name);
    (void)snprintf(s->values[i], sizeof s->values[0], "%s", value);
    s->count += i == s->count;
}

static void drop(struct scene *s, const char *name)
{
    for (size_t i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            s->names[i][0] = '\0';
}

static struct message_request request_of(struct scene *s)
{
    return (struct message_request){
        .method = s->method,
        .target_uri = span_text(s->uri),
        .header = scene_header,
        .arg = s,
        .body_sha256 = strcmp(s->method, "GET") == 0 ? NULL : s->digest,
    };
}

/* Signs what `covered` names of the request as it stands, and sets both headers. */
static void sign_as(struct scene *s, const char *covered, const char *params)
{
    struct buf base = { 0 }, input = { 0 }, value = { 0 };
    uint8_t sig[64];
    const struct message_request request = request_of(s);
    char names[700], *rest = names;
    (void)snprintf(names, sizeof names, "%s", covered);
    for (const char *name = strtok_r(rest, "\" ", &rest); name;
         name = strtok_r(NULL, "\" ", &rest)) {
        const struct component *const c = component_find(span_text(name));
        if (c)
            (void)!component_put(&base, c, &request);
    }
    buf_printf(&input, "(%s)%s", covered, params);
    signature_params_line_put(&base, buf_span(&input));
    test_sign(&s->signer, buf_span(&base), sig);
    buf_clear(&input);
    buf_printf(&input, "sig1=(%s)%s", covered, params);
    buf_put_text(&value, "sig1=:");
    base64_encode(span_of(sig, sizeof sig), &value);
    buf_put_text(&value, ":");
    set(s, "signature-input", buf_cstr(&input));
    set(s, "signature", buf_cstr(&value));
    buf_free(&base);
    buf_free(&input);
    buf_free(&value);
}

static struct scene scene_of(enum cose_alg alg)
{
    struct scene s = { .method = "POST",
                       .uri = URI,
                       .body = SPAN_LITERAL("{\"record_id\":\"s1\"}\n") };
    struct buf digest = { 0 };
    s.signer = test_key_new(alg, 1);
    s.keys[s.key_count++] = test_pubkey(&s.signer);
    sha256(s.body, s.digest);
    content_digest_put(&digest, s.digest);
    set(&s, "content-digest", buf_cstr(&digest));
    set(&s, "content-type", "application/x-ndjson");
    set(&s, "idempotency-key", "part-1");
    buf_free(&digest);
    sign_as(&s, ALL, PARAMS);
    return s;
}

static struct scene scene_new(void)
{
    return scene_of(ALG_EDDSA);
}

static void scene_free(struct scene *s)
{
    for (size_t i = 0; i < s->key_count; i++)
        pubkey_free(s->keys[i]);
    test_key_free(&s->signer);
}

static void find_keys(void *arg, struct span keyid, int64_t now, struct message_keys *ret)
{
    const struct scene *const s = arg;
    assert_int_equal(now, NOW);
    if (!span_equal(keyid, SPAN_LITERAL("zj")))
        return;
    ret->suspended = s->suspended;
    for (size_t i = 0; i < s->key_count; i++)
        ret->at[ret->count++] = s->keys[i];
}

static enum message_verdict judge_with(struct scene *s, struct message_evidence *evidence)
{
    const struct message_request request = request_of(s);
    const struct message_key_source source = { find_keys, s };
    enum message_verdict v = MESSAGE_UNDECIDED;
    struct diag d = DIAG_INIT;
    assert_int_equal(message_verify(&request, &source, NOW, &v, evidence, &d), RC_OK);
    return v;
}

static enum message_verdict judge(struct scene *s)
{
    struct message_evidence evidence = { 0 };
    const enum message_verdict v = judge_with(s, &evidence);
    assert_true((v == MESSAGE_GOOD) == (evidence.key != NULL));
    message_evidence_free(&evidence);
    return v;
}

static void expect(struct scene *s, enum message_verdict expected)
{
    const enum message_verdict v = judge(s);
    if (v != expected)
        fail_msg("%s, not %s", v == MESSAGE_GOOD ? "good" : message_code(v),
                 expected == MESSAGE_GOOD ? "good" : message_code(expected));
}

/* --- negatives --- */

static void a_request_without_signature_is_refused(void **state)
{
    (void)state;
    static const char *const headers[] = { "signature", "signature-input" };
    for (size_t i = 0; i < 2; i++) {
        struct scene s = scene_new();
        drop(&s, headers[i]);
        expect(&s, MESSAGE_SIGNATURE_MISSING);
        scene_free(&s);
    }
}

static void a_request_that_lacks_a_header_of_its_own_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *header;
        enum message_verdict expected;
    } cases[] = {
        { "idempotency-key", MESSAGE_IDEMPOTENCY_KEY_MISSING },
        { "content-type", MESSAGE_CONTENT_TYPE_MISSING },
        { "content-digest", MESSAGE_CONTENT_DIGEST_MISSING },
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s = scene_new();
        drop(&s, cases[i].header);
        expect(&s, cases[i].expected);
        scene_free(&s);
    }
}

static void an_idempotency_key_is_1_to_128_visible_characters(void **state)
{
    (void)state;
    char key[200];
    memset(key, 'k', sizeof key);
    key[129] = '\0';
    struct scene s = scene_new();
    static const char *const bad[] = { "", "a b", "a\tb", "\x7f", "编" };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        set(&s, "idempotency-key", bad[i]);
        sign_as(&s, ALL, PARAMS);
        expect(&s, MESSAGE_IDEMPOTENCY_KEY_MALFORMED);
    }
    set(&s, "idempotency-key", key);
    sign_as(&s, ALL, PARAMS);
    expect(&s, MESSAGE_IDEMPOTENCY_KEY_MALFORMED);
    key[128] = '\0';
    set(&s, "idempotency-key", key);
    sign_as(&s, ALL, PARAMS);
    expect(&s, MESSAGE_GOOD);
    scene_free(&s);
}

static void a_malformed_signature_input_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "sig1",
        "sig1=1;tag=\"sitecert-intake\"",
        "sig1=(" ALL,
        "sig1=(" ALL ")" PARAMS ",",
        "sig1=(" ALL ")" PARAMS ", sig1=()",
        "sig1=(" ALL ")" PARAMS ", other=?1",
        "sig1=(@method)" PARAMS,
        "sig1=(method)" PARAMS,
        "sig1=(" ALL " \"@method\")" PARAMS,
        "sig1=(" ALL ");created=\"" NOW_S "\";nonce=\"" NONCE
        "\";keyid=\"zj\";tag=\"sitecert-intake\"",
        "sig1=(" ALL ");created=" NOW_S ".0;nonce=\"" NONCE
        "\";keyid=\"zj\";tag=\"sitecert-intake\"",
        "sig1=(" ALL ");created=" NOW_S ";nonce=0;keyid=\"zj\";tag=\"sitecert-intake\"",
        "sig1=(" ALL ");created=" NOW_S ";nonce=\"" NONCE "\";keyid=zj;tag=\"sitecert-intake\"",
        "sig1=(" ALL ")" PARAMS ";created=" NOW_S,
        "sig1=(" ALL ")" PARAMS ";alg=ed25519",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct scene s = scene_new();
        set(&s, "signature-input", bad[i]);
        if (judge(&s) != MESSAGE_SIGNATURE_INPUT_MALFORMED)
            fail_msg("%s: %s", bad[i], message_code(judge(&s)));
        scene_free(&s);
    }
}

static void a_malformed_signature_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",          "sig1",         "sig1=x",       "sig1=(:AA==:)", "sig1=\"AA==\"",
        "sig1=:AA:", "other=:AA==:", "sig1=:AA==:;x"
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct scene s = scene_new();
        set(&s, "signature", bad[i]);
        expect(&s, MESSAGE_SIGNATURE_MALFORMED);
        scene_free(&s);
    }
}

static void another_tag_or_two_with_ours_are_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    sign_as(&s, ALL, ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"zj\";tag=\"sitecert\"");
    expect(&s, MESSAGE_TAG_WRONG);
    sign_as(&s, ALL, ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"zj\";tag=sitecert-intake");
    expect(&s, MESSAGE_TAG_WRONG);
    sign_as(&s, ALL, ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"zj\"");
    expect(&s, MESSAGE_TAG_WRONG);
    set(&s, "signature-input", "");
    expect(&s, MESSAGE_TAG_WRONG);
    set(&s, "signature-input", "sig1=(" ALL ")" PARAMS ", sig2=(" ALL ")" PARAMS);
    expect(&s, MESSAGE_SIGNATURE_AMBIGUOUS);
    scene_free(&s);
}

static void a_signature_that_leaves_a_component_out_is_refused(void **state)
{
    (void)state;
    static const char *const less[] = {
        "",
        "\"@target-uri\" \"content-digest\" \"content-type\" \"idempotency-key\"",
        "\"@method\" \"content-digest\" \"content-type\" \"idempotency-key\"",
        "\"@method\" \"@target-uri\" \"content-type\" \"idempotency-key\"",
        "\"@method\" \"@target-uri\" \"content-digest\" \"idempotency-key\"",
        "\"@method\" \"@target-uri\" \"content-digest\" \"content-type\"",
        "\"@method\" \"@path\" \"@query\" \"@authority\" \"@scheme\" \"content-digest\" "
        "\"content-type\" "
        "\"idempotency-key\"",
    };
    for (size_t i = 0; i < sizeof less / sizeof less[0]; i++) {
        struct scene s = scene_new();
        sign_as(&s, less[i], PARAMS);
        expect(&s, MESSAGE_COMPONENT_MISSING);
        scene_free(&s);
    }
}

static void a_component_that_we_do_not_know_is_refused(void **state)
{
    (void)state;
    static const char *const more[] = {
        ALL " \"x-more\"",
        ALL " \"@status\"",
        ALL " \"@query-param\";name=\"kind\"",
        ALL " \"date\";sf",
        ALL " \"Date\"",
        "\"@method\" \"@target-uri\" \"content-digest\";bs \"content-type\" \"idempotency-key\"",
        "\"@method\";req \"@target-uri\" \"content-digest\" \"content-type\" \"idempotency-key\"",
        ALL " \"signature\";key=\"sig0\"",
    };
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        struct scene s = scene_new();
        set(&s, "x-more", "1");
        sign_as(&s, more[i], PARAMS);
        expect(&s, MESSAGE_COMPONENT_UNKNOWN);
        scene_free(&s);
    }
}

static void a_parameter_that_we_do_not_know_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    sign_as(&s, ALL, PARAMS ";x=1");
    expect(&s, MESSAGE_PARAMETER_UNKNOWN);
    scene_free(&s);
}

static void parameters_out_of_bounds_are_each_named(void **state)
{
    (void)state;
#define NONCE_32 NONCE NONCE
#define REST     ";keyid=\"zj\";tag=\"sitecert-intake\""
    static const struct {
        const char *params;
        enum message_verdict expected;
    } cases[] = {
        { ";nonce=\"" NONCE "\"" REST, MESSAGE_CREATED_MISSING },
        { ";created=1900000301;nonce=\"" NONCE "\"" REST, MESSAGE_CREATED_IN_FUTURE },
        { ";created=999999999999999;nonce=\"" NONCE "\"" REST, MESSAGE_CREATED_IN_FUTURE },
        { ";created=1899999699;nonce=\"" NONCE "\"" REST, MESSAGE_CREATED_TOO_OLD },
        { ";created=-999999999999999;nonce=\"" NONCE "\"" REST, MESSAGE_CREATED_TOO_OLD },
        { ";created=" NOW_S ";expires=" NOW_S ";nonce=\"" NONCE "\"" REST,
          MESSAGE_SIGNATURE_EXPIRED },
        { ";created=" NOW_S REST, MESSAGE_NONCE_MISSING },
        { ";created=" NOW_S ";nonce=\"0123456789abcde\"" REST, MESSAGE_NONCE_SHORT },
        { ";created=" NOW_S ";nonce=\"\"" REST, MESSAGE_NONCE_SHORT },
        { ";created=" NOW_S ";nonce=\"" NONCE_32 NONCE_32 "x\"" REST, MESSAGE_NONCE_LONG },
        { ";created=" NOW_S ";nonce=\"" NONCE "\";tag=\"sitecert-intake\"", MESSAGE_KEYID_MISSING },
        { ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"\";tag=\"sitecert-intake\"",
          MESSAGE_KEYID_MISSING },
        { ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"zj2\";tag=\"sitecert-intake\"",
          MESSAGE_KEYID_UNKNOWN },
        { ";created=" NOW_S ";nonce=\"" NONCE "\";keyid=\"" NONCE_32 NONCE_32
          "x\";tag=\"sitecert-intake\"",
          MESSAGE_KEYID_UNKNOWN },
        { PARAMS ";alg=\"ecdsa-p256-sha256\"", MESSAGE_ALG_WRONG },
        { PARAMS ";alg=\"rsa-v1_5-sha256\"", MESSAGE_ALG_WRONG },
        { PARAMS ";alg=\"Ed25519\"", MESSAGE_ALG_WRONG },
    };
#undef REST
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene s = scene_new();
        sign_as(&s, ALL, cases[i].params);
        if (judge(&s) != cases[i].expected)
            fail_msg("%s: %s", cases[i].params, message_code(judge(&s)));
        scene_free(&s);
    }
}

static void a_suspended_sender_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    s.suspended = true;
    expect(&s, MESSAGE_SENDER_SUSPENDED);
    scene_free(&s);
}

static void another_method_address_or_header_than_was_signed_is_refused(void **state)
{
    (void)state;
    static const char *const uris[] = {
        "https://127.0.0.1:8123/v1/batches?kind=test",
        "http://127.0.0.1:8124/v1/batches?kind=test",
        "http://127.0.0.1:8123/v1/batches?kind=legacy",
        "http://127.0.0.1:8123/v1/batches",
        "http://127.0.0.1:8123/v1/batches?kind=%74est",
    };
    for (size_t i = 0; i < sizeof uris / sizeof uris[0]; i++) {
        struct scene s = scene_new();
        s.uri = uris[i];
        expect(&s, MESSAGE_SIGNATURE_BAD);
        scene_free(&s);
    }
    struct scene s = scene_new();
    s.method = "PUT";
    expect(&s, MESSAGE_SIGNATURE_BAD);
    s.method = "POST";
    set(&s, "content-type", "text/csv");
    expect(&s, MESSAGE_SIGNATURE_BAD);
    set(&s, "content-type", "application/x-ndjson");
    set(&s, "idempotency-key", "part-2");
    expect(&s, MESSAGE_SIGNATURE_BAD);
    set(&s, "idempotency-key", "part-1");
    expect(&s, MESSAGE_GOOD);
    scene_free(&s);
}

static void another_body_than_was_signed_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    struct buf digest = { 0 };
    s.digest[31] ^= 1;
    expect(&s, MESSAGE_DIGEST_MISMATCH);
    content_digest_put(&digest, s.digest); /* the header mended, the signature not */
    set(&s, "content-digest", buf_cstr(&digest));
    expect(&s, MESSAGE_SIGNATURE_BAD);
    set(&s, "content-digest", "sha-256=x");
    expect(&s, MESSAGE_CONTENT_DIGEST_MALFORMED);
    buf_free(&digest);
    scene_free(&s);
}

static void a_body_that_is_signed_as_none_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    sign_as(&s, "\"@method\" \"@target-uri\"", PARAMS);
    expect(&s, MESSAGE_COMPONENT_MISSING);
    scene_free(&s);
}

static void a_covered_header_that_is_not_there_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    sign_as(&s, ALL " \"date\"", PARAMS);
    expect(&s, MESSAGE_HEADER_MISSING);
    set(&s, "date", "x\n\"@method\": GET"); /* would read as two lines */
    sign_as(&s, ALL " \"date\"", PARAMS);
    expect(&s, MESSAGE_HEADER_MISSING);
    scene_free(&s);
}

static void no_bit_flip_of_a_signature_is_good(void **state)
{
    (void)state;
    static const enum cose_alg algs[] = { ALG_EDDSA, ALG_ES256 };
    for (size_t a = 0; a < 2; a++) {
        struct scene s = scene_of(algs[a]);
        struct buf sig = { 0 }, value = { 0 };
        const char *const was = scene_header(&s, "signature");
        assert_true(base64_decode(span_of(was + 6, strlen(was) - 7), &sig));
        for (size_t bit = 0; bit < sig.len * 8; bit++) {
            sig.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
            buf_clear(&value);
            buf_put_text(&value, "sig1=:");
            base64_encode(buf_span(&sig), &value);
            buf_put_text(&value, ":");
            set(&s, "signature", buf_cstr(&value));
            expect(&s, MESSAGE_SIGNATURE_BAD);
            sig.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
        buf_free(&sig);
        buf_free(&value);
        scene_free(&s);
    }
}

static void a_signature_of_another_key_or_in_der_is_refused(void **state)
{
    (void)state;
    struct scene s = scene_new();
    const struct test_key mine = s.signer;
    s.signer = test_key_new(ALG_EDDSA, 2);
    sign_as(&s, ALL, PARAMS);
    expect(&s, MESSAGE_SIGNATURE_BAD);
    test_key_free(&s.signer);
    s.signer = mine;
    set(&s, "signature", "sig1=:MEUCIQ==:");
    struct message_evidence evidence = { 0 };
    assert_int_equal(judge_with(&s, &evidence), MESSAGE_SIGNATURE_BAD);
    assert_string_equal(evidence.detail, "4 bytes, not 64");
    message_evidence_free(&evidence);
    scene_free(&s);
}

static void every_problem_has_a_code_a_status_and_two_texts(void **state)
{
    (void)state;
    for (int v = 1; v <= MESSAGE_SIGNATURE_BAD; v++) {
        const enum message_verdict m = (enum message_verdict)v;
        assert_true(strlen(message_code(m)) > 5);
        assert_true(message_status(m) >= 400 && message_status(m) <= 403);
        assert_string_not_equal(message_text(m, true), message_text(m, false));
    }
}

/* --- what is good --- */

static void a_signed_request_gives_its_evidence(void **state)
{
    (void)state;
    struct scene s = scene_new();
    struct message_evidence e = { 0 };
    enum check holds = CHECK_BAD;
    assert_int_equal(judge_with(&s, &e), MESSAGE_GOOD);
    assert_string_equal(e.keyid, "zj");
    assert_string_equal(e.nonce, NONCE);
    assert_int_equal(e.created, NOW);
    assert_ptr_equal(e.key, s.keys[0]);
    assert_int_equal(
        message_evidence_check(e.key, buf_span(&e.base), span_of(e.signature, 64), &holds, NULL),
        RC_OK);
    assert_int_equal(holds, CHECK_GOOD);
    message_evidence_free(&e);
    scene_free(&s);
}

static void order_and_more_components_and_the_windows_edges_are_good(void **state)
{
    (void)state;
    struct scene s = scene_new();
    set(&s, "date", "Tue, 20 Apr 2021 02:07:55 GMT");
    sign_as(&s,
            "\"date\" \"idempotency-key\" \"content-type\" \"content-digest\" \"@target-uri\" "
            "\"@method\" "
            "\"@authority\" \"@scheme\" \"@path\" \"@query\"",
            ";tag=\"sitecert-intake\";keyid=\"zj\";nonce=\"" NONCE
            "\";expires=1900000001;alg=\"ed25519\";created=1899999700");
    expect(&s, MESSAGE_GOOD);
    sign_as(&s, ALL,
            ";created=1900000300;nonce=\"" NONCE NONCE NONCE NONCE
            "\";keyid=\"zj\";tag=\"sitecert-intake\"");
    expect(&s, MESSAGE_GOOD);
    scene_free(&s);
}

static void blanks_that_have_no_meaning_do_not_change_the_base(void **state)
{
    (void)state;
    struct scene s = scene_new();
    set(&s, "signature-input",
        "  sig1=(  \"@method\"  \"@target-uri\" \"content-digest\" \"content-type\" "
        "\"idempotency-key\" );  created=0" NOW_S "; nonce=\"" NONCE
        "\"; keyid=\"zj\"; tag=\"sitecert-intake\"");
    expect(&s, MESSAGE_GOOD);
    scene_free(&s);
}

static void a_proxys_signature_beside_ours_is_passed_over(void **state)
{
    (void)state;
    struct scene s = scene_new();
    char input[700], sig[700];
    (void)snprintf(input, sizeof input,
                   "proxy=(\"x-any\";bs \"@status\";req);created=1;tag=\"proxy\";y=1.5, %s",
                   scene_header(&s, "signature-input"));
    (void)snprintf(sig, sizeof sig, "proxy=:AA==:, %s", scene_header(&s, "signature"));
    set(&s, "signature-input", input);
    set(&s, "signature", sig);
    expect(&s, MESSAGE_GOOD);
    scene_free(&s);
}

static void a_request_without_body_needs_method_and_address_alone(void **state)
{
    (void)state;
    struct scene s = scene_new();
    s.method = "GET";
    s.uri = "http://localhost/v1/batches/0123456789abcdef";
    drop(&s, "content-digest");
    drop(&s, "content-type");
    drop(&s, "idempotency-key");
    sign_as(&s, "\"@method\" \"@target-uri\"", PARAMS);
    expect(&s, MESSAGE_GOOD);
    s.uri = "http://localhost/v1/batches/0123456789abcdee";
    expect(&s, MESSAGE_SIGNATURE_BAD);
    scene_free(&s);
}

/* An s of either half; the evidence has the lower. */
static void both_forms_of_an_ecdsa_signature_are_good_and_kept_as_one(void **state)
{
    (void)state;
    static const uint8_t n[32] = {
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
        0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    };
    struct scene s = scene_of(ALG_ES256);
    struct message_evidence low = { 0 }, high = { 0 };
    assert_int_equal(judge_with(&s, &low), MESSAGE_GOOD);

    uint8_t sig[64];
    struct buf value = { 0 };
    memcpy(sig, low.signature, 64);
    int borrow = 0;
    for (int i = 31; i >= 0; i--) {
        const int v = n[i] - sig[32 + i] - borrow;
        borrow = v < 0;
        sig[32 + i] = (uint8_t)(v & 0xff);
    }
    buf_put_text(&value, "sig1=:");
    base64_encode(span_of(sig, 64), &value);
    buf_put_text(&value, ":");
    set(&s, "signature", buf_cstr(&value));
    assert_int_equal(judge_with(&s, &high), MESSAGE_GOOD);
    assert_memory_not_equal(sig, high.signature, 64);
    assert_memory_equal(low.signature, high.signature, 64);
    message_evidence_free(&low);
    message_evidence_free(&high);
    buf_free(&value);
    scene_free(&s);
}

static void while_a_key_is_changed_the_old_and_the_new_hold(void **state)
{
    (void)state;
    static const enum cose_alg olds[] = { ALG_EDDSA, ALG_ES256 };
    for (size_t i = 0; i < 2; i++) {
        struct scene s = scene_new();
        struct test_key old = test_key_new(olds[i], 7), fresh = s.signer;
        s.keys[s.key_count++] = test_pubkey(&old);
        expect(&s, MESSAGE_GOOD);
        s.signer = old;
        sign_as(&s, ALL, PARAMS);
        expect(&s, MESSAGE_GOOD);
        sign_as(&s, ALL, i ? PARAMS ";alg=\"ecdsa-p256-sha256\"" : PARAMS ";alg=\"ed25519\"");
        expect(&s, MESSAGE_GOOD);
        s.signer = fresh;
        test_key_free(&old);
        scene_free(&s);
    }
}

static void what_our_client_signs_is_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct scene s = scene_new();
        struct buf digest = { 0 }, input = { 0 }, base = { 0 }, sig_value = { 0 };
        uint8_t sig[64];
        s.method = i ? "GET" : "POST";
        const struct message_draft draft = {
            .method = s.method,
            .target_uri = span_text(s.uri),
            .body_sha256 = i ? NULL : s.digest,
            .content_type = i ? NULL : "text/csv; charset=utf-8",
            .idempotency_key = i ? NULL : "k",
            .keyid = "zj",
            .nonce = NONCE,
            .alg = ALG_EDDSA,
            .created = NOW,
        };
        assert_int_equal(message_draft_put(&draft, &digest, &input, &base, NULL), RC_OK);
        test_sign(&s.signer, buf_span(&base), sig);
        message_signature_put(&sig_value, span_of(sig, 64));
        set(&s, "content-digest", buf_cstr(&digest));
        set(&s, "content-type", "text/csv; charset=utf-8");
        set(&s, "idempotency-key", "k");
        set(&s, "signature-input", buf_cstr(&input));
        set(&s, "signature", buf_cstr(&sig_value));
        expect(&s, MESSAGE_GOOD);
        buf_free(&digest);
        buf_free(&input);
        buf_free(&base);
        buf_free(&sig_value);
        scene_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_without_signature_is_refused),
        cmocka_unit_test(a_request_that_lacks_a_header_of_its_own_is_refused),
        cmocka_unit_test(an_idempotency_key_is_1_to_128_visible_characters),
        cmocka_unit_test(a_malformed_signature_input_is_refused),
        cmocka_unit_test(a_malformed_signature_is_refused),
        cmocka_unit_test(another_tag_or_two_with_ours_are_refused),
        cmocka_unit_test(a_signature_that_leaves_a_component_out_is_refused),
        cmocka_unit_test(a_component_that_we_do_not_know_is_refused),
        cmocka_unit_test(a_parameter_that_we_do_not_know_is_refused),
        cmocka_unit_test(parameters_out_of_bounds_are_each_named),
        cmocka_unit_test(a_suspended_sender_is_refused),
        cmocka_unit_test(another_method_address_or_header_than_was_signed_is_refused),
        cmocka_unit_test(another_body_than_was_signed_is_refused),
        cmocka_unit_test(a_body_that_is_signed_as_none_is_refused),
        cmocka_unit_test(a_covered_header_that_is_not_there_is_refused),
        cmocka_unit_test(no_bit_flip_of_a_signature_is_good),
        cmocka_unit_test(a_signature_of_another_key_or_in_der_is_refused),
        cmocka_unit_test(every_problem_has_a_code_a_status_and_two_texts),
        cmocka_unit_test(a_signed_request_gives_its_evidence),
        cmocka_unit_test(order_and_more_components_and_the_windows_edges_are_good),
        cmocka_unit_test(blanks_that_have_no_meaning_do_not_change_the_base),
        cmocka_unit_test(a_proxys_signature_beside_ours_is_passed_over),
        cmocka_unit_test(a_request_without_body_needs_method_and_address_alone),
        cmocka_unit_test(both_forms_of_an_ecdsa_signature_are_good_and_kept_as_one),
        cmocka_unit_test(while_a_key_is_changed_the_old_and_the_new_hold),
        cmocka_unit_test(what_our_client_signs_is_good),
    };
    return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
