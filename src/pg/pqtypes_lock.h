/*
 * The lock around libpqtypes. Its 1.5.1 keeps 17 kB of process-wide state that PQputf and
 * PQparamSend* clear and PQgetf's errors use, so that two threads inside it at once are a data
 * race. No call is made under the lock that waits for the server.
 */
#ifndef PGWRITE_PG_PQTYPES_LOCK_H
#define PGWRITE_PG_PQTYPES_LOCK_H

void pqtypes_lock(void);
void pqtypes_unlock(void);

#endif
