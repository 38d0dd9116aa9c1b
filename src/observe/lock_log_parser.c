/*
 * What ProcSleep() writes:
 *
 *     process 12 still waiting for ShareLock on transaction 750 after 10.123 ms
 *     process 12 acquired ShareLock on transaction 750 after 196.683 ms
 *     process 12 detected deadlock while waiting for ShareLock on transaction 750 after 10.052 ms
 *     process 12 avoided deadlock for … on … by rearranging queue order after … ms
 *     process 12 failed to acquire … on … after … ms
 *
 * each behind a prefix of the user's choice and "LOG:  ", perhaps a SQLSTATE (log_error_verbosity),
 * followed by lines of the same report: DETAIL, CONTEXT, STATEMENT. Text with line ends in it goes
 * on in lines that begin with a tab. A report is written in one piece, so that no other process's
 * lines come between.
 */
#include "observe/lock_log_parser.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Distinct kinds told apart while reading; later ones count with "other". */
enum { HELD_MAX = 512, MESSAGE_BYTES = 256 };

struct waiter {
    int64_t pid;
    uint64_t lock; /* hash of mode and object, while it is seen waiting; else 0 */
    double ms;     /* how long it had waited then */
};

/* A kind as it is collected: one whose relation is a number has its OID. */
struct held {
    struct logged_kind kind;
    uint32_t oid;
};

/* The report that is being read, if it tells of a lock that was got. */
struct report {
    bool open, in_context, in_statement;
    struct held wait;
    size_t statement_length;
    bool statement_full, in_literal, literal_ended;
    double ms;
};

struct lock_log_parser {
    bool every_process;
    struct waiter *waiters; /* by pid */
    size_t waiter_count, waiter_capacity;
    struct held *held;
    size_t held_count;
    struct logged_kind other;
    struct report report;
    uint64_t waits, unfinished, deadlocks;
    double total_s, max_ms;
};

