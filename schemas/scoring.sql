-- Credit scoring with an audit trail that nobody can change: for each decision one row, in the same transaction.

CREATE TABLE applications (
    id                bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id        uuid NOT NULL UNIQUE,     -- of the caller: the same request is scored once
    credit_score      int NOT NULL CHECK (credit_score BETWEEN 300 AND 850),
    income            numeric(12,2) CHECK (income >= 0),                -- a year; not always stated
    debt_ratio        numeric(4,3) CHECK (debt_ratio BETWEEN 0 AND 1),  -- of the income; not always known
    employment_years  int CHECK (employment_years BETWEEN 0 AND 60),
    amount            numeric(12,2) NOT NULL,
    purpose           text NOT NULL,
    age_group         text NOT NULL,            -- protected: recorded for audits of fairness,
    gender            text NOT NULL,            -- not used in the decision
    approved          boolean NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX applications_created_at ON applications (created_at);

CREATE TABLE audit_log (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id     uuid NOT NULL UNIQUE REFERENCES applications (request_id),
    credit_score   int NOT NULL,
    approved       boolean NOT NULL,
    model_version  text NOT NULL,
    reasons        jsonb NOT NULL,
    logged_at      timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX audit_log_logged_at ON audit_log (logged_at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is append-only: % refused', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- Per statement: even one that hits no row is refused, and inserts pay nothing for it.
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
