"""Faults and kills: a running program is killed at random and at every named point, and nothing may be lost or doubled."""
