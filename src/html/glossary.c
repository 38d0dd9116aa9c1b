/* One line about each figure. Source: docs/result.md. */
#include <string.h>

#include "html/page.h"

static const struct {
    const char *term, *explanation;
} entries[] = {
    /* throughput */
    {"rows/s", "Rows that the server acknowledged, a second of the measured window. Of several "
               "rounds the median."},
    {"min–max", "The slowest and the fastest round, in rows/s. Cells whose ranges overlap can't "
                "be told apart."},
    {"commits/s", "Transactions that the server acknowledged, a second of the measured window."},
    {"transactions/s", "Transactions that the server acknowledged, a second."},
    {"asked/s", "Transactions that were wanted, a second, whatever became of them."},
    {"asked", "Transactions that were wanted in the window."},
    {"done", "Part of the transactions asked for that were committed."},
    {"path", "How rows are written: INSERT by INSERT, in one of many rows, by COPY, in a "
             "pipeline. `pgwrite list paths` explains each."},
    {"pool", "Database connections that write at the same time, at most."},
    {"batch", "Rows in a commit: a number, or a range from which each is drawn."},
    {"result", "Which of the results: the name of its file."},
    {"verified", "✓: what the server acknowledged is in its tables, and nothing else. ✗: it is "
                 "not. ?: it was not looked at to the end. –: there was nothing to hold it "
                 "against."},
    {"ceiling", "Part of what the tool itself can do on this path and pool, into a table that "
                "discards its rows. Near 100 % the tool is the bottleneck, not the server."},
    /* latency */
    {"p50", "Half of the transactions took no longer, until the server's acknowledgement."},
    {"p90", "90 of 100 transactions took no longer."},
    {"p95", "95 of 100 transactions took no longer. ~: fewer than 90 values, too few for it."},
    {"p99", "99 of 100 transactions took no longer. ~: fewer than 459 values, too few for it."},
    {"p999", "999 of 1,000 transactions took no longer."},
    {"max", "The longest, or the most, of all."},
    {"min", "The least of all."},
    {"mean", "Sum over count."},
    {"p50 response", "Half of the transactions were answered within this time."},
    {"p95 response", "95 of 100 transactions were answered within this time."},
    {"p99 response", "99 of 100 transactions were answered within this time."},
    {"latency", "Which part of a transaction's time."},
    {"response", "What the one who wants the transaction sees: until the server's "
                 "acknowledgement, with a rate from the planned time of its arrival on, with "
                 "users from when they have ended thinking."},
    {"lag", "From the planned time to the sending: the wait for a connection, and pgwrite's own "
            "delay."},
    {"pool wait", "Until a transaction has a connection; 0 if one was idle."},
    {"connect", "Making the connection, where each transaction has one of its own."},
    {"statement", "From the sending until the rows are accepted; without a COMMIT of its own "
                  "until the acknowledgement."},
    {"commit", "The COMMIT alone, where it has a round trip of its own."},
    /* where the time goes */
    {"flush", "Part of the sessions' time that they waited for WAL to reach the disk."},
    {"commit flush", "Part of the sessions' time that they waited for WAL to reach the disk."},
    {"lock", "Waiting for heavyweight locks: on rows, tables, other transactions' ends."},
    {"lock waits", "Part of the sessions' time that they waited for heavyweight locks."},
    {"client", "Sessions without a transaction, or waiting for the next data: the time is "
               "pgwrite's or the network's."},
    {"in transaction", "Sessions idle in a transaction, or waiting for the client to take an "
                       "answer."},
    {"CPU", "Sessions that work and wait for nothing; a wait for a CPU counts as well."},
    {"extend", "Sessions that wait for a table or an index to grow."},
    {"LWLock", "Sessions that wait for a lock inside the server, but for that of WAL."},
    {"IO", "Sessions that read or write, but for WAL and growing."},
    {"other", "Sessions that wait for something else: IPC, Timeout, Activity, Extension, "
              "BufferPin."},
    {"time", "Summed over all sessions of the pool, from samples; unbiased."},
    {"share", "Part of the whole: of the sessions' time, or of all transactions."},
    {"seen", "Waits that were seen by the samples; short ones are missed, so at least so many."},
    {"longest", "The longest wait that was seen, as long as it was seen."},
    {"relation", "Table or index that the lock is about."},
    {"waits", "The statement that waits."},
    {"behind", "Whom it waits for: the statement of the session that has the lock, or is before "
               "it in the queue."},
    {"root", "Up the chain of waits the session that waits for no lock itself: the cause."},
    {"depth", "How many waits stand one behind the other, from the waiting one to the root."},
    /* what a row costs */
    {"a row", "What one row costs the server, over the whole round."},
    {"WAL B/row", "Bytes of write-ahead log that the server wrote, over the rows of the window."},
    {"WAL B", "Bytes of write-ahead log a row."},
    {"WAL a row", "Bytes of write-ahead log a row."},
    {"records", "Records of write-ahead log a row."},
    {"FPI", "Full-page images a row: whole pages that go into the WAL when they change for the "
            "first time after a checkpoint."},
    {"flushes", "fsyncs of WAL a commit: below 1 sessions share flushes."},
    {"heap B", "Bytes of the table, with TOAST and maps, a row that is in it."},
    {"heap a row", "Bytes of the table, with TOAST and maps, a row that is in it."},
    {"index B", "Bytes of all indexes a row that is in the table."},
    {"indexes a row", "Bytes of all indexes a row that is in the table."},
    {"HOT", "Part of the updates that needed no new index entry."},
    {"ckpt", "Checkpoints that were done in the measured window."},
    {"server µs", "CPU time of the server's processes a row, in µs."},
    {"CPU µs/row", "CPU time of pgwrite itself a row, in µs: what the tool costs."},
    {"client CPU a row", "CPU time of pgwrite itself a row: what the tool costs."},
    /* stages, steps, tenants */
    {"cell", "One combination of path, pool and batch."},
    {"stage", "A part of the run with a load of its own."},
    {"step", "A named transaction of the workload."},
    {"tenant", "One of those among whom the transactions are divided."},
    {"for", "How long it lasts."},
    {"load", "Users, arrivals a second, or connections; of a ramp at its end."},
    {"errors", "Transactions that failed, or got no connection."},
    {"retried", "Attempts that were made again after a deadlock or a serialization failure; the "
                "latency includes them."},
    {"skipped", "Transactions that found no row yet to work on."},
    {"limit/s", "Transactions a second that the tenant may have."},
    {"rejected", "Transactions that the tenant's limit turned away."},
    {"of all", "Part of the tenant's transactions that were turned away."},
    {"dropped", "Transactions that found the queue full."},
    {"timed out", "Transactions that waited too long for a connection."},
    {"gauge", "A query of the workload, asked once an interval."},
    {"last", "The last value that was seen in the window of the last round."},
    {"SQLSTATE", "PostgreSQL's code of the error."},
    {"count", "Transactions that failed with it, or connections that were lost."},
    /* thresholds */
    {"threshold", "What had to hold, as the workload says it."},
    {"value", "What was measured. ~: it rests on too few values for this percentile."},
    {"limit", "What it is compared with."},
    {"verdict", "Whether it holds; not known where it could not be measured."},
    /* comparisons, settings, capacity */
    {"change", "B against A: of shares in points, else as a ratio. Estimated from the pairs of "
               "rounds."},
    {"what differs",
     "Waits: part of the sessions' time. Splits: pages of an index that were full and "
     "became two, per 1,000 rows. HOT updates: those that needed no new index "
     "entry. Else bytes a row."},
    {"wait or index", "PostgreSQL's name of the wait, type:event, as its manual lists them; of an "
                      "index its own."},
    {"95 % interval", "The true change lies in it with 95 % confidence."},
    {"setting", "A parameter of PostgreSQL."},
    {"before", "The present value."},
    {"needs a", "What it takes for the setting to have an effect."},
    {"rounds", "Times that it was measured."},
    {"rows a commit", "The batch size that was tried."},
    {"rows/s at most", "What the pool does with it, as fast as it can."},
    {"commits/s needed", "For the need at its peak, in batches of this size."},
    {"use", "Part of what it can do at most that the need takes; over 100 % is too much."},
    {"pairs", "Rounds of A and B that ran one after the other: what disturbs one of them from "
              "outside disturbs both."},
    {"left out", "Pairs in which something disturbed one side alone: they are not compared."},
    {"OLD is", "The stored results that the new one is compared with: those since the last change "
               "of level."},
    {"history", "The same cell in all stored results, and whether its level changed."},
    {"capacity", "The highest rate at which all SLOs held. Plan with 65 % of it: arrivals come in "
                 "bursts, and machines fail."},
    {"bracket", "The highest rate that held and the lowest that did not: the capacity lies "
                "between them."},
    {"confirmed", "Whether the capacity held for long, across two checkpoints."},
    {"runs out", "What the server has too little of first, as the rate rises."},
    {"at most", "Throughput of the pool with no rate to keep to: its responses may be slow."},
    {"limited by", "What keeps a larger pool from doing more."},
    {"law", "The Universal Scalability Law: contention is the part of the work that only one "
            "connection can do at a time, coherency what keeping each other informed costs."},
    {"growth", "Bytes of the table and of its indexes that the average need adds."},
    {"archive", "WAL to be kept or sent on, for the average need."},
    {"checkpoints", "Data files written by the checkpointer."},
    {"connections", "Of the pool that is to be used."},
    {"pool alone", "Throughput of the pool with no rate to keep to, on that disk."},
    {"the need", "Whether the server would keep up with it on that disk. A model, not measured."},
    /* the run */
    {"server", "The PostgreSQL that was measured, and how it was reached."},
    {"durability", "durable: a commit that was acknowledged survives a crash. async-commit: the "
                   "last ones may be lost. unsafe: all may be. Tiers can't be compared."},
    {"settings", "Settings that matter to writes and differ from PostgreSQL's own defaults."},
    {"run", "How it was measured."},
    {"seed", "Of values, batch sizes and the order of cells: the same seed makes the same rows."},
    {"machine", "Steal: CPU time that the machine's host took. Pressure: part of the window in "
                "which something waited for a CPU, for I/O, for memory."},
    {"memory", "Resident, shared memory counted once."},
    {"disk", "How fast the disk flushes 8 kB, one after the other, before the measurement. "
             "Sessions that commit at the same time share a flush."},
    {"buffers", "Pages of 8 kB, by who wrote them out."},
    {"companion", "What ran beside the writing, as the workload asks."},
    {"check", "A query of the workload that must bring no row back."},
    {"faults", "Made on purpose, as the workload asks."},
    {"not counted", "Tables in which the number of rows does not follow from what was "
                    "acknowledged."},
};

