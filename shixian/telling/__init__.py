"""Telling people: reminders, supervision, notices of decisions and alarms, by an outbox with receipts.

`ladder` says what is to be said on a day, `outbox` delivers it, `channels` know mail and webhooks, `alarms` looks for
what has gone wrong in the house, `mail_sink` is a mail server to practise on.
"""
