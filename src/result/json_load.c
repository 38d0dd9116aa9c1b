/* The load of a cell as JSON: what it was, what was asked for, and what came of it. */
#include "load/demand.h"
#include "load/tally.h"
#include "result/json_internal.h"

void add_load(json_t *object, const struct result *result, const struct result_cell *cell) {
    bool users = result->source == LOAD_USERS, open = result->source == LOAD_RATE;
    json_t *think = json_null();
    if (users) {
        think = json_array();
        json_array_append_new(think, value_number((double)result->think_min_ns / 1e9));
        json_array_append_new(think, value_number((double)result->think_max_ns / 1e9));
    }
    json_object_set_new(object, "loop", value_text(open ? "open" : "closed"));
    json_object_set_new(object, "source", value_text(load_source_names[result->source]));
    json_object_set_new(object, "users", value_number(users ? cell->users : UNKNOWN));
    json_object_set_new(object, "rate", value_number(open ? cell->rate : UNKNOWN));
    json_object_set_new(object, "rate_per_s", value_number(open ? cell->rate : UNKNOWN));
    json_object_set_new(object, "arrival",
                        !open ? json_null() : value_text(result->uniform ? "uniform" : "poisson"));
    json_object_set_new(object, "think_s", think);
    json_object_set_new(object, "pool_min", value_count(cell->pool_min));
}

static json_t *failures_json(const struct result_cell *cell) {
    struct load_failure failures[LOAD_FAILURES_MAX];
    size_t count = result_failures(cell, failures);
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "sqlstate", value_filled(failures[i].sqlstate));
        json_object_set_new(entry, "count", value_count(failures[i].count));
        json_object_set_new(entry, "retried", value_count(failures[i].retried));
        json_object_set_new(entry, "message", value_filled(failures[i].message));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *tenants_json(const struct result *result, const struct result_cell *cell) {
    json_t *array = json_array();
    for (size_t i = 0; result->load && i < result->load->tenant_count; i++) {
        const struct workload_tenant *tenant = &result->load->tenants[i];
        struct load_asked asked;
        json_t *entry = json_object();
        bool known = result_tenant(cell, i, &asked);
        json_object_set_new(entry, "name", value_text(tenant->name));
        json_object_set_new(entry, "weight", value_number(tenant->weight));
        json_object_set_new(entry, "limit_per_s",
                            value_number(tenant->limit_per_s > 0 ? tenant->limit_per_s : UNKNOWN));
        json_object_set_new(entry, "asked", known ? value_count(asked.asked) : json_null());
        json_object_set_new(entry, "rejected", known ? value_count(asked.rejected) : json_null());
        json_object_set_new(entry, "dropped", known ? value_count(asked.dropped) : json_null());
        json_object_set_new(entry, "checkout_timeouts",
                            known ? value_count(asked.timed_out) : json_null());
        json_array_append_new(array, entry);
    }
    return array;
}

json_t *table_rows_json(const struct result_table *table) {
    json_t *entry = json_object();
    json_object_set_new(entry, "name", value_text(table->name));
    json_object_set_new(entry, "rows_before", value_count(table->rows_before));
    json_object_set_new(entry, "inserted", value_count(table->inserted));
    json_object_set_new(entry, "deleted", value_count(table->deleted));
    json_object_set_new(entry, "found", value_whole(table->found));
    json_object_set_new(entry, "counted", json_boolean(table->counted));
    return entry;
}

static json_t *tables_json(const struct result_cell *cell) {
    json_t *array = json_array();
    for (size_t i = 0; i < result_table_count(cell); i++) {
        struct result_table table;
        result_table(cell, i, &table);
        json_array_append_new(array, table_rows_json(&table));
    }
    return array;
}

static json_t *faults_json(const struct result *result, const struct result_demand *demand) {
    if (!demand->known || !result->load || !result->load->fault_count)
        return json_null();
    json_t *object = json_object();
    json_object_set_new(object, "timeout", value_count(demand->timeouts_played));
    json_object_set_new(object, "cut", value_count(demand->cut));
    json_object_set_new(object, "delay", value_count(demand->delayed));
    return object;
}

