#!/usr/bin/env python3
"""Makes records for bench_decoding and times Python's decoders on them.

Writes `FOLDER/SHAPE.FORMAT` (each record behind its length, u32 little endian) and answers on standard output:
first the names of those files in one line; then, for each name read from standard input, the seconds of CPU that the
reference takes for all records of that file once, the best interpreter settings granted (no garbage collection).
"""
import gc
import json
import pathlib
import pickle
import random
import struct
import subprocess
import sys
import time

import cbor2

COUNT = 2000
CITIES = ['Erlangen', 'Zürich', 'São Paulo', 'Kyoto', 'Reykjavík', 'Portland']
TAGS = ['admin', 'ops', 'beta', 'newsletter', 'vip', 'trial']


def word(rng):
    return ''.join(rng.choice('abcdefghijklmnopqrstuvwxyz') for _ in range(rng.randint(4, 11)))


def flat(rng, i):
    """Nine fields, about 310 bytes of CBOR."""
    name = word(rng).title() + ' ' + word(rng).title()
    return {
        'oid': 1000 + i,
        'name': name,
        'email': name.lower().replace(' ', '.') + '@example.org',
        'city': rng.choice(CITIES),
        'registered': '2024-%02d-%02dT%02d:30:00Z' % (rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23)),
        'active': rng.random() < 0.8,
        'score': rng.random() * 100,
        'referred_by': rng.randint(1000, 3000) if rng.random() < 0.4 else None,
        'comment': ' '.join(word(rng) for _ in range(18)),
    }


def nested(rng, i):
    """Lists and maps in the record, as in the demo's users."""
    return {
        'oid': 1000 + i,
        'name': word(rng).title(),
        'birthday': {'year': rng.randint(1948, 2006), 'month': rng.randint(1, 12), 'day': rng.randint(1, 28)},
        'tags': rng.sample(TAGS, rng.randint(0, 4)),
        'ratings': {subject: rng.random() * 5 for subject in ('delivery', 'quality', 'service', 'website')},
        'friends': [rng.randint(1000, 3000) for _ in range(rng.randint(0, 20))],
        'address': {'street': word(rng), 'city': rng.choice(CITIES), 'where': {'lat': rng.random(), 'lon': rng.random()}},
        'icon': None,
    }


def wide(rng, i):
    """Sixty fields of all simple kinds."""
    make = [lambda: rng.randint(0, 1 << 40), lambda: word(rng), lambda: rng.random(), lambda: None, lambda: True]
    return {'field_%02d' % n: make[n % len(make)]() for n in range(60)}


def make_flat_buffers(folder):
    """Books as in the vectors, and what reads all of a book with the code that flatc generates for Python."""
    schema = pathlib.Path(__file__).parent.parent / 'data' / 'flatbuffers' / 'book.fbs'
    subprocess.run(['flatc', '--python', '-o', folder, schema], check=True)
    sys.path.insert(0, folder)
    from library.Book import Book

    def book(rng, i):
        return {
            'oid': {'hi': rng.getrandbits(64), 'lo': rng.getrandbits(64)},
            'title': ' '.join(word(rng) for _ in range(3)),
            'authors': [{'name': word(rng).title(), 'born': rng.randint(1800, 2000)}
                        for _ in range(rng.randint(1, 3))],
            'isbn': '978-3-10-%06d-2' % i,
            'kind': rng.choice(['Paper', 'Audio', 'Digital']),
            'pages': rng.randint(20, 2000),
            'price': rng.randint(100, 9000) / 100,
            'tags': rng.sample(TAGS, rng.randint(0, 4)),
            'acquired_ns': rng.getrandbits(60),
        }

    def read(data):
        book = Book.GetRootAs(data)
        oid = book.Oid()
        authors = [book.Authors(n) for n in range(book.AuthorsLength())]
        return {
            'oid': oid and {'hi': oid.Hi(), 'lo': oid.Lo()},
            'title': book.Title(),
            'authors': [{'name': author.Name(), 'born': author.Born()} for author in authors],
            'isbn': book.Isbn(),
            'kind': book.Kind(),
            'pages': book.Pages(),
            'price': book.Price(),
            'tags': [book.Tags(n) for n in range(book.TagsLength())],
            'cover': bytes(book.Cover(n) for n in range(book.CoverLength())),
            'acquired_ns': book.AcquiredNs(),
            'in_print': book.InPrint(),
        }

    rng = random.Random(1)
    names = []
    for i in range(COUNT):
        names.append(pathlib.Path(folder, 'book%d.json' % i))
        names[-1].write_text(json.dumps(book(rng, i)))
    subprocess.run(['flatc', '--binary', '-o', folder, schema, *names], check=True)
    FORMATS['flatbuffers'] = (None, read)
    return [name.with_suffix('.bin').read_bytes() for name in names]


FORMATS = {
    'cbor': (cbor2.dumps, cbor2.loads),
    'json': (lambda v: json.dumps(v, separators=(',', ':'), ensure_ascii=False).encode(), json.loads),
    'pickle': (lambda v: pickle.dumps(v, 2), pickle.loads),
}


def main():
    if cbor2.loads.__module__ != '_cbor2':
        sys.exit('reference.py: this cbor2 has no C decoder')
    folder = sys.argv[1]
    records = {}
    for shape in (flat, nested, wide):
        for name, (dumps, _) in FORMATS.items():
            rng = random.Random(1)
            records[shape.__name__ + '.' + name] = [dumps(shape(rng, i)) for i in range(COUNT)]
    records['book.flatbuffers'] = make_flat_buffers(folder)
    for name, values in records.items():
        with open(folder + '/' + name, 'wb') as file:
            for value in values:
                file.write(struct.pack('<I', len(value)) + value)
    print(' '.join(records), flush=True)
    gc.disable()
    for line in sys.stdin:
        name = line.strip()
        loads = FORMATS[name.split('.')[1]][1]
        values = records[name]
        start = time.process_time()
        for value in values:
            loads(value)
        print(time.process_time() - start, flush=True)


main()
