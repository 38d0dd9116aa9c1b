-- Journals of settings (guard.h) in this database, the youngest first: schema, run's id, its owner, whether
-- the owner is to be trusted. Who restores a journal runs ALTER SYSTEM with what it says, so it has to be his
-- own or a superuser's, the table as well. Last, whether the run lives: a session holds the advisory lock of
-- its id ($1: SESSION_LOCK_CLASS, session.h).
SELECT n.nspname::text,
       pg_catalog.substr(n.nspname, 9, 8),
       o.rolname::text,
       (o.rolsuper OR o.rolname = current_user)
           AND EXISTS (SELECT FROM pg_catalog.pg_class c
                        WHERE c.relnamespace = n.oid AND c.relname = 'settings' AND c.relkind = 'r'
                          AND c.relowner = n.nspowner),
       EXISTS (SELECT FROM pg_catalog.pg_locks l
                WHERE l.locktype = 'advisory' AND l.classid = $1::oid
                  AND l.objid::int8
                      = ('x' || pg_catalog.substr(n.nspname, 9, 8))::bit(32)::int8)
  FROM pg_catalog.pg_namespace n
  JOIN pg_catalog.pg_roles o ON o.oid = n.nspowner
 WHERE n.nspname ~ '^pgwrite_[0-9a-f]{8}_settings$'
   AND pg_catalog.obj_description(n.oid, 'pg_namespace')
       = 'pgwrite settings ' || pg_catalog.substr(n.nspname, 9, 8)
 ORDER BY pg_catalog.age(n.xmin), n.oid DESC
