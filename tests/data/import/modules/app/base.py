try:
    from zlmdb import table, MapUuidCbor, MapStringUuid, PersistentMap
except ImportError:
    from txaioetcd import table, MapUuidCbor, MapStringUuid, PersistentMap
from . import ids


class Named(MapStringUuid):
    pass


class Compressed:
    METHOD = PersistentMap.COMPRESS_ZLIB
