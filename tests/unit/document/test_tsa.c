/*
 * Time-stamps from a real authority: `openssl ts` behind HTTP on loopback (tsa.py), which also
 * misbehaves when it is asked to.
 */
#include "tests/unit/private/document_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <openssl/cms.h>

#include "issuer/document/tsa.h"
#include "keys/private/timestamp.h"

static struct authority {
    char folder[PATH_LEN];
    pid_t pid;
    int input;
    unsigned port;
} authority;

static struct document_world world;
static struct home home;

static void run_authority(int in, int out)
{
    (void)dup2(in, 0);
    (void)dup2(out, 1);
    for (int fd = 3; fd < 64; fd++)
        (void)close(fd);
    (void)execlp("python3", "python3", TSA_SCRIPT, authority.folder, (char *)NULL);
    _exit(127);
}

static int start_authority(void **state)
{
    (void)state;
    int in[2], out[2];
    char line[16] = "";
    (void)signal(SIGPIPE, SIG_IGN);
    scratch_make(authority.folder);
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    authority.pid = fork();
    assert_true(authority.pid >= 0);
    if (authority.pid == 0)
        run_authority(in[0], out[1]);
    assert_int_equal(close(in[0]) | close(out[1]), 0);
    authority.input = in[1];
    FILE *const f = fdopen(out[0], "r");
    assert_non_null(f);
    assert_non_null(fgets(line, sizeof line, f));
    (void)fclose(f);
    authority.port = (unsigned)strtoul(line, NULL, 10);
    assert_true(authority.port > 0);
    return 0;
}

static int stop_authority(void **state)
{
    (void)state;
    int status = -1;
    assert_int_equal(close(authority.input), 0);
    assert_int_equal(waitpid(authority.pid, &status, 0), authority.pid);
    assert_int_equal(status, 0);
    scratch_drop(authority.folder);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    document_world_make(&world, NULL);
    assert_int_equal(
        signer_document_room(world.signer, true, FIXTURE_NOW, &world.request.room, NULL), RC_OK);
    home = (struct home){ 0 };
    (void)snprintf(home.path, sizeof home.path, "%s", authority.folder);
    (void)snprintf(home.settings.tsa_ca, sizeof home.settings.tsa_ca, "ca.crt");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    document_world_drop(&world);
    return 0;
}

static enum rc stamp(const char *behaviour, struct buf *to, struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf contents = { 0 };
    const size_t before = to->len;
    (void)snprintf(home.settings.tsa, sizeof home.settings.tsa, "http://127.0.0.1:%u%s",
                   authority.port, behaviour);
    document_sign(&world, &contents);
    const enum rc rc = tsa_stamp(&home, buf_span(&contents), to, d);
    assert_int_equal(to->len, before + (rc == RC_OK ? contents.len : 0));
    return rc;
}

static void refused_with(const char *behaviour, enum rc want, const char *says)
{
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    const enum rc rc = stamp(behaviour, &b, &d);
    if (rc != want || !strstr(d.text, says))
        fail_msg("%s: rc %d, '%s' does not say '%s'", behaviour, (int)rc, d.text, says);
}

static void an_answer_to_another_question_is_refused(void **state)
{
    (void)state;
    refused_with("/other-imprint", RC_REFUSED, "message imprint mismatch");
    refused_with("/other-nonce", RC_REFUSED, "nonce mismatch");
}

static void a_damaged_answer_is_refused(void **state)
{
    (void)state;
    refused_with("/damaged", RC_REFUSED, "does not hold");
    refused_with("/trailing", RC_FORMAT, "not a time-stamp response");
    refused_with("/cut", RC_FORMAT, "not a time-stamp response");
    refused_with("/empty", RC_FORMAT, "not a time-stamp response");
    refused_with("/not-der", RC_FORMAT, "not a time-stamp response");
}

static void a_refusal_is_said_to_be_one(void **state)
{
    (void)state;
    refused_with("/rejected", RC_REFUSED, "gives none");
}

static void a_token_without_its_chain_is_refused(void **state)
{
    (void)state;
    refused_with("/no-certificates", RC_REFUSED, "does not hold");
    home.settings.tsa_ca[0] = '\0';
    refused_with("/no-certificates", RC_REFUSED, "has no certificates");
}

static void an_authority_that_is_not_believed_is_refused(void **state)
{
    (void)state;
    (void)snprintf(home.settings.tsa_ca, sizeof home.settings.tsa_ca, "other-ca.crt");
    refused_with("/good", RC_REFUSED, "certificate verify error");
}

