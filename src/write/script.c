/* Carries out scripts, one statement a round trip. */
#include "write/script.h"

#include "base/clock.h"
#include "row/format.h"
#include "write/script_plan.h"

enum stage { AT_BEGIN, AT_TIMEOUT, AT_SLEEP, AT_STATEMENT, AT_PAUSE, AT_COMMIT, AT_ROLLBACK };

struct script_state {
    uint64_t number;                       /* of the transaction, among those of all threads */
    uint64_t keys[SCRIPT_KEYS_MAX];        /* indexes of keys.h */
    uint64_t first[SCRIPT_STATEMENTS_MAX]; /* local numbers, by insert */
    uint64_t acknowledged[SCRIPT_STATEMENTS_MAX]; /* rows, by statement */
    struct rng pauses;
    size_t at; /* the statement */
    bool block, miscounted;
};

struct script_state *script_state_new(void) {
    return MEM_NEW(struct script_state);
}

/* Whether the tables have as many numbers left as the transaction inserts rows. */
static bool rows_are_left(const struct writer *writer) {
    const struct write_plan *plan = writer->plan;
    for (size_t i = 0; i < plan->insert_count; i++) {
        const struct table_rows *rows = &writer->tables[plan->inserts[i].table];
        uint64_t wanted = 0;
        for (size_t k = 0; k <= i; k++)
            if (plan->inserts[k].table == plan->inserts[i].table)
                wanted += plan->inserts[k].rows;
        if (rows->end - rows->next < wanted)
            return false;
    }
    return true;
}

/* Keys that were drawn, but for those of rows that are gone now. */
static void give_back(const struct writer *writer, size_t count, bool restore) {
    const struct script *script = writer->plan->script;
    const struct script_state *state = writer->script;
    for (size_t i = 0; i < count; i++) {
        struct keys *keys = &writer->tables[script->keys[i].table].keys;
        keys_unuse(keys, state->keys[i]);
        if (restore && script->keys[i].deleted)
            keys_restore(keys, state->keys[i]);
    }
}

/* What a transaction deletes, no other one in flight may need, nor draw from now on. */
static bool draw_keys(const struct writer *writer) {
    const struct script *script = writer->plan->script;
    struct script_state *state = writer->script;
    struct rng rng = rng_at(script->pick_key, state->number);
    for (size_t i = 0; i < script->key_count; i++) {
        const struct script_key *key = &script->keys[i];
        struct keys *keys = &writer->tables[key->table].keys;
        bool drawn = key->deleted ? keys_draw_unused(keys, key->pick, &rng, &state->keys[i])
                                  : keys_draw(keys, key->pick, &rng, &state->keys[i]);
        if (!drawn) {
            give_back(writer, i, true);
            return false;
        }
        keys_use(keys, state->keys[i]);
        if (key->deleted)
            keys_remove(keys, state->keys[i]);
    }
    return true;
}

static bool choose(struct writer *writer) {
    const struct write_plan *plan = writer->plan;
    const struct script *script = plan->script;
    struct script_state *state = writer->script;
    state->number = writer->number;
    if (script->table_count > 0) {
        const struct row_map *map = &writer->tables[0].map;
        state->number = writer->number * map->threads + map->thread;
    }
    if (!rows_are_left(writer) || !draw_keys(writer))
        return false;
    writer->count = 0;
    for (size_t i = 0; i < plan->insert_count; i++) {
        struct table_rows *rows = &writer->tables[plan->inserts[i].table];
        state->first[i] = rows->next;
        rows->next += plan->inserts[i].rows;
        writer->count += plan->inserts[i].rows;
    }
    return true;
}

