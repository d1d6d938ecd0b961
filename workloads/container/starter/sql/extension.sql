-- Once for each extension that the configuration names.
CREATE EXTENSION IF NOT EXISTS {extension} WITH SCHEMA extensions;
