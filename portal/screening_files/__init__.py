"""Files of parties, compared with the lists as a whole: `manage.py screen_file IN OUT`.

`reading` checks and reads the parties, `comparing` asks the lists, `writing` writes the answers, `pool` lets
several processes compare at once. The formats are CSV, XLSX and JSONL, told apart by the file's ending.
"""
