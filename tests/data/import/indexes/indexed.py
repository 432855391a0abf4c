from operator import attrgetter
import zlmdb
from zlmdb import table


@table('00000000-0000-4000-8000-000000000001')
class Users(zlmdb.MapUuidCbor): pass


@table('00000000-0000-4000-8000-000000000002')
class UsersByName(zlmdb.MapStringUuid): pass


@table('00000000-0000-4000-8000-000000000003')
class UsersByEmail(zlmdb.MapStringUuid): pass


@table('00000000-0000-4000-8000-000000000004')
class UsersByRealm(zlmdb.MapUuidStringUuid): pass


@table('00000000-0000-4000-8000-000000000005')
class Books(zlmdb.MapUuidFlatBuffers): pass


@table('00000000-0000-4000-8000-000000000006')
class BooksByTitle(zlmdb.MapStringUuid): pass


def by_city(user):
    """The city of a user."""
    return user.address['city']


class Schema:
    users: Users
    users_by_email: 'UsersByEmail'

    @staticmethod
    def attach(db):
        schema = Schema()
        schema.users = db.attach_table(Users)
        schema.users_by_name = db.attach_table(UsersByName)
        schema.users.attach_index('idx1', schema.users_by_email, lambda user: user.email, nullable=True)
        schema.users.attach_index('idx2', schema.users_by_name, lambda user: (user.realm, user.name), unique=False)
        schema.users.attach_index('idx3', pmap=schema.users_by_name, fkey=lambda user: user.nick or None,
                                  nullable=NULLABLE)
        schema.users.attach_index('idx4', lambda u: u.get('a')['b'].c, schema.users_by_name)
        schema.users.attach_index('idx5', schema.users_by_name, lambda u: u.name.lower())
        schema.users.attach_index('idx6', schema.users_by_name, by_city)
        schema.users.attach_index('idx7', schema.users_by_name, attrgetter('a.b', 'c'))
        schema.users.attach_index('idx8', schema.missing, lambda u: u.name)
        schema.users.attach_index('idx9', schema.users_by_name, compute(3))
        schema.users.attach_index('idx10', schema.users_by_name, lambda u: None if u.x is None else u.x)
        schema.users.attach_index('idx11', schema.users_by_name, lambda u: u.x if u.y else None)
        schema.users.attach_index('idx12', schema.users_by_name, lambda u: (u.realm,))
        return schema


NULLABLE = True


async def main(db):
    books = await db.attach_table(Books)
    by_title = await db.attach_table(BooksByTitle)
    books.attach_index(by_title, lambda book: book.title)
    whatever.attach_index('x', y, lambda z: z.a)
    # books.attach_index(by_title, lambda book: book.comment)


class App:
    def __init__(self, schema: Schema, db):
        self._schema = schema
        self._schema.users.attach_index('by_realm', UsersByRealm(), lambda user: (user.realm_oid, user.name))


tab_files = zlmdb.MapOidCbor(50)
idx_files = zlmdb.MapStringOid(51)
tab_files.attach_index('path', lambda f: f.path, idx_files)
