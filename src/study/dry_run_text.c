/* What a dry run has found, for people. */
#include <math.h>
#include <stdlib.h>

#include "study/dry_run.h"

static void show_load(double from, double to, char *out, size_t size) {
    char first[32], last[32];
    units_show_count(last, sizeof last, to);
    if (from < to || from > to)
        snprintf(out, size, "%s to %s", units_show_count(first, sizeof first, from), last);
    else
        snprintf(out, size, "%s", last);
}

static const char *show_seconds(double seconds, char *out, size_t size) {
    return is_known(seconds) ? units_show_duration(out, size, (uint64_t)(seconds * 1e9 + 0.5))
                             : "–";
}

/* Columns of a terminal that a text takes. */
static int width_of(const char *text) {
    int width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xc0) != 0x80;
    return width;
}

enum { STAGE_COLUMNS = 4, STAGE_FIELD_BYTES = 80, STAGE_NAME_WIDTH = 30 };

static void print_row(const char fields[][STAGE_FIELD_BYTES], const int *widths, FILE *out) {
    for (int i = 0; i < STAGE_COLUMNS; i++) {
        int blanks = widths[i] - width_of(fields[i]);
        fprintf(out, "%s", i ? " | " : " ");
        if (i == 0)
            fprintf(out, "%s%*s", fields[i], blanks, "");
        else
            fprintf(out, "%*s%s", blanks, "", fields[i]);
    }
    fputc('\n', out);
}

static void print_stages(const struct matrix_options *options, const struct dry_run *dry,
                         FILE *out) {
    static const char *const loads[] = {
        [LOAD_POOL] = "connections", [LOAD_USERS] = "users", [LOAD_RATE] = "arrivals/s"};
    size_t count = dry->stage_count + 1;
    char(*fields)[STAGE_COLUMNS][STAGE_FIELD_BYTES] =
        mem_alloc(count, sizeof(char[STAGE_COLUMNS][STAGE_FIELD_BYTES]));
    int widths[STAGE_COLUMNS] = {0};
    const char *heads[STAGE_COLUMNS] = {options->workload->stage_count > 0 ? "stage" : "",
                                        loads[matrix_source(options)], "time", "commits at most"};
    for (int i = 0; i < STAGE_COLUMNS; i++)
        snprintf(fields[0][i], STAGE_FIELD_BYTES, "%s", heads[i]);
    for (size_t i = 0; i < dry->stage_count; i++) {
        const struct dry_run_stage *stage = &dry->stages[i];
        char text[32];
        snprintf(fields[i + 1][0], STAGE_FIELD_BYTES, "%.*s", STAGE_NAME_WIDTH, stage->name);
        show_load(stage->from, stage->to, fields[i + 1][1], STAGE_FIELD_BYTES);
        snprintf(fields[i + 1][2], STAGE_FIELD_BYTES, "%s",
                 show_seconds(stage->seconds, text, sizeof text));
        snprintf(fields[i + 1][3], STAGE_FIELD_BYTES, "%s",
                 is_known(stage->commits)
                     ? units_show_count(text, sizeof text, round(stage->commits))
                     : "–");
    }
    for (size_t i = 0; i < count; i++)
        for (int k = 0; k < STAGE_COLUMNS; k++) {
            int width = width_of(fields[i][k]);
            widths[k] = width > widths[k] ? width : widths[k];
        }
    for (size_t i = 0; i < count; i++) {
        print_row(fields[i], widths, out);
        for (int k = 0; i == 0 && k < STAGE_COLUMNS; k++) {
            fputs(k ? "+" : "", out);
            for (int dash = -2; dash < widths[k]; dash++)
                fputc('-', out);
        }
        fputs(i == 0 ? "\n" : "", out);
    }
    free(fields);
}

static void print_server(const struct dry_run *dry, FILE *out) {
    char size[32];
    fprintf(out, "connections %.0f at most", dry->connections);
    if (is_known(dry->max_connections))
        fprintf(out, "; the server has %.0f: %.0f reserved, %.0f in use", dry->max_connections,
                dry->reserved_connections, dry->used_connections);
    fputs("\ndisk        ", out);
    if (is_known(dry->disk_free_bytes))
        fprintf(out, "%s free where the server's data are\n",
                units_show_size(size, sizeof size, (uint64_t)dry->disk_free_bytes));
    else
        fputs("– (what is free is not known: the server is elsewhere)\n", out);
}

void dry_run_print(const struct matrix_options *options, const struct dry_run *dry, FILE *out) {
    char text[32], size[32];
    enum load_source source = matrix_source(options);
    fprintf(out, "workload    %s, %s loop%s\n", options->workload->name,
            source == LOAD_RATE ? "open" : "closed",
            source != LOAD_RATE ? ""
            : options->uniform  ? ", uniform arrivals"
                                : ", Poisson arrivals");
    if (options->quick)
        fputs("quick       scaled to seconds: the plan below is not the workload's own\n", out);
    fputc('\n', out);
    print_stages(options, dry, out);
    fprintf(out, "\nrun         %zu cell%s, %u round%s", dry->cells, dry->cells == 1 ? "" : "s",
            options->rounds, options->rounds == 1 ? "" : "s");
    if (!is_known(dry->seconds))
        fputs(": as long as it takes\n", out);
    else
        fprintf(out, ": %s%s of load\n", options->mode == MODE_FIXED ? "" : "at least ",
                show_seconds(dry->seconds, text, sizeof text));
    fputs("rows        ", out);
    if (is_known(dry->rows))
        fprintf(out, "%s at most", units_show_count(text, sizeof text, round(dry->rows)));
    else
        fputs("as many as the server takes", out);
    if (is_known(dry->bytes_per_row))
        fprintf(out, ", about %.0f B each with their indexes", dry->bytes_per_row);
    if (is_known(dry->bytes))
        fprintf(out, ": %s, WAL not counted",
                units_show_size(size, sizeof size, (uint64_t)dry->bytes));
    fputc('\n', out);
    print_server(dry, out);
}
