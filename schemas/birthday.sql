-- Birthday messages: who has a birthday today gets one, through an outbox that workers drain.

CREATE TABLE users (
    id             bigint PRIMARY KEY,      -- numbered by the application
    first_name     text NOT NULL,
    last_name      text NOT NULL,
    email          text NOT NULL UNIQUE,
    birthday_date  date NOT NULL,
    timezone       text NOT NULL,           -- the message is due at nine in the morning there
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    deleted_at     timestamptz              -- soft delete: the row stays
);

-- "Whose birthday is it?", of those who are still there.
CREATE INDEX users_month_day ON users
    (extract(month FROM birthday_date), extract(day FROM birthday_date))
    WHERE deleted_at IS NULL;

CREATE TABLE outbox (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id    bigint NOT NULL REFERENCES users,
    body       text NOT NULL,
    queued_at  timestamptz NOT NULL DEFAULT now(),
    sent_at    timestamptz,                 -- NULL: a worker has yet to take it
    attempts   int NOT NULL DEFAULT 0
);

-- The queue itself. What is sent leaves this index, but its dead entries stay until a VACUUM or a later scan
-- removes them, and each worker steps over those first.
CREATE INDEX outbox_waiting ON outbox (id) WHERE sent_at IS NULL;
CREATE INDEX outbox_user_id ON outbox (user_id);
