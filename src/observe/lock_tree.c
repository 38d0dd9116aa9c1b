#include "observe/lock_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

/* A wait that goes on: to count it once and to know how long it has lasted. */
struct open_wait {
    int64_t pid, since_us;
    uint64_t first_ns;
    char locktype[32];
};

struct kind {
    uint64_t key;
    struct lock_waits waits;
    double blocker_state_s, root_state_s; /* by how much the state that is shown leads */
};

struct lock_tree {
    struct lock_session *sessions; /* of one look */
    size_t session_count, session_room;
    struct open_wait *open, *next; /* by pid; next: being filled */
    size_t open_count, open_room;
    struct kind kinds[SAMPLER_LOCKS_MAX];
    size_t kind_count;
    uint64_t seen;
    double max_ms; /* negative: none was timed */
};

/* A chain: the sessions above one that waits; NULL: not known. */
struct chain {
    const struct lock_session *blocker, *root;
    uint32_t depth;
};

static const struct lock_session prepared = {.shown = {.statement = "a prepared transaction"}};

enum { SESSIONS_MIN = 256 };

struct lock_tree *lock_tree_new(void) {
    struct lock_tree *tree = MEM_NEW(struct lock_tree);
    tree->session_room = tree->open_room = SESSIONS_MIN;
    tree->sessions = MEM_ARRAY(struct lock_session, tree->session_room);
    tree->open = MEM_ARRAY(struct open_wait, tree->open_room);
    tree->next = MEM_ARRAY(struct open_wait, tree->open_room);
    tree->max_ms = -1;
    return tree;
}

void lock_tree_free(struct lock_tree *tree) {
    if (!tree)
        return;
    free(tree->sessions);
    free(tree->open);
    free(tree->next);
    free(tree);
}

/* FNV-1a, Fowler, Noll, Vo. */
#define HASH_START 0xcbf29ce484222325ull

static uint64_t hash_byte(uint64_t hash, char byte) {
    return (hash ^ (unsigned char)byte) * 0x100000001b3ull;
}

static uint64_t hash_text(uint64_t hash, const char *text) {
    for (; *text; text++)
        hash = hash_byte(hash, *text);
    return hash_byte(hash, '\0');
}

static uint64_t hash_number(uint64_t hash, uint64_t number) {
    for (int i = 0; i < 8; i++)
        hash = hash_byte(hash, (char)(number >> 8 * i));
    return hash;
}

static bool is_blank(char c) {
    return (unsigned char)c <= ' ';
}

static bool is_continuation(char c) {
    return ((unsigned char)c & 0xc0) == 0x80;
}