static void anchors_that_are_none_are_refused(void **state)
{
    (void)state;
    char path[PATH_LEN];
    (void)snprintf(home.settings.tsa_ca, sizeof home.settings.tsa_ca, "nothing.crt");
    refused_with("/good", RC_NOT_FOUND, "nothing.crt");
    scratch_path(authority.folder, "empty.crt", path);
    assert_int_equal(file_replace(path, SPAN_LITERAL(""), 0644, NULL), RC_OK);
    (void)snprintf(home.settings.tsa_ca, sizeof home.settings.tsa_ca, "empty.crt");
    refused_with("/good", RC_FORMAT, "is empty");
    (void)snprintf(home.settings.tsa_ca, sizeof home.settings.tsa_ca, "serial");
    refused_with("/good", RC_FORMAT, "not a file of certificates");
}

static void http_that_is_no_answer_is_refused(void **state)
{
    (void)state;
    refused_with("/failing", RC_IO, "status 500");
    refused_with("/moved", RC_IO, "status 302");
    refused_with("/unknown", RC_IO, "status 400");
    refused_with("/other-type", RC_FORMAT, "text/html");
    refused_with("/long", RC_LIMIT, "over 9216 bytes");
}

static void nobody_there_is_said(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    assert_int_equal(tsa_ask("http://127.0.0.1:1/", SPAN_LITERAL("x"), &b, &d), RC_IO);
    assert_non_null(strstr(d.text, "gives no answer"));
    assert_int_equal(tsa_ask("file:///etc/hostname", SPAN_LITERAL("x"), &b, NULL), RC_IO);
    assert_int_equal(b.len, 0);
}

static void a_signature_is_stamped_once(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    ON_EXIT(buf_free_at) struct buf again = { 0 };
    assert_int_equal(stamp("/good", &b, NULL), RC_OK);
    assert_int_equal(tsa_stamp(&home, buf_span(&b), &again, NULL), RC_FORMAT);
}

static void without_room_nothing_is_stamped(void **state)
{
    (void)state;
    assert_int_equal(
        signer_document_room(world.signer, false, FIXTURE_NOW, &world.request.room, NULL), RC_OK);
    assert_int_equal(world.request.room, 4096);
    /* The small authority's token may just fit: fill the room with a longer one. */
    ON_EXIT(buf_free_at) struct buf contents = { 0 };
    ON_EXIT(buf_free_at) struct buf to = { 0 };
    static uint8_t token[PDF_TIMESTAMP_MAX] = { 0x30, 0x82, 0x1f, 0xfc };
    struct pdf_signature s;
    document_sign(&world, &contents);
    assert_int_equal(pdf_signature_parse(buf_span(&contents), &s, NULL), RC_OK);
    assert_int_equal(pdf_signature_fill(contents.len, s.certificates, s.signer_info,
                                        span_of(token, sizeof token), &to, NULL),
                     RC_LIMIT);
    assert_int_equal(to.len, 0);
}

static void a_stamped_signature_is_still_ours(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct diag d = DIAG_INIT;
    struct pdf_signature s;
    if (stamp("/good", &b, &d) != RC_OK)
        fail_msg("%s", d.text);
    assert_int_equal(document_code(&world, buf_span(&b)), RC_OK);
    assert_int_equal(pdf_signature_parse(buf_span(&b), &s, NULL), RC_OK);
    assert_true(s.timestamp.len > 500);
}

static void without_anchors_the_chain_must_only_hold(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    home.settings.tsa_ca[0] = '\0';
    assert_int_equal(stamp("/good", &b, NULL), RC_OK);
    assert_int_equal(document_code(&world, buf_span(&b)), RC_OK);
}

/* Around the token nothing may change; inside it is the time-stamp's own signature that says so. */
static void no_bit_outside_the_token_may_be_flipped(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    struct pdf_signature s;
    assert_int_equal(stamp("/good", &b, NULL), RC_OK);
    assert_int_equal(pdf_signature_parse(buf_span(&b), &s, NULL), RC_OK);
    const size_t token = (size_t)(s.timestamp.ptr - b.ptr), end = token + s.timestamp.len;
    for (size_t i = 0; i < b.len * 8; i++) {
        if (i / 8 >= token + 4 && i / 8 < end)
            continue;
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
        if (document_code(&world, buf_span(&b)) == RC_OK)
            fail_msg("bit %zu of byte %zu may be flipped", i % 8, i / 8);
        b.ptr[i / 8] ^= (uint8_t)(1u << i % 8);
    }
}

