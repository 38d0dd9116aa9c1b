/*
 * Write paths: the ways in which an application can send rows to PostgreSQL.
 *
 * A path is one file and one line in path_list.h: a const struct that builds its SQL once for a
 * plan and then carries one commit at a time over a wire, without blocking and without allocating.
 * All paths send the values of the same rows: value = f(seed, column, row number).
 */
#ifndef PGWRITE_WRITE_WRITE_H
#define PGWRITE_WRITE_WRITE_H

#include "base/units.h"
#include "pg/wire.h"
#include "workload/mix.h"
#include "write/keys.h"

enum write_protocol { PROTOCOL_SIMPLE, PROTOCOL_EXTENDED, PROTOCOL_PREPARED };

/* Parameters that one statement of the protocol can have: a 16-bit count. */
#define WRITE_PARAMS_MAX 65535
/* Distinct sizes that a range of batch sizes is drawn from, evenly spaced: each is a statement that
 * a backend keeps, for the paths that prepare one a size. */
#define WRITE_SIZES_MAX 16
/* What a prepared INSERT costs a backend for each parameter, in bytes (measured: 1,000 × 6 take 3.7
 * MB), and how much of that one connection may ask for. */
#define WRITE_PARAM_BACKEND_BYTES 620
#define WRITE_BACKEND_BYTES_MAX (64u << 20)

struct write_statement {
    const char *name;
    const char *sql;
    int param_count;
    const uint32_t *type_oids;
};

struct write_path;
struct script;

/* What one transaction inserts, for the row numbers that the engine deals out. */
struct write_insert {
    size_t table; /* of the mix */
    uint32_t rows;
};

/* One path over one table, with its SQL: immutable, shared by all threads. */
struct write_plan {
    const struct write_path *path;
    const struct plan *plan;
    const char *table;            /* that is written: quoted, qualified */
    enum write_protocol protocol; /* that its statements are sent by */
    enum wire_binding binding;
    uint32_t sizes[WRITE_SIZES_MAX]; /* batch sizes, ascending */
    size_t size_count;
    struct write_statement *statements; /* of the path, whether prepared or sent unnamed */
    size_t statement_count; /* to prepare on each connection; 0: they are sent unnamed */
    const char *sql;        /* of the path: its text, or the constant beginning of it */
    size_t *row_ends;       /* multirow: bytes of sql that hold the first n + 1 rows */
    int params_max;         /* widest statement */
    const uint32_t *type_oids;
    const int *formats; /* params_max times 1 */
    size_t
        backend_bytes; /* estimate of what its statements cost each backend; 0: next to nothing */
    size_t data_bytes; /* room that the encoded bytes of one send need at most */
    size_t scratch_bytes; /* of a script: that drawing one value needs; else the plan says it */
    bool text;            /* values travel as text: the text writer is used */
    bool discards;        /* into a twin: the server acknowledges 0 rows of each statement */
    bool skips;           /* ON CONFLICT DO NOTHING: the server may acknowledge fewer rows */
    const char *conflict; /* " ON CONFLICT …", or "" */
    const char *prefix;   /* of the names of its statements */
    size_t table_index;   /* of the mix: whose rows it inserts; not of a script */
    /* Round trips of one transaction, more or less: where a cut may befall it. */
    uint32_t round_trips;
    /* Of a script alone. */
    const struct script *script;
    const struct write_insert *inserts;
    size_t insert_count;
    bool reads; /* it writes nothing: its rows are those that it has read */
};

struct write_options {
    const struct write_path *path;
    const struct plan *plan;
    struct range batch; /* a path of one row a commit makes it 1 */
    enum write_protocol protocol;
    enum wire_binding binding;
    const char *twin; /* NULL; or a twin of the table (quoted, qualified) that discards what it is
                         sent: behind a rule DO INSTEAD NOTHING, or by COPY … WHERE false. What
                         stays is the protocol, the generating and the encoding: how fast pgwrite
                         itself could be on this path */
    enum on_conflict on_conflict;
    const char *const *conflict_columns; /* NULL: the primary key */
    size_t conflict_column_count;
    size_t table_index; /* of the mix */
    const char *prefix; /* of the names of its prepared statements; NULL: none */
};

/* Builds a plan. Errors are EXIT_USAGE with the reason why the path can't do it, and what could. */
MUST_CHECK bool write_plan_build(const struct write_options *options, struct arena *arena,
                                 struct write_plan *out, struct error *error);

/* What a script remembers of its transaction. */
struct script_state;
struct script_state *script_state_new(void); /* free() it */

/* What a thread needs to encode and send; one for all its connections, since libpq copies. */
struct write_buffer {
    uint8_t *data;
    const char **values;
    int *lengths;
    struct scratch scratch;
};
/* Room for the largest of the plans that its connections carry out. */
void write_buffer_init(struct write_buffer *buffer, const struct write_plan *const *plans,
                       size_t count);
void write_buffer_release(struct write_buffer *buffer);

/* Which rows are a thread's: blocks of 2^shift row numbers, dealt to the threads in turn. So every
 * row number belongs to one thread without any shared counter, and the numbers in use stay dense.
 */
