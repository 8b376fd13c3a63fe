"""Telling people: the ladder, the outbox, the channels, the alarms."""
