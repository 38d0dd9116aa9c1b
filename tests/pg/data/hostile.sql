-- Texts that a careless client breaks: see hostile.yaml.
CREATE TABLE hostile (
    id     bigint PRIMARY KEY,
    note   text,
    pick   text NOT NULL,
    maybe  varchar(40),
    tags   text[],
    doc    jsonb NOT NULL,
    amount numeric(12,4),
    key    uuid NOT NULL,
    seen   timestamptz NOT NULL,
    bytes  bytea NOT NULL
);
