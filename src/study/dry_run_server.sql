-- Connections: how many there may be, how many of them are not for this role, how many others have.
-- What a session is, others' are not shown to every role; that it has a user is.
SELECT pg_catalog.current_setting('max_connections')::float8,
       CASE WHEN pg_catalog.current_setting('is_superuser') = 'on' THEN 0
            ELSE pg_catalog.current_setting('superuser_reserved_connections')::float8
                 + coalesce(pg_catalog.current_setting('reserved_connections', true), '0')::float8
       END::float8,
       (SELECT count(*) FROM pg_catalog.pg_stat_activity
         WHERE usesysid IS NOT NULL
           AND coalesce(backend_type, 'client backend') = 'client backend'
           AND pid <> pg_catalog.pg_backend_pid())::float8
