-- The three roles and the database, on PostgreSQL 18. Run once as a superuser:
--
--   psql -v ON_ERROR_STOP=1 -v owner_password=… -v app_password=… -v identity_password=… \
--        -f deploy/roles.sql postgres
--
-- then, with CLEARANCE_OWNER_DATABASE_URL set:  cli.py migrate
--
-- Passwords stay out of the server's log only if it does not log statements; otherwise leave
-- the variables empty (-v app_password=) and set them with \password afterwards.

-- Owns the schema; migrations and the first administrator alone.
CREATE ROLE clearance_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
  PASSWORD :'owner_password';
-- The running product. It must never own a table nor bypass row-level security.
CREATE ROLE clearance_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
  PASSWORD :'app_password';
-- Reads account names and e-mails, and nothing else.
CREATE ROLE clearance_identity LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
  PASSWORD :'identity_password';

CREATE DATABASE clearance OWNER clearance_owner ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE clearance FROM PUBLIC;
-- TEMPORARY: an import stages its file in temporary tables before it touches anything.
GRANT CONNECT, TEMPORARY ON DATABASE clearance TO clearance_app;
GRANT CONNECT ON DATABASE clearance TO clearance_identity;
