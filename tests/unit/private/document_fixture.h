/* A deployment that signs documents: key, certificate by its CA, trust list, signer. */
#pragma once

#include "tests/unit/private/fixture.h"

#include "core/cert/pdf_signature.h"
#include "keys/private/document_chain.h"
#include "keys/signer/document.h"

struct document_world {
    char folder[PATH_LEN];
    struct private_key *root, *ca, *key;
    struct buf ca_pem, chain_pem; /* the second as it stands in document-1.crt */
    struct trust_list *trust;     /* as read back: the document key and one publish key */
    struct signer *signer;
    struct document_request request; /* a good one, of document_text */
};

#define DOCUMENT_TEXT SPAN_LITERAL("the bytes of a document, around its signature")

/* Certificates hold from FIXTURE_NOW to FIXTURE_UNTIL. key: taken over; NULL: a new P-256 key. */
void document_world_make(struct document_world *w, struct private_key *key);
void document_world_drop(struct document_world *w);
void document_world_open(struct document_world *w); /* the signer, anew */
void document_world_put_chain(const struct document_world *w, struct span pem);

/* A new key of this algorithm. */
struct private_key *document_key_make(enum cose_alg alg);
/* The good request, signed. */
void document_sign(struct document_world *w, struct buf *to);
/* What a verifier says of contents for DOCUMENT_TEXT at FIXTURE_NOW + 10. */
enum rc document_code(const struct document_world *w, struct span contents);
