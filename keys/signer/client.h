/* The client's inside, for the files of keys/signer alone. */
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include "core/sys/file.h"
#include "keys/signer/protocol.h"

#define SIGNER_REACH_MS 8000 /* until a signer answers, from the first try */
#define SIGNER_BACK_MS                                                                             \
    4000 /* for one that ran apart from us to be started again by whoever runs it */
#define SIGNER_END_MS 5000 /* for a child, after we have closed */

struct signer {
    const struct trust_list *trust;
    pthread_mutex_t lock; /* of all below, for one question and its answer */
    int socket;           /* -1: not connected */
    pid_t child;          /* 0: none of ours */
    struct buf question, answer;
    char home[PATH_LEN];
};

/* Starts sitecert-signer for the home with one end of a socket pair. */
MUST_CHECK enum rc client_start_child(struct signer *s, struct diag *d);
/* After the socket is closed: waits for the child, at most SIGNER_END_MS. */
void client_end_child(struct signer *s);

/*
 * Connects, to the one that runs or to one of our own, and sees that it is of our deployment.
 * back_ms  so long one of our own is not started yet
 */
MUST_CHECK enum rc client_reach(struct signer *s, int back_ms, struct diag *d);

/*
 * Asks, and asks again once when the signer goes meanwhile.
 * ret  borrows s until the next question. The lock is the caller's to hold
 * RC_*  as the signer says, or as core/ipc/ipc.h
 */
MUST_CHECK enum rc client_ask(struct signer *s, const struct signer_question *q,
                              struct signer_answer *ret, struct diag *d);
