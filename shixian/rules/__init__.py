"""The law's arithmetic, pure: calendar, periods, money, lifecycle, decide, explain. No database, no clock."""
