/*
 * Who waits for which lock behind whom, up to the root, and how the waits of a run add up by kind.
 *
 * A look is a set of sessions, each waiting or standing in somebody's way. It is filled with
 * lock_tree_session and accounted with lock_tree_look. The time comes from a cheaper query a moment
 * before, as sessions that waited by lock type; the waits of a type share it evenly, so that the
 * kinds add up to the total. Waits of a type that were over by the time of the look are a kind of
 * their own, of which only the type is known.
 *
 * Kinds are alike in lock type, mode, relation, the three statements (numbers and quoted texts in
 * them do not count) and the applications of blocker and root.
 */
#ifndef PGWRITE_OBSERVE_LOCK_TREE_H
#define PGWRITE_OBSERVE_LOCK_TREE_H

#include "observe/sampler.h"

/* In place of a blocking pid. A prepared transaction has no process. */
enum { LOCK_BLOCKER_PREPARED = 0, LOCK_BLOCKER_NONE = -1 };

struct lock_session {
    int64_t pid;
    bool ours;                /* only waits of ours are reported */
    struct lock_holder shown; /* statement: set by lock_session_statement */
    uint64_t shape;           /* of the statement, without its constants */
    /* Of a session that waits for a lock. */
    bool waiting;
    char locktype[32], mode[32], relation[128];
    int64_t since_us; /* an id of the wait: when it began by the server's clock; 0: not known */
    double waited_ms; /* negative: not known */
    int64_t blocker;
    size_t met; /* the walk that met it last */
};

/* The text of its statement, on one line and cut. */
void lock_session_statement(struct lock_session *session, const char *sql);

/* Sessions of ours that waited for locks of a type. PostgreSQL has eleven types. */
enum { LOCK_TYPES_MAX = 16 };
struct lock_count {
    const char *locktype;
    double sessions;
};

struct lock_tree;

struct lock_tree *lock_tree_new(void);
void lock_tree_free(struct lock_tree *tree); /* NULL is fine */

/* One more session of the look, zeroed; valid until the next call. */
struct lock_session *lock_tree_session(struct lock_tree *tree);

/* Accounts the look, made at now_ns and standing for that many seconds, and begins another. count:
 * up to LOCK_TYPES_MAX, each type once. */
void lock_tree_look(struct lock_tree *tree, const struct lock_count *counts, size_t count,
                    double seconds, uint64_t now_ns);

/* Nobody waits any more: what is seen next is another wait. */
void lock_tree_forget(struct lock_tree *tree);

/* The kinds, most time first, into locks, lock_count, lock_seen and lock_max_ms of an observation.
 */
void lock_tree_report(const struct lock_tree *tree, struct observation *out);

#endif
