"""What a licence is worth at this moment, answered by a web application of its own.

It needs the primary database and nothing else: no Redis, no queue, no mail, no files, no session. Its
processes are its own too, so that the portal may be down or overloaded while the border is answered.
"""
