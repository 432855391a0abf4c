# -*- coding: latin-1 -*-
from zlmdb import table, MapOidOid
@table("00000000-0000-4000-8000-000000000002")
class Latin(MapOidOid):
    "Bücher"
