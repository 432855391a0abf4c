from zlmdb import table, MapUuidCbor


@table('00000000-0000-4000-8000-000000000001')
class Users(MapUuidCbor):
    """Es geht weiter – trotz allem."""
