-- Tables of AskIAM. The bootstrap runs this as the administrator, once; every statement can be run again.
CREATE TABLE IF NOT EXISTS users (
    user_id BIGINT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS applications (
    app_id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, description TEXT, owner TEXT,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS roles (
    role_id BIGINT PRIMARY KEY, app_id BIGINT NOT NULL REFERENCES applications (app_id), name TEXT NOT NULL,
    permissions TEXT, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS user_roles (
    user_id BIGINT NOT NULL REFERENCES users (user_id), role_id BIGINT NOT NULL REFERENCES roles (role_id),
    granted_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP, status TEXT NOT NULL,
    PRIMARY KEY (user_id, role_id)
);
-- id is the request's id, so that an event that arrives twice leaves one row; user_id is the login that people know.
CREATE TABLE IF NOT EXISTS audit_log (
    id TEXT PRIMARY KEY, user_id TEXT NOT NULL, action TEXT NOT NULL, resource TEXT NOT NULL, status TEXT NOT NULL,
    timestamp TIMESTAMP NOT NULL, ip_address TEXT, reason TEXT
);
CREATE TABLE IF NOT EXISTS policies (
    id BIGINT PRIMARY KEY, policy_json TEXT NOT NULL, version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
CREATE TABLE IF NOT EXISTS role_prerequisites (
    role_id BIGINT NOT NULL REFERENCES roles (role_id), required_role_id BIGINT NOT NULL REFERENCES roles (role_id),
    PRIMARY KEY (role_id, required_role_id)
);
-- Earlier decisions, for stacks that keep them in the database; the index of the same name holds them otherwise.
CREATE TABLE IF NOT EXISTS access_patterns (
    user_id BIGINT NOT NULL, role_id BIGINT NOT NULL, app_id BIGINT NOT NULL,
    decided_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, approved BOOLEAN NOT NULL
);
CREATE INDEX IF NOT EXISTS access_patterns_by_role ON access_patterns (app_id, role_id, decided_at);