static void finish(struct writer *writer, enum writer_end end) {
    const struct write_plan *plan = writer->plan;
    const struct script *script = plan->script;
    const struct script_state *state = writer->script;
    for (size_t i = 0; i < script->count; i++) {
        const struct script_statement *statement = &script->statements[i];
        if (statement->kind == STATEMENT_INSERT) {
            struct table_rows *rows = &writer->tables[plan->inserts[statement->insert].table];
            if (end == WRITER_COMMITTED)
                table_rows_inserted(rows, state->first[statement->insert], statement->rows,
                                    state->acknowledged[i]);
            else if (end == WRITER_AMBIGUOUS)
                rows->inserted_ambiguous += statement->rows;
        } else if (statement->kind == STATEMENT_DELETE) {
            struct table_rows *rows = &writer->tables[script->keys[statement->key].table];
            if (end == WRITER_COMMITTED)
                rows->deleted += state->acknowledged[i];
            else if (end == WRITER_AMBIGUOUS)
                rows->deleted_ambiguous++;
        }
    }
    give_back(writer, script->key_count, end == WRITER_FAILED);
}

/* The row number at which a parameter of row i is drawn; first: of the rows inserted with it. */
static uint64_t param_row(const struct writer *writer, const struct script_param *param, uint32_t i,
                          uint64_t *first) {
    const struct script_state *state = writer->script;
    if (param->source == PARAM_OWN)
        return *first = state->number;
    if (param->source == PARAM_KEY)
        return *first =
                   table_rows_number(&writer->tables[writer->plan->script->keys[param->at].table],
                                     state->keys[param->at]);
    const struct write_insert *insert = &writer->plan->inserts[param->at];
    const struct row_map *map = &writer->tables[insert->table].map;
    *first = row_number(map, state->first[param->at]);
    return row_number(map, state->first[param->at] + i % insert->rows);
}

/* Encodes a statement's parameters. */
static void encode(const struct writer *writer, const struct script_statement *statement) {
    struct write_buffer *buffer = writer->buffer;
    uint8_t *data = buffer->data;
    size_t slot = 0;
    for (uint32_t i = 0; i < statement->rows; i++)
        for (size_t k = 0; k < statement->param_count; k++, slot++) {
            const struct script_param *param = &statement->params[k];
            struct value value;
            uint64_t first, row = param_row(writer, param, i, &first);
            scratch_reset(&buffer->scratch);
            column_draw_at(&param->generator, row, first, &buffer->scratch, &value);
            buffer->values[slot] = NULL;
            buffer->lengths[slot] = 0;
            if (value.kind == VALUE_NULL)
                continue;
            uint8_t *end = pg_write_binary(param->type, &value, data);
            buffer->values[slot] = (const char *)data;
            buffer->lengths[slot] = (int)(end - data);
            data = end;
        }
}

static enum write_step send_at(struct writer *writer, enum stage stage, size_t number, int count,
                               const uint32_t *type_oids) {
    struct wire_params params = buffer_params(writer, count);
    params.type_oids = type_oids;
    writer->stage = stage;
    return send_statement(writer, number, &params) ? WRITE_WAIT : WRITE_FAILED;
}

/* A parameter of the two statements of a fault, which stand in the way of the timeout. */
static enum write_step send_fault(struct writer *writer, enum stage stage) {
    static const struct pg_type float8 = {.class = PG_FLOAT8, .oid = 701};
    const struct script *script = writer->plan->script;
    struct write_buffer *buffer = writer->buffer;
    uint64_t ms = writer->fault_timeout_ns / NS_PER_MS;
    uint8_t *end;
    ms = ms ? ms : 1; /* 0 would be no timeout */
    if (stage == AT_TIMEOUT) {
        end = (uint8_t *)format_uint((char *)buffer->data, ms);
    } else {
        struct value seconds = {.kind = VALUE_FLOAT, .as.real = (double)ms * 10 / 1e3 + 1};
        end = pg_write_binary(&float8, &seconds, buffer->data);
    }
    buffer->values[0] = (const char *)buffer->data;
    buffer->lengths[0] = (int)(end - buffer->data);
    size_t number = stage == AT_TIMEOUT ? script->timeout : script->sleep;
    return send_at(writer, stage, number, 1, writer->plan->statements[number].type_oids);
}

static enum write_step result(const struct writer *writer) {
    return writer->script->miscounted ? WRITE_MISCOUNT : WRITE_DONE;
}

