"""僵尸住所: registrations nobody lives in: signals, what they weigh, cases with due process."""
