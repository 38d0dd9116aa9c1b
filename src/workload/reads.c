#include "workload/reads.h"

#include <ctype.h>
#include <string.h>

bool sql_begins_with(const char *sql, const char *words) {
    char word[16] = " ";
    size_t length = 1;
    sql += strspn(sql, " \t\r\n(");
    while (length < sizeof word - 2 && isalpha((unsigned char)*sql))
        word[length++] = (char)toupper((unsigned char)*sql++);
    word[length++] = ' ';
    word[length] = '\0';
    return length > 2 && strstr(words, word) != NULL;
}

/* Whether SQL only reads, as far as can be seen. */
static bool only_reads(const char *sql) {
    if (sql_begins_with(sql, " SELECT VALUES TABLE SHOW "))
        return true;
    return sql_begins_with(sql, " WITH ") && !strcasestr(sql, "insert") &&
           !strcasestr(sql, "update") && !strcasestr(sql, "delete") && !strcasestr(sql, "merge");
}

bool workload_statement_reads(const struct workload_statement *statement) {
    return statement->kind == STATEMENT_SELECT || statement->kind == STATEMENT_PAUSE ||
           (statement->kind == STATEMENT_SQL && only_reads(statement->sql));
}

bool workload_step_reads(const struct workload_step *step) {
    for (size_t i = 0; i < step->statement_count; i++)
        if (!workload_statement_reads(&step->statements[i]))
            return false;
    return true;
}