static json_t *gauges_json(const struct result *result, const struct result_cell *cell) {
    json_t *array = json_array();
    for (size_t i = 0; result->load && i < result->load->gauge_count; i++) {
        struct result_gauge gauge;
        json_t *entry = json_object();
        (void)result_gauge(cell, i, &gauge);
        json_object_set_new(entry, "name", value_text(result->load->gauges[i].name));
        json_object_set_new(entry, "mean", value_number(gauge.mean));
        json_object_set_new(entry, "min", value_number(gauge.min));
        json_object_set_new(entry, "max", value_number(gauge.max));
        json_object_set_new(entry, "last", value_number(gauge.last));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *little_json(const struct result *result, const struct result_cell *cell,
                           const struct result_demand *demand) {
    struct load_tally tally;
    json_t *object = json_null();
    result_tally(result, cell, SIZE_MAX, SIZE_MAX, &tally);
    double product = result_little(result, &tally, &demand->asked, demand->seconds);
    if (is_known(product) && is_known(cell->users)) {
        object = json_object();
        json_object_set_new(object, "users", value_number(cell->users));
        json_object_set_new(object, "product", value_number(product));
    }
    load_tally_release(&tally);
    return object;
}

json_t *checks_json(const struct result_check *checks, size_t count) {
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *entry = json_object();
        json_object_set_new(entry, "name", value_text(checks[i].name));
        json_object_set_new(entry, "ok",
                            is_known(checks[i].rows) ? json_boolean(checks[i].ok) : json_null());
        json_object_set_new(entry, "rows", value_whole(checks[i].rows));
        json_array_append_new(array, entry);
    }
    return array;
}

static json_t *all_checks_json(const struct result_cell *cell) {
    json_t *array = json_array();
    for (size_t i = 0; i < result_check_count(cell); i++) {
        struct result_check check;
        result_check(cell, i, &check);
        json_t *one = checks_json(&check, 1);
        json_array_extend(array, one);
        json_decref(one);
    }
    return array;
}

json_t *accounting_json(const struct load_result *load) {
    if (!load->tallies)
        return json_null();
    const struct {
        const char *name;
        uint64_t count;
    } counts[] = {
        {"asked", load->asked_all},
        {"started", load->started},
        {"rejected", load->rejected},
        {"dropped", load->dropped},
        {"checkout_timeouts", load->timed_out},
        {"skipped", load->skipped},
        {"unsent", load->unsent},
        {"committed", load->committed},
        {"failed", load->failed},
        {"abandoned", load->abandoned},
        {"missed", load->missed},
        {"connected", load->connected},
        {"open_max", load->open_max},
    };
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_object_set_new(object, counts[i].name, value_count(counts[i].count));
    return object;
}

void add_demand(json_t *object, const struct result *result, const struct result_cell *cell) {
    struct result_demand demand;
    result_demand(result, cell, SIZE_MAX, &demand);
    add_asked(object, result, &demand);
    json_object_set_new(object, "unsent", demand.known ? value_count(demand.unsent) : json_null());
    json_object_set_new(object, "skipped",
                        demand.known ? value_count(demand.skipped) : json_null());
    json_object_set_new(object, "missed", demand.known ? value_count(demand.missed) : json_null());
    json_object_set_new(object, "errors", failures_json(cell));
    json_object_set_new(object, "stages", stages_json(result, cell));
    json_object_set_new(object, "steps", steps_json(result, cell));
    json_object_set_new(object, "tenants", tenants_json(result, cell));
    json_object_set_new(object, "tables", tables_json(cell));
    json_object_set_new(object, "faults", faults_json(result, &demand));
    json_object_set_new(object, "checks", all_checks_json(cell));
    json_object_set_new(object, "gauges", gauges_json(result, cell));
    json_object_set_new(object, "littles_law", little_json(result, cell, &demand));
}
