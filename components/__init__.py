"""Drawing only: plain values in, events out. HTML is built here, escaped by construction."""
