// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/codec/flatbuffers/flatstructure.h"

#include "core/value/utf8.h"

#include <algorithm>
#include <cmath>

namespace slotscope::core::flat {

namespace {

constexpr int MostDepth = 16;
constexpr int MostItems = 100; // of a vector, the others are counted
constexpr qsizetype MostBytes = 256; // of what is shown as bytes
// So that a buffer whose parts are tables from every side stays a view for people.
constexpr qint64 MostNodes = 20'000;

Member part(const char *name, Value value)
{
    return {Value::text(QString::fromLatin1(name)), std::move(value)};
}
Value word(const char *text)
{
    return Value::text(QString::fromLatin1(text));
}

class Guesser
{
public:
    explicit Guesser(const Cursor &cursor)
        : m_cursor(cursor)
    {
    }

    Value table(const TablePlace &place, int depth)
    {
        ValueList slots;
        std::vector<std::pair<int, int>> fields; // where in the table, which slot
        for (int id = 0; id < place.slotCount(); ++id) {
            if (const qint64 at = m_cursor.field(place, id))
                fields.emplace_back(int(at - place.offset), id);
        }
        // Up to the next field, or to the end of the table.
        std::vector<int> starts;
        for (const auto &[at, id] : fields)
            starts.push_back(at);
        std::sort(starts.begin(), starts.end());
        for (const auto &[at, id] : fields) {
            const auto next = std::upper_bound(starts.begin(), starts.end(), at);
            slots.push_back(slot(place, id, at, (next == starts.end() ? place.size : *next) - at, depth));
        }
        return Value::opaque({},
                             {part("table at", Value::integer(place.offset)),
                              part("vtable at", Value::integer(place.vtable)),
                              part("size", Value::integer(place.size)),
                              part("slots in vtable", Value::integer(place.slotCount())),
                              part("stored", Value::array(std::move(slots)))})
            .withSource({place.offset, place.size});
    }

    // A vtable whose entries lie within the table that it describes: chance seldom makes one.
    std::optional<TablePlace> plausibleTable(qint64 offset) const
    {
        try {
            const TablePlace place = m_cursor.table(offset);
            if (place.size < 4 || place.size != m_cursor.get<quint16>(place.vtable + 2))
                return std::nullopt;
            for (int id = 0; id < place.slotCount(); ++id) {
                const qint64 at = m_cursor.field(place, id);
                if (at != 0 && (at < place.offset + 4 || at >= place.offset + place.size))
                    return std::nullopt;
            }
            return place;
        } catch (const Flaw &) {
            return std::nullopt;
        }
    }

private:
    Value slot(const TablePlace &place, int id, int at, int room, int depth)
    {
        const qint64 offset = place.offset + at;
        MemberList parts {part("slot", Value::integer(id)), part("at", Value::integer(offset))};
        const bool isReference =
            room >= 4 && offset % 4 == 0 && ++m_nodes < MostNodes && addReferred(&parts, offset, depth);
        if (!isReference)
            addScalar(&parts, offset, room);
        return Value::opaque({}, std::move(parts)).withSource({offset, std::max(room, 0)});
    }

    bool addReferred(MemberList *parts, qint64 offset, int depth)
    {
        try {
            const qint64 target = m_cursor.refer(offset, "a field");
            if (target % 4 != 0)
                return false;
            if (const auto text = plausibleText(target)) {
                parts->push_back(part("guess", word("text")));
                parts->push_back(part("value", *text));
                return true;
            }
            if (const auto place = plausibleTable(target); place && depth < MostDepth) {
                parts->push_back(part("guess", word("table")));
                parts->push_back(part("value", table(*place, depth + 1)));
                return true;
            }
            return addVector(parts, target, depth);
        } catch (const Flaw &) {
            return false;
        }
    }

    std::optional<Value> plausibleText(qint64 target) const
    {
        try {
            const QByteArrayView bytes = m_cursor.string(target);
            if (bytes.isEmpty() || !isPrintableUtf8(bytes))
                return std::nullopt;
            return Value::text(QString::fromUtf8(bytes)).withSource({target + 4, bytes.size()});
        } catch (const Flaw &) {
            return std::nullopt;
        }
    }