static void others_find_the_time_stamp_where_it_belongs(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf b = { 0 };
    assert_int_equal(stamp("/good", &b, NULL), RC_OK);
    const unsigned char *at = b.ptr;
    CMS_ContentInfo *const cms = d2i_CMS_ContentInfo(NULL, &at, (long)b.len);
    assert_non_null(cms);
    CMS_SignerInfo *const si = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms), 0);
    assert_int_equal(CMS_unsigned_get_attr_count(si), 1);
    assert_int_equal(CMS_unsigned_get_attr_by_NID(si, NID_id_smime_aa_timeStampToken, -1), 0);
    CMS_ContentInfo_free(cms);
}

static void put(const char *name, struct span bytes)
{
    char path[PATH_LEN];
    scratch_path(authority.folder, name, path);
    assert_int_equal(file_replace(path, bytes, 0600, NULL), RC_OK);
}

/* The exit status of a command in the authority's folder, silent. */
static int exit_of(const char *const words[])
{
    union { /* execvp() leaves them as they are */
        const char *const *lent;
        char *const *taken;
    } at = { .lent = words };
    const pid_t pid = fork();
    int status = -1;
    assert_true(pid >= 0);
    if (pid == 0) {
        const int null = open("/dev/null", O_RDWR);
        (void)dup2(null, 1);
        (void)dup2(null, 2);
        if (chdir(authority.folder) == 0)
            (void)execvp(words[0], at.taken);
        _exit(127);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int cms_exit(const char *text)
{
    const char *const words[] = { "openssl", "cms",       "-verify", "-cades",       "-binary",
                                  "-inform", "DER",       "-in",     "contents.der", "-content",
                                  text,      "-CAfile",   "doc.pem", "-attime",      "1700000010",
                                  "-out",    "/dev/null", NULL };
    return exit_of(words);
}

static int ts_exit(const char *octets)
{
    const char *const words[] = { "openssl", "ts",   "-verify", "-token_in", "-in", "token.der",
                                  "-data",   octets, "-CAfile", "ca.crt",    NULL };
    return exit_of(words);
}

static void the_openssl_commands_take_both_kinds(void **state)
{
    (void)state;
    ON_EXIT(buf_free_at) struct buf bare = { 0 };
    ON_EXIT(buf_free_at) struct buf stamped = { 0 };
    struct pdf_signature s;
    put("text", DOCUMENT_TEXT);
    put("other", SPAN_LITERAL("other bytes"));
    put("doc.pem", buf_span(&world.ca_pem));

    document_sign(&world, &bare);
    put("contents.der", buf_span(&bare));
    assert_int_equal(cms_exit("text"), 0);
    assert_int_equal(cms_exit("other"), 4);

    assert_int_equal(stamp("/good", &stamped, NULL), RC_OK);
    put("contents.der", buf_span(&stamped));
    assert_int_equal(cms_exit("text"), 0);
    assert_int_equal(cms_exit("other"), 4);
    assert_int_equal(pdf_signature_parse(buf_span(&stamped), &s, NULL), RC_OK);
    put("token.der", s.timestamp);
    put("octets", s.signature_octets);
    assert_int_equal(ts_exit("octets"), 0);
    assert_int_equal(ts_exit("other"), 1);
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(an_answer_to_another_question_is_refused),
        CASE(a_damaged_answer_is_refused),
        CASE(a_refusal_is_said_to_be_one),
        CASE(a_token_without_its_chain_is_refused),
        CASE(an_authority_that_is_not_believed_is_refused),
        CASE(anchors_that_are_none_are_refused),
        CASE(http_that_is_no_answer_is_refused),
        CASE(nobody_there_is_said),
        CASE(a_signature_is_stamped_once),
        CASE(without_room_nothing_is_stamped),
        CASE(a_stamped_signature_is_still_ours),
        CASE(without_anchors_the_chain_must_only_hold),
        CASE(no_bit_outside_the_token_may_be_flipped),
        CASE(others_find_the_time_stamp_where_it_belongs),
        CASE(the_openssl_commands_take_both_kinds),
    };
    return cmocka_run_group_tests_name("tsa", tests, start_authority, stop_authority);
}
