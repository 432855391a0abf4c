from . import ids
from .base import *
from .ids import GROUPS as G
from app.base import Compressed as C
import app.ids
import zlmdb


@table(ids.USERS, compress=C.METHOD)
class Users(MapUuidCbor):
    """From a star import."""


@table(G)
class Groups(Named):
    pass


@zlmdb.slot(app.ids.SLOT_OLD)
class Old(MapUuidCbor):
    pass


@table(ids.MISSING)
class Missing(MapUuidCbor):
    pass


if flag:
    OID = '00000000-0000-4000-8000-000000000003'
else:
    OID = '00000000-0000-4000-8000-000000000004'


@table(OID)
class Depends(MapUuidCbor):
    pass
