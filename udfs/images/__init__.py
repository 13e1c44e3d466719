"""From a URI to decoded pixels: fetch, guard, decode, quality, rectification."""
