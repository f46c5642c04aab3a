"""What comes back: bounces, complaints, automatic replies, and what offices answer.

incoming (bytes → a message that is safe to ask), addresses, failure, automatic, words, files and
sorting read and decide, and touch no row. reports, answers and receive write what follows; every
change of state goes through letters/moves.py. imap, provider and the command receive_mail bring
the messages in.
"""