/* The statement that is next, or the COMMIT. */
static enum write_step go_on(struct writer *writer) {
    const struct script *script = writer->plan->script;
    struct script_state *state = writer->script;
    if (state->at == script->count) {
        if (!state->block)
            return result(writer);
        writer->rows_done_ns = clock_ns();
        return send_at(writer, AT_COMMIT, script->commit, 0, NULL);
    }
    const struct script_statement *statement = &script->statements[state->at];
    if (statement->kind == STATEMENT_PAUSE) {
        uint64_t span = statement->pause_max_ns - statement->pause_min_ns;
        writer->stage = AT_PAUSE;
        writer->pause_until_ns =
            clock_ns() + statement->pause_min_ns + rng_below(&state->pauses, span + 1);
        return WRITE_PAUSE;
    }
    encode(writer, statement);
    if (statement->kind == STATEMENT_INSERT)
        writer->sent += statement->rows;
    return send_at(writer, AT_STATEMENT, statement->number,
                   (int)(statement->param_count * statement->rows), statement->type_oids);
}

static enum write_step begin(struct writer *writer) {
    const struct script *script = writer->plan->script;
    struct script_state *state = writer->script;
    writer_reset(writer);
    state->pauses = rng_at(script->pause_key, state->number);
    state->at = 0;
    state->miscounted = false;
    state->block = script->transaction || writer->fault_timeout_ns > 0;
    for (size_t i = 0; i < script->count; i++)
        state->acknowledged[i] = 0;
    return state->block ? send_at(writer, AT_BEGIN, script->begin, 0, NULL) : go_on(writer);
}

static void count(struct writer *writer, const struct wire_reply *reply) {
    struct script_state *state = writer->script;
    const struct script_statement *statement = &writer->plan->script->statements[state->at];
    if (reply->selected) {
        writer->accepted += writer->plan->reads ? reply->rows : 0;
        return;
    }
    writer->accepted += reply->rows;
    state->acknowledged[state->at] += reply->rows;
    if (statement->kind == STATEMENT_INSERT)
        state->miscounted |=
            reply->rows > statement->rows || (reply->rows < statement->rows && !statement->skips);
    else if (statement->kind != STATEMENT_SQL)
        writer->missed += reply->rows == 0;
}

static void reply_taken(struct writer *writer, const struct wire_reply *reply) {
    if (writer->stage == AT_STATEMENT)
        count(writer, reply);
    writer->committed = writer->stage == AT_COMMIT && reply->committed;
}

/* All of a statement's results are taken. */
static enum write_step statement_ended(struct writer *writer) {
    const struct script *script = writer->plan->script;
    struct script_state *state = writer->script;
    enum stage stage = (enum stage)writer->stage;
    bool inside = stage == AT_TIMEOUT || stage == AT_SLEEP || stage == AT_STATEMENT;
    /* A failed BEGIN has begun nothing, and a failed COMMIT has ended what there was. */
    if (writer->failed && inside && state->block)
        return send_at(writer, AT_ROLLBACK, script->rollback, 0, NULL);
    if (writer->failed || (stage == AT_COMMIT && !writer->committed))
        return WRITE_FAILED;
    if (stage == AT_COMMIT)
        return result(writer);
    if (stage == AT_BEGIN && writer->fault_timeout_ns > 0)
        return send_fault(writer, AT_TIMEOUT);
    if (stage == AT_TIMEOUT)
        return send_fault(writer, AT_SLEEP);
    state->at += stage == AT_STATEMENT;
    return go_on(writer);
}

/* A pause is over, or not yet. */
static enum write_step wake(struct writer *writer) {
    if (clock_ns() < writer->pause_until_ns)
        return WRITE_PAUSE;
    writer->script->at++;
    return go_on(writer);
}

static enum write_step resume(struct writer *writer) {
    if (writer->stage == AT_PAUSE)
        return wake(writer);
    return await_statements(writer, reply_taken, statement_ended);
}

const struct write_path write_path_script = {
    .name = "script",
    .summary = "the statements of a step, a round trip each",
    .protocol = "prepared",
    .extended = true,
    .own_commit = true,
    .choose = choose,
    .finish = finish,
    .begin = begin,
    .resume = resume,
};
