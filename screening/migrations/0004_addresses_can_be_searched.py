"""The words of addresses, for finding who is listed at one: capitals, accents and signs make no difference."""

from django.db import migrations

# Also in screening/addresses.py: what is asked for is folded as what is stored.
ACCENTED = "áàâäãåāăąçćčďđéèêëēėęěğíìîïīıłñńňóòôöõøōőřśšşťţúùûüūůűýÿźžż"
PLAIN = "aaaaaaaaacccddeeeeeeeegiiiiiilnnnoooooooorsssttuuuuuuuyyzzz"
SIGNS = r"[!-/:-@\[-`{-~]+"  # of ASCII: the parser would take "a/b" for a file and "-4" for a number

WORDS = rf"""
CREATE FUNCTION address_words(addresses jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURNS NULL ON NULL INPUT AS $$
    SELECT to_tsvector('simple', translate(
        regexp_replace(lower(jsonb_path_query_array(addresses, '$[*].text')::text), '{SIGNS}', ' ', 'g'),
        '{ACCENTED}{ACCENTED.upper()}', '{PLAIN}{PLAIN}'
    ))
$$;
CREATE INDEX listed_entity_by_address ON screening_listedentity USING gin (address_words(addresses));
"""
FORGET = "DROP INDEX listed_entity_by_address; DROP FUNCTION address_words(jsonb);"


class Migration(migrations.Migration):
    dependencies = [("screening", "0003_ties_and_ships")]

    operations = [migrations.RunSQL(WORDS, FORGET)]
