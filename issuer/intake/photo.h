/*
 * The pictures that photo rows speak of: a file beside the CSV, or base64 in an NDJSON row. What is
 * wrong with one is a reason of its row. Files; blocks. Whether it is a picture at all is the
 * engine's question.
 */
#pragma once

#include "core/sys/file.h"
#include "issuer/scheme/record.h"

/*
 * Reads the picture's file.
 *
 * folder   where the records' file lies
 * name     a path inside it: relative, without ".." and links at its end
 * ret      at least PHOTO_MAX bytes
 * ret_len  its length; 0 when a reason was added: field_invalid, file_missing, photo_too_large
 *
 * RC_IO  it is there but can't be read
 */
MUST_CHECK enum rc photo_load(const char *folder, struct span name, uint8_t *ret, size_t *ret_len,
                              struct reasons *reasons, struct diag *d);

/* The same from standard base64 (RFC 4648 section 4); its reasons name "file" too, which the rules
 * go by. RC_NOMEM */
MUST_CHECK enum rc photo_decode(struct span base64, uint8_t *ret, size_t *ret_len,
                                struct reasons *reasons, struct diag *d);

/*
 * Makes of a picture the photo that is kept, signed and drawn (core/cert/photo.h): a JPEG stays as
 * it is, a PNG of plain pixels loses its other chunks, any other PNG becomes a JPEG of at most
 * PHOTO_MAX bytes. What photo_is_picture() does
 * not take stays: that is the engine's to say.
 *
 * at, len  the file, at least PHOTO_MAX bytes of room; written again; *len 0 when a reason was
 *          added: photo_not_a_picture, photo_too_large
 *
 * RC_NOMEM
 */
MUST_CHECK enum rc photo_settle(uint8_t *at, size_t *len, struct reasons *reasons, struct diag *d);