static void copy_line(char *out, size_t size, const char *sql) {
    size_t n = 0;
    for (; *sql && n + 1 < size; sql++) {
        if (!is_blank(*sql))
            out[n++] = *sql;
        else if (n > 0 && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (is_continuation(*sql)) { /* not in the middle of a character */
        while (n > 0 && is_continuation(out[n - 1]))
            n--;
        n -= n > 0;
    }
    while (n > 0 && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
}

static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80);
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* Of as much of a statement as is shown. Constants count as one sign each, whatever their length,
 * lest every INSERT with its values in the text be a kind of its own. */
static uint64_t hash_shape(const char *sql, size_t size) {
    uint64_t hash = HASH_START;
    char before = ' ';
    for (size_t n = 0; *sql && n < size; n++) {
        char c = *sql;
        if (c == '\'') {
            while (*sql == '\'') { /* a doubled one goes on */
                sql += 1 + strcspn(sql + 1, "'");
                sql += *sql == '\'';
            }
        } else if (is_digit(c) && !is_name(before) && !is_digit(before)) {
            sql += strspn(sql, "0123456789.");
            c = '0';
        } else {
            sql++;
        }
        if (is_blank(c) && is_blank(before))
            continue;
        before = is_blank(c) ? ' ' : c;
        hash = hash_byte(hash, before);
    }
    return hash;
}

void lock_session_statement(struct lock_session *session, const char *sql) {
    copy_line(session->shown.statement, sizeof session->shown.statement, sql);
    session->shape = hash_shape(sql, sizeof session->shown.statement);
}

struct lock_session *lock_tree_session(struct lock_tree *tree) {
    if (tree->session_count == tree->session_room) {
        tree->session_room *= 2;
        tree->sessions = mem_grow(tree->sessions, tree->session_room, sizeof *tree->sessions);
    }
    struct lock_session *session = &tree->sessions[tree->session_count++];
    *session = (struct lock_session){0};
    return session;
}

static int by_pid(const void *a, const void *b) {
    int64_t x = ((const struct lock_session *)a)->pid, y = ((const struct lock_session *)b)->pid;
    return (x > y) - (x < y);
}

/* NULL: it is gone, or there is none. */
static struct lock_session *find_session(const struct lock_tree *tree, int64_t pid) {
    const struct lock_session wanted = {.pid = pid};
    return bsearch(&wanted, tree->sessions, tree->session_count, sizeof wanted, by_pid);
}

/* Up to the one that waits for nobody. In a deadlock that the server has not found yet there is
 * none: as far as the last that was not met before. Who has gone since is left out: the one behind
 * it is about to be the root. */
static struct chain walk(const struct lock_tree *tree, struct lock_session *waiter) {
    struct chain chain = {0};
    size_t walk_number = (size_t)(waiter - tree->sessions) + 1;
    for (struct lock_session *at = waiter; at->waiting;) {
        at->met = walk_number;
        bool is_prepared = at->blocker == LOCK_BLOCKER_PREPARED;
        struct lock_session *next = is_prepared ? NULL : find_session(tree, at->blocker);
        if (!is_prepared && (!next || next->met == walk_number))
            break;
        chain.root = is_prepared ? &prepared : next;
        chain.blocker = chain.blocker ? chain.blocker : chain.root;
        chain.depth++;
        if (is_prepared)
            break;
        at = next;
    }
    return chain;
}

static uint64_t hash_holder(uint64_t hash, const struct lock_session *holder) {
    return holder ? hash_text(hash_number(hash, holder->shape), holder->shown.application) : hash;
}

static uint64_t key_of(const struct lock_session *waiter, const struct chain *chain) {
    uint64_t hash = hash_text(HASH_START, waiter->locktype);
    hash = hash_text(hash, waiter->mode);
    hash = hash_text(hash, waiter->relation);
    hash = hash_number(hash, waiter->shape);
    return hash_holder(hash_holder(hash, chain->blocker), chain->root);
}

/* The kind of that key; new: zeroed but for the key. The last one takes what finds no room. */
static struct kind *find_kind(struct lock_tree *tree, uint64_t key, bool *is_new) {
    *is_new = false;
    for (size_t i = 0; i < tree->kind_count; i++)
        if (tree->kinds[i].key == key)
            return &tree->kinds[i];
    struct kind *kind = &tree->kinds[tree->kind_count];
    if (tree->kind_count == SAMPLER_LOCKS_MAX)
        return &tree->kinds[SAMPLER_LOCKS_MAX - 1];
    *kind = (struct kind){.key = key, .waits.max_ms = -1};
    if (++tree->kind_count == SAMPLER_LOCKS_MAX)
        snprintf(kind->waits.locktype, sizeof kind->waits.locktype, "other");
    else
        *is_new = true;
    return kind;
}

static struct kind *kind_of(struct lock_tree *tree, const struct lock_session *waiter,
                            const struct chain *chain) {
    bool is_new;
    struct kind *kind = find_kind(tree, key_of(waiter, chain), &is_new);
    if (!is_new)
        return kind;
    struct lock_waits *waits = &kind->waits;
    memcpy(waits->locktype, waiter->locktype, sizeof waits->locktype);
    memcpy(waits->mode, waiter->mode, sizeof waits->mode);
    memcpy(waits->relation, waiter->relation, sizeof waits->relation);
    memcpy(waits->statement, waiter->shown.statement, sizeof waits->statement);
    if (chain->blocker)
        waits->blocker = chain->blocker->shown;
    if (chain->root)
        waits->root = chain->root->shown;
    return kind;
}

/* Which state a holder was in for most of the time: a majority vote (Boyer and Moore, 1981). */
static void vote(char *shown, size_t size, double *lead_s, const char *state, double seconds) {
    if (strcmp(shown, state) == 0) {
        *lead_s += seconds;
    } else if (*lead_s >= seconds) {
        *lead_s -= seconds;
    } else {
        *lead_s = seconds - *lead_s;
        snprintf(shown, size, "%s", state);
    }
}

static void vote_states(struct kind *kind, const struct chain *chain, double seconds) {
    struct lock_holder *blocker = &kind->waits.blocker, *root = &kind->waits.root;
    if (!chain->blocker || !chain->root || !*kind->waits.mode)
        return;
    vote(blocker->state, sizeof blocker->state, &kind->blocker_state_s, chain->blocker->shown.state,
         seconds);
    vote(root->state, sizeof root->state, &kind->root_state_s, chain->root->shown.state, seconds);
}

/* The server says when a wait began, but for a moment at its beginning, and for good before 14:
 * then a session that waits for the same type still waits for the same lock, as far as can be seen.
 */
static bool is_same_wait(const struct open_wait *known, const struct lock_session *waiter) {
    if (known->since_us && waiter->since_us)
        return known->since_us == waiter->since_us;
    return strcmp(known->locktype, waiter->locktype) == 0;
}

/* Both lists are in the order of pids. known_at: where to go on in the list of the last look. */
static bool track_wait(struct lock_tree *tree, const struct lock_session *waiter, size_t *known_at,
                       size_t next_count, uint64_t now_ns, double *waited_ms) {
    while (*known_at < tree->open_count && tree->open[*known_at].pid < waiter->pid)
        ++*known_at;
    const struct open_wait *known = *known_at < tree->open_count ? &tree->open[*known_at] : NULL;
    bool is_new = !known || known->pid != waiter->pid || !is_same_wait(known, waiter);
    struct open_wait *next = &tree->next[next_count];
    next->pid = waiter->pid;
    next->since_us = waiter->since_us;
    next->first_ns = is_new ? now_ns : known->first_ns;
    memcpy(next->locktype, waiter->locktype, sizeof next->locktype);
    *waited_ms = waiter->waited_ms;
    if (*waited_ms < 0 && !is_new)
        *waited_ms = (double)(now_ns - next->first_ns) / (double)NS_PER_MS;
    return is_new;
}

static void make_room(struct lock_tree *tree) {
    if (tree->session_count <= tree->open_room)
        return;
    tree->open_room = tree->session_room;
    tree->open = mem_grow(tree->open, tree->open_room, sizeof *tree->open);
    tree->next = mem_grow(tree->next, tree->open_room, sizeof *tree->next);
}

static void swap_lists(struct lock_tree *tree, size_t next_count) {
    struct open_wait *open = tree->open;
    tree->open = tree->next;
    tree->next = open;
    tree->open_count = next_count;
}

static bool is_reported(const struct lock_session *session) {
    return session->ours && session->waiting;
}

static size_t find_type(const struct lock_count *counts, size_t count, const char *locktype) {
    size_t i = 0;
    while (i < count && strcmp(counts[i].locktype, locktype) != 0)
        i++;
    return i;
}

/* What each wait of a type stands for; waits of a type that nobody waited for a moment ago stand
 * for nothing. Time of which no wait is left becomes a kind of its own. */
static void share_time(struct lock_tree *tree, const struct lock_count *counts, size_t count,
                       double seconds, double *shares) {
    size_t waits[LOCK_TYPES_MAX + 1] = {0};
    for (size_t i = 0; i < tree->session_count; i++)
        if (is_reported(&tree->sessions[i]))
            waits[find_type(counts, count, tree->sessions[i].locktype)]++;
    for (size_t i = 0; i < count; i++) {
        double time_s = counts[i].sessions * seconds;
        shares[i] = waits[i] ? time_s / (double)waits[i] : 0;
        if (waits[i] || time_s <= 0)
            continue;
        struct lock_session gone = {.waiting = true};
        snprintf(gone.locktype, sizeof gone.locktype, "%s", counts[i].locktype);
        kind_of(tree, &gone, &(struct chain){0})->waits.time_s += time_s;
    }
    shares[count] = 0;
}

static void account(struct lock_tree *tree, struct lock_session *waiter, double seconds,
                    bool is_new, double waited_ms) {
    struct chain chain = walk(tree, waiter);
    struct kind *kind = kind_of(tree, waiter, &chain);
    vote_states(kind, &chain, seconds);
    struct lock_waits *waits = &kind->waits;
    waits->time_s += seconds;
    waits->seen += is_new;
    tree->seen += is_new;
    if (chain.depth > waits->depth)
        waits->depth = chain.depth;
    if (waited_ms > waits->max_ms)
        waits->max_ms = waited_ms;
    if (waited_ms > tree->max_ms)
        tree->max_ms = waited_ms;
}

void lock_tree_look(struct lock_tree *tree, const struct lock_count *counts, size_t count,
                    double seconds, uint64_t now_ns) {
    if (count > LOCK_TYPES_MAX)
        panic("%zu types of locks", count);
    qsort(tree->sessions, tree->session_count, sizeof *tree->sessions, by_pid);
    make_room(tree);
    double shares[LOCK_TYPES_MAX + 1];
    share_time(tree, counts, count, seconds, shares);
    size_t known_at = 0, next_count = 0;
    for (size_t i = 0; i < tree->session_count; i++) {
        struct lock_session *session = &tree->sessions[i];
        if (!is_reported(session))
            continue;
        double waited_ms;
        bool is_new = track_wait(tree, session, &known_at, next_count, now_ns, &waited_ms);
        next_count++;
        account(tree, session, shares[find_type(counts, count, session->locktype)], is_new,
                waited_ms);
    }
    swap_lists(tree, next_count);
    tree->session_count = 0;
}

void lock_tree_forget(struct lock_tree *tree) {
    tree->open_count = 0;
}

static int by_time(const void *a, const void *b) {
    double x = ((const struct lock_waits *)a)->time_s, y = ((const struct lock_waits *)b)->time_s;
    return (y > x) - (y < x);
}

void lock_tree_report(const struct lock_tree *tree, struct observation *out) {
    out->lock_count = tree->kind_count;
    for (size_t i = 0; i < tree->kind_count; i++)
        out->locks[i] = tree->kinds[i].waits;
    qsort(out->locks, out->lock_count, sizeof *out->locks, by_time);
    out->lock_seen = tree->seen;
    out->lock_max_ms = tree->kind_count ? tree->max_ms : 0;
}
