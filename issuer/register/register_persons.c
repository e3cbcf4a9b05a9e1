#include <assert.h>
#include <string.h>

#include "issuer/register/register_internal.h"

/*
 * A person's bytes: [document type, sealed number, name, sex, flags, photo's SHA-256 or nothing,
 * [certificates], [legacy certificates], room]. The number is sealed for table "persons" and the
 * id. The room makes lengths multiples of ROOM: a first certificate then fits where the record
 * stands, instead of splitting a full page.
 */
#define ROOM        16 /* bytes */
#define ROOM_FIRST  6  /* at least so much in a new record */
#define SEAL_TABLE  "persons"
#define SEALED_MAX  128
#define FLAG_PHOTO  1u
#define FLAG_TEST   2u
#define FIELD_COUNT 9

static void put_ids(struct buf *b, const uint32_t *ids, size_t count)
{
    cbor_put_array(b, count);
    for (size_t i = 0; i < count; i++)
        cbor_put_uint(b, ids[i]);
}

static void put_person(struct buf *b, const struct reg_person *p, struct span sealed, bool is_new)
{
    cbor_put_array(b, FIELD_COUNT);
    cbor_put_uint(b, p->who.id_type);
    cbor_put_bytes(b, sealed);
    cbor_put_cstr(b, p->who.name);
    cbor_put_uint(b, p->who.sex);
    cbor_put_uint(b, (p->has_photo ? FLAG_PHOTO : 0) | (p->has_test ? FLAG_TEST : 0));
    cbor_put_bytes(b, span_of(p->photo_hash, p->has_photo ? sizeof p->photo_hash : 0));
    put_ids(b, p->certs, p->cert_count);
    put_ids(b, p->legacies, p->legacy_count);
    static const uint8_t zeros[ROOM + ROOM_FIRST] = { 0 };
    const size_t room = ROOM - 1 - b->len % ROOM;
    cbor_put_bytes(b, span_of(zeros, is_new && room < ROOM_FIRST ? room + ROOM : room));
}