static int compare_waiters(const void *left, const void *right) {
    const struct waiter *a = left, *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

struct lock_log_parser *lock_log_parser_new(const int64_t *pids, size_t pid_count) {
    struct lock_log_parser *parser = MEM_NEW(struct lock_log_parser);
    parser->every_process = pids == NULL;
    parser->held = MEM_ARRAY(struct held, HELD_MAX);
    if (!pids)
        return parser;
    parser->waiters = MEM_ARRAY(struct waiter, pid_count + 1);
    parser->waiter_capacity = pid_count + 1;
    parser->waiter_count = pid_count;
    for (size_t i = 0; i < pid_count; i++)
        parser->waiters[i].pid = pids[i];
    qsort(parser->waiters, pid_count, sizeof *parser->waiters, compare_waiters);
    return parser;
}

/* NULL: a process that is of no interest. */
static struct waiter *find_waiter(struct lock_log_parser *parser, int64_t pid) {
    size_t low = 0, high = parser->waiter_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (parser->waiters[middle].pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < parser->waiter_count && parser->waiters[low].pid == pid)
        return &parser->waiters[low];
    if (!parser->every_process)
        return NULL;
    if (parser->waiter_count == parser->waiter_capacity) {
        parser->waiter_capacity = parser->waiter_capacity ? parser->waiter_capacity * 2 : 64;
        parser->waiters =
            mem_grow(parser->waiters, parser->waiter_capacity, sizeof *parser->waiters);
    }
    struct waiter *at = &parser->waiters[low];
    memmove(at + 1, at, (parser->waiter_count++ - low) * sizeof *at);
    *at = (struct waiter){.pid = pid};
    return at;
}

/* Counts a wait, or several, with its kind. */
static void hold(struct lock_log_parser *parser, const struct logged_kind *kind, uint32_t oid) {
    struct logged_kind *sum = NULL;
    for (size_t i = 0; !sum && i < parser->held_count; i++) {
        struct held *known = &parser->held[i];
        if (known->oid == oid && strcmp(known->kind.mode, kind->mode) == 0 &&
            strcmp(known->kind.locktype, kind->locktype) == 0 &&
            strcmp(known->kind.relation, kind->relation) == 0 &&
            strcmp(known->kind.statement, kind->statement) == 0)
            sum = &known->kind;
    }
    if (!sum && (strcmp(kind->locktype, "other") == 0 || parser->held_count == HELD_MAX))
        sum = &parser->other;
    if (!sum) {
        parser->held[parser->held_count++] = (struct held){*kind, oid};
        return;
    }
    sum->waits += kind->waits;
    sum->total_s += kind->total_s;
    sum->max_ms = kind->max_ms > sum->max_ms ? kind->max_ms : sum->max_ms;
}

/* Bytes of the character that begins here; 0: it is cut off or no UTF-8. */
static size_t utf8_length(const unsigned char *at) {
    size_t length = *at < 0x80                   ? 1
                    : *at >= 0xc2 && *at <= 0xdf ? 2
                    : *at >= 0xe0 && *at <= 0xef ? 3
                    : *at >= 0xf0 && *at <= 0xf4 ? 4
                                                 : 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    /* Longer than need be, a surrogate, or beyond the last character. */
    bool wrong = (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f) ||
                 (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f);
    return wrong ? 0 : length;
}

/* The log is in the encodings of the databases, and our arrays cut characters: a result must not
 * hold either. */
static void make_utf8(char *text) {
    for (unsigned char *at = (unsigned char *)text; *at;) {
        size_t length = utf8_length(at);
        if (!length)
            *at = '?';
        at += length ? length : 1;
    }
}

static void close_report(struct lock_log_parser *parser) {
    struct report *report = &parser->report;
    struct logged_kind *kind = &report->wait.kind;
    if (report->open) {
        size_t n = report->statement_length;
        while (n > 0 && kind->statement[n - 1] == ' ')
            n--;
        kind->statement[n] = '\0';
        make_utf8(kind->statement);
        make_utf8(kind->relation);
        if (report->wait.oid)
            snprintf(kind->relation, sizeof kind->relation, "%" PRIu32, report->wait.oid);
        hold(parser, kind, report->wait.oid);
    }
    *report = (struct report){0};
}

static void put(struct report *report, const char *bytes, size_t length) {
    if (report->statement_length + length >= sizeof report->wait.kind.statement) {
        report->statement_full = true;
        return;
    }
    memcpy(report->wait.kind.statement + report->statement_length, bytes, length);
    report->statement_length += length;
}

/* Adds a line of the statement, with blanks made one and literals left out, by which the statements
 * of an application without parameters would all differ. */
static void add_statement(struct report *report, const char *text, size_t length) {
    for (size_t i = 0; i < length && !report->statement_full; i++) {
        char c = text[i];
        bool blank = (unsigned char)c <= ' ';
        size_t n = report->statement_length;
        bool doubled = c == '\'' && report->literal_ended;
        report->literal_ended = c == '\'' && report->in_literal;
        if (c == '\'') {
            report->in_literal = !report->in_literal;
            if (report->in_literal && !doubled)
                put(report, "'…'", strlen("'…'"));
        } else if (!report->in_literal) {
            bool again = blank && (n == 0 || report->wait.kind.statement[n - 1] == ' ');
            if (!again)
                put(report, blank ? " " : &c, 1);
        }
    }
    if (!report->in_literal)
        put(report, " ", 1);
}

/* "while updating tuple (0,1) in relation "t"": the table, or the index, unqualified. */
static void add_context(struct report *report, const char *text, size_t length) {
    static const char before[] = " in relation \"";
    if (length < 6 || memcmp(text, "while ", 6) != 0)
        return;
    const char *name = memmem(text, length, before, sizeof before - 1);
    const char *end = memrchr(text, '"', length);
    if (!name || end < name + sizeof before - 1)
        return;
    name += sizeof before - 1;
    snprintf(report->wait.kind.relation, sizeof report->wait.kind.relation, "%.*s",
             (int)(end - name), name);
    report->wait.oid = 0;
}

/* What DescribeLockTag() writes, and what pg_locks calls it. */
static void set_object(struct report *report, const char *object) {
    static const struct {
        const char *begins, *locktype;
        bool relation;
    } tags[] = {
        {"relation ", "relation", true},
        {"extension of relation ", "extend", true},
        {"page ", "page", true},
        {"tuple ", "tuple", true},
        {"transaction ", "transactionid", false},
        {"virtual transaction ", "virtualxid", false},
        {"speculative token ", "spectoken", false},
        {"remote transaction ", "applytransaction", false},
        {"object ", "object", false},
        {"advisory lock ", "advisory", false},
        {"user lock ", "userlock", false},
        {"pg_database.datfrozenxid ", "frozenid", false},
    };
    snprintf(report->wait.kind.locktype, sizeof report->wait.kind.locktype, "unknown");
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        if (strncmp(object, tags[i].begins, strlen(tags[i].begins)) != 0)
            continue;
        snprintf(report->wait.kind.locktype, sizeof report->wait.kind.locktype, "%s",
                 tags[i].locktype);
        const char *relation = tags[i].relation ? strstr(object, "relation ") : NULL;
        if (relation)
            report->wait.oid = (uint32_t)strtoul(relation + strlen("relation "), NULL, 10);
        return;
    }
}

