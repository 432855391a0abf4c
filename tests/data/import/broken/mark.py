from zlmdb import table, MapOidOid
@table("00000000-0000-4000-8000-000000000003")
class Marked(MapOidOid): pass
