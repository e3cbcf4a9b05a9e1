/*
 * A home: everything of one deployment in one folder (docs/operations.md).
 *
 *   sitecert.ini          settings of this machine (mode 0600)
 *   policy.json           the scheme's parameters, in versions
 *   root.cbor             the first root set: public, hand it to inspectors
 *   trust.cbor            the current trust list: public
 *   document-ca.crt       certificate of the CA that names the document keys: public
 *   keys/                 0700: token-1.pem token-2.pem publish-1.pem log-1.pem staple-1.pem
 *                         answer-1.pem operator-1.pem operator-2.pem document-1.pem
 *                         document-1.crt document-ca.pem root-1.pem (take both offline)
 *                         register.key
 *   register/             LMDB: data.mdb lock.mdb; writer.lock
 *   layouts/              layout files
 *   signer/               what the signer remembers (keys/memory/memory.h); in no backup
 *   run/                  sockets of the processes
 *   import/               where interrupted imports stood; may be removed at any time
 */
#pragma once

#include "core/base/dates.h"
#include "issuer/settings/home_open.h"
#include "keys/private/keyfile.h"
#include "keys/private/vault.h"
#include "keys/signer/signer.h"

/* Stands in a home that was made of a backup, until it was compared with what was published: the
 * register is not opened for writing before (issuer/backup/backup.h). */
#define HOME_RESTORED "restored"

/* Of every key but two: the log's is Ed25519 (C2SP), the document's P-256 (PDF readers). */
enum home_alg { HOME_ES256 = 0, HOME_SM2 = 1 };
struct home_choices {
    bool demo;
    enum home_alg alg;
    const char *host; /* NULL: the default */
};

/*
 * Makes a home. The folder must not exist (its parent must) or be empty. Nothing half made is left:
 * it is built beside and renamed; in a folder that is there already, it is built inside and moved
 * up, sitecert.ini last. RC_EXISTS   a home, or something else, is there already RC_FORMAT   a host
 * outside [A-Z0-9.:-]{1,20} RC_REFUSED  SITECERT_CLOCK for a real deployment; HOME_SM2 with an
 * OpenSSL that has none
 */
MUST_CHECK enum rc home_init(const char *path, const struct home_choices *choices, struct diag *d);

/* Borrows h: close the signer first. */
MUST_CHECK enum rc home_signer(const struct home *h, struct signer **ret, struct diag *d);
MUST_CHECK enum rc home_vault(const struct home *h, struct vault **ret, struct diag *d);