static uint64_t hash(const char *text) {
    uint64_t sum = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 1099511628211u;
    return sum ? sum : 1;
}

static bool skip(const char **text, const char *word) {
    size_t length = strlen(word);
    if (strncmp(*text, word, length) != 0)
        return false;
    *text += length;
    return true;
}

/* The process waits for the lock. A wait for another one, or one that began later, has taken the
 * place of the one before, which then has ended without the lock. */
static void is_waiting(struct lock_log_parser *parser, struct waiter *waiter, uint64_t lock,
                       double ms) {
    if (waiter->lock && (waiter->lock != lock || ms < waiter->ms))
        parser->unfinished++;
    waiter->lock = lock;
    waiter->ms = ms;
}

static void has_given_up(struct lock_log_parser *parser, struct waiter *waiter, uint64_t lock,
                         double ms) {
    is_waiting(parser, waiter, lock, ms);
    parser->unfinished++;
    waiter->lock = 0;
}

static void has_acquired(struct lock_log_parser *parser, struct waiter *waiter, const char *mode,
                         const char *object, double ms) {
    struct report *report = &parser->report;
    report->open = true;
    struct logged_kind *kind = &report->wait.kind;
    snprintf(kind->mode, sizeof kind->mode, "%s", mode);
    kind->waits = 1;
    kind->total_s = ms / 1000;
    kind->max_ms = ms;
    set_object(report, object);
    parser->waits++;
    parser->total_s += ms / 1000;
    parser->max_ms = ms > parser->max_ms ? ms : parser->max_ms;
    waiter->lock = 0;
}

/* A message of level LOG. */
static void take_message(struct lock_log_parser *parser, const char *text, size_t length) {
    enum { ACQUIRED, WAITING, FAILED, DEADLOCK } what;
    char copy[MESSAGE_BYTES];
    snprintf(copy, sizeof copy, "%.*s", (int)(length < sizeof copy ? length : sizeof copy - 1),
             text);
    const char *message = copy;
    skip(&message, "00000: ");
    if (!skip(&message, "process "))
        return;
    char *rest;
    int64_t pid = strtoll(message, &rest, 10);
    message = rest;
    if (skip(&message, " acquired "))
        what = ACQUIRED;
    else if (skip(&message, " still waiting for "))
        what = WAITING;
    else if (skip(&message, " failed to acquire "))
        what = FAILED;
    else if (skip(&message, " detected deadlock while waiting for "))
        what = DEADLOCK;
    else
        return;
    char *mode = copy + (message - copy), *on = strstr(mode, " on ");
    char *after = on ? strstr(on, " after ") : NULL;
    struct waiter *waiter = after ? find_waiter(parser, pid) : NULL;
    if (!waiter)
        return;
    char *number = after + strlen(" after ");
    double ms = strtod(number, &rest);
    if (rest == number || strncmp(rest, " ms", 3) != 0)
        return;
    *after = '\0';
    uint64_t lock = hash(mode);
    *on = '\0';
    parser->deadlocks += what == DEADLOCK;
    if (what == WAITING)
        is_waiting(parser, waiter, lock, ms);
    else if (what == ACQUIRED)
        has_acquired(parser, waiter, mode, on + strlen(" on "), ms);
    else
        has_given_up(parser, waiter, lock, ms);
}

enum tag { TAG_NONE, TAG_LOG, TAG_CONTEXT, TAG_STATEMENT, TAG_OF_REPORT, TAG_OF_ANOTHER };

/* What kind of line it is, by the first word behind the prefix; *text and *length become what
 * follows. */
