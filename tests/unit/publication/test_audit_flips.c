/*
 * Bits turned at random anywhere in the register's values: the audit finds each, unless it is one
 * of those, named below, that nothing hangs on or that nothing else could bear out.
 */
#include "tests/unit/publication/audited.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/dice.h"

#define TURNS        300u
#define SEQUENCE_LEN 5 /* bytes of a row's number, of which an entry by record id has one first */

static struct audited scene;

static const char *const tables[] = {
    "facts",        "units",         "providers",      "persons",          "person_by_id",
    "photos",       "certs",         "cert_by_number", "versions",         "orders",
    "order_times",  "order_seconds", "legacy",         "legacy_by_number", "trainings",
    "serials",      "senders",       "rows",           "ids_authority",    "ids_provider",
    "ids_training", "ids_test",      "ids_education",  "ids_legacy",       "ids_photo",
    "ids_order",    "log",           "pending",        "log_hashes",       "checkpoints",
};
#define TABLE_COUNT (sizeof tables / sizeof tables[0])

/* --- what may be turned unseen --- */

struct place {
    const char *table;
    struct span key, value; /* as it was */
    size_t byte;
    uint8_t person; /* of the row that it is, or leads to; 0: none */
};

static bool is(const struct place *p, const char *table)
{
    return strcmp(p->table, table) == 0;
}

/* Zeros that leave room for a record to grow: nobody reads them. */
static bool room_of_a_person(const struct place *p)
{
    static const int room[] = { 8, -1 };
    return is(p, "persons") && p->byte >= raw_place(p->value, room);
}

/* The number of the last bundle is known to those who have it, and to this entry alone. */
static bool last_sequence(const struct place *p)
{
    return is(p, "facts") && span_equal(p->key, SPAN_LITERAL(FACT_LAST_SEQUENCE));
}

/* When a row arrived that signed nothing; who sent a row. The row is the only witness. */
static bool time_of_a_row(const struct place *p)
{
    static const int arrived[] = { 0, -1 };
    return is(p, "rows") && p->byte <= raw_place(p->value, arrived) && p->byte >= 1;
}

static bool name_of_a_sender(const struct place *p)
{
    return is(p, "senders");
}

/*
 * What a row said of a person whose name may be spelt in several ways (separators), or was amended
 * since: its digest was taken over what the register no longer has. What came of the row is
 * recomputed all the same.
 */
static bool has_no_digest(const struct place *p)
{
    enum { AMENDED = 1, SEPARATED = 4 };
    return p->person == AMENDED || p->person == SEPARATED;
}

static bool row_without_a_digest(const struct place *p)
{
    static const int record_id[] = { 8, -1 };
    return is(p, "rows") && has_no_digest(p) && p->byte + 1 >= raw_place(p->value, record_id);
}

static bool digest_without_a_row(const struct place *p)
{
    return strncmp(p->table, "ids_", 4) == 0 && has_no_digest(p) && p->byte >= SEQUENCE_LEN;
}

static const struct excuse {
    const char *why;
    bool (*holds)(const struct place *p);
} excuses[] = {
    { "room for a person's record to grow", room_of_a_person },
    { "the last bundle's number", last_sequence },
    { "when a row arrived that signed nothing", time_of_a_row },
    { "the name of a sender", name_of_a_sender },
    { "a row whose person was amended, or is spelt in several ways", row_without_a_digest },
    { "the digest of such a row", digest_without_a_row },
};
#define EXCUSE_COUNT (sizeof excuses / sizeof excuses[0])

static const char *excuse_of(const struct place *p)
{
    for (size_t i = 0; i < EXCUSE_COUNT; i++) {
        if (excuses[i].holds(p))
            return excuses[i].why;
    }
    return NULL;
}

/* --- turning --- */

static size_t bytes_of(struct raw *w, const char *table)
{
    size_t bytes = 0;
    struct span key, value;
    for (size_t n = 0; raw_at(w, table, n, &key, &value); n++)
        bytes += value.len;
    return bytes;
}

static uint8_t person_behind(struct raw *w, const struct place *p)
{
    static const int person[] = { 2, -1 };
    struct span row = p->value;
    if (strncmp(p->table, "ids_", 4) == 0)
        row = raw_get(w, "rows", span_of(p->value.ptr, SEQUENCE_LEN));
    else if (!is(p, "rows"))
        return 0;
    return row.ptr[raw_place(row, person)];
}

/* Tables get equal chances, so that the small ones are met; inside, every byte the same. */
static bool choose(struct raw *w, struct dice *dice, struct place *ret)
{
    const char *const table = tables[dice_between(dice, 0, TABLE_COUNT - 1)];
    const size_t bytes = bytes_of(w, table);
    if (bytes == 0)
        return false;
    size_t byte = (size_t)dice_between(dice, 0, bytes - 1);
    struct span key, value;
    for (size_t n = 0; raw_at(w, table, n, &key, &value); n++) {
        if (byte < value.len) {
            *ret = (struct place){ table, key, value, byte, 0 };
            ret->person = person_behind(w, ret);
            return true;
        }
        byte -= value.len;
    }
    return false;
}

struct turned {
    struct place place;
    uint8_t bit;
    struct buf key, value; /* what place borrows */
};

static void turned_free(struct turned *t)
{
    buf_free(&t->key);
    buf_free(&t->value);
}

static bool turn(struct dice *dice, struct turned *ret)
{
    struct raw w;
    ON_EXIT(buf_free_at) struct buf value = { 0 };
    raw_open(&w, &scene.f);
    const bool chosen = choose(&w, dice, &ret->place);
    if (chosen) {
        ret->bit = (uint8_t)(1u << dice_between(dice, 0, 7));
        buf_put_span(&ret->key, ret->place.key);
        buf_put_span(&ret->value, ret->place.value);
        ret->place.key = buf_span(&ret->key);
        ret->place.value = buf_span(&ret->value);
        buf_put_span(&value, buf_span(&ret->value));
        value.ptr[ret->place.byte] ^= ret->bit;
        raw_put(&w, ret->place.table, ret->place.key, buf_span(&value));
    }
    raw_close(&w);
    return chosen;
}

static void complain(const struct turned *t)
{
    print_error("%s, key ", t->place.table);
    for (size_t i = 0; i < t->place.key.len; i++)
        print_error("%02x", t->place.key.ptr[i]);
    print_error(": bit %02x of byte %zu of %zu may be turned unseen\n", t->bit, t->place.byte,
                t->place.value.len);
}

static void a_bit_turned_anywhere_is_found_or_named_above(void **state)
{
    (void)state;
    struct dice dice = { .state = 20221018 };
    unsigned found = 0, excused = 0, unseen = 0;
    while (found + excused + unseen < TURNS) {
        ON_EXIT(turned_free) struct turned t = { .bit = 0 };
        struct audit result;
        if (!turn(&dice, &t))
            continue;
        if (audited_finds(&scene, &result)) {
            found++;
        } else if (excuse_of(&t.place)) {
            excused++;
        } else {
            unseen++;
            complain(&t);
        }
        audit_free(&result);
        audited_restore(&scene);
    }
    assert_int_equal(unseen, 0);
    /* The list is of exceptions. */
    assert_true(found > TURNS * 8 / 10);
}

static int setup(void **state)
{
    (void)state;
    audited_make(&scene, story_tell);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    audited_drop(&scene);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bit_turned_anywhere_is_found_or_named_above),
    };
    return cmocka_run_group_tests_name("audit flips", tests, setup, teardown);
}