    bool addVector(MemberList *parts, qint64 target, int depth)
    {
        const VectorPlace vector = m_cursor.vector(target, 1);
        const qint64 shown = std::min(vector.count, qint64(MostItems));
        const char *guess = vector.count == 0 ? "empty vector or text" : nullptr;
        ValueList items;
        if (vector.count > 0 && vector.count <= (m_cursor.size() - vector.offset) / 4 && depth < MostDepth) {
            guess = "vector of texts";
            for (qint64 i = 0; guess && i < shown; ++i) {
                const auto text = plausibleText(referOrNowhere(vector.offset + 4 * i));
                if (text && ++m_nodes < MostNodes)
                    items.push_back(*text);
                else
                    guess = nullptr;
            }
            if (!guess) {
                items.clear();
                guess = "vector of tables";
                for (qint64 i = 0; guess && i < shown; ++i) {
                    const auto place = plausibleTable(referOrNowhere(vector.offset + 4 * i));
                    if (place && ++m_nodes < MostNodes)
                        items.push_back(table(*place, depth + 1));
                    else
                        guess = nullptr;
                }
            }
        }
        const bool asBytes = guess == nullptr;
        parts->push_back(part("guess", word(asBytes ? "vector" : guess)));
        parts->push_back(part("count", Value::integer(vector.count)));
        if (asBytes) {
            // Of elements of one byte, or the first part of larger ones.
            const qint64 size = std::min(vector.count, qint64(MostBytes));
            parts->push_back(
                part("bytes", Value::bytes(m_cursor.bytes().sliced(vector.offset, size).toByteArray())));
        } else {
            parts->push_back(part("value", Value::array(std::move(items))));
        }
        return true;
    }

    qint64 referOrNowhere(qint64 offset) const
    {
        try {
            return m_cursor.refer(offset, "an element");
        } catch (const Flaw &) {
            return -1;
        }
    }

    void addScalar(MemberList *parts, qint64 offset, int room)
    {
        const qint64 within = std::min(qint64(room), m_cursor.size() - offset);
        int size = 0;
        for (const int known : {1, 2, 4, 8}) {
            if (known <= within && offset % known == 0)
                size = known;
        }
        if (within > 16 || size == 0) {
            parts->push_back(part("guess", word(size == 0 ? "outside of the table" : "struct")));
            if (within > 0)
                parts->push_back(part(
                    "bytes",
                    Value::bytes(
                        m_cursor.bytes().sliced(offset, std::min(within, qint64(MostBytes))).toByteArray())));
            return;
        }
        const quint64 bits = m_cursor.bits(offset, size);
        parts->push_back(part("guess", Value::text(QStringLiteral("scalar of up to %1 bytes").arg(size))));
        parts->push_back(part("value", Value::unsignedInteger(bits)));
        double number = 0;
        if (size == 4) {
            const auto low = quint32(bits);
            float single = 0;
            std::memcpy(&single, &low, sizeof single);
            number = double(single);
        } else if (size == 8) {
            std::memcpy(&number, &bits, sizeof number);
        }
        // Floating point numbers that people use; small integers are none of them.
        if (std::isfinite(number) && std::abs(number) > 1e-9 && std::abs(number) < 1e15)
            parts->push_back(part("or", Value::number(number)));
    }

    const Cursor &m_cursor;
    qint64 m_nodes = 0;
};

} // namespace

Value structureOf(QByteArrayView bytes)
{
    const Cursor cursor(bytes);
    const TablePlace root = cursor.root();
    Guesser guesser(cursor);
    if (!guesser.plausibleTable(root.offset))
        cursor.fail(root.offset,
                    QStringLiteral("no FlatBuffer: where its root should be, there is no table"));
    const QByteArrayView four = bytes.sliced(4, 4);
    const bool identified = root.offset >= 8 && root.vtable >= 8
        && std::all_of(four.begin(), four.end(), [](char c) { return c > 0x20 && c < 0x7f; });
    return Value::opaque(
        {},
        {part("structure",
              Value::text(QStringLiteral("a FlatBuffer without its schema; what is called a "
                                         "guess is one"))),
         part("file identifier", identified ? Value::text(QString::fromLatin1(four)) : Value()),
         part("root", guesser.table(root, 0))});
}

} // namespace slotscope::core::flat
