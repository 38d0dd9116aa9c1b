/* The inside of lock_log.h: takes a server's log in pieces, so that it need not fit into memory. */
#ifndef PGWRITE_OBSERVE_LOCK_LOG_PARSER_H
#define PGWRITE_OBSERVE_LOCK_LOG_PARSER_H

#include "observe/lock_log.h"

struct lock_log_parser;

/* pids NULL: every process. They are copied. */
struct lock_log_parser *lock_log_parser_new(const int64_t *pids, size_t pid_count);
/* Whole lines, in the order of the log. */
void lock_log_parser_feed(struct lock_log_parser *parser, const char *text, size_t length);
/* Adds what was found to out, and frees the parser. oids (LOCK_LOG_KINDS_MAX of them) get the OIDs
 * of kinds whose relation is the number alone, else 0; may be NULL. */
void lock_log_parser_end(struct lock_log_parser *parser, struct lock_log *out, uint32_t *oids);

#endif
