from zlmdb import table, MapUuidCbor

print "Python 2"


@table('00000000-0000-4000-8000-00000000dead')
class Users(MapUuidCbor):
    pass
