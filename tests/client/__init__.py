"""A small client of the customs interface, as a customs system in another house would write it.

It knows the interface from its description alone, and needs Python's standard library, `cryptography` and
`cbor2`; nothing of the portal is imported.
"""
