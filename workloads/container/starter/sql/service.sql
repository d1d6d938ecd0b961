-- Once for each service: a role of its own, and a schema that it alone can see into. May be run again, which also sets
-- the password anew. {role} doubles as the schema's name; {role_name} is the same as a literal.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {role_name}) THEN
    CREATE ROLE {role} LOGIN NOINHERIT;
  END IF;
END
$$;
-- The verifier, not the password: the statement may end in the server's log.
ALTER ROLE {role} PASSWORD {verifier} CONNECTION LIMIT {connections};
-- The owner must be a member to create a schema in the role's name.
GRANT {role} TO CURRENT_USER;
GRANT CONNECT ON DATABASE {database} TO {role};
CREATE SCHEMA IF NOT EXISTS {role} AUTHORIZATION {role};
GRANT USAGE ON SCHEMA extensions TO {role};
ALTER ROLE {role} IN DATABASE {database} SET search_path = {role}, extensions;