const size_t glossary_count = sizeof entries / sizeof *entries;

static size_t find(const char *term, size_t length) {
    size_t i = 0;
    while (i < glossary_count &&
           (strncmp(entries[i].term, term, length) != 0 || entries[i].term[length] != '\0'))
        i++;
    return i;
}

/* "p99 ms" is p99, its unit behind it. */
size_t glossary_number(const char *term) {
    static const char *const units[] = {" ms", " s"};
    size_t length = strlen(term), number = find(term, length);
    for (size_t i = 0; number == glossary_count && i < sizeof units / sizeof *units; i++) {
        size_t unit = strlen(units[i]);
        if (length > unit && strcmp(term + length - unit, units[i]) == 0)
            number = find(term, length - unit);
    }
    return number;
}

const char *glossary_find(const char *term) {
    size_t number = glossary_number(term);
    return number < glossary_count ? entries[number].explanation : NULL;
}

void page_glossary(struct page *page) {
    html_section(page, "glossary", "What the figures mean");
    fputs("<details><summary>All terms of this page</summary>\n<dl class=\"facts\">\n", page->out);
    for (size_t i = 0; i < glossary_count; i++) {
        fputs("<div><dt>", page->out);
        html_text(page->out, entries[i].term);
        fprintf(page->out, "</dt><dd id=\"g%zu\">", i);
        html_text(page->out, entries[i].explanation);
        fputs("</dd></div>\n", page->out);
    }
    fputs("</dl></details>\n", page->out);
    html_section_end(page);
}