struct row_map {
    uint32_t thread, threads;
    unsigned shift;
    uint64_t base; /* the first number: rows below were there before the load */
};
static inline uint64_t row_number(const struct row_map *map, uint64_t local) {
    uint64_t block = local >> map->shift, offset = local & ((1ull << map->shift) - 1);
    return map->base + ((block * map->threads + map->thread) << map->shift) + offset;
}

/* The rows of one table of the mix, of one worker. */
struct table_rows {
    struct row_map map;
    uint64_t next; /* local number of the next row to be inserted */
    uint64_t end;  /* local number at which there are none left; UINT64_MAX: no end */
    bool keyed;    /* keys of the table are drawn: keys is there */
    struct keys keys;
    /* That the server acknowledged; and of transactions whose end is not known, at most. */
    uint64_t inserted, deleted;
    uint64_t inserted_ambiguous, deleted_ambiguous;
};
/* The row number of an index of keys.h. */
uint64_t table_rows_number(const struct table_rows *rows, uint64_t index);
/* How many of the row numbers below total are the thread's. */
uint64_t row_map_count(const struct row_map *map, uint64_t total);

enum write_step {
    WRITE_WAIT,     /* flush, then wait for the socket and call resume */
    WRITE_DONE,     /* the commit is acknowledged, with the expected number of rows */
    WRITE_FAILED,   /* the server refused it, or the connection is lost: wire_error(). Unless it is
                       lost, the transaction is over, all results are taken, and begin() may be
                       called again, for the same rows or others */
    WRITE_PAUSE,    /* the client does something else until pause_until_ns, then calls resume */
    WRITE_MISCOUNT, /* it is committed, but the server acknowledged another number of rows than were
                       sent (of a plan that discards: any) */
};

/* One connection's commit in progress. */
struct writer {
    struct wire *wire;
    const struct write_plan *plan;
    struct write_buffer *buffer; /* of its thread */
    struct table_rows *tables;   /* of its thread, one a table of the mix */
    uint64_t first;              /* local number of the commit's first row; not of a script */
    uint32_t count;              /* rows of the commit; of a script those that it inserts */
    uint64_t number;             /* of the transaction, in its thread: of what it draws itself */
    struct script_state *script; /* of its connection; NULL without scripts */
    uint32_t sent;               /* rows handed to libpq */
    uint64_t accepted;           /* rows that command tags have named */
    uint64_t missed;             /* updates and deletes by key that have found no row */
    uint64_t rows_done_ns; /* when the last row was accepted, where a COMMIT of its own follows */
    uint64_t pause_until_ns;
    uint64_t fault_timeout_ns; /* > 0: a statement of it is to exceed a statement_timeout of that */
    int stage;                 /* the path's own */
    bool failed, committed;
    bool aborted; /* failed inside a transaction, which has to be rolled back */
    bool unsent;  /* the path has more to send as soon as the socket takes it */
};

/* Deals out rows and keys for a writer's next transaction: size (0: the first of the plan's sizes)
 * is that of a batch, cut to the rows that are left. False: there are none left, or no row that it
 * could work on. Then begin(), resume() …, begin() again for a retry, and writer_finish(). */
MUST_CHECK bool writer_deal(struct writer *writer, uint32_t size);

enum writer_end {
    WRITER_COMMITTED,
    WRITER_FAILED,    /* nothing of it is there */
    WRITER_AMBIGUOUS, /* the connection was lost, or it was abandoned: whether it is there is not
                         known */
};
/* Keeps the books of the tables: what is there, what is gone. Nothing is allocated. */
void writer_finish(struct writer *writer, enum writer_end end);

struct write_path {
    const char *name;
    const char *summary;  /* what one commit does */
    const char *protocol; /* NULL: --protocol decides */
    bool extended;        /* --protocol extended decides all the same: its statements go unnamed */
    bool one_row;         /* a batch is always 1 */
    bool conflicts;       /* takes ON CONFLICT */
    bool own_commit;      /* COMMIT is a round trip of its own, with its own latency; of a script
                             that is one statement in autocommit, rows_done_ns stays 0 */
    bool (*build)(struct write_plan *plan, struct arena *arena, struct error *error);
    /* Before a transaction of the path if the connection's last one was not of it, and after its
     * last; NULL: nothing to do. */
    bool (*enter)(struct writer *writer);
    bool (*leave)(struct writer *writer);
    /* Before the first begin of a transaction: deals out what a retry is to find again. False:
     * there is no row yet that it could work on. NULL: nothing to do. */
    bool (*choose)(struct writer *writer);
    /* writer_finish() of a path that keeps its own books; NULL: the plan's table, count rows. */
    void (*finish)(struct writer *writer, enum writer_end end);
    enum write_step (*begin)(struct writer *writer);
    enum write_step (*resume)(struct writer *writer);
};

extern const struct write_path *const write_paths[];
extern const size_t write_path_count;
const struct write_path *write_path_find(const char *name); /* NULL: no such */

/* Parses "simple", "extended" or "prepared". */
MUST_CHECK bool write_protocol_parse(const char *text, enum write_protocol *protocol,
                                     struct error *error);
/* Of a plan that has path and protocol at least: as what its path sends, also if the protocol is
 * one that it does not have. */
const char *write_protocol_name(const struct write_plan *plan);

#endif