static enum tag take_tag(const char **text, size_t *length) {
    static const struct {
        const char *word;
        enum tag tag;
    } tags[] = {
        {"LOG", TAG_LOG},
        {"CONTEXT", TAG_CONTEXT},
        {"STATEMENT", TAG_STATEMENT},
        {"DETAIL", TAG_OF_REPORT},
        {"HINT", TAG_OF_REPORT},
        {"QUERY", TAG_OF_REPORT},
        {"LOCATION", TAG_OF_REPORT},
        {"BACKTRACE", TAG_OF_REPORT},
        {"ERROR", TAG_OF_ANOTHER},
        {"FATAL", TAG_OF_ANOTHER},
        {"PANIC", TAG_OF_ANOTHER},
        {"WARNING", TAG_OF_ANOTHER},
        {"NOTICE", TAG_OF_ANOTHER},
        {"INFO", TAG_OF_ANOTHER},
        {"DEBUG", TAG_OF_ANOTHER},
    };
    const char *end = *text + *length;
    for (const char *at = *text; (at = memmem(at, (size_t)(end - at), ":  ", 3)); at += 3)
        for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
            size_t word = strlen(tags[i].word);
            if ((size_t)(at - *text) < word || memcmp(at - word, tags[i].word, word) != 0)
                continue;
            *text = at + 3;
            *length = (size_t)(end - *text);
            return tags[i].tag;
        }
    return TAG_NONE;
}

static void take_line(struct lock_log_parser *parser, const char *text, size_t length) {
    struct report *report = &parser->report;
    if (length > 0 && *text == '\t') {
        if (report->open && report->in_statement)
            add_statement(report, text + 1, length - 1);
        else if (report->open && report->in_context)
            add_context(report, text + 1, length - 1);
        return;
    }
    enum tag tag = take_tag(&text, &length);
    report->in_context = tag == TAG_CONTEXT;
    report->in_statement = tag == TAG_STATEMENT;
    if (tag == TAG_NONE || tag == TAG_LOG || tag == TAG_OF_ANOTHER)
        close_report(parser);
    if (tag == TAG_LOG)
        take_message(parser, text, length);
    else if (tag == TAG_CONTEXT && report->open)
        add_context(report, text, length);
    else if (tag == TAG_STATEMENT && report->open)
        add_statement(report, text, length);
}

void lock_log_parser_feed(struct lock_log_parser *parser, const char *text, size_t length) {
    while (length > 0) {
        const char *end = memchr(text, '\n', length);
        size_t line = end ? (size_t)(end - text) : length;
        take_line(parser, text, line);
        line += end != NULL;
        text += line;
        length -= line;
    }
}

static int compare_held(const void *left, const void *right) {
    const struct logged_kind *a = &((const struct held *)left)->kind;
    const struct logged_kind *b = &((const struct held *)right)->kind;
    if (a->total_s != b->total_s)
        return a->total_s > b->total_s ? -1 : 1;
    return strcmp(a->locktype, b->locktype);
}

void lock_log_parser_end(struct lock_log_parser *parser, struct lock_log *out, uint32_t *oids) {
    close_report(parser);
    for (size_t i = 0; i < parser->waiter_count; i++)
        parser->unfinished += parser->waiters[i].lock != 0;
    for (size_t i = 0; !oids && i < parser->held_count; i++)
        parser->held[i].oid = 0;
    for (size_t i = 0; i < out->kind_count; i++)
        hold(parser, &out->kinds[i], 0);
    qsort(parser->held, parser->held_count, sizeof *parser->held, compare_held);
    size_t shown = parser->held_count;
    if (shown + (parser->other.waits > 0) > LOCK_LOG_KINDS_MAX)
        shown = LOCK_LOG_KINDS_MAX - 1;
    for (size_t i = shown; i < parser->held_count; i++) {
        parser->other.waits += parser->held[i].kind.waits;
        parser->other.total_s += parser->held[i].kind.total_s;
        if (parser->held[i].kind.max_ms > parser->other.max_ms)
            parser->other.max_ms = parser->held[i].kind.max_ms;
    }
    for (size_t i = 0; i < shown; i++) {
        out->kinds[i] = parser->held[i].kind;
        if (oids)
            oids[i] = parser->held[i].oid;
    }
    out->kind_count = shown;
    if (parser->other.waits > 0) {
        snprintf(parser->other.locktype, sizeof parser->other.locktype, "other");
        out->kinds[out->kind_count++] = parser->other;
    }
    out->waits += parser->waits;
    out->unfinished += parser->unfinished;
    out->deadlocks += parser->deadlocks;
    out->total_s += parser->total_s;
    out->max_ms = parser->max_ms > out->max_ms ? parser->max_ms : out->max_ms;
    free(parser->waiters);
    free(parser->held);
    free(parser);
}

void lock_log_parse(const char *text, size_t length, const int64_t *pids, size_t pid_count,
                    struct lock_log *out) {
    struct lock_log_parser *parser = lock_log_parser_new(pids, pid_count);
    lock_log_parser_feed(parser, text, length);
    lock_log_parser_end(parser, out, NULL);
}
