from app.tables import Users, table
from zlmdb import MapOidString


@table('00000000-0000-4000-8000-000000000005')
class Loose(MapOidString):
    pass
