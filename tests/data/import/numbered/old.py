import zlmdb
from txaioetcd import pmap
from zlmdb import MapOidPickle

FIRST = 100
tab_users = pmap.MapUuidCbor(1, marshal=lambda u: u, unmarshal=lambda u: u)
tab_docs: object = pmap.MapUuidCbor(FIRST + 1, compress=pmap.PersistentMap.COMPRESS_SNAPPY)
unnumbered = pmap.MapUuidCbor()
also = pmap.MapUuidCbor(None)
out_of_range = pmap.MapUuidCbor(0)
too_large = pmap.MapUuidCbor(65536)
twice = pmap.MapUuidCbor(1)
unknown = pmap.MapUuidCbor(next_slot())
PersistentMap = pmap.PersistentMap(7)
text = "pmap.MapUuidCbor(9)"
Short = pmap.MapStringString
short = Short(slot=3)
a, b = pmap.MapOidOid(4), pmap.MapOidOid(5)


class Counters(zlmdb.MapStringOid if False else zlmdb.MapStringOid):
    pass


class Events(zlmdb.MapTimestampUuid):
    """Numbered in its own constructor."""

    def __init__(self):
        zlmdb.MapTimestampUuid.__init__(self, 20, compress=zlmdb.PersistentMap.COMPRESS_ZLIB)


class Logs(zlmdb.MapTimestampString):
    def __init__(self):
        super().__init__(slot=21)


class Given(zlmdb.MapTimestampString):
    def __init__(self, slot=None, compress=None):
        zlmdb.MapTimestampString.__init__(self, slot=slot, compress=compress)


class Schema(zlmdb.Schema):
    """A schema of older zlmdb."""

    def __init__(self):
        self.users = MapOidPickle(30)
        self.given = Given(31)


@zlmdb.slot(40, marshal=None)
class Decorated(zlmdb.MapUuidUuidSet):
    """By the older decorator."""


@zlmdb.slot('00000000-0000-4000-8000-000000000001')
class ByOid(zlmdb.MapUuidUuidSet):
    pass


def attach(db):
    return db.attach_slot('00000000-0000-4000-8000-000000000002', zlmdb.MapUuidJson, create=True)
