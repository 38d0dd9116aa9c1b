-- What the server has, and what of it this role may see. A superuser is a member of every role.
SELECT NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE'),
       EXISTS (SELECT FROM pg_catalog.pg_attribute
               WHERE attrelid = 'pg_catalog.pg_locks'::pg_catalog.regclass
                 AND attname = 'waitstart'),
       c.view IS NOT NULL,
       pg_catalog.has_table_privilege(
           coalesce(c.view, 'pg_catalog.pg_stat_bgwriter'::pg_catalog.regclass), 'SELECT'),
       pg_catalog.has_function_privilege('pg_catalog.pg_control_checkpoint()', 'EXECUTE'),
       session_user::text,
       pg_catalog.current_database()::text,
       pg_catalog.pg_backend_pid()::int8
FROM (SELECT pg_catalog.to_regclass('pg_catalog.pg_stat_checkpointer') AS view) c