static bool read_ids(struct cbor_reader *c, uint32_t ids[PERSON_CERTS_MAX], size_t *ret_count)
{
    uint64_t count;
    if (!cbor_array(c, "certificates", PERSON_CERTS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (!reg_read_u32(c, "certificate", &ids[i]))
            return false;
    *ret_count = (size_t)count;
    return true;
}

static bool read_who(struct cbor_reader *c, struct reg_person *p, struct span *ret_sealed)
{
    uint64_t id_type, sex, flags;
    struct span name, photo;
    if (!cbor_uint(c, "document type", 999, &id_type) ||
        !cbor_bytes(c, "sealed number", 1, SEALED_MAX, ret_sealed) ||
        !cbor_text(c, "name", 0, RECORD_NAME_MAX, &name) ||
        !cbor_uint(c, "sex", SEX_FEMALE, &sex) ||
        !cbor_uint(c, "flags", FLAG_PHOTO | FLAG_TEST, &flags) ||
        !cbor_bytes(c, "photo", 0, sizeof p->photo_hash, &photo))
        return false;

    p->has_photo = (flags & FLAG_PHOTO) != 0;
    p->has_test = (flags & FLAG_TEST) != 0;
    if (photo.len != (p->has_photo ? sizeof p->photo_hash : 0) ||
        !reg_copy_text(p->who.name, sizeof p->who.name, name))
        return false;
    if (photo.len > 0)
        memcpy(p->photo_hash, photo.ptr, photo.len);
    p->who.id_type = (unsigned)id_type;
    p->who.sex = (enum sex)sex;
    return true;
}

/* Everything but the document's number. */
static enum rc get_person(struct reg *r, uint64_t id, struct reg_person *p, struct span *ret_sealed,
                          struct diag *d)
{
    const struct reg_key key = reg_key_of(WIDTH_LONG, id);
    struct span value;
    const enum rc rc = reg_get(r, DB_PERSONS, reg_key_span(&key), &value, d);
    if (rc != RC_OK)
        return rc;

    struct cbor_reader c = cbor_reader_over(value, NULL);
    struct span room;
    uint64_t count;
    p->id = id;
    if (!cbor_array(&c, "person", FIELD_COUNT, &count) || count != FIELD_COUNT ||
        !read_who(&c, p, ret_sealed) || !read_ids(&c, p->certs, &p->cert_count) ||
        !read_ids(&c, p->legacies, &p->legacy_count) ||
        !cbor_bytes(&c, "room", 0, ROOM + ROOM_FIRST, &room) || !cbor_end(&c))
        return reg_damaged("persons", d);
    return RC_OK;
}

enum rc register_person(struct reg *r, uint64_t id, struct reg_person *ret, struct diag *d)
{
    assert(r && ret);

    struct reg_person p = { 0 };
    struct span sealed;
    enum rc rc = get_person(r, id, &p, &sealed, d);
    if (rc != RC_OK)
        return rc;

    ON_EXIT(buf_free_at) struct buf plain = { 0 };
    rc = vault_unseal(r->vault, SEAL_TABLE, id, sealed, &plain, d);
    if (rc != RC_OK)
        return rc;
    const bool fits = reg_copy_text(p.who.id_number, sizeof p.who.id_number, buf_span(&plain));
    if (plain.len > 0)
        explicit_bzero(plain.ptr, plain.len);
    if (!fits)
        return reg_damaged("persons", d);
    *ret = p;
    return RC_OK;
}

enum rc register_person_find(struct reg *r, unsigned id_type, struct span id_number,
                             struct reg_person *ret, struct diag *d)
{
    assert(r && ret);

    uint8_t find[VAULT_FIND_LEN];
    struct span id, sealed;
    struct reg_person p = { 0 };
    vault_find_key(r->vault, id_type, id_number, find);
    enum rc rc = reg_get(r, DB_PERSON_BY_ID, span_of(find, sizeof find), &id, d);
    if (rc != RC_OK)
        return rc;
    if (id.len != WIDTH_LONG)
        return reg_damaged("person_by_id", d);
    rc = get_person(r, reg_be_read(id), &p, &sealed, d);
    if (rc == RC_NOT_FOUND || (rc == RC_OK && p.who.id_type != id_type))
        return reg_damaged("person_by_id", d);
    if (rc != RC_OK)
        return rc;
    /* Found by the number, so this is it: no unsealing. */
    if (!reg_copy_text(p.who.id_number, sizeof p.who.id_number, id_number))
        return reg_damaged("person_by_id", d);
    *ret = p;
    return RC_OK;
}

static enum rc index_document(struct reg *r, const struct person_ref *who, uint64_t id,
                              struct diag *d)
{
    uint8_t find[VAULT_FIND_LEN];
    const struct reg_key value = reg_key_of(WIDTH_LONG, id);
    vault_find_key(r->vault, who->id_type, span_text(who->id_number), find);
    return reg_put(r, DB_PERSON_BY_ID, span_of(find, sizeof find), reg_key_span(&value), PUT_NEW,
                   d);
}

static enum rc store(struct reg *r, const struct reg_person *p, struct span sealed,
                     enum reg_put_how how, struct diag *d)
{
    const struct reg_key key = reg_key_of(WIDTH_LONG, p->id);
    put_person(reg_scratch(r), p, sealed, how == PUT_LAST);
    return reg_put_scratch(r, DB_PERSONS, reg_key_span(&key), how, d);
}

static enum rc seal_and_store(struct reg *r, const struct reg_person *p, enum reg_put_how how,
                              struct diag *d)
{
    ON_EXIT(buf_free_at) struct buf sealed = { 0 };
    const enum rc rc =
        vault_seal(r->vault, SEAL_TABLE, p->id, span_text(p->who.id_number), &sealed, d);
    return rc == RC_OK ? store(r, p, buf_span(&sealed), how, d) : rc;
}

enum rc register_person_put(struct reg *r, struct reg_person *p, struct diag *d)
{
    assert(r && p && p->cert_count <= PERSON_CERTS_MAX && p->legacy_count <= PERSON_CERTS_MAX);

    if (p->id == 0) {
        p->id = r->counters.persons + 1;
        const enum rc rc = index_document(r, &p->who, p->id, d);
        if (rc != RC_OK)
            return rc;
        r->counters.persons = p->id;
        return seal_and_store(r, p, PUT_LAST, d);
    }

    /* The number stays as it was sealed. */
    struct reg_person before = { 0 };
    struct span sealed;
    const enum rc rc = get_person(r, p->id, &before, &sealed, d);
    return rc == RC_OK ? store(r, p, sealed, PUT_ANY, d) : rc;
}

enum rc register_person_redocument(struct reg *r, const struct reg_person *p, struct diag *d)
{
    assert(r && p && p->id > 0);

    struct reg_person before;
    uint8_t find[VAULT_FIND_LEN];
    enum rc rc = register_person(r, p->id, &before, d);
    if (rc == RC_OK)
        rc = index_document(r, &p->who, p->id, d);
    if (rc != RC_OK)
        return rc;
    vault_find_key(r->vault, before.who.id_type, span_text(before.who.id_number), find);
    rc = reg_delete(r, DB_PERSON_BY_ID, span_of(find, sizeof find), d);
    return rc == RC_OK ? seal_and_store(r, p, PUT_ANY, d) : rc;
}

uint64_t register_person_count(struct reg *r)
{
    return r->counters.persons;
}

/* --- photos --- */

enum rc register_photo(struct reg *r, uint64_t person, struct span *ret, struct diag *d)
{
    assert(r && ret);

    const struct reg_key key = reg_key_of(WIDTH_LONG, person);
    return reg_get(r, DB_PHOTOS, reg_key_span(&key), ret, d);
}

enum rc register_photo_put(struct reg *r, uint64_t person, struct span file, struct diag *d)
{
    assert(r && file.len <= PHOTO_MAX);

    const struct reg_key key = reg_key_of(WIDTH_LONG, person);
    return reg_put(r, DB_PHOTOS, reg_key_span(&key), file, PUT_ANY, d);
}
