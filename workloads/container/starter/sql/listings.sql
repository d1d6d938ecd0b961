-- What the listings service owns.
SET ROLE listings;
CREATE TABLE IF NOT EXISTS listings.listings (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
  price_cents bigint NOT NULL CHECK (price_cents >= 0),
  owner text NOT NULL,
  location extensions.geography(Point, 4326) NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS listings_location ON listings.listings USING gist (location);
CREATE INDEX IF NOT EXISTS listings_owner ON listings.listings (owner);
RESET ROLE;
