# Every way to write a declaration, and what only looks like one.
import uuid
import zlmdb
import zlmdb as z
from uuid import UUID as Id
from zlmdb import table as t, MapUuidCbor, PersistentMap as P
from zlmdb import _types
from txaioetcd import pmap
from sqlalchemy import table

# @t('00000000-0000-4000-8000-00000000dead')
# class Comment(MapUuidCbor): pass
TEXT = """
@t('00000000-0000-4000-8000-00000000dead')
class InText(MapUuidCbor):
    pass
"""
OID = '00000000-0000-4000-8000-000000000003'
OID_ALIAS = OID
OIDS_UUID = uuid.UUID('00000000-0000-4000-8000-000000000004')
PREFIX = '00000000-0000-4000-8000-'
Base = pmap.MapStringJson
ZLIB = zlmdb.PersistentMap.COMPRESS_ZLIB


@t('00000000-0000-4000-8000-000000000001')
class Alias(MapUuidCbor):
    pass


@z.table(
    # the oid
    '00000000-0000-4000-8000-000000000002',
    marshal=lambda o: {
        'a': o,
    },
    parse=lambda o: o,
    compress=(
        z.PersistentMap
        .COMPRESS_SNAPPY
    ),
)
class Lines(z.MapUuidTimestampBytes32):
    'In one line.'


@t(OID_ALIAS, compress=ZLIB)
class Constant(Base):
    u"""

    Begins further down.

        And is indented.
    """


@t(OIDS_UUID, compress=2)
class ConstantUuid(Base): pass


@t(PREFIX + '000000000005', compress=None)
class Sum(Base): pass


@t(oid=Id(int=6))
class Keyword(Base): pass


@t('{00000000-0000-4000-8000-000000000007}')
class Braces(Base): pass


@t('00000000-0000-4000-8000-00000000000A')
class UpperCase(Base): pass


class Middle(MapUuidCbor):
    """Not a table itself."""


class Lower(Middle): pass


@t('00000000-0000-4000-8000-00000000000b')
class Indirect(Lower): pass


class Composed(_types._OidTimestampKeysMixin, _types._UuidSetValuesMixin, P):
    pass


@t('00000000-0000-4000-8000-00000000000c')
class OfMixins(Composed): pass


class Outer:
    @t('00000000-0000-4000-8000-00000000000d')
    class Nested(z.MapOidOid): pass


def declare():
    @t('00000000-0000-4000-8000-00000000000e')
    class Local(z.MapOidOid): pass
    return Local


@pmap.table('00000000-0000-4000-8000-00000000000f')
@some.other.decorator
class TwoDecorators(z.MapBytes20Bytes20Timestamp): pass


if False:
    @t('00000000-0000-4000-8000-00000000dead')
    class Never(MapUuidCbor): pass


@table('00000000-0000-4000-8000-00000000dead')
class AnotherLibrary(Model): pass


@dataclass(frozen=True)
class NoTable(MapUuidCbor): pass


@t('no uuid')
class BadOid(MapUuidCbor): pass


@t(os.environ['OID'])
class FromEnvironment(MapUuidCbor): pass


@t('00000000-0000-4000-8000-000000000001')
class SameOid(MapUuidCbor): pass


@t('00000000-0000-4000-8000-000000000010', compress=choose())
class UnknownCompression(MapUuidCbor): pass


@t('00000000-0000-4000-8000-000000000011')
class UnknownBase(SomethingElse): pass


@t('00000000-0000-4000-8000-000000000012')
class OddName(z.MapUuidXml): pass


@t
class NoOid(MapUuidCbor): pass


@t('00000000-0000-4000-8000-000000000013', **options)
class StarStar(MapUuidCbor): pass


def wrapper(oid):
    return t(oid)


@wrapper('00000000-0000-4000-8000-000000000014')
class Wrapped(MapUuidCbor): pass


@t('00000000-0000-4000-8000-000000000015', build=Thing.build, cast=lambda data: fbs.Thing.GetRootAsThing(data, 0))
class Things(z.MapUuidFlatBuffers): pass


class OwnSerializer(P):
    def _serialize_key(self, key): return key


@t('00000000-0000-4000-8000-000000000016')
class Opaque(OwnSerializer): pass


@t('00000000-0000-4000-8000-000000000017')
class Loop(Loop): pass
