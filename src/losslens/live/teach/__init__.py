"""Teach it yourself: two or three classes of a visitor's own, learnt from a few pictures each."""
