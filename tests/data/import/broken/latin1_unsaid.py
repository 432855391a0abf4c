# Bücher, without saying so
from zlmdb import table, MapOidOid
