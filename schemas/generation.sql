-- An image-generation backend: users log in, ask for pictures, and look at what they got.

CREATE TABLE models (
    id                int PRIMARY KEY,
    name              text NOT NULL UNIQUE,
    credits_an_image  int NOT NULL,
    settings          jsonb NOT NULL
);

INSERT INTO models
SELECT n, 'model ' || n, 1 + n % 4, jsonb_build_object('steps', 20 + n, 'width', 1024, 'height', 1024)
FROM generate_series(1, 12) AS n;

CREATE TABLE users (
    id          bigint PRIMARY KEY,     -- numbered by the application
    email       text NOT NULL UNIQUE,
    plan        text NOT NULL CHECK (plan IN ('free', 'pro', 'team')),
    credits     int NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE sessions (
    id            uuid PRIMARY KEY,     -- the token that the browser sends
    user_id       bigint NOT NULL REFERENCES users,
    last_seen_at  timestamptz NOT NULL DEFAULT now(),   -- in no index: a touch can stay on its page (HOT)
    expires_at    timestamptz NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX sessions_user_id ON sessions (user_id);

CREATE TABLE generations (
    id          bigint PRIMARY KEY,     -- numbered by the application
    user_id     bigint NOT NULL REFERENCES users,
    model_id    int NOT NULL REFERENCES models,
    prompt      text NOT NULL,
    status      text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    params      jsonb NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

-- "My pictures, the newest first".
CREATE INDEX generations_user_id_created_at ON generations (user_id, created_at DESC);

-- What the workers look for.
CREATE INDEX generations_queued ON generations (created_at) WHERE status = 'queued';

CREATE TABLE media (
    id             bigint PRIMARY KEY,  -- numbered by the application
    generation_id  bigint NOT NULL REFERENCES generations,
    url            text NOT NULL,
    width          int NOT NULL,
    height         int NOT NULL,
    bytes          int NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX media_generation_id ON media (generation_id);
