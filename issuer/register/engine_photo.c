/* Rows of photos. */
#include <assert.h>
#include <string.h>

#include "core/crypto/hash.h"
#include "issuer/register/engine_internal.h"
#include "issuer/scheme/photo.h"

static bool unknown_person(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return w->has_document && !w->person_known;
}

static bool is_frozen(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    const struct span file = w->record->as.photo.file;
    if (!w->person_known || !w->person.has_photo || !work_read(w, "file"))
        return false;
    uint8_t hash[SHA256_LEN];
    sha256(file, hash);
    return (w->person.has_test || w->person.cert_count > 0) &&
           memcmp(hash, w->person.photo_hash, sizeof hash) != 0;
}

static bool too_large(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return work_read(w, "file") && w->record->as.photo.file.len > PHOTO_MAX;
}

static bool not_a_picture(const struct work *w, char detail[DETAIL_LEN])
{
    (void)detail;
    return work_read(w, "file") && !photo_is_picture(w->record->as.photo.file);
}

static const struct rule photo_rules[] = {
    { REASON_PHOTO_TOO_LARGE, "file", too_large },
    { REASON_PHOTO_NOT_A_PICTURE, "file", not_a_picture },
    { REASON_UNKNOWN_PERSON, "id_number", unknown_person },
    { REASON_PHOTO_FROZEN, "file", is_frozen },
};

static enum rc check_photo(struct work *w, struct diag *d)
{
    const enum rc rc =
        work_find_person(w, w->record->as.photo.id_type, w->record->as.photo.id_number, "", d);
    if (rc == RC_OK)
        work_ask(w, photo_rules, RULE_COUNT(photo_rules));
    return rc;
}

static enum rc take_photo(struct work *w, struct diag *d)
{
    const struct span file = w->record->as.photo.file;
    sha256(file, w->person.photo_hash);
    w->person.has_photo = true;
    w->person_changed = true;
    return register_photo_put(w->e->reg, w->person.id, file, d);
}

const struct kind_work kind_photo = { check_photo, take_photo };
